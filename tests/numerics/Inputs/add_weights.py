"""Puts tensors into a safetensors file: add_weights.py FROM TO NAME=DTYPE:NUMBERS... FROM may be `-` for none.

NUMBERS are 1,2,3 or an .npy file of i32; `@PLACE=NUMBER` after a file changes one of them. A shape before the numbers,
`[2,3]1,2,3,4,5,6`, makes more than a vector of them. DTYPE is I32 or I64.
"""
import ast
import json
import math
import re
import struct
import sys


def read_npy(path):
    with open(path, "rb") as file:
        data = file.read()
    end = 10 + struct.unpack("<H", data[8:10])[0]
    header = ast.literal_eval(data[10:end].decode())
    count = math.prod(header["shape"])
    assert header["descr"] == "<i4" and not header["fortran_order"]
    return list(header["shape"]), list(struct.unpack(f"<{count}i", data[end:end + 4 * count]))


def read_safetensors(path):
    if path == "-":
        return {}, b""
    with open(path, "rb") as file:
        data = file.read()
    end = 8 + struct.unpack("<Q", data[:8])[0]
    return json.loads(data[8:end]), data[end:]


def numbers_of(text):
    text, _, change = text.partition("@")
    if text.endswith(".npy"):
        shape, numbers = read_npy(text)
    else:
        shape, listed = re.fullmatch(r"(?:\[([\d,]*)\])?(.*)", text).groups()
        numbers = [int(number) for number in listed.split(",") if number]
        shape = [int(extent) for extent in shape.split(",")] if shape else [len(numbers)]
    if change:
        place, number = change.split("=")
        numbers[int(place)] = int(number)
    return shape, numbers


def main():
    header, data = read_safetensors(sys.argv[1])
    for argument in sys.argv[3:]:
        name, dtype, text = re.fullmatch(r"(.*?)=(I32|I64):(.*)", argument).groups()
        shape, numbers = numbers_of(text)
        part = struct.pack(f"<{len(numbers)}{'i' if dtype == 'I32' else 'q'}", *numbers)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(sys.argv[2], "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


main()
