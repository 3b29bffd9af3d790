"""Made-up weights and inputs for the lessons: the same bits on every machine, so nothing of them is kept.

    attnc model.mlir --stop-after=simplify -o - | random_data.py weights.safetensors
    random_data.py x.npy 2x9x512

The first form reads every `attn.weight` of a model: after `simplify` repeated layers are written out and names are
complete. A tensor follows from its name and shape alone. Weights have the size that training starts from: matrices
shrink with their fan-in, the gains of norms are near 1. Inputs have variance 1. Standard library only.
"""
import array
import hashlib
import json
import math
import pathlib
import re
import struct
import sys

WEIGHT = re.compile(r'attn\.weight "([^"]+)"(?:\[[^\]]*\])? : tensor<([0-9x]+)xf32>')


def numbers(name, count, middle, deviation):
    """f32 values of this mean and standard deviation, on 256 levels, as little-endian bytes."""
    levels = [middle + deviation * math.sqrt(3) * (byte - 127.5) / 128 for byte in range(256)]
    pick = struct.unpack("<256f", struct.pack("<256f", *levels))
    values = array.array("f", map(pick.__getitem__, hashlib.shake_128(name.encode()).digest(count)))
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


def weight(name, shape):
    count = math.prod(shape)
    if name.endswith(("gamma", "LayerNorm.weight", "ln_1.weight", "ln_2.weight", "ln_f.weight")):
        return numbers(name, count, 1.0, 0.1)
    if len(shape) == 1:
        return numbers(name, count, 0.0, 0.1)
    return numbers(name, count, 0.0, (count // shape[0]) ** -0.5)


def weights(text):
    """(name, shape, bytes) of each weight that the text of a model names."""
    shapes = {name: [int(extent) for extent in dims.split("x")] for name, dims in WEIGHT.findall(text)}
    return [(name, shape, weight(name, shape)) for name, shape in shapes.items()]


def write_weights(path, text):
    header, data = {}, bytearray()
    for name, shape, values in weights(text):
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    if not header:
        sys.exit("random_data.py: expected the text of a model with attn.weight ops, found none")
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def write_input(path, shape):
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({''.join(f'{extent},' for extent in shape)}), }}"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    values = numbers(path.stem, math.prod(shape), 0.0, 1.0)
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + values)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        write_weights(pathlib.Path(sys.argv[1]), sys.stdin.read())
    elif len(sys.argv) == 3:
        write_input(pathlib.Path(sys.argv[1]), [int(extent) for extent in sys.argv[2].split("x")])
    else:
        sys.exit(__doc__)
