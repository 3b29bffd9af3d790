#!/usr/bin/env python3
"""Writes sentences.txt (deterministic) and embeddings.npy: what the Python model makes of them.

The pipeline is the one that modules.json names: Transformer, mean pooling, normalisation. Step by step:
  ids        tokenizer.json, at most 256 with [CLS] and [SEP]; token types all 0, positions 0, 1, 2, ...
  attention  softmax(q k' / sqrt(32)) over real tokens only; with one sentence a run there is no padding at all
  ffn        exact (erf) GELU; every layer norm with eps 1e-12
  pooling    sum over the real tokens / max(their number, 1e-9)
  output     x / max(|x|, 1e-12)
All in float64 with eager attention, rounded to float32 at the end, so the file is nearer to the model than any
float32 run of it.

Usage: make_embeddings.py MODEL_DIR      (made with torch 2.15.0, transformers 5.23.0, tokenizers 0.23.3)
"""
import pathlib
import sys

import numpy
import torch
from transformers import BertModel

from make_expected import HERE, open_tokenizer

SENTENCES = """\

a
.
Hello
A man is eating food.
A man is eating a piece of bread.
The girl is carrying a baby.
A man is riding a horse.
A woman is playing violin.
Two men pushed carts through the woods.
A man is riding a white horse on an enclosed ground.
A monkey is playing drums.
A cheetah is running behind its prey.
The new movie is awesome!
The new film is so great :-)
It's 3:45 p.m.; don't be late: prices rose by 12.5% (from $1,299.99 to $1,462.49).
HELLO WORLD, THIS IS LOUD
Fill in the [MASK] here. [SEP] And a second part.
naïve café, crème brûlée, Ångström, Straße, İstanbul
Příliš žluťoučký kůň úpěl ďábelské ódy.
Съешь же ещё этих мягких французских булок, да выпей чаю.
敏捷的棕色狐狸跳过懒狗。
日本語の文章です。カタカナとひらがな。
빠른 갈색 여우가 게으른 개를 뛰어넘습니다.
مرحبا بالعالم، كيف حالك؟
नमस्ते दुनिया।
Emoji 😀👍🏽👨‍👩‍👧‍👦 are unknown to it ❤️
Antidisestablishmentarianism and pneumonoultramicroscopicsilicovolcanoconiosis are long words.
https://example.org/path?query=1&other=two#part
for (int i = 0; i < n; ++i) { sum += a[i] * b[i]; }
"""
PHRASES = ("attention weighs every word by every other;", "a compiler turns it into machine code,", "then it runs.",
           "Numbers such as 42 or 3.14 appear,", "so do names: Ada, Grace, Edsger;", "some are unbelievably long")
LENGTHS = (15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 100, 127, 128, 129, 200, 255, 256, 300)  # tokens before the cut


def sentence_of(length, start, tokenizer):
    """The phrases in turn from `start`, filled up with one-token words to exactly `length` tokens, uncut."""
    tokenizer.no_truncation()
    count = lambda words: len(tokenizer.encode(" ".join(words)).ids)
    words, turn = [], start
    while True:
        more = words + PHRASES[turn % len(PHRASES)].split()
        if count(more) > length:
            break
        words, turn = more, turn + 1
    words += ["end"] * (length - count(words))
    assert count(words) == length
    tokenizer.enable_truncation(256)
    return " ".join(words)


def embed(model, ids):
    ids = torch.tensor([ids])
    hidden = model(input_ids=ids, attention_mask=torch.ones_like(ids), token_type_ids=torch.zeros_like(ids))[0]
    mask = torch.ones(1, ids.shape[1], 1, dtype=hidden.dtype)
    mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
    return torch.nn.functional.normalize(mean, p=2, dim=1, eps=1e-12)[0]


@torch.no_grad()
def main():
    directory = pathlib.Path(sys.argv[1])
    tokenizer = open_tokenizer(directory)
    model = BertModel.from_pretrained(directory, attn_implementation="eager", dtype=torch.float32).double().eval()
    assert model.config.hidden_act == "gelu" and model.config.layer_norm_eps == 1e-12
    sentences = SENTENCES.split("\n")[:-1]
    sentences += [sentence_of(length, start, tokenizer) for start, length in enumerate(LENGTHS)]
    rows = [embed(model, tokenizer.encode(sentence).ids) for sentence in sentences]
    (HERE / "sentences.txt").write_text("".join(sentence + "\n" for sentence in sentences))
    numpy.save(HERE / "embeddings.npy", torch.stack(rows).float().numpy())


if __name__ == "__main__":
    main()
