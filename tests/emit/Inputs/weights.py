"""Writes small safetensors files: weights.py FILE NAME=DTYPE[SHAPE]... Element i of a tensor has the value i."""
import json
import re
import struct
import sys

PACK = {"F32": "f", "F64": "d", "F16": "e", "I32": "i"}


def encode(dtype, count):
    if dtype == "BF16":  # the upper half of an f32
        return b"".join(struct.pack("<f", i)[2:] for i in range(count))
    return struct.pack(f"<{count}{PACK[dtype]}", *range(count))


header, data = {}, b""
for argument in sys.argv[2:]:
    name, dtype, shape = re.fullmatch(r"(.*)=(\w+)\[(.*)\]", argument).groups()
    extents = [int(extent) for extent in shape.split(",") if extent]
    count = 1
    for extent in extents:
        count *= extent
    encoded = encode(dtype, count)
    header[name] = {"dtype": dtype, "shape": extents, "data_offsets": [len(data), len(data) + len(encoded)]}
    data += encoded
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + data)
