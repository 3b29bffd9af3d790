"""Every error that the dialect or the compiler can give is provoked by a test that reads its text.

A diagnostic is a call of emitOpError, emitError or one of the words below with a string literal. It counts as tested when
one of its literals (8 letters or more) stands in a test, or an expected text of a test stands in one of its literals.
"""
import re
import sys

import tree

CALL = re.compile(r"\b(?:emitOpError|emitError|emitWarning|createStringError|report|fail)\s*\(")
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
EXPECTED = re.compile(r"expected-(?:error|warning|note|remark)(?:-re)?\s*(?:@[\w+-]+)?\s*\d*\s*\{\{(.*?)\}\}")
CHECK = re.compile(r"(?:CHECK|ERR|ERROR)[A-Z0-9_-]*:\s*(.*\S)")
LONG_ENOUGH = 8
EXEMPT = re.compile(r"//.*untested:\s*\S+")  # `// untested: why it cannot be provoked`, on the same line


def statement(text, start):
    """From the call to the `;` that ends its statement, literals kept whole."""
    end = re.compile(r'"(?:[^"\\\n]|\\.)*"|;').finditer(text, start)
    return next((text[start:m.end()] for m in end if m[0] == ";"), text[start:])


def literals(code):
    adjacent = re.sub(r'"\s*\n\s*"', "", code)
    pieces = [re.sub(r"\\(.)", r"\1", piece).strip(" ,.:;'()") for piece in LITERAL.findall(adjacent)]
    return [piece for piece in pieces if len(piece) >= LONG_ENOUGH]


root = sys.argv[1]
tests = "\n".join(tree.read(root, f) for f in tree.files(root, ("tests", "examples"), (".mlir", ".test", ".cpp", ".py", ".txt"))
                  if "conventions" not in f.parts)
expected = [text for pattern in (EXPECTED, CHECK) for text in pattern.findall(tests) if len(text) >= 12]
problems = []
for file in tree.files(root, ("dialect", "compiler"), (".cpp", ".h")):
    text = tree.read(root, file)
    for call in CALL.finditer(text):
        code = statement(text, call.start())
        pieces = literals(code)
        line = text.count("\n", 0, call.start()) + 1
        source_lines = text.splitlines()[line - 1:line + code.count("\n")]
        if not pieces or any(EXEMPT.search(source) for source in source_lines):
            continue
        if not any(piece in tests or any(e in piece for e in expected) for piece in pieces):
            problems.append(f"{file}:{line}: no test reads \"{max(pieces, key=len)}\"")
tree.finish(problems, "Provoke each in tests/<folder>/<file>-invalid.mlir with `expected-error`, or, when nothing can "
            "provoke it, end its line with `// untested: <why>`.")
