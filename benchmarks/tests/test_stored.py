"""The rule that tells a regression from noise, both ways, and the file it compares with."""

import random
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import stored  # noqa: E402
from rows import results, row  # noqa: E402

ROUNDS = 15


class Run:
    """Samples of one run on a host whose speed is `host` of the usual, with `noise` from round to round and `bias` of
    each program for the whole run.
    """

    def __init__(self, seed, host=1.0, noise=0.04, bias=0.02):
        self.random, self.host, self.noise, self.bias = random.Random(seed), host, noise, bias

    def series(self, seconds):
        own = self.host * self.random.gauss(1, self.bias)
        return [seconds * own * self.random.gauss(1, self.noise) for _ in range(ROUNDS)]

    def row(self, slowdown=1.0, **more):
        rates = [1 / time for time in self.series(1 / 100)], [1 / time for time in self.series(1 / 10)]
        peers = {"torch": self.series(0.03), "openvino": self.series(0.025), "onnxruntime": self.series(0.028)}
        return row(compute=rates[0], read=rates[1], attnc=self.series(0.01 * slowdown), **peers, **more)


class RuleTest(unittest.TestCase):
    def verdict(self, then, now):
        kept = {stored.key(then): stored.entry(then, "0123456789ab", "2026-01-02")}
        return stored.compare([now], kept)

    def test_a_slower_result_is_reported_by_name(self):
        slower, others = self.verdict(Run(1).row(), Run(2).row(slowdown=1.4))
        self.assertEqual(others, [])
        text = r"\*\*minilm-1x16@2 is slower\*\* by [34][0-9]% \(noise [0-9]+%\) than at commit 0123"
        self.assertRegex(slower[0], text)

    def test_a_slower_host_is_no_regression(self):
        for host in (0.7, 1.3):
            self.assertEqual(self.verdict(Run(1).row(), Run(2, host).row()), ([], []))

    def test_a_slower_result_on_a_faster_host_is_seen(self):
        slower, _ = self.verdict(Run(1).row(), Run(2, 0.7).row(slowdown=1.4))
        self.assertEqual(len(slower), 1)

    def test_noise_alone_is_silent(self):
        found = [self.verdict(Run(seed).row(), Run(1000 + seed).row())[0] for seed in range(200)]
        self.assertLessEqual(sum(map(len, found)), 2)

    def test_one_peer_that_changed_by_itself_does_not_carry_it(self):
        now = Run(2).row()
        now["peers"]["torch"]["samples"] = [time / 2 for time in now["peers"]["torch"]["samples"]]
        self.assertEqual(self.verdict(Run(1).row(), now)[0], [])

    def test_another_version_is_no_yardstick(self):
        now = Run(2).row()
        now["peers"]["torch"]["version"] = "torch 2.0"
        self.assertEqual(len(stored.yardsticks(now).keys() & stored.yardsticks(Run(1).row()).keys()), 3)

    def test_a_faster_result_is_offered_to_be_kept(self):
        slower, others = self.verdict(Run(1).row(slowdown=1.4), Run(2).row())
        self.assertEqual(slower, [])
        self.assertRegex(others[0], "minilm-1x16@2 is faster by .*: keep it with --store")

    def test_what_no_longer_runs_is_a_regression(self):
        now = Run(2).row()
        now["peers"]["attnc"] = {"declined": "attnc: no"}
        slower, _ = self.verdict(Run(1).row(), now)
        self.assertEqual(slower, ["**minilm-1x16@2 is no longer measured**: it was at commit 0123456789ab"])

    def test_too_few_rounds_say_nothing(self):
        self.assertEqual(stored.yardsticks(row(attnc=[0.1] * 2, torch=[0.2] * 2)), {})

    def test_what_is_not_stored_is_not_compared(self):
        self.assertEqual(stored.compare([Run(1).row()], {}), ([], []))


class FileTest(unittest.TestCase):
    def test_stores_and_loads_by_class_of_machine(self):
        with tempfile.TemporaryDirectory() as folder:
            first = results(Run(1).row(), Run(2).row(name="decode-8192"))
            path = stored.store(first, Path(folder))
            self.assertEqual(path.name, "amd-zen-3-avx2-2-cpus.json")
            stored.store(results(Run(3).row(), commit="ba9876543210"), Path(folder))
            kept = stored.load(first["machine"], Path(folder))
            commits = {name: entry["commit"][:2] for name, entry in kept.items()}
            self.assertEqual(commits, {"decode-8192@2": "01", "minilm-1x16@2": "ba"})
            self.assertEqual(stored.compare(first["rows"], kept)[0], [])
            self.assertEqual(stored.load(dict(first["machine"], **{"class": "another"}), Path(folder)), {})

    def test_what_was_disturbed_is_not_kept(self):
        with tempfile.TemporaryDirectory() as folder:
            first = results(Run(1).row())
            stored.store(first, Path(folder))
            stored.store(results(dict(Run(2).row(), disturbance=0.25), commit="ba9876543210"), Path(folder))
            commits = [entry["commit"][:2] for entry in stored.load(first["machine"], Path(folder)).values()]
            self.assertEqual(commits, ["01"])


if __name__ == "__main__":
    unittest.main()
