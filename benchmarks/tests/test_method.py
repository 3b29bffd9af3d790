"""How peers take turns, and how their results are held against the reference: with stand-ins that compute nothing."""

import math
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import agreement  # noqa: E402
import rounds  # noqa: E402
from workloads import WORKLOADS  # noqa: E402


class FakeWorker:
    """Takes a fixed time for each call, notes its turns, and fails from a given request on."""

    def __init__(self, name, seconds, turns, fails_at=None):
        self.name, self.seconds, self.turns, self.fails_at, self.requests = name, seconds, turns, fails_at, 0

    def request(self, do, iterations, opener):
        self.requests += 1
        if self.fails_at is not None and self.requests >= self.fails_at:
            raise rounds.PeerError("it broke")
        self.turns.append(self.name)
        return {"seconds": self.seconds * iterations}

    def cpu_seconds(self):
        return 0.0


class RoundsTest(unittest.TestCase):
    def echo(self):
        """A worker that replies with what it is asked."""
        worker = object.__new__(rounds.Worker)
        worker.signal, worker.log, worker.limits = lambda number: None, "a log", rounds.Limits(seconds=5)
        worker.process = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(worker.process.communicate)
        return worker

    def test_the_reason_below_the_first_line_is_kept(self):
        with self.assertRaisesRegex(rounds.PeerError, "^from a.cpp:1: no such port$"):
            self.echo().request(error="from a.cpp:1:\n  no such port\n")

    def test_a_peer_that_declines_says_why(self):
        with self.assertRaisesRegex(rounds.PeerDeclined, "^not on this processor$"):
            self.echo().request(declined="not on this processor")

    def test_peers_take_turns_and_the_order_turns(self):
        turns = []
        workers = [FakeWorker(name, 1.0, turns) for name in "abc"]
        outcome, roofs, _ = rounds.interleave(workers, 3, lambda: 7.0, lambda turn: None)
        self.assertEqual("".join(turns), "abc" + "abc" + "bca" + "cab")
        self.assertEqual(outcome["a"], {"iterations": 1, "opener": False, "samples": [1.0] * 3})
        self.assertEqual(roofs, [7.0] * 3)

    def test_a_slice_holds_enough_iterations(self):
        found = rounds.calibrate(FakeWorker("a", 0.001, []))
        self.assertEqual(found, {"iterations": 75, "opener": True, "rounds": math.inf})

    def test_a_very_slow_peer_takes_part_in_the_first_rounds(self):
        workers = [FakeWorker("a", 9.0, []), FakeWorker("b", 1.0, [])]
        outcome, _, _ = rounds.interleave(workers, 5, lambda: 7.0, lambda turn: None)
        self.assertEqual([len(outcome[name]["samples"]) for name in "ab"], [3, 5])

    def test_a_peer_that_breaks_is_out_and_the_others_go_on(self):
        turns = []
        workers = [FakeWorker("a", 1.0, turns, fails_at=3), FakeWorker("b", 1.0, turns)]
        outcome, _, _ = rounds.interleave(workers, 4, lambda: 7.0, lambda turn: None)
        self.assertEqual(outcome["a"], {"error": "it broke"})
        self.assertEqual(len(outcome["b"]["samples"]), 4)


class Storing:
    """A worker whose results at a precision are given; saves them as a real one does."""

    name = agreement.REFERENCE

    def __init__(self, **values):
        self.values, self.now = values, None

    def request(self, do, **request):
        import numpy

        if do == "prepare":
            self.now = self.values[request["precision"]]
            if isinstance(self.now, Exception):
                raise self.now
            return {"seconds": 1.0, "version": "1"}
        numpy.savez(request["path"], out=numpy.array(self.now))
        return {}


class AgreementTest(unittest.TestCase):
    def setUp(self):
        try:
            import numpy
        except ImportError:
            self.skipTest("needs numpy: run it with build/bench-venv/bin/python")
        self.array = lambda *values: numpy.array(values, numpy.float32)

    def test_the_worst_array_counts(self):
        ours, theirs = [self.array(3, 4), self.array(5)], [self.array(3, 4), self.array(4)]
        self.assertEqual(agreement.errors(ours, theirs), {"largest": 1.0, "mean": 0.25})

    def test_a_nan_or_another_shape_is_never_agreement(self):
        whole, broken = [self.array(1), self.array(1)], [self.array(1), self.array(math.nan)]
        infinite = {"largest": math.inf, "mean": math.inf}
        self.assertEqual(agreement.errors(broken, whole), infinite)
        self.assertEqual(agreement.errors([self.array(1, 1)], [self.array(1)]), infinite)

    def check(self, precision, ours):
        """What is said of a peer that gives `ours` for 1000 ones, which plain bf16 has off by 1/128, f32 by 1/65536."""
        workload = WORKLOADS["attention-4096"].at(precision)
        plain = Storing(f64=[1.0] * 1000, f32=[1 + 2**-16] * 1000, bf16=[1 + 2**-7] * 1000)
        with tempfile.TemporaryDirectory() as folder:
            reference = agreement.Reference(plain, workload, Path(folder))
            return agreement.check_peer(Storing(**{precision: ours}), workload, reference, Path(folder))

    def test_the_tolerance_follows_the_precision(self):
        self.assertNotIn("error", self.check("bf16", [1.03] * 1000))
        self.assertIn("that of plain f32 arithmetic", self.check("f32", [1.03] * 1000)["error"])
        self.assertNotIn("error", self.check("f32", [1.00005] * 1000))
        self.assertIn("more than 4 times 0.0078", self.check("bf16", [1.04] * 1000)["error"])

    def test_one_wrong_place_is_seen(self):
        self.assertIn("the largest error is 0.5", self.check("bf16", [1.0] * 999 + [1.5])["error"])

    def test_nan_is_an_error_at_any_precision(self):
        self.assertIn("error is inf", self.check("bf16", [1.0] * 999 + [math.nan])["error"])

    def test_refusals_and_failures_are_told_apart(self):
        refused, broken = rounds.PeerDeclined("not here"), rounds.PeerError("it broke")
        self.assertEqual(self.check("f32", refused), {"declined": "not here"})
        self.assertEqual(self.check("f32", broken), {"error": "it broke"})


if __name__ == "__main__":
    unittest.main()
