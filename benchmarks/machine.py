"""The machine and the tree that a measurement belongs to: processor, class, commit; and its roofs, by peak.c."""

import json
import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOFS = ("f32", "f32-256", "f64", "bf16", "int8", "read")
# (vendor, family, models) -> name; a processor that is not here goes by its numbers.
PROCESSORS = [
    ("AMD", 23, range(0x00, 0x30), "Zen"),
    ("AMD", 23, range(0x30, 0x100), "Zen 2"),
    ("AMD", 25, [*range(0x00, 0x10), *range(0x20, 0x60)], "Zen 3"),
    ("AMD", 25, [*range(0x10, 0x20), *range(0x60, 0x100)], "Zen 4"),
    ("AMD", 26, range(0x00, 0x100), "Zen 5"),
    ("Intel", 6, [0x3C, 0x3F, 0x45, 0x46], "Haswell"),
    ("Intel", 6, [0x3D, 0x47, 0x4F, 0x56], "Broadwell"),
    ("Intel", 6, [0x4E, 0x5E, 0x55, 0x8E, 0x9E, 0xA5, 0xA6], "Skylake"),
    ("Intel", 6, [0x6A, 0x6C, 0x7D, 0x7E], "Ice Lake"),
    ("Intel", 6, [0x8F], "Sapphire Rapids"),
    ("Intel", 6, [0xCF], "Emerald Rapids"),
    ("Intel", 6, [0xAD, 0xAE], "Granite Rapids"),
    ("Intel", 6, [0x97, 0x9A, 0xB7, 0xBA, 0xBE], "Alder Lake"),
]
# From the widest on: the first flag that is there names the instruction set.
EXTENSIONS = [("amx_bf16", "amx"), ("avx512_bf16", "avx512-bf16"), ("avx512f", "avx512"), ("avx2", "avx2")]


def describe(cpuinfo, cpus):
    """{"cpu", "processor", "isa", "cpus", "class"} from the text of /proc/cpuinfo."""
    fields = {}
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key.strip(), value.strip())
    vendor = {"AuthenticAMD": "AMD", "GenuineIntel": "Intel"}.get(fields.get("vendor_id"), "other")
    family, model = int(fields.get("cpu family", 0)), int(fields.get("model", 0))
    found = [name for v, f, models, name in PROCESSORS if (v, f) == (vendor, family) and model in models]
    processor = f"{vendor} {found[0] if found else f'family {family} model {model}'}"
    flags = fields.get("flags", "").split()
    isa = next((name for flag, name in EXTENSIONS if flag in flags), "sse2")
    name = re.sub(r"[^a-z0-9]+", "-", f"{processor} {isa} {cpus} cpus".lower())
    return {
        "cpu": fields.get("model name", "unknown"),
        "processor": processor,
        "isa": isa,
        "cpus": cpus,
        "class": name,
    }


def this_machine():
    return describe(Path("/proc/cpuinfo").read_text(), os.cpu_count())


def git(*words):
    try:
        ended = subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True)
    except FileNotFoundError:
        return None
    return ended.stdout.strip() if not ended.returncode else None


def commit():
    """Of the tree: twelve digits, with -dirty where a tracked file differs; "unknown" where git knows nothing."""
    head = git("rev-parse", "--short=12", "HEAD")
    if not head:
        return "unknown"
    return head + ("-dirty" if git("status", "--porcelain", "--untracked-files=no") else "")


class Peak:
    """The program peak.c on given CPUs."""

    def __init__(self, program, threads, cpus):
        self.program, self.threads, self.cpus = program, threads, cpus

    def measure(self, kind, seconds):
        """(GFLOP/s or, of `read`, GB/s; the instruction); (None, None) where the processor lacks it."""
        text = subprocess.run(
            [self.program, kind, str(self.threads), str(seconds)],
            check=True,
            capture_output=True,
            preexec_fn=lambda: os.sched_setaffinity(0, self.cpus),
        ).stdout
        reply = json.loads(text)
        return reply["rate"], reply["instruction"]
