"""Random weights for model.mlir: make_data.py FILE.safetensors."""
import json
import random
import struct
import sys

SHAPES = {f"layer.{layer}.{name}": [32, 32] for layer in (0, 1) for name in ("query", "key", "value")}
SHAPES |= {"layer.1.conv.weight": [4, 4, 3, 3], "layer.1.conv.bias": [4]}

generator = random.Random(3)
header, data = {}, b""
for name, shape in SHAPES.items():
    count = 1
    for extent in shape:
        count *= extent
    scale = (count // shape[0]) ** -0.5
    values = struct.pack(f"<{count}f", *(generator.gauss(0, scale) for _ in range(count)))
    header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(values)]}
    data += values
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + data)
