"""Before anything is timed, all must compute the same: each peer is held against the reference, torch in eager mode."""

from peers import REFERENCE
from rounds import PeerError

TOLERANCE = 1e-4  # max abs difference; elements are at most 1 in embeddings, of the order of 1 in the cases


def ready(worker, workload, folder):
    """Prepares one peer for one shape; returns its reply and its outputs for both sets of inputs."""
    import numpy

    reply = worker.request(do="prepare", model=workload.model, shape=workload.shape)
    outputs = []
    for other in (False, True):
        path = folder / f"{worker.name}-output.npz"
        worker.request(do="output", other=other, path=str(path))
        with numpy.load(path) as stored:
            outputs += [stored[name] for name in workload.outputs]
        path.unlink()
    return reply, outputs


def difference(outputs, reference):
    """Largest absolute difference over all pairs; infinite where shapes differ or a value is not a number."""
    import numpy

    if any(ours.shape != theirs.shape for ours, theirs in zip(outputs, reference)):
        return float("inf")
    largest = [numpy.abs(ours - theirs).max() for ours, theirs in zip(outputs, reference)]
    return float("inf") if numpy.isnan(largest).any() else float(max(largest))


def check_peers(workers, workload, folder, say):
    """Readies and compares all. Returns {name: {"prepare_seconds", "version", "difference"}}; "error" if it is out.

    Without the reference nothing is compared: `difference` is None, and the reference's own entry says why.
    """
    entries, outputs = {}, {}
    for worker in workers:
        say(f"  {worker.name}: prepare")
        try:
            reply, outputs[worker.name] = ready(worker, workload, folder)
            entries[worker.name] = {
                "prepare_seconds": reply["seconds"],
                "version": reply["version"],
                "difference": None,
            }
        except PeerError as error:
            entries[worker.name] = {"error": str(error)}
    for name in outputs:
        if REFERENCE in outputs:
            found = entries[name]["difference"] = difference(outputs[name], outputs[REFERENCE])
            if found > TOLERANCE:
                entries[name]["error"] = f"differs from {REFERENCE} by {found:.2g}, more than {TOLERANCE:g}"
    return entries
