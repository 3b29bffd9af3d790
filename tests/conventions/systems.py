"""docs/generated/systems.md has a row for each system of tests/numerics/systems.txt and numeric test that holds it against
stored results: its cases, the strategies that attnc chooses, the back ends, and the largest error of compiled code.

systems.py ROOT compares systems, tests and cases with the tests. systems.py ROOT --write BIN [TEST...] renews the page with
the tools of the folder BIN: it measures the tests that are named and those that the page does not have.
"""
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

import tree

root = pathlib.Path(sys.argv[1]).resolve()
NUMERICS = root / "tests" / "numerics"
PAGE = root / "docs" / "generated" / "systems.md"
HEADER = """<!-- Written by tests/conventions/systems.py --write; not edited by hand. -->

# Systems, and the tests that hold them
Compiled code of f32 against stored results of f64, on small cases and one processor; the tests bound the error on many
sizes, processors and numbers of threads. Where two back ends make the code, the error is that of the worse.

| system | | test | cases | strategies | back ends | largest error |
|---|---|---|---|---|---|---|
"""
ROW = re.compile(r"^\| (\d+) \| [^|]* \| \[([^]]+)\][^|]* \| ([^|]*) \|", re.M)


def systems():
    """[(number, title, the first words of its folders)]"""
    lines = tree.read(root, "tests/numerics/systems.txt").splitlines() if (NUMERICS / "systems.txt").exists() else []
    found = []
    for line in lines:
        if line and not line.startswith("#"):
            number, rest = line.split(" ", 1)
            title, _, words = rest.partition(": ")
            found.append((int(number), title, words.split()))
    return found


def runs(test):
    """The RUN lines of a test, continued ones joined."""
    text = "\n".join(re.findall(r"RUN: ?(.*)", (NUMERICS / test).read_text()))
    return text.replace("\\\n", " ").splitlines()


def structure():
    """{(system, test): cases}, and the folders that belong to no system."""
    owners = {word: number for number, _, words in systems() for word in words}
    rows, strange = {}, set()
    for test in sorted(path.name for path in NUMERICS.glob("*.mlir")) if NUMERICS.exists() else []:
        for line in runs(test):
            for folder in re.findall(r"data/([\w-]+)", line) if "--expect " in line else []:
                fits = [word for word in owners if folder == word or folder.startswith(word + "-")]
                if not fits:
                    strange.add(folder)
                    continue
                cases = rows.setdefault((owners[max(fits, key=len)], test), [])
                if (case := folder.partition("-")[2] or folder) not in cases:
                    cases.append(case)
    return rows, sorted(strange)


def comparisons(test, tools, folder):
    """[(where, arguments of attn-run)] of the comparisons that a test makes: its lines run with an attn-run that writes down
    how it was called."""
    log = folder / "calls"
    log.unlink(missing_ok=True)
    note = folder / "attn-run"
    note.write_text(f"#!{sys.executable}\nimport json, os, sys\n"
                    f"open({str(log)!r}, 'a').write(json.dumps([os.getcwd(), sys.argv[1:]]) + '\\n')\n")
    note.chmod(0o755)
    paths = f"{folder}:{tools}:{os.environ['PATH']}"
    for line in runs(test):
        if "--expect " not in line and not re.search(r"> *%t|%python %S/Inputs", line):
            continue
        for name, value in (("%%", "\0"), ("%S", NUMERICS), ("%s", NUMERICS / test), ("%t", folder / "t"), ("%python", sys.executable),
                            ("\0", "%")):
            line = line.replace(name, str(value))
        # What else a line does may fail here, where lit's tools are not.
        subprocess.run(line, shell=True, check=False, env={**os.environ, "PATH": paths}, capture_output=True)
    return [json.loads(line) for line in log.read_text().splitlines()]


def without(arguments, *options):
    """The arguments but for these options and their values."""
    kept = iter(arguments)
    return [word for word in kept if not (word in options and (word == "--reference" or next(kept)))]


def output(where, *command):
    return subprocess.run(command, cwd=where, check=True, capture_output=True, text=True).stdout


def measure(test, system, tools, folder):
    """(strategies, back ends, the largest absolute error of any result)"""
    strategies, backends, largest = [], [], 0.0
    of_system = [word for number, _, words in systems() if number == system for word in words]
    for where, arguments in comparisons(test, tools, folder):
        if "--expect" not in arguments or not any(word in shlex.join([where, *arguments]) for word in of_system):
            continue
        model = next(word for word in arguments if word.endswith(".mlir"))
        weights = [f"--weights={word}" for word in re.findall(r"--weights[= ](\S+)", shlex.join(arguments))]
        rest = without([word for word in arguments if word != model], "--reference", "--rtol", "--atol")
        for backend in ("llvm", "halide"):
            build = [f"{tools}/attnc", model, f"--backend={backend}"]
            tiled = subprocess.run([*build, "--stop-after=tile"], cwd=where, check=False, capture_output=True, text=True)
            if tiled.returncode or f"backend = {backend}" not in tiled.stdout:  # it has declined all
                continue
            said = output(where, *build, *weights, "-o", f"{folder}/m.so", "--explain=json")
            strategies += [kernel["strategy"] for kernel in json.loads(said)["kernels"]]
            backends.append(backend)
            ran = output(where, f"{tools}/attn-run", f"{folder}/m.so", *rest, "--rtol", "1", "--atol", "1")
            largest = max([largest, *map(float, re.findall(r"max abs error ([^,]+)", ran))])
    if not backends:  # what compiled code computes has another form in this test
        return "", "reference only", ""
    return ", ".join(dict.fromkeys(strategies)), ", ".join(dict.fromkeys(backends)), f"{largest:.1e}" if largest else "0"


def write(tools, named):
    before = {(int(number), test): line for line in (PAGE.read_text() if PAGE.exists() else "").splitlines()
              for number, test, _ in ROW.findall(line)}
    titles = {number: title for number, title, _ in systems()}
    lines = []
    for (system, test), cases in sorted(structure()[0].items()):
        name = test.removesuffix(".mlir")
        old = before.get((system, name))
        if old and name not in named:
            measured = [cell.strip() for cell in old.strip("|").split("|")][4:]
        else:
            print(name, file=sys.stderr)
            with tempfile.TemporaryDirectory() as folder:
                measured = measure(test, system, tools, pathlib.Path(folder))
        link = f"[{name}](../../tests/numerics/{test})"
        lines.append("| " + " | ".join([str(system), titles[system], link, ", ".join(cases), *measured]) + " |\n")
        PAGE.write_text(HEADER + "".join(lines))  # a failure leaves what was measured


if "--write" in sys.argv:
    tools, *named = sys.argv[sys.argv.index("--write") + 1:]
    write(str(pathlib.Path(tools).resolve()), named)
rows, strange = structure()
wanted = {(str(system), test.removesuffix(".mlir"), ", ".join(cases)) for (system, test), cases in rows.items()}
has = set(ROW.findall(PAGE.read_text())) if PAGE.exists() else set()
problems = [f"tests/numerics/systems.txt: no system has the cases data/{folder}" for folder in strange]
problems += [f"docs/generated/systems.md: {test} is new, or holds other cases of system {number}: {cases}"
             for number, test, cases in sorted(wanted - has)]
problems += [f"docs/generated/systems.md: no test {test} holds {cases} of system {number}"
             for number, test, cases in sorted(has - wanted)]
tree.finish(problems, "Run: python3 tests/conventions/systems.py . --write build/bin")
