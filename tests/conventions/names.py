"""A pass has one name in four spellings: attn-fuse-maps = FuseMaps = fuse/FuseMaps.cpp = tests/fuse/fuse-maps.mlir."""
import pathlib
import re
import sys

import tree

PASS = re.compile(r'^def\s+(\w+)\s*:\s*Pass<"([^"]+)"', re.M)


def check(root, td):
    stage = td.parent.relative_to("compiler")
    for class_name, flag in PASS.findall(tree.read(root, td)):
        slug = flag.removeprefix("attn-")
        if slug == flag:
            yield f"{td}: pass {flag}: the name must start with attn-"
            continue
        camel = "".join(word.capitalize() for word in slug.split("-"))
        if class_name != camel:
            yield f"{td}: pass {flag} is defined as {class_name}, expected {camel}"
        for path in (td.parent / f"{camel}.cpp", pathlib.Path("tests") / stage / f"{slug}.mlir"):
            if not (pathlib.Path(root) / path).exists():
                yield f"{td}: pass {flag}: {path} does not exist"


root = sys.argv[1]
problems = []
for file in tree.files(root, ("compiler",), (".td",)):
    if file.name == "Passes.td":
        problems += check(root, file)
tree.finish(problems, "Rename so that flag, class, file and test agree; a pass without a test needs one.")
