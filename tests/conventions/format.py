"""C and C++ are as .clang-format lays them out. Tables made by programs (.inc) are left out."""
import subprocess
import sys

import tree

root, clang_format = sys.argv[1:]
sources = [str(file) for file in tree.files(root, suffixes=(".cpp", ".h", ".c"))]
result = subprocess.run([clang_format, "--dry-run", "-Werror", "--ferror-limit=1", *sources], cwd=root, capture_output=True,
                        text=True, check=False)
problems = [line for line in result.stderr.splitlines() if ": error: " in line]
if result.returncode and not problems:
    problems = [result.stderr]
tree.finish(problems, f"Run: {clang_format} -i FILE")
