"""Each rule is given a small tree that breaks it, and must say so; and an empty tree, which it must accept."""
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
BROKEN = {  # rule -> files of the tree, text that the rule must print
    "layering": [({"compiler/fuse/A.cpp": '#include "compiler/tile/B.h"\n'}, "includes compiler/tile/B.h"),
                 ({"runtime/A.cpp": '#include "mlir/IR/Value.h"\n'}, "must not use MLIR"),
                 ({"compiler/driver/A.cpp": '#include "Halide.h"\n'}, "only compiler/backends/halide")],
    "names": [({"compiler/fuse/Passes.td": 'def MapFuser : Pass<"attn-fuse-maps"> {}\n'}, "expected FuseMaps"),
              ({"compiler/fuse/Passes.td": 'def FuseMaps : Pass<"attn-fuse-maps"> {}\n'}, "fuse-maps.mlir does not exist")],
    "spec": [({"docs/spec.md": "### attn.linear\n(C1) ranks\n", "tests/a.mlir": "func.func @linear_c1()"}, "cited by no code"),
             ({"docs/spec.md": "### attn.linear\n(C1) ranks\n", "dialect/A.cpp": "f(); // linear_c1\n"}, "tested by no function"),
             ({"docs/spec.md": "# Spec\n", "dialect/A.cpp": "f(); // linear_c9\n"}, "does not have")],
    "diagnostics": [({"dialect/A.cpp": 'return emitOpError("expected a blue moon");\n'}, "expected a blue moon")],
    "sizes": [({"dialect/A.cpp": "int f(int a) {\n" + "  ++a;\n" * 90 + "}\n"}, "a function of 92 lines"),
              ({"dialect/A.cpp": "int a;\n" * 601}, "601 lines")],
    "systems": [({"tests/numerics/systems.txt": "1 Attention: attention\n",
                  "tests/numerics/a.mlir": "// RUN: cd %S/data/attention-one && attn-run %s --expect o=o.npy\n"}, "a is new"),
                ({"tests/numerics/a.mlir": "// RUN: cd %S/data/odd-one && attn-run %s --expect o=o.npy\n"}, "no system has"),
                ({"docs/generated/systems.md": "| 1 | Attention | [a](a) | one | | | |\n"}, "no test a holds one")],
    "words": [({"dialect/A.cpp": "// TO" "DO later\n"}, "do it, or file an issue"),
              ({"compiler/emit/EmitUtils.cpp": "\n"}, "a name that says nothing"),
              ({"docs/a.md": "see /ho" "me/me/a\n"}, "a path of one machine")],
}


def run(rule, files):
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        result = subprocess.run([sys.executable, HERE / f"{rule}.py", root], capture_output=True, text=True, check=False)
        return result.returncode, result.stdout + result.stderr


failures = []
for rule, cases in BROKEN.items():
    code, output = run(rule, {})
    if code:
        failures.append(f"{rule} rejects an empty tree: {output}")
    for files, text in cases:
        code, output = run(rule, files)
        if code != 1 or text not in output:
            failures.append(f"{rule} on {list(files)}: expected exit code 1 and '{text}', got {code} and:\n{output}")
print("\n".join(failures))
sys.exit(1 if failures else 0)
