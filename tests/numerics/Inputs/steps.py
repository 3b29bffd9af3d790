#!/usr/bin/env python3
"""Runs a library of linear attention on 75 tokens at once, and on the first 70, then one by one from the state that each
run gives.

    steps.py LIBRARY OUTPUT

The outputs of both must agree to 1e-5 of the largest. Files are written next to OUTPUT.
"""
import os
import random
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

from run_compiled import write_npy  # noqa: E402

HEADS, WIDTH, FEATURES, TOKENS, PREFIX = 2, 4, 8, 75, 70


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    body = data[10 + struct.unpack("<H", data[8:10])[0]:]
    return list(struct.unpack(f"<{len(body) // 4}f", body))


def tokens_of(tensor, begin, end):
    """Rows [begin, end) of each head of [1, HEADS, TOKENS, WIDTH]."""
    return [x for head in range(HEADS) for x in tensor[(head * TOKENS + begin) * WIDTH:(head * TOKENS + end) * WIDTH]]


def run(library, stem, tensors, begin, end, state):
    """The output of tokens [begin, end), as {token: numbers}, and the state after them."""
    command = ["attn-run", library, "--threads=1"]
    for name, tensor in tensors.items():
        write_npy(f"{stem}.{name}.npy", (1, HEADS, end - begin, WIDTH), tokens_of(tensor, begin, end), "f")
    write_npy(f"{stem}.first.npy", (1,), [begin + 1])
    write_npy(f"{stem}.s0.npy", (1, HEADS, FEATURES, WIDTH), state[0], "f")
    write_npy(f"{stem}.z0.npy", (1, HEADS, FEATURES), state[1], "f")
    command += [f"--input={name}={stem}.{name}.npy" for name in ("q", "k", "v", "first", "s0", "z0")]
    command += [f"--output={name}={stem}.{name}.npy" for name in ("out", "s", "z")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    out, count = read(f"{stem}.out.npy"), end - begin
    rows = {begin + n: [out[(head * count + n) * WIDTH + e] for head in range(HEADS) for e in range(WIDTH)]
            for n in range(count)}
    return rows, (read(f"{stem}.s.npy"), read(f"{stem}.z.npy"))


def main():
    library, stem = sys.argv[1:]
    draw = random.Random(5)
    tensors = {name: [draw.gauss(0, 1) for _ in range(HEADS * TOKENS * WIDTH)] for name in ("q", "k", "v")}
    start = ([0.0] * HEADS * FEATURES * WIDTH, [0.0] * HEADS * FEATURES)
    whole, _ = run(library, stem, tensors, 0, TOKENS, start)
    parts, state = run(library, stem, tensors, 0, PREFIX, start)
    for token in range(PREFIX, TOKENS):
        rows, state = run(library, stem, tensors, token, token + 1, state)
        parts.update(rows)
    largest = max(abs(x) for row in whole.values() for x in row)
    error = max(abs(x - y) for token in range(TOKENS) for x, y in zip(whole[token], parts[token]))
    if not error <= 1e-5 * largest:
        sys.exit(f"differs by {error}, the largest number is {largest}")
    print(f"a prefix of {PREFIX} and {TOKENS - PREFIX} steps give what {TOKENS} at once give")


if __name__ == "__main__":
    main()
