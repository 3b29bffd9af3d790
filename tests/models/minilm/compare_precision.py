#!/usr/bin/env python3
"""Compares the embeddings of sentences with those in f32: compare_precision.py MINILM OTHER LEAST_COSINE COUNT

Fails if a sentence's two embeddings have a smaller cosine. Says also what a search would notice: how many sentences
have another nearest sentence, and how much nearer than the new one the right one is at most.
"""
import math
import os
import random
import subprocess
import sys

WHO = ["A man", "The young woman", "My neighbour's dog", "Nobody", "Our committee", "An old engineer", "The central bank",
       "A group of children", "The second chapter", "Every passenger", "This compiler", "The defendant"]
DOES = ["is riding", "refused to pay for", "quietly explained", "will never forget", "was looking at", "has repaired",
        "painted", "doubts the price of", "wrote two letters about", "fell asleep beside", "measures", "sold"]
WHAT = ["a white horse", "the broken engine", "the theory of relativity", "an expensive violin", "the last train to Rome",
        "a bowl of hot soup", "the new tax on sugar", "three small islands", "the results of the trial", "a matrix of numbers"]
WHEN = ["in the rain", "before breakfast", "without saying a word", "after the war", "at the edge of the forest", "again",
        "because the doctor had insisted", "while the others were singing", "for the first time in eleven years"]


def sentences(count):
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "sentences.txt"), encoding="utf-8") as file:
        lines = [line for line in file.read().split("\n") if line.strip()]
    draw = random.Random(1)
    while len(lines) < count:
        parts = [" ".join(map(draw.choice, (WHO, DOES, WHAT, WHEN))) + "." for _ in range(draw.choice([1, 1, 1, 2, 4]))]
        if " ".join(parts) not in lines:
            lines.append(" ".join(parts))
    return lines[:count]


def embeddings(program, lines):
    """Vectors of length 1."""
    done = subprocess.run([program, "--embeddings"], input="\n".join(lines) + "\n", capture_output=True, text=True,
                          check=True, encoding="utf-8")
    rows = [[float(word) for word in line.split()] for line in done.stdout.splitlines()]
    if len(rows) != len(lines):
        sys.exit(f"{program}: {len(rows)} embeddings of {len(lines)} sentences")
    return [[x / math.hypot(*row) for x in row] for row in rows]


def cosine(a, b):
    return sum(map(float.__mul__, a, b))


def similarities(rows):
    table = [[0.0] * len(rows) for _ in rows]
    for i, row in enumerate(rows):
        for j in range(i):
            table[i][j] = table[j][i] = cosine(row, rows[j])
    return table


def nearest(table):
    return [max((j for j in range(len(row)) if j != i), key=row.__getitem__) for i, row in enumerate(table)]


def spearman(a, b):
    """The correlation of ranks."""
    def ranks(values):
        result = [0] * len(values)
        for rank, at in enumerate(sorted(range(len(values)), key=values.__getitem__)):
            result[at] = rank
        return result

    count = len(a)
    return 1 - 6 * sum((x - y) ** 2 for x, y in zip(ranks(a), ranks(b))) / (count * (count * count - 1))


def main():
    exact, other, least, count = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
    lines = sentences(count)
    right, rounded = embeddings(exact, lines), embeddings(other, lines)
    cosines = [cosine(a, b) for a, b in zip(right, rounded)]
    table, changed = similarities(right), similarities(rounded)
    best, found = nearest(table), nearest(changed)
    lost = [table[i][best[i]] - table[i][found[i]] for i in range(len(lines)) if best[i] != found[i]]
    pairs = [(i, j) for i in range(len(lines)) for j in range(i)]
    rank = spearman([table[i][j] for i, j in pairs], [changed[i][j] for i, j in pairs])
    print(f"{os.path.basename(other)}: cosine with f32 of {len(lines)} sentences at least {min(cosines):.6f}, mean "
          f"{sum(cosines) / len(cosines):.6f}; rank correlation of similarities {rank:.6f}; {len(lost)} other nearest "
          f"sentences, nearer in f32 by at most {max(lost, default=0):.4f}")
    if not min(cosines) >= least:
        worst = min(range(len(lines)), key=cosines.__getitem__)
        sys.exit(f"expected cosines of {least} or more, got {cosines[worst]:.6f} for \"{lines[worst]}\"")


if __name__ == "__main__":
    main()
