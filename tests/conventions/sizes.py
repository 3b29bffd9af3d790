"""Files stay below 600 lines (a warning from 400), functions below 80. size_exceptions.txt names the few that may not
and why. C++ functions are found by their layout, which clang-format fixes: they end where their first line began."""
import pathlib
import re
import sys

import tree

WARN_FILE, MAX_FILE, MAX_FUNCTION = 400, 600, 80
NOT_A_FUNCTION = re.compile(r"\s*(namespace|class|struct|enum|union|extern|typedef|using|#|//|\})")


def cpp_functions(lines):
    """Yields first line number and length of what begins at column 0 or 2 with a parameter list and has a body."""
    for indent in ("", "  "):
        start, signature = None, ""
        for number, line in enumerate(lines, 1):
            at_indent = line.startswith(indent) and line[len(indent):len(indent) + 1].strip() != ""
            if start is None:
                if at_indent and not NOT_A_FUNCTION.match(line) and not line.rstrip().endswith((";", ",", "}", ":")):
                    start, signature = number, line
                continue
            if line.rstrip() in (indent + "}", indent + "};"):
                if "(" in signature:
                    yield start, number - start + 1
                start = None
            elif at_indent and line.rstrip().endswith(";"):
                start = None
            elif "{" not in signature:
                signature += line


def python_functions(text):
    import ast
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            yield node.lineno, node.end_lineno - node.lineno + 1


root = sys.argv[1]
listed = pathlib.Path(root, "tests/conventions/size_exceptions.txt")
excused = {}
for line in listed.read_text().splitlines() if listed.exists() else ():
    if line.strip() and not line.startswith("#"):
        path, _, reason = line.partition(" ")
        excused[path] = reason.strip()

problems = [f"size_exceptions.txt: {path}: no reason given" for path, reason in excused.items() if not reason]
for file in tree.files(root, suffixes=(".cpp", ".h", ".c", ".td", ".py", ".cmake")):
    text = tree.read(root, file)
    lines = text.splitlines()
    if str(file) in excused:
        continue
    if len(lines) > MAX_FILE:
        problems.append(f"{file}: {len(lines)} lines, more than {MAX_FILE}")
    elif len(lines) > WARN_FILE:
        print(f"warning: {file}: {len(lines)} lines, more than {WARN_FILE}")
    functions = python_functions(text) if file.suffix == ".py" else cpp_functions(lines)
    problems += [f"{file}:{at}: a function of {size} lines, more than {MAX_FUNCTION}"
                 for at, size in functions if size > MAX_FUNCTION]
tree.finish(problems, "Split by idea, not by length; a real exception goes into tests/conventions/size_exceptions.txt "
            "as `path reason`.")
