"""Before anything is timed, all must compute the same: each peer is held against torch's f64 results.

How far it may be off is not chosen but measured: torch computes the workload at the row's precision too, in its
plainest form, and what rounding costs there is the unit. The others add in another order and have other exponentials,
so their errors differ by small factors; a wrong program is off by orders of magnitude. Two errors are held: the largest
sees one wrong place among millions, the mean one sees results that are wrong everywhere by no more than int8 may be.
"""

from peers import REFERENCE
from rounds import PeerDeclined, PeerError

MARGIN = 4  # times the errors of the plain form; of a long softmax, added up in pieces, 2.9 has been seen


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


def errors(found, reference):
    """{"largest": of all differences, "mean": root of the mean square, by that of the reference}, of the worst array;
    infinite where shapes differ or a value is not a number.
    """
    import numpy

    if any(ours.shape != theirs.shape for ours, theirs in zip(found, reference)):
        return {"largest": float("inf"), "mean": float("inf")}
    largest = mean = 0.0
    for ours, theirs in zip(found, reference):
        off = ours - theirs
        largest = max(largest, numpy.nan_to_num(numpy.abs(off).max(), nan=numpy.inf))
        mean = max(mean, numpy.nan_to_num(numpy.linalg.norm(off) / numpy.linalg.norm(theirs), nan=numpy.inf))
    return {"largest": float(largest), "mean": float(mean)}


class Reference:
    """f64 results of a workload, and the errors of the plain form at its precision. PeerError where torch fails."""

    def __init__(self, worker, workload, folder):
        assert worker.name == REFERENCE
        worker.request(do="prepare", workload=workload.name, precision="f64")
        self.exact = outputs(worker, workload, folder)
        worker.request(do="prepare", workload=workload.name, precision=workload.precision)
        self.plain = errors(outputs(worker, workload, folder), self.exact)

    def check(self, found, precision):
        """{"errors"}, and "error" where one is too large."""
        entry = {"errors": errors(found, self.exact)}
        for kind, size in entry["errors"].items():
            if not size <= MARGIN * self.plain[kind]:
                entry["error"] = (
                    f"differs from the f64 result: the {kind} error is {size:.2g}, more than {MARGIN} times "
                    f"{self.plain[kind]:.2g}, that of plain {precision} arithmetic"
                )
        return entry


def check_peer(worker, workload, reference, folder):
    """Readies and compares one: {"prepare_seconds", "version", "errors"}; "error" or "declined" if it is out.

    Without a reference nothing is compared, and `errors` is None.
    """
    try:
        reply = worker.request(do="prepare", workload=workload.name, precision=workload.precision)
        entry = {"prepare_seconds": reply["seconds"], "version": reply["version"], "errors": None}
        if reference:
            entry.update(reference.check(outputs(worker, workload, folder), workload.precision))
        return entry
    except PeerDeclined as refusal:
        return {"declined": str(refusal)}
    except PeerError as error:
        return {"error": str(error)}
