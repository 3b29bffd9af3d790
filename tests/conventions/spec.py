"""Each constraint (Cn) under `### attn.op` in docs/spec.md is cited as op_cn in the code that checks it and in the name
of a test function, @op_cn; and nothing cites a constraint that the spec does not have."""
import re
import sys

import tree

SECTION = re.compile(r"^###\s+`?attn\.(\w+)`?[^\n]*\n(.*?)(?=^#{1,3}\s|\Z)", re.M | re.S)
CITATION = re.compile(r"\b([a-z][a-z0-9_]*?_c\d+)\b")
# @linear_c2, or @linear_c2_rank where one constraint needs several tests.
TESTED = re.compile(r"@([a-z][a-z0-9_]*?_c\d+)(?:_\w+)?\b")


def constraints(text):
    for op, body in SECTION.findall(text):
        for number in sorted(set(re.findall(r"\(C(\d+)\)", body)), key=int):
            yield op, f"{op}_c{number}"


def cited(root, folders, suffixes, pattern):
    found = {}
    for file in tree.files(root, folders, suffixes):
        text = tree.read(root, file)
        if pattern is CITATION:  # only in comments
            text = "\n".join(line.partition("//")[2] for line in text.splitlines())
        for name in pattern.findall(text):
            found.setdefault(name, file)
    return found


root = sys.argv[1]
spec = tree.read(root, "docs/spec.md") if any(str(f) == "docs/spec.md" for f in tree.files(root, ("docs",))) else ""
promised = list(constraints(spec))
ops = {op for op, _ in promised}
in_code = cited(root, ("dialect", "compiler"), (".cpp", ".td", ".h"), CITATION)
in_tests = cited(root, ("tests",), (".mlir",), TESTED)
problems = []
for _, name in promised:
    if name not in in_code:
        problems.append(f"docs/spec.md: {name} is cited by no code: add `// {name}` where it is checked")
    if name not in in_tests:
        problems.append(f"docs/spec.md: {name} is tested by no function @{name} under tests/")
if spec:
    known = {name for _, name in promised}
    problems += [f"{file}: cites {name}, which docs/spec.md does not have"
                 for name, file in sorted({**in_tests, **in_code}.items()) if name not in known]
tree.finish(problems, "Spec, verifier and test state the same rule under the same number; mend the one that lags.")
