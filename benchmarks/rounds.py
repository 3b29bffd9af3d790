"""The method: one process a peer, one of them awake at a time, taking turns in rounds.

What disturbs a shared machine (clock, other programs) then falls on all peers alike. A waiting peer's whole process
group is stopped by a signal, so a thread pool that spins or a collector that wakes costs the others nothing.
"""

import json
import math
import os
import resource
import select
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

SLICE_SECONDS = 0.075
WARM_UP_SECONDS = 0.3
OPENER_SECONDS = 0.3  # a call longer than this needs no call before it: waking up is lost in its noise
LONG_SECONDS, LONG_ROUNDS = 5, 3  # a call longer than this takes part in the first rounds only
ERROR_LENGTH = 300  # characters of a peer's error in the report; its log has all
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Limits:
    """What a peer may take: seconds for an answer, of which torch.compile needs about a minute, and bytes of memory."""

    seconds: float = 900
    memory: int | None = None

    def apply(self):
        """To this process, which then fails to allocate more."""
        if self.memory:
            resource.setrlimit(resource.RLIMIT_DATA, (self.memory, self.memory))


class PeerError(Exception):
    """A peer failed; the text is its own."""


class PeerDeclined(PeerError):
    """A peer cannot run the workload as asked, and says why."""


class Worker:
    """The process of one peer, stopped whenever no request is under way."""

    def __init__(self, name, threads, cpus, folder, limits=Limits()):
        self.name, self.limits = name, limits
        script = Path(__file__).resolve().parent / "worker.py"
        words = [sys.executable, script, name, threads, ",".join(map(str, sorted(cpus))), folder]
        self.log = Path(folder) / f"{name}-{threads}.log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [str(word) for word in words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                preexec_fn=limits.apply,
                env=dict(os.environ, TORCHINDUCTOR_COMPILE_THREADS="1"),
            )
        self.signal(signal.SIGSTOP)

    def signal(self, number):
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass

    def request(self, **request):
        self.signal(signal.SIGCONT)
        try:
            self.process.stdin.write((json.dumps(request) + "\n").encode())
            self.process.stdin.flush()
            reply = self.read_reply()
        except BrokenPipeError:
            reply = None
        finally:
            self.signal(signal.SIGSTOP)
        if reply is None:
            raise PeerError(f"its process ended, see {self.log}")
        if "declined" in reply:
            raise PeerDeclined(reply["declined"])
        if "error" in reply:
            # Not the first line alone: some frameworks begin with the place and give the reason below.
            raise PeerError(textwrap.shorten(reply["error"], ERROR_LENGTH))
        return reply

    def read_reply(self):
        if not select.select([self.process.stdout], [], [], self.limits.seconds)[0]:
            self.close()  # its late answer would be taken for that to the next request
            raise PeerError(f"no answer in {self.limits.seconds:g} s")
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def cpu_seconds(self):
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / TICKS

    def close(self):
        self.signal(signal.SIGKILL)
        self.process.wait()


def machine_busy_seconds():
    """CPU seconds of everything on this machine that was not idle, stolen time included."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS


def own_busy_seconds(workers):
    return sum(worker.cpu_seconds() for worker in workers) + sum(os.times()[:4])


class Disturbance:
    """How much of the machine others used between start and end, 0 to 1."""

    def __init__(self, workers):
        self.workers = workers
        self.begin = self.sample()

    def sample(self):
        return time.monotonic(), machine_busy_seconds() - own_busy_seconds(self.workers)

    def share(self):
        wall, busy = (end - begin for end, begin in zip(self.sample(), self.begin))
        return max(0.0, busy / (wall * os.cpu_count()))


def calibrate(worker):
    """Warms the peer up; returns what makes a slice: the iterations, whether a call off the clock opens it, and in how
    many rounds at most.
    """
    iterations, total = 1, 0.0
    while True:
        seconds = worker.request(do="time", iterations=iterations, opener=False)["seconds"]
        total += seconds
        each = seconds / iterations
        if total >= WARM_UP_SECONDS:
            return {
                "iterations": max(1, round(SLICE_SECONDS / each)),
                "opener": each < OPENER_SECONDS,
                "rounds": LONG_ROUNDS if each > LONG_SECONDS else math.inf,
            }
        iterations = max(1, min(iterations * 4, round(WARM_UP_SECONDS / each)))


def interleave(workers, rounds, measure_roofs, progress):
    """Runs all rounds: ({name: {"iterations", "opener", "samples": seconds a call}}, [roofs by round], others' share).
    A sample's place is its round.

    A peer that fails on the way gets {"error": text} instead. The order turns by one each round, so that none always
    follows the same neighbour.
    """
    outcome = {}
    for worker in workers:
        try:
            outcome[worker.name] = {**calibrate(worker), "samples": []}
        except PeerError as error:
            outcome[worker.name] = {"error": str(error)}
    roofs, disturbance = [], Disturbance(workers)
    for turn in range(rounds):
        progress(turn)
        roofs.append(measure_roofs())
        start = turn % len(workers)
        for worker in workers[start:] + workers[:start]:
            peer = outcome[worker.name]
            if "error" in peer or turn >= peer["rounds"]:
                continue
            try:
                seconds = worker.request(do="time", iterations=peer["iterations"], opener=peer["opener"])["seconds"]
                peer["samples"].append(seconds / peer["iterations"])
            except PeerError as error:
                outcome[worker.name] = {"error": str(error)}
    for peer in outcome.values():
        peer.pop("rounds", None)
    return outcome, roofs, disturbance.share()
