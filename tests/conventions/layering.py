"""Includes follow docs/architecture.md, "Who may include whom": a stage sees the dialect, never another stage."""
import re
import sys

import tree

STAGE = ("dialect/",)
PUBLIC = ("attn/",)  # runtime/include/attn
# The interface of the back ends, their list, and the CPU they compile for.
BACKEND = ("compiler/backends/Backend.h", "compiler/backends/Backends.h", "compiler/backends/Target.h")
# What surrounds a kernel's code, and elementary functions: the same in every back end.
CODE = ("compiler/backends/code/", "compiler/backends/math/")

# Longest prefix of the including file's path -> prefixes it may include, beside its own folder.
MAY_INCLUDE = {
    "dialect/": (),
    "compiler/simplify/": STAGE,
    "compiler/fuse/": STAGE,
    "compiler/reference/": STAGE + PUBLIC,
    "compiler/tile/": STAGE + BACKEND,
    "compiler/lower/": STAGE + BACKEND,
    "compiler/emit/": STAGE + PUBLIC + BACKEND,
    "compiler/backends/": STAGE + PUBLIC + ("compiler/backends/",),
    "compiler/backends/code/": STAGE + PUBLIC + BACKEND,
    "compiler/backends/math/": STAGE + PUBLIC + BACKEND,
    "compiler/backends/llvm/": STAGE + PUBLIC + BACKEND + CODE,
    "compiler/backends/halide/": STAGE + PUBLIC + BACKEND + CODE + ("Halide.h",),
    "compiler/driver/": STAGE + PUBLIC + ("compiler/",),
    "compiler/tools/": STAGE + PUBLIC + ("compiler/driver/", "compiler/reference/"),
    "runtime/": PUBLIC,
    "examples/": PUBLIC,
}
OURS = re.compile(r"^(dialect|compiler|runtime|examples|tests|benchmarks|attn)/|^Halide\.h$")
FOREIGN = re.compile(r"^(mlir|mlir-c|llvm|llvm-c|clang)/")
INCLUDE = re.compile(r'^\s*#?\s*include\s+["<]([^">]+)[">]', re.M)


def check(path, include):
    """The problem with one include, or None."""
    owner = max((prefix for prefix in MAY_INCLUDE if path.startswith(prefix)), key=len, default=None)
    if owner is None:
        return None
    if owner in ("runtime/", "examples/") and FOREIGN.match(include):
        return "must not use MLIR or LLVM"
    if include == "Halide.h" and not (owner.endswith("halide/") and path.endswith(".cpp")):
        return "only compiler/backends/halide/*.cpp may include it"
    if not OURS.match(include) or include.startswith((owner,) + MAY_INCLUDE[owner]):
        return None
    return "may include only " + ", ".join((owner,) + MAY_INCLUDE[owner])


root = sys.argv[1]
problems = []
for file in tree.files(root, ("dialect", "compiler", "runtime", "examples"), tree.CODE):
    for found in INCLUDE.finditer(tree.read(root, file)):
        if problem := check(str(file), found[1]):
            problems.append(f"{file}: includes {found[1]}: {problem}")
tree.finish(problems, "Let the IR carry what the stage needs (an op, an attribute), or move the declaration to the layer "
            "below; docs/architecture.md has the rule.")
