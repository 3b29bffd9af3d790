#!/usr/bin/env python3
"""Writes what the tokenizer must give, from PyPI `tokenizers` with the model's own tokenizer.json:

  ids.txt         for each line of lines.txt its ids, at most 256 as in sentence_bert_config.json
  codepoints.txt  for each block of 4096 code points a 64-bit digest of the ids of "C" and "aCb", for every C in it

Usage: make_expected.py MODEL_DIR      (MODEL_DIR holds tokenizer.json; made with tokenizers 0.23.3)
"""
import pathlib
import sys

from tokenizers import Tokenizer

HERE = pathlib.Path(__file__).parent
MAXIMUM = 256
BLOCK = 4096


def open_tokenizer(model):
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAXIMUM)
    return tokenizer


def digest(encodings):
    """FNV-1a over ids instead of bytes; -1 ends each text."""
    value = 0xCBF29CE484222325
    for encoding in encodings:
        for token in [*encoding.ids, 0xFFFFFFFF]:
            value = (value ^ token) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def block_texts(first):
    for c in range(first, first + BLOCK):
        if not 0xD800 <= c <= 0xDFFF:
            yield chr(c)
            yield "a" + chr(c) + "b"


def main():
    tokenizer = open_tokenizer(pathlib.Path(sys.argv[1]))
    lines = (HERE / "lines.txt").read_bytes().decode().split("\n")[:-1]
    with open(HERE / "ids.txt", "w") as out:
        for encoding in tokenizer.encode_batch(lines):
            print(*encoding.ids, file=out)
    with open(HERE / "codepoints.txt", "w") as out:
        for first in range(0, 0x110000, BLOCK):
            print(digest(tokenizer.encode_batch(list(block_texts(first)))), file=out)


if __name__ == "__main__":
    main()
