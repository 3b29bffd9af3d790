"""One row: its files, the reference, each peer compared, then rounds in which all take turns with the machine's roofs.

A row has processes of its own, so that no workload inherits the memory, threads or crash of the one before.
"""

import os
import sys

import report
from agreement import Reference, check_peer
from artefacts import Refused, Unavailable, compile_attnc, export_model, place_weights
from machine import ROOFS, Peak
from peers import PEERS, REFERENCE
from rounds import Limits, PeerError, Worker, interleave

PEAK_SECONDS = 0.05
READERS = ("onnxruntime", "openvino")  # what the names of those begin with that read exported files


class Session:
    """What all rows of a run share: options, folder, peak program, limits of the peers, what was compiled, and where
    failures are noted.
    """

    def __init__(self, arguments, folder, program, say, limits=Limits()):
        self.arguments, self.folder, self.program, self.say, self.limits = arguments, folder, program, say, limits
        self.loud = sys.stderr.isatty()
        self.compiled = {}  # {library: what compile_attnc returned or raised}

    def compile(self, workload):
        attnc = (self.arguments.attnc or self.arguments.build / "bin" / "attnc").resolve()
        if workload.library not in self.compiled:
            try:
                found = compile_attnc(attnc, self.folder, workload, self.arguments.attnc_options)
            except (Refused, Unavailable) as error:
                found = error
            self.compiled[workload.library] = found
        return self.compiled[workload.library]


def eligible(workload, demanded):
    """{peer: None, or why it is not in this row}; those that do not speak of the precision are left out in silence."""
    found = {}
    for name in workload.peers:
        if demanded and name not in demanded:
            continue
        if name in workload.spec.declined:
            found[name] = workload.spec.declined[name]
        elif workload.precision in PEERS[name].precisions:
            found[name] = None
    return found


def still_in(entries):
    return [name for name, entry in entries.items() if not {"error", "declined", "skipped"} & entry.keys()]


def ready_files(session, workload, entries):
    """Makes what the peers read; those that lack it get an "error" or "declined"."""
    try:
        place_weights(session.folder, workload.spec, session.arguments.weights)
    except Unavailable as error:
        entries.update({name: {"error": str(error)} for name in still_in(entries)})
        return
    readers = [name for name in still_in(entries) if name.startswith(READERS)]
    if readers:
        try:
            export_model(session.folder, workload, session.say)
        except Unavailable as error:
            entries.update({name: {"error": str(error)} for name in readers})
    if "attnc" in still_in(entries):
        found = session.compile(workload)
        if isinstance(found, Refused):
            entries["attnc"] = {"declined": f"attnc: {found}"}
        elif isinstance(found, Unavailable):
            entries["attnc"] = {"error": str(found)}
        else:
            entries["attnc"] = {"compiled": found}


def find_reference(session, workload, threads, cpus):
    """(the reference or None, why not). Its process ends before the others start: f64 takes much memory."""
    worker = Worker(REFERENCE, threads, cpus, session.folder, session.limits)
    try:
        return Reference(worker, workload, session.folder), None
    except PeerError as error:
        return None, f"{REFERENCE} in f64: {error}"
    finally:
        worker.close()


def peak_memory(worker):
    try:
        return {"memory": worker.request(do="memory")["bytes"]}
    except PeerError as error:
        return {"error": str(error)}


def compare_and_time(session, workload, threads, cpus, entries, reference, measure_roofs):
    """Starts the peers that are still in; completes their entries. Returns (roofs by round, others' share)."""
    workers = []
    try:
        for name in still_in(entries):
            session.say(f"  {name}: prepare")
            worker = Worker(name, threads, cpus, session.folder, session.limits)
            workers.append(worker)
            entries[name].update(check_peer(worker, workload, reference, session.folder))
        running = [worker for worker in workers if worker.name in still_in(entries)]
        if not running:
            return [measure_roofs()], 0.0
        outcome, roofs, disturbance = interleave(
            running,
            session.arguments.rounds,
            measure_roofs,
            lambda turn: session.say(f"  round {turn + 1} of {session.arguments.rounds}") if session.loud else None,
        )
        for worker in running:
            entries[worker.name].update(outcome[worker.name])
        for worker in workers:
            if worker.name in still_in(entries):
                entries[worker.name].update(peak_memory(worker))
    finally:
        for worker in workers:
            worker.close()
    return roofs, disturbance


def measure_row(session, workload, threads, skipped=None, compared=True):
    """All of one row, derived numbers included: what report.py, roofline.py and stored.py read.

    `skipped`: {peer: why it is left out this time}; without `compared` nothing is held against a reference.
    """
    session.say(f"{workload.name}, {threads} threads")
    # The last CPUs: the first serves more of the system's interrupts.
    cpus = set(sorted(os.sched_getaffinity(0))[-threads:])
    peak = Peak(session.program, threads, cpus)
    first = {kind: peak.measure(kind, PEAK_SECONDS) for kind in ROOFS}
    compute = workload.compute_roof if first[workload.compute_roof][0] else "f32"
    entries = {
        name: {"declined": why} if why else {} for name, why in eligible(workload, session.arguments.peers).items()
    }
    entries.update({name: {"skipped": why} for name, why in (skipped or {}).items() if name in still_in(entries)})
    ready_files(session, workload, entries)
    wanted = compared and still_in(entries)
    reference, missing = find_reference(session, workload, threads, cpus) if wanted else (None, None)
    roofs, disturbance = compare_and_time(
        session,
        workload,
        threads,
        cpus,
        entries,
        reference,
        lambda: {kind: peak.measure(kind, PEAK_SECONDS)[0] for kind in (compute, "read")},
    )
    row = {
        "name": workload.name,
        "threads": threads,
        "model": workload.model,
        "group": workload.group,
        "sizes": workload.label,
        "precision": workload.precision,
        "flops": workload.flops,
        "bytes": workload.bytes,
        "compared_with": workload.compared_with,
        "compute_roof": compute,
        "wanted_roof": workload.compute_roof,
        "roofs": {kind: {"rate": rate, "instruction": name} for kind, (rate, name) in first.items()},
        "roof_samples": {kind: [turn[kind] for turn in roofs] for kind in (compute, "read")},
        "plain_errors": reference.plain if reference else None,
        "not_compared": missing,
        "disturbance": disturbance,
        "peers": entries,
    }
    report.summarise(row)
    for name, entry in entries.items():
        for kind in ("error", "declined", "skipped"):
            if kind in entry:
                session.say(f"  {name}: {entry[kind]}")
    return row
