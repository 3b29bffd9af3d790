"""What the commands `run` and `long-range` share: kinds of options, where things are, the environment they run in."""

import argparse
import os
import shlex
import sys
from pathlib import Path

from peers import PEERS

ROOT = Path(__file__).resolve().parent.parent
PEER_NAMES = list(PEERS)


def listed(kind):
    return lambda text: [kind(word) for word in text.split(",")]


def peer_name(text):
    if text not in PEER_NAMES:
        raise argparse.ArgumentTypeError(f"unknown peer '{text}', choose from {', '.join(PEER_NAMES)}")
    return text


def positive(text):
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"expected a number above 0, got '{text}'")
    return int(text)


def add_places(parser):
    """The options that name the compiler, its options and the folders."""
    add = parser.add_argument
    add("--out", type=Path, metavar="DIR", help="of the report; default: build/benchmarks/results/COMMIT")
    add("--build", type=Path, default=ROOT / "build", metavar="DIR", help="default: build")
    add("--attnc", type=Path, metavar="FILE", help="the compiler; default: bin/attnc in the build folder")
    add("--attnc-options", type=shlex.split, default=[], metavar="WORDS", help="such as =--backend=halide")


def enter_environment(build, program):
    """Continues in the Python of build/bench-venv, which has numpy and the peers."""
    environment = build / "bench-venv"
    if Path(sys.prefix).resolve() == environment.resolve():
        return
    python = environment / "bin" / "python"
    if not python.exists():
        sys.exit(f"{program}: the peers are not installed: run benchmarks/setup first")
    os.execv(python, [str(python), *sys.argv])


def say(text):
    print(text, file=sys.stderr, flush=True)
