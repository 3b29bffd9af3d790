"""Rows as measure.py makes them, with made-up times, for the tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import report  # noqa: E402
import workloads  # noqa: E402

INSTRUCTIONS = {"f32": "vfmaddps ymm", "f32-256": "vfmaddps ymm", "int8": "vpmaddwd + vpaddd ymm", "read": "loads"}


def row(name="minilm-1x16", compute=100.0, read=10.0, wrong=None, rates=None, **times):
    """`times`: {peer: samples in seconds}, with _ for -; `wrong`: {peer: {"error" or "declined": text}}. `compute` and
    `read` are rates of the roofs, or one for each round.
    """
    workload = workloads.WORKLOADS[name]
    rounds = max((len(samples) for samples in times.values()), default=1)
    kind = workload.compute_roof if workload.compute_roof in INSTRUCTIONS else "f32"
    peers = {
        n.replace("_", "-"): dict(samples=samples, version=f"{n} 1.0", prepare_seconds=3.0, memory=2e7)
        for n, samples in times.items()
    }
    peers.update(wrong or {})
    roofs = {n: {"rate": 100.0, "instruction": text} for n, text in INSTRUCTIONS.items()}
    roofs["bf16"] = {"rate": None, "instruction": None}
    samples = {k: v if isinstance(v, list) else [v] * rounds for k, v in ((kind, compute), ("read", read))}
    made = dict(
        name=name,
        threads=2,
        model=workload.model,
        group=workload.group,
        sizes=workload.label,
        precision=workload.precision,
        flops=workload.flops,
        bytes=workload.bytes,
        compared_with=workload.compared_with,
        compute_roof=kind,
        wanted_roof=workload.compute_roof,
        roofs=roofs,
        roof_samples=samples,
        plain_errors={"largest": 1e-7, "mean": 1e-7},
        not_compared=None,
        disturbance=0.0,
        peers=peers,
    )
    report.summarise(made)
    return made


MACHINE = {
    "cpu": "a processor",
    "processor": "AMD Zen 3",
    "cpus": 2,
    "isa": "avx2",
    "class": "amd-zen-3-avx2-2-cpus",
}


def results(*rows, **more):
    made = dict(machine=MACHINE, commit="0123456789ab", date="2026-01-02", rounds=3, attnc_options=[])
    return made | dict(versions=["torch 1"], notes=[], changes=[], failed=False, rows=list(rows)) | more
