"""The long-range figure: exponents, crossovers, what is skipped, its tables and picture, from made-up times."""

import math
import re
import sys
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import budget  # noqa: E402
import curves  # noqa: E402
import long_range_plot  # noqa: E402
import long_range_report  # noqa: E402
import outcome  # noqa: E402
from long_range import LENGTHS, MODELS  # noqa: E402
from rows import results, row  # noqa: E402


def point(model, tokens, **more):
    return row(f"{model}-{tokens}", **more) | {"model": model, "tokens": tokens}


def figure(*rows, **more):
    settings = dict(threads=2, settings="a setting.", compared_to=4096)
    return results(*rows, **settings) | more


def grown(model, exponent, first=0.001, lengths=LENGTHS, system="attnc"):
    return [point(model, n, **{system: [first * (n / 512) ** exponent]}) for n in lengths]


class CurvesTest(unittest.TestCase):
    def test_the_exponent_of_a_power_is_its_own(self):
        for power in (0.5, 1, 2):
            slope, count = curves.exponent({n: 3e-7 * n**power for n in LENGTHS})
            self.assertAlmostEqual(slope, power)
            self.assertEqual(count, 5)

    def test_short_lengths_do_not_bend_it(self):
        curve = {n: 1e-6 * n for n in LENGTHS} | {512: 10.0, 2048: 10.0}
        self.assertAlmostEqual(curves.exponent(curve)[0], 1)

    def test_it_is_the_least_squares_line(self):
        # Logarithms 0, 1, 1, 3 to the base of two against 0, 1, 2, 3: the slope is 0.9.
        curve = {4096 * 2**at: 2.0**height for at, height in enumerate((0, 1, 1, 3))}
        self.assertAlmostEqual(curves.exponent(curve)[0], 0.9)

    def test_one_point_has_none(self):
        self.assertIsNone(curves.exponent({512: 1.0, 1024: 2.0, 4096: 3.0}))

    def test_a_crossover_of_powers_is_found_between_lengths(self):
        dense = {n: 1e-8 * n**2 for n in LENGTHS}
        kind, tokens = curves.crossover({n: 1e-8 * 3000 * n for n in LENGTHS}, dense)
        self.assertEqual(kind, "at")
        self.assertAlmostEqual(tokens, 3000)

    def test_nothing_is_extrapolated(self):
        dense = {n: 1e-8 * n**2 for n in LENGTHS[:4]}
        self.assertEqual(curves.crossover({n: 1e-8 * n for n in LENGTHS}, dense), ("before", 512))
        self.assertEqual(curves.crossover({n: n for n in LENGTHS}, dense), ("after", 4096))
        self.assertIsNone(curves.crossover({65536: 1.0}, dense))

    def test_the_last_crossing_counts(self):
        kind, tokens = curves.crossover({512: 1.0, 1024: 4.0, 2048: 1.0}, {512: 2.0, 1024: 2.0, 2048: 2.0})
        self.assertEqual(kind, "at")
        self.assertAlmostEqual(tokens, 1024 * math.sqrt(2))


class BudgetTest(unittest.TestCase):
    def setUp(self):
        self.now = 0.0
        self.budget = budget.Budget(seconds=60, minutes=10, clock=lambda: self.now)

    def note(self, model, exponent, lengths, first):
        for made in grown(model, exponent, first, lengths):
            self.budget.note(made)

    def test_what_is_unknown_is_tried(self):
        self.assertIsNone(self.budget.why_not("softmax", "attnc", 65536))

    def test_a_curve_is_continued(self):
        self.note("softmax", 2, (512, 1024), 0.5)
        self.assertAlmostEqual(self.budget.expected(("softmax", "attnc"), 2048), 8.0)
        self.assertIsNone(self.budget.why_not("softmax", "attnc", 2048))
        self.assertEqual(
            self.budget.why_not("softmax", "attnc", 4096),
            "a call would take about 32.0 s, and 6 of them more than 60 s",
        )
        self.assertIsNone(self.budget.why_not("softmax", "torch", 4096))

    def test_from_one_point_on_time_grows_as_the_operations(self):
        for model, seconds in (("cosformer", 4.0), ("softmax", 16.0)):
            self.note(model, 1, (512,), 1.0)
            self.assertAlmostEqual(self.budget.expected((model, "attnc"), 2048), seconds)

    def test_an_exponent_from_noise_is_bounded(self):
        self.note("cosformer", 0, (512, 1024), 1.0)
        self.assertAlmostEqual(self.budget.expected(("cosformer", "attnc"), 2048), 2.0)
        self.note("bigbird", 5, (512, 1024), 1.0)
        self.assertAlmostEqual(self.budget.expected(("bigbird", "attnc"), 2048), 32.0 * 4)

    def test_what_ended_is_not_tried_again(self):
        for error, text in (
            ("no answer in 90 s", "it ran out of time at 1024"),
            ("RuntimeError: not enough memory: you tried to allocate 9 bytes", "it ran out of memory at 1024"),
            ("differs from the f64 result", "it failed at 1024"),
        ):
            self.budget.note(point("softmax", 1024, wrong={"torch": {"error": error}}))
            self.assertEqual(self.budget.why_not("softmax", "torch", 2048), text)
        self.assertIsNone(self.budget.why_not("softmax", "attnc", 2048))

    def test_nothing_begins_after_the_end(self):
        self.now = 601.0
        self.assertEqual(self.budget.why_not("softmax", "attnc", 512), "the 10 minutes of the run were over")
        self.assertFalse(budget.Budget(60, None, lambda: 1e9).over())


class OutcomeTest(unittest.TestCase):
    def test_each_has_its_word(self):
        for entry, word in (
            ({"median": 1.0}, "timed"),
            ({"skipped": "a call would take long"}, "skipped"),
            ({"declined": "attnc: expected ')'"}, "refused"),
            ({"declined": "attnc: not compiled yet: there is no model"}, "not compiled yet"),
            ({"error": "no answer in 90 s"}, "time"),
            ({"error": "RuntimeError: [enforce fail] DefaultCPUAllocator: can't allocate memory"}, "memory"),
            ({"error": "RuntimeException: std::bad_alloc"}, "memory"),
            ({"error": "Failed to allocate memory for requested buffer of size 9"}, "memory"),
            ({"error": "AttnError: softmax_context_create: memory (8): 9 bytes"}, "memory"),
            ({"error": "MemoryError: "}, "memory"),
            ({"median": 1.0, "error": "differs from the f64 result"}, "failed"),
            ({}, "failed"),
        ):
            self.assertEqual(outcome.of(entry), word, entry)

    def test_ends_are_results_and_disagreement_is_a_failure(self):
        fails = long_range_report.fails
        for error, failed in (("no answer in 9 s", False), ("bad allocation", False), ("differs from", True)):
            self.assertEqual(fails(point("softmax", 512, wrong={"torch": {"error": error}})), failed, error)
        self.assertFalse(fails(point("softmax", 512, wrong={"torch": {"skipped": "too long"}})))
        self.assertTrue(fails(point("softmax", 512, attnc=[1.0]) | {"not_compared": "torch in f64: it broke"}))


class TableTest(unittest.TestCase):
    def test_times_exponents_and_crossovers(self):
        lengths = (4096, 8192, 16384)
        rows = grown("softmax", 2, 1e-4, lengths) + grown("cosformer", 1, 12e-4, lengths)
        text = long_range_report.markdown(figure(*rows))
        self.assertIn("| softmax | attnc | 6.4 | 25.6 | 102 | 2.00 (3) |  |", text)
        # 12 (N / 512) = (N / 512)^2 at N = 6144.
        self.assertIn("| cosFormer | attnc | 9.6 | 19.2 | 38.4 | 1.00 (3) | 6144 |", text)

    def test_a_point_that_is_missing_says_why(self):
        wrong = {
            "attnc": {"skipped": "a call would take about 99.0 s"},
            "torch": {"error": "no answer in 90 s"},
            "onnxruntime": {"error": "bad allocation"},
            "onnxruntime-fused": {"declined": "not here"},
        }
        rows = [point("softmax", 512, attnc=[0.01]), point("softmax", 1024, wrong=wrong)]
        text = long_range_report.markdown(figure(*rows))
        self.assertIn("| softmax | attnc | 10 | skipped | – |  |", text)
        self.assertIn("| softmax | torch | – | time | – | – |", text)
        self.assertIn("| softmax | onnxruntime | – | memory | – | – |", text)
        self.assertIn("- softmax-1024 on attnc skipped: a call would take about 99.0 s", text)
        self.assertIn("- **softmax-1024 on torch ran out of time**: no answer in 90 s", text)
        self.assertIn("- **softmax-1024 on onnxruntime ran out of memory**: bad allocation", text)
        self.assertIn("- softmax-1024 on onnxruntime-fused refused: not here", text)

    def test_ratios_are_to_the_fastest_peer_at_each_length(self):
        rows = [
            point("performer", 512, attnc=[0.01], torch=[0.04], onnxruntime=[0.05]),
            point("performer", 1024, attnc=[0.03], torch=[0.06], onnxruntime=[0.02]),
            point("performer", 2048, attnc=[0.03]),
        ]
        text = long_range_report.ratios(rows)
        self.assertIn("| Performer | 0.25 (torch) | 1.50 (onnxruntime) | – |", text)

    def with_memory(self, model, tokens, memory):
        made = point(model, tokens, attnc=[0.01])
        made["peers"]["attnc"]["memory"] = memory
        return made

    def test_memory_beside_inputs_and_outputs_is_checked(self):
        ports = MODELS["cosformer"].port_bytes(65536)
        self.assertEqual(ports, 4 * 4 * 8 * 65536 * 64)
        made = self.with_memory("cosformer", 65536, ports + 63e6)
        self.assertEqual(long_range_report.check(made), (63e6, True))
        self.assertIn("| holds: 63 at 65536 |", long_range_report.memory([made]))
        made = self.with_memory("cosformer", 65536, ports + 65e6)
        self.assertEqual(long_range_report.check(made), (65e6, False))
        self.assertIn("| **does not hold**: 65 at 65536 |", long_range_report.memory([made]))

    def test_the_longest_that_was_measured_is_checked_and_others_promise_nothing(self):
        rows = [self.with_memory("performer", n, MODELS["performer"].port_bytes(n) + n * 1e3) for n in (512, 4096)]
        self.assertIn("holds: 4.1 at 4096", long_range_report.memory(rows))
        self.assertIsNone(long_range_report.check(self.with_memory("softmax", 512, 1e12)))
        self.assertEqual({m.name for m in MODELS.values() if m.linear}, {
            "linear-transformer", "cosformer", "cosformer-causal", "performer",
        })


class PlotTest(unittest.TestCase):
    SVG = "{http://www.w3.org/2000/svg}"

    def rows(self):
        made = []
        for place, (name, model) in enumerate(MODELS.items()):
            for tokens in LENGTHS:
                times = {s.replace("-", "_"): [1e-6 * (place + at + 1) * tokens] for at, s in enumerate(model.peers)}
                made.append(point(name, tokens, **times))
        return made

    def test_there_is_a_curve_for_each_model_and_system(self):
        tree = ElementTree.fromstring(long_range_plot.picture(figure(*self.rows())))
        lines = [curve.get("class") for curve in tree.iter(f"{self.SVG}polyline")]
        for at in range(len(MODELS)):
            self.assertEqual(lines.count(f"model-{at}"), 1)
        for system in ("attnc", "onnxruntime", "torch"):
            self.assertEqual(lines.count(system), len(MODELS))
        self.assertEqual(lines.count("onnxruntime-fused"), 1)
        self.assertEqual(lines.count("dense"), len(MODELS) - 1)
        texts = [text.text for text in tree.iter(f"{self.SVG}text")]
        for model in MODELS.values():
            self.assertIn(model.title, texts)
            self.assertIn(f"{model.title}, N^1.00", texts)

    def test_curves_rise_to_the_right(self):
        tree = ElementTree.fromstring(long_range_plot.picture(figure(*self.rows())))
        for curve in tree.iter(f"{self.SVG}polyline"):
            places = [tuple(map(float, place.split(","))) for place in curve.get("points").split()]
            self.assertEqual(len(places), len(LENGTHS))
            for (x0, y0), (x1, y1) in zip(places, places[1:]):
                self.assertTrue(x0 < x1 and y0 > y1, places)

    def test_all_is_inside(self):
        picture = long_range_plot.picture(figure(*self.rows()))
        width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', picture).groups())
        for kind, limit in (("x", width), ("y", height)):
            for number in re.findall(rf'\b(?:c{kind}|{kind}[12]?)="([-0-9.]+)"', picture):
                self.assertTrue(0 <= float(number) <= limit, f"{kind} {number}")

    def test_names_at_the_ends_keep_apart(self):
        places = long_range_plot.apart({"a": 10.0, "b": 11.0, "c": 99.0, "d": 99.5}, 10, 0, 100)
        self.assertEqual(sorted(places, key=places.get), list("abcd"))
        heights = sorted(places.values())
        self.assertTrue(all(after - before >= 10 for before, after in zip(heights, heights[1:])), heights)
        self.assertLessEqual(heights[-1], 100)

    def test_one_point_is_enough_and_none_gives_no_picture(self):
        ElementTree.fromstring(long_range_plot.picture(figure(point("reformer", 512, torch=[0.1]))))
        self.assertIsNone(long_range_plot.picture(figure(point("reformer", 512, wrong={"torch": {"skipped": "no"}}))))

    def test_every_model_and_system_has_a_colour(self):
        self.assertEqual(len(long_range_plot.PALETTE), len(MODELS))
        self.assertEqual({*long_range_plot.SYSTEMS}, {name for model in MODELS.values() for name in model.peers})


if __name__ == "__main__":
    unittest.main()
