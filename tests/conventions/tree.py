"""What the convention tests share: which files are ours, and one way to say what is wrong and how to mend it."""
import os
import pathlib
import sys

CODE = (".cpp", ".h", ".c", ".td", ".S", ".inc")
OURS = ("dialect", "compiler", "runtime", "examples", "tests", "benchmarks", "cmake", "scripts", "docs", ".ci")


def files(root, folders=OURS, suffixes=None):
    """Paths relative to the root, sorted; build trees, caches and links are left out."""
    for folder in folders:
        for here, below, names in os.walk(pathlib.Path(root) / folder):
            below[:] = sorted(d for d in below if not d.startswith(("build", "__pycache__", ".")))
            for name in sorted(names):
                path = pathlib.Path(here, name)
                if not path.is_symlink() and (suffixes is None or path.suffix in suffixes):
                    yield path.relative_to(root)


def read(root, path):
    """The text, or '' for a file that is not text (data of the tests)."""
    try:
        return (pathlib.Path(root) / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def finish(problems, remedy):
    for problem in problems:
        print(problem)
    if problems:
        print(f"\n{len(problems)} found. {remedy}")
    sys.exit(1 if problems else 0)
