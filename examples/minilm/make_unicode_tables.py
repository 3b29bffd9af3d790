#!/usr/bin/env python3
"""Writes UnicodeTables.inc: what BERT's uncased normaliser makes of every code point.

The tables hold the behaviour of PyPI `tokenizers`, asked of the library itself: it mixes the Unicode versions of three
crates (categories, decomposition, lower case), so no single version of Python's unicodedata would give the same ids.
The normaliser works code point by code point. Only the canonical order of marks looks further, and it cannot change
an id: no vocabulary entry holds a character of non-zero combining class, so such a word is [UNK] in any order.

Usage: make_unicode_tables.py [OUTPUT]      (needs tokenizers; checked with 0.23.3)
"""
import pathlib
import sys

from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

HANGUL = range(0xAC00, 0xD7A4)  # decomposed by arithmetic, not by table
WIDTH = 120


def code_points():
    return (c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF)


def normal_forms():
    """What each code point becomes between two letters, as a list of code points."""
    normalizer = BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True)
    for c in code_points():
        text = normalizer.normalize_str("a" + chr(c) + "b")
        assert text[0] == "a" and text[-1] == "b", hex(c)
        yield c, [ord(x) for x in text[1:-1]]


def punctuation():
    splitter = BertPreTokenizer()
    return [c for c in code_points() if len(splitter.pre_tokenize_str("a" + chr(c) + "b")) == 3]


def ranges(values):
    """Sorted values as [first, last] ranges."""
    result = []
    for v in values:
        if result and result[-1][1] + 1 == v:
            result[-1][1] = v
        else:
            result.append([v, v])
    return result


def runs(pairs):
    """Sorted (from, to) pairs as arithmetic runs [from, count, step of from, to, step of to]."""
    result = []
    for source, target in pairs:
        if result:
            first, count, step, to, to_step = run = result[-1]
            if count == 1 and source - first in (1, 2) and target - to in (0, 1, 2):
                run[1:] = [2, source - first, to, target - to]
                continue
            if count > 1 and source == first + count * step and target == to + count * to_step:
                run[1] += 1
                continue
        result.append([source, 1, 1, target, 0])
    return result


def table(name, element, rows):
    lines, line = [], "   "
    for row in rows:
        text = " {" + ", ".join(row) + "},"
        if len(line) + len(text) > WIDTH:
            lines.append(line)
            line = "   "
        line += text
    return f"static constexpr {element} {name}[] = {{\n" + "\n".join(lines + [line]) + "\n};\n"


def hexes(values):
    return [hex(v) for v in values]


def main():
    dropped, spaces, isolated, single, expanded = [], [], [], [], []
    for c, form in normal_forms():
        if form == [c]:
            continue
        if not form:
            dropped.append(c)
        elif form == [0x20]:
            spaces.append(c)
        elif c in HANGUL:
            index = c - HANGUL.start
            trail = [0x11A7 + index % 28] if index % 28 else []
            assert form == [0x1100 + index // 588, 0x1161 + index % 588 // 28] + trail, hex(c)
        else:
            if form[0] == 0x20 and form[-1] == 0x20:
                isolated.append(c)
                form = form[1:-1]
            assert 0x20 not in form and 1 <= len(form) <= 4, hex(c)
            if len(form) > 1:
                expanded.append((c, form + [0] * (4 - len(form))))
            elif form != [c]:
                single.append((c, form[0]))
    marks, mapped = punctuation(), runs(single)
    text = (
        "// Made by make_unicode_tables.py; do not edit. All tables are sorted by their first column.\n\n"
        + "// Code points that vanish: controls, unassigned ones, combining marks.\n"
        + table("droppedRanges", "CodePointRange", map(hexes, ranges(dropped)))
        + "\n// Code points that become a space.\n"
        + table("spaceRanges", "CodePointRange", map(hexes, ranges(spaces)))
        + "\n// Ideographs: each is a word of its own.\n"
        + table("isolatedRanges", "CodePointRange", map(hexes, ranges(isolated)))
        + "\n// Punctuation, asked after normalising: each is a word of its own.\n"
        + table("punctuationRanges", "CodePointRange", map(hexes, ranges(marks)))
        + "\n// Code points that become one other: {from, to}.\n"
        + table("mappings", "Mapping", ([hex(f), hex(t)] for f, n, _, t, _ in mapped if n == 1))
        + "\n// The same in runs: {first, count, step, target, step of the target}.\n"
        + table("mappedRuns", "MappedRun", ([hex(f), str(n), str(s), hex(t), str(u)] for f, n, s, t, u in mapped if n > 1))
        + "\n// Code points that become several: {from, to, ending with 0}.\n"
        + table("expansions", "Expansion", ([hex(c), "{" + ", ".join(hexes(f)) + "}"] for c, f in expanded))
    )
    output = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("UnicodeTables.inc")
    pathlib.Path(output).write_text(text)


if __name__ == "__main__":
    main()
