"""One peer in one process: reads requests from standard input, one JSON object a line, and answers each with another.

    {"do": "prepare", "model": "minilm", "shape": [1, 16]}   -> {"seconds": ...}    load or compile for a shape
    {"do": "output", "other": true, "path": "out.npz"}          -> {}                  result saved
    {"do": "time", "iterations": 20, "opener": true}                  -> {"seconds": ..., "cpu": ...}  of all together
An exception becomes {"error": text}; the process goes on. What frameworks print goes to standard error.
"""

import ctypes
import json
import os
import sys
import time
import traceback
import warnings


def answer(peer, state, request):
    action = request["do"]
    if action == "prepare":
        from workloads import Workload

        begin = time.perf_counter()
        state["workload"] = Workload(request["model"], tuple(request["shape"]))
        peer.prepare(state["workload"])
        peer.feed(state["workload"].inputs())
        peer.call()
        return {"seconds": time.perf_counter() - begin, "version": peer.version()}
    if action == "output":
        import numpy

        peer.feed(state["workload"].inputs(request["other"]))
        peer.call()
        numpy.savez(request["path"], **peer.output())
        peer.feed(state["workload"].inputs())
        return {}
    if action == "time":
        if request["opener"]:
            # A call outside the clock brings back the caches and wakes the threads after the others' turns.
            peer.call()
        cpu, begin = time.process_time(), time.perf_counter()
        for _ in range(request["iterations"]):
            peer.call()
        return {"seconds": time.perf_counter() - begin, "cpu": time.process_time() - cpu}
    raise ValueError(f"unknown request '{action}'")


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

    peer, broken, state = None, None, {}
    for line in sys.stdin:
        try:
            if peer is None and broken is None:
                import peers

                peer = peers.PEERS[name](peers.Files(folder), int(threads))
            reply = {"error": broken} if broken else answer(peer, state, json.loads(line))
        except Exception as error:  # reported by name in the table, with the trace for whoever debugs it
            traceback.print_exc()
            reply = {"error": f"{type(error).__name__}: {error}"}
            broken = reply["error"] if peer is None else None
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


if __name__ == "__main__":
    main()
