"""Words that have no place in the tree: open ends, file and type names that say nothing, paths of one machine."""
import re
import sys

import tree

# Spelled in pieces so that this file passes its own test.
OPEN_ENDS = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
EMPTY_NAME = r"(?:Util(?:s|ities|ity)?|Common|Helpers?|Manager|Misc)"
EMPTY_FILE = re.compile(rf"{EMPTY_NAME}(?:[A-Z.]|$)")
EMPTY_TYPE = re.compile(rf"^\s*(?:class|struct|enum class|enum|namespace)\s+(\w*{EMPTY_NAME})\b(?!;)", re.M)
PRIVATE_PATH = re.compile(r"(?<![\w./%${}-])/(?:tm" r"p|home|root|work|Users)/[\w.]")
TEXT = (".cpp", ".h", ".c", ".td", ".py", ".cmake", ".md", ".mlir", ".test", ".txt", ".json", "")
TOP = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "CMakeLists.txt", "CMakePresets.json")
DATA = ("Inputs", "data", "lines.txt", "vocab.txt")

root = sys.argv[1]
problems = []
top = [f for f in TOP if (tree.pathlib.Path(root) / f).exists()]
for file in [tree.pathlib.Path(f) for f in top] + list(tree.files(root, suffixes=TEXT)):
    if EMPTY_FILE.search(file.name):
        problems.append(f"{file}: a name that says nothing; call it by what it does")
    if any(part in DATA for part in file.parts):
        continue
    text = tree.read(root, file)
    for number, line in enumerate(text.splitlines(), 1):
        if found := OPEN_ENDS.search(line):
            problems.append(f"{file}:{number}: {found[0]}: do it, or file an issue")
        if found := PRIVATE_PATH.search(line):
            problems.append(f"{file}:{number}: a path of one machine: {line[found.start():].split()[0]}")
    if file.suffix in (".cpp", ".h"):
        problems += [f"{file}: {name}: a name that says nothing" for name in EMPTY_TYPE.findall(text)]
tree.finish(problems, "The house style is in CONTRIBUTING.md.")
