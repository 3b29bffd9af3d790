"""One peer in one process: reads requests from standard input, one JSON object a line, and answers each with another.

    {"do": "prepare", "workload": "minilm-1x16", "precision": "f32"}   -> {"seconds": ...}   load or compile
    {"do": "output", "other": true, "path": "out.npz"}                 -> {}                 result saved
    {"do": "time", "iterations": 20, "opener": true}                   -> {"seconds": ...}   of all together
    {"do": "memory"}                                                   -> {"bytes": ...}     peak since prepare
`precision` is the workload's but where a reference is wanted. An exception becomes {"error": text}, or {"declined":
text} where the peer says that it cannot; the process goes on. What frameworks print goes to standard error.
"""

import ctypes
import gc
import json
import os
import sys
import time
import traceback
import warnings
from pathlib import Path


def resident(field):
    """Bytes of VmRSS, what is in memory now, or VmHWM, the most since it was reset."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    return 0


def reset_peak():
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:  # then what loading took for a moment counts too
        pass


def prepare(peer, state, request):
    from workloads import WORKLOADS

    workload = state["workload"] = WORKLOADS[request["workload"]]
    state["resident"] = resident("VmRSS")
    inputs = workload.inputs()
    begin = time.perf_counter()
    peer.prepare(workload.at(request["precision"]))
    peer.feed(inputs)
    peer.call()
    seconds = time.perf_counter() - begin
    reset_peak()
    return {"seconds": seconds, "version": peer.version()}


def output(peer, state, request):
    import numpy

    peer.feed(state["workload"].inputs(request["other"]))
    peer.call()
    numpy.savez(request["path"], **peer.output())
    peer.feed(state["workload"].inputs())
    return {}


def measure(peer, state, request):
    if request["opener"]:
        # A call outside the clock brings back the caches and wakes the threads after the others' turns.
        peer.call()
    begin = time.perf_counter()
    for _ in range(request["iterations"]):
        peer.call()
    return {"seconds": time.perf_counter() - begin}


def memory(peer, state, request):
    """Inputs, weights, results and what runs need, without the framework itself."""
    # Comparing outputs took more than a run does, and what it freed is still this process's.
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    reset_peak()
    peer.call()
    return {"bytes": max(0, resident("VmHWM") - state["resident"])}


ACTIONS = {"prepare": prepare, "output": output, "time": measure, "memory": memory}


def main():
    name, threads, cpus, folder = sys.argv[1:5]
    # A stopped worker does not see its standard input close: end it with the harness (PR_SET_PDEATHSIG, SIGKILL).
    ctypes.CDLL(None).prctl(1, 9)
    os.sched_setaffinity(0, {int(cpu) for cpu in cpus.split(",")})
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = threads
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    warnings.filterwarnings("ignore")

    import peers

    peer, broken, state = None, None, {}
    for line in sys.stdin:
        try:
            if peer is None and broken is None:
                peer = peers.PEERS[name](peers.Files(folder), int(threads))
            request = json.loads(line)
            reply = {"error": broken} if broken else ACTIONS[request["do"]](peer, state, request)
        except peers.Declined as refusal:
            reply = {"declined": str(refusal)}
        except Exception as error:  # reported by name in the table, with the trace for whoever debugs it
            traceback.print_exc()
            reply = {"error": f"{type(error).__name__}: {error}"}
            broken = reply["error"] if peer is None else None
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


if __name__ == "__main__":
    main()
