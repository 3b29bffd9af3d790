"""docs/generated/ holds what mlir-tblgen writes for the ops and passes as they are now; systems.py holds systems.md.

docs_fresh.py ROOT MLIR_TBLGEN INCLUDE... compares; with --write at the end it renews the files.
"""
import pathlib
import subprocess
import sys

import tree

write = sys.argv[-1] == "--write"
root, tblgen, *includes = sys.argv[1:len(sys.argv) - write]
includes = [path for group in includes for path in group.split(";")]
HEADER = "<!-- Written by tests/conventions/docs_fresh.py --write from {}; not edited by hand. -->\n\n"


def generate(td, *arguments):
    command = [tblgen, *arguments, *(f"-I{path}" for path in [root, *includes]), str(pathlib.Path(root, td))]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        sys.exit(f"{td}: mlir-tblgen failed:\n{result.stderr}")
    # The tool prints the path it was given in some headings; the text must not depend on where the clone is.
    return HEADER.format(td) + result.stdout.replace(str(root) + "/", "").rstrip() + "\n"


def wanted():
    """Name below docs/generated/ -> text."""
    if pathlib.Path(root, "dialect/AttnOps.td").exists():
        yield "ops.md", generate("dialect/AttnOps.td", "-gen-dialect-doc", "-dialect=attn")
    for td in tree.files(root, ("compiler",), (".td",)):
        if td.name == "Passes.td":
            stage = "-".join(td.parent.relative_to("compiler").parts)
            yield f"passes-{stage}.md", generate(td, "-gen-pass-doc")


folder = pathlib.Path(root, "docs/generated")
texts = dict(wanted())
problems = []
if write:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text)
for name, text in texts.items():
    if not (folder / name).exists():
        problems.append(f"docs/generated/{name} does not exist")
    elif (folder / name).read_text() != text:
        problems.append(f"docs/generated/{name} is older than the .td file it describes")
problems += [f"docs/generated/{path.name} describes nothing that exists: delete it"
             for path in sorted(folder.glob("*.md")) if path.name not in texts and path.name != "systems.md"]
tree.finish(problems, f"Run: python3 tests/conventions/docs_fresh.py . {tblgen} {' '.join(includes)} --write")
