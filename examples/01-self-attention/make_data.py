"""Makes what the lesson needs: weights.safetensors; expected.h with an input and the output that f64 arithmetic gives.

    python3 make_data.py FOLDER

The numbers are made up but always the same, so nothing of this is kept in the repository. Standard library only.
"""

import json
import math
import pathlib
import struct
import sys

BATCH, LENGTH, WIDTH, HEADS = 2, 5, 32, 4


def numbers(count, seed, size):
    """`count` values in [-size, size], rounded to f32 as the model will read them."""
    values = [size * math.sin(1.7 * i * i + 0.9 * i + seed) for i in range(count)]
    return list(struct.unpack(f"<{count}f", struct.pack(f"<{count}f", *values)))


def matrix(rows, columns, seed):
    values = numbers(rows * columns, seed, 0.4)
    return [values[r * columns : (r + 1) * columns] for r in range(rows)]


def write_safetensors(path, tensors):
    header, data = {}, b""
    for name, shape, values in tensors:
        piece = struct.pack(f"<{len(values)}f", *values)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(piece)]}
        data += piece
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def linear(rows, weight):
    return [[math.fsum(x * w for x, w in zip(row, column)) for column in weight] for row in rows]


def softmax(scores):
    top = max(scores)
    exps = [math.exp(s - top) for s in scores]
    total = math.fsum(exps)
    return [e / total for e in exps]


def self_attention(rows, wq, wk, wv, wo, bo):
    """One sample, as a textbook writes it."""
    query, key, value = linear(rows, wq), linear(rows, wk), linear(rows, wv)
    depth = WIDTH // HEADS
    merged = [[0.0] * WIDTH for _ in rows]
    for h in range(HEADS):
        head = range(h * depth, (h + 1) * depth)
        for i, q in enumerate(query):
            weights = softmax([math.fsum(q[d] * k[d] for d in head) / math.sqrt(depth) for k in key])
            for d in head:
                merged[i][d] = math.fsum(w * v[d] for w, v in zip(weights, value))
    return [[y + b for y, b in zip(row, bo)] for row in linear(merged, wo)]


def c_array(name, values):
    lines = [", ".join(f"{v:.9e}f" for v in values[i : i + 6]) for i in range(0, len(values), 6)]
    return f"static float {name}[{len(values)}] = {{\n  " + ",\n  ".join(lines) + "};\n"


def main():
    folder = pathlib.Path(sys.argv[1])
    wq, wk, wv, wo = (matrix(WIDTH, WIDTH, seed) for seed in (1, 2, 3, 4))
    bo = numbers(WIDTH, 5, 0.1)
    x = numbers(BATCH * LENGTH * WIDTH, 6, 1.0)
    names = zip(("query.weight", "key.weight", "value.weight", "out.weight"), (wq, wk, wv, wo))
    tensors = [(name, [WIDTH, WIDTH], sum(weight, [])) for name, weight in names] + [("out.bias", [WIDTH], bo)]
    write_safetensors(folder / "weights.safetensors", tensors)

    y = []
    for b in range(BATCH):
        rows = [x[(b * LENGTH + n) * WIDTH :][:WIDTH] for n in range(LENGTH)]
        y += sum(self_attention(rows, wq, wk, wv, wo, bo), [])
    sizes = f"enum {{ BATCH = {BATCH}, LENGTH = {LENGTH}, WIDTH = {WIDTH} }};\n"
    arrays = c_array("x", x) + c_array("expected", y)
    (folder / "expected.h").write_text("/* Made by make_data.py. */\n" + sizes + arrays)


if __name__ == "__main__":
    main()
