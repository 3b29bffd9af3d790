"""The report's table and the roofline picture, from rows with made-up times."""

import itertools
import re
import sys
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import report  # noqa: E402
import roofline  # noqa: E402
import workloads  # noqa: E402
from rows import results, row  # noqa: E402

NAMES = ["attnc", "openvino", "torch"]


class ReportTest(unittest.TestCase):
    def test_ratio_is_to_the_fastest_peer(self):
        made = row(attnc=[0.02] * 3, torch=[0.05] * 3, openvino=[0.04] * 3)
        self.assertEqual(report.ratio(made), 0.5)
        text = report.markdown(results(made), NAMES)
        self.assertIn("| minilm-1x16 | 2 | **0.50** | openvino 40 ms | 20 (20–20) | ", text)
        self.assertIn("| minilm-1x16 | 2 | **20 (20–20)** | 40 (40–40) | 50 (50–50) |", text)

    def test_the_smallest_memory_is_marked_apart_from_the_least_time(self):
        made = row(attnc=[0.02], torch=[0.05])
        made["peers"]["torch"]["memory"] = 1e7
        self.assertIn("| minilm-1x16 | 2 | 20 | **10** |", report.markdown(results(made), NAMES))

    def test_a_workload_is_bound_by_what_takes_longer(self):
        made = row("attention-4096", attnc=[1.0])
        self.assertEqual(made["bound"], "f32")
        self.assertAlmostEqual(made["peers"]["attnc"]["share"], 0.34359738368)
        made = row("decode-8192", attnc=[0.1])
        self.assertEqual(made["bound"], "memory")
        self.assertAlmostEqual(made["peers"]["attnc"]["share"], 0.268468224)
        self.assertIn("| 2.7 GB/s | 27% of memory |", report.markdown(results(made), NAMES))

    def test_spread_is_the_tenth_and_ninetieth_percentile(self):
        self.assertEqual(report.spread([float(i) for i in range(11)]), (1.0, 5.0, 9.0))
        self.assertEqual(report.spread([2.0]), (2.0, 2.0, 2.0))

    def test_a_failed_peer_is_named_and_is_no_peer(self):
        wrong = {"openvino": {"samples": [0.01], "error": "differs from the f64 result"}}
        made = row(attnc=[0.1], torch=[0.05], wrong=wrong)
        self.assertEqual(report.ratio(made), 2.0)
        text = report.markdown(results(made), NAMES)
        self.assertIn("**openvino failed** at minilm-1x16, 2 threads: differs from the f64 result", text)

    def test_a_refusal_carries_attncs_words(self):
        text_of_attnc = "attnc: --precision=bf16: this version computes in f32"
        made = row("minilm-32x128-bf16", torch=[0.05], wrong={"attnc": {"declined": text_of_attnc}})
        text = report.markdown(results(made), NAMES)
        self.assertIn("| minilm-32x128-bf16 | 2 | – | torch 50 ms | refused | – | – |", text)
        self.assertIn(f"attnc is not in minilm-32x128-bf16, 2 threads: {text_of_attnc}", text)
        self.assertIn("no instruction for bf16 products: the roof is that of f32", text)

    def test_what_was_compiled_stands_in_the_row(self):
        made = row(attnc=[0.05])
        compiled = dict(compile_seconds=1.5, pack_seconds=0.25, library_bytes=4e4, weights_bytes=9e7)
        compiled["open_seconds"] = [0.5, 0.001, 0.002]
        made["peers"]["attnc"]["compiled"] = compiled
        self.assertIn("| 1.50 | 0.25 | 2 | 40 | 90.0 | 20 |", report.markdown(results(made), NAMES))

    def test_roofs_are_named_with_their_instructions(self):
        made = [row(compute=rate, attnc=[0.1]) for rate in (90.0, 100.0, 170.0)]
        text = report.markdown(results(*made), NAMES)
        self.assertIn("Roofs, 2 threads: f32 100 GFLOP/s (vfmaddps ymm), ", text)
        self.assertIn("memory 10.0 GB/s read.", text)
        self.assertNotIn("bf16", text)

    def test_rows_beside_each_other_are_compared(self):
        made = [row("minilm-32x128-bf16", attnc=[0.5]), row("minilm-32x128-int8", attnc=[0.3])]
        text = report.markdown(results(*made), NAMES)
        self.assertIn("attnc's minilm-32x128-int8 takes 0.60 of the time of its minilm-32x128-bf16", text)

    def test_a_disturbed_row_is_marked(self):
        made = dict(row(torch=[0.05]), disturbance=0.25)
        self.assertIn("other programs used 25% of the machine", report.markdown(results(made), NAMES))

    def test_a_row_without_anything_is_still_a_row(self):
        made = row(wrong={"attnc": {"error": "no compiler"}})
        text = report.markdown(results(made), NAMES)
        self.assertIn("| minilm-1x16 | 2 | – | – | failed |", text)


class RooflineTest(unittest.TestCase):
    def all_rows(self):
        return [row(w.name, attnc=[w.flops / 8e10], torch=[w.flops / 5e10]) for w in workloads.TABLE]

    def names_of(self, svg):
        """[(name, x, y)] of the turned texts under the marks."""
        texts = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
        return [(t.text, float(t.get("x")), float(t.get("y"))) for t in texts if t.text in workloads.WORKLOADS]

    def test_wider_roofs_stand_beside_that_of_256_bits(self):
        made = row(attnc=[0.1])
        self.assertNotIn("f32-256", roofline.picture(results(made), 2))
        made["roofs"]["f32"]["instruction"] = "vfmaddps zmm"
        self.assertIn("f32-256 100 GFLOP/s", roofline.picture(results(made), 2))

    def test_it_is_well_formed_and_names_all(self):
        svg = roofline.picture(results(*self.all_rows()), 2)
        self.assertEqual({name for name, *_ in self.names_of(svg)}, {workload.name for workload in workloads.TABLE})
        for text in ("memory 10.0 GB/s read", "f32 100 GFLOP/s", "int8 100 GFLOP/s", "prefers-color-scheme: dark"):
            self.assertIn(text, svg)
        self.assertNotIn("bf16 1", svg)

    def test_names_keep_a_line_between_them(self):
        """Parallel at 60 degrees: a line's place across them is x sin 60 + y cos 60."""
        rows = self.all_rows()
        rows[3] = row("minilm-1x16", attnc=[1.0], torch=[9.0])  # far below its neighbours
        names = sorted(self.names_of(roofline.picture(results(*rows), 2)), key=lambda name: name[1])
        for (_, x0, y0), (name, x1, y1) in itertools.combinations(names, 2):
            if x1 - x0 < len(name) * roofline.LETTER * 0.5:
                self.assertGreater((x1 - x0) * 0.866 + (y1 - y0) * 0.5, 13, name)

    def test_all_is_inside(self):
        svg = roofline.picture(results(*self.all_rows()), 2)
        for kind, limits in (("x", (0, roofline.WIDTH)), ("y", (0, roofline.HEIGHT))):
            for number in re.findall(rf'\b(?:c{kind}|{kind}[12]?)="([-0-9.]+)"', svg):
                self.assertTrue(limits[0] <= float(number) <= limits[1], f"{kind} {number}")
        for name, x, y in self.names_of(svg):
            self.assertGreater(x - len(name) * roofline.LETTER * 0.5, 0, name)
            self.assertLess(y + len(name) * roofline.LETTER * 0.866, roofline.HEIGHT, name)

    def test_one_row_is_enough_and_none_gives_no_picture(self):
        ElementTree.fromstring(roofline.picture(results(row("decode-8192", torch=[0.02])), 2))
        self.assertIsNone(roofline.picture(results(row("decode-8192")), 2))

    def test_texts_are_escaped(self):
        made = results(row(attnc=[0.1]), commit="<&>")
        self.assertIn("&lt;&amp;&gt;", roofline.picture(made, 2))


if __name__ == "__main__":
    unittest.main()
