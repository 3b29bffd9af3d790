"""Before anything is timed, all must compute the same: each peer is held against torch's f64 results.

How far it may be off is not chosen but measured: torch computes the workload at the row's precision too, in its
plainest form, and what rounding costs there is the unit. The others add in another order and have other exponentials,
so their errors differ by small factors; a wrong program is off by orders of magnitude.
"""

from peers import REFERENCE
from rounds import PeerDeclined, PeerError

MARGIN = 4  # times the error of the plain form


def outputs(worker, workload, folder):
    """The results for both sets of inputs."""
    import numpy

    found = []
    for other in (False, True):
        path = folder / f"{worker.name}-output.npz"
        worker.request(do="output", other=other, path=str(path))
        with numpy.load(path) as stored:
            found += [stored[name] for name in workload.outputs]
        path.unlink()
    return found


def difference(found, reference):
    """Largest absolute difference over all pairs; infinite where shapes differ or a value is not a number."""
    import numpy

    if any(ours.shape != theirs.shape for ours, theirs in zip(found, reference)):
        return float("inf")
    largest = [numpy.abs(ours - theirs).max() for ours, theirs in zip(found, reference)]
    return float("inf") if numpy.isnan(largest).any() else float(max(largest))


class Reference:
    """f64 results of a workload, and the tolerance for its precision. PeerError where torch fails at it."""

    def __init__(self, worker, workload, folder):
        assert worker.name == REFERENCE
        worker.request(do="prepare", workload=workload.name, precision="f64")
        self.exact = outputs(worker, workload, folder)
        worker.request(do="prepare", workload=workload.name, precision=workload.precision)
        self.plain_error = difference(outputs(worker, workload, folder), self.exact)
        self.tolerance = MARGIN * self.plain_error

    def check(self, found, precision):
        """{"difference"}, and "error" where it is too large."""
        distance = difference(found, self.exact)
        if distance <= self.tolerance:
            return {"difference": distance}
        text = f"differs from the f64 result by {distance:.2g}, more than {MARGIN} times {self.plain_error:.2g}, "
        return {"difference": distance, "error": text + f"the error of plain {precision} arithmetic"}


def check_peer(worker, workload, reference, folder):
    """Readies and compares one: {"prepare_seconds", "version", "difference"}; "error" or "declined" if it is out.

    Without a reference nothing is compared, and `difference` is None.
    """
    try:
        reply = worker.request(do="prepare", workload=workload.name, precision=workload.precision)
        entry = {"prepare_seconds": reply["seconds"], "version": reply["version"], "difference": None}
        if reference:
            entry.update(reference.check(outputs(worker, workload, folder), workload.precision))
        return entry
    except PeerDeclined as refusal:
        return {"declined": str(refusal)}
    except PeerError as error:
        return {"error": str(error)}
