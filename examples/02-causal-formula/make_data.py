"""Makes expected.h: queries, keys, values, and the output that f64 arithmetic gives for them.

    python3 make_data.py FOLDER

The numbers are made up but always the same, so nothing of this is kept in the repository. Standard library only.
"""

import math
import pathlib
import struct
import sys

BATCH, HEADS, LENGTH, DEPTH = 2, 2, 7, 16


def numbers(count, seed, size):
    """`count` values in [-size, size], rounded to f32 as the model will read them."""
    values = [size * math.sin(1.7 * i * i + 0.9 * i + seed) for i in range(count)]
    return list(struct.unpack(f"<{count}f", struct.pack(f"<{count}f", *values)))


def attend(query, key, value):
    """One head, as the comment in model.mlir says; query i sees keys 0 to i."""
    out = []
    for i, q in enumerate(query):
        scores = [math.fsum(a * b for a, b in zip(q, k)) * 0.25 for k in key[: i + 1]]
        scores = [5 * math.tanh(s / 5) - 0.1 * (i - j) for j, s in enumerate(scores)]
        top = max(scores)
        weights = [math.exp(s - top) for s in scores]
        total = math.fsum(weights)
        out += [math.fsum(w * v[d] for w, v in zip(weights, value)) / total for d in range(DEPTH)]
    return out


def c_array(name, values):
    lines = [", ".join(f"{v:.9e}f" for v in values[i : i + 6]) for i in range(0, len(values), 6)]
    return f"static float {name}[{len(values)}] = {{\n  " + ",\n  ".join(lines) + "};\n"


def main():
    total = BATCH * HEADS * LENGTH * DEPTH
    # Queries are large, so that the cap matters.
    query, key, value = numbers(total, 1, 6.0), numbers(total, 2, 2.0), numbers(total, 3, 1.0)
    out = []
    for start in range(0, total, LENGTH * DEPTH):
        rows = [[t[start + n * DEPTH :][:DEPTH] for n in range(LENGTH)] for t in (query, key, value)]
        out += attend(*rows)
    sizes = f"enum {{ BATCH = {BATCH}, HEADS = {HEADS}, LENGTH = {LENGTH}, DEPTH = {DEPTH} }};\n"
    arrays = [c_array(*pair) for pair in (("query", query), ("key", key), ("value", value), ("expected", out))]
    (pathlib.Path(sys.argv[1]) / "expected.h").write_text("/* Made by make_data.py. */\n" + sizes + "".join(arrays))


if __name__ == "__main__":
    main()
