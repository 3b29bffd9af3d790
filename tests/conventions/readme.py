"""Runs every ```sh command of README.md, in order, in an empty folder that sees the repository through links.

The two set-up commands are left out: this test runs inside one of them, and the other is a part of it. Exit code 77
(skipped) when the tools are not built.
"""
import pathlib
import re
import shutil
import subprocess
import sys

SETUP = {"scripts/quickstart", "scripts/check"}
NOT_LINKED = {"build", ".git"}
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.M | re.S)


def scratch_folder(root, build):
    """build/tests/readme: links to the repository's entries, `build` to this build tree; outputs stay here."""
    folder = build / "tests" / "readme"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for entry in root.iterdir():
        if entry.name not in NOT_LINKED and not entry.name.startswith("build"):
            (folder / entry.name).symlink_to(entry)
    (folder / "build").symlink_to(build)
    return folder


def without_setup(block):
    kept = [line for line in block.splitlines() if line.split("#")[0].strip() not in SETUP]
    return "\n".join(kept).strip()


def main(root, build):
    readme = root / "README.md"
    if not readme.exists() or not (build / "bin" / "attnc").exists():
        print("README.md or build/bin/attnc does not exist yet")
        return 77
    folder = scratch_folder(root, build)
    blocks = BLOCK.finditer(readme.read_text())
    for block in blocks:
        script = without_setup(block[1])
        if not script:
            continue
        line = readme.read_text().count("\n", 0, block.start()) + 1
        result = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=folder, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600, check=False)
        print(f"README.md:{line}: {script}\n{result.stdout}")
        if result.returncode:
            print(f"exit code {result.returncode}. Mend the command or what it runs; the folder is {folder}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*(pathlib.Path(argument).resolve() for argument in sys.argv[1:3])))
