"""The table of workloads: names, operations, bytes, and that each has what the peers and attnc read."""

import sys
import unittest
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BENCHMARKS))

import cases  # noqa: E402
import measure  # noqa: E402
import peers  # noqa: E402
import workloads  # noqa: E402
from workloads import WORKLOADS  # noqa: E402


class WorkloadTest(unittest.TestCase):
    def test_names_are_unique(self):
        self.assertEqual(len(WORKLOADS), len(workloads.TABLE) + len(workloads.LONG_RANGE))
        self.assertLessEqual({*workloads.QUICK}, {*WORKLOADS})
        compared = {w.compared_with for w in workloads.TABLE} - {""}
        self.assertLessEqual(compared, {*WORKLOADS})

    def test_flops_are_those_of_the_matrix_products(self):
        self.assertEqual(WORKLOADS["minilm-32x128"].flops, 91_804_925_952)
        self.assertEqual(WORKLOADS["attention-4096"].flops, 4 * 64 * 8 * 4096 * 4096)
        self.assertEqual(WORKLOADS["minilm-32x128-int8"].flops, WORKLOADS["minilm-32x128"].flops)

    def test_flops_count_visible_scores_alone(self):
        self.assertEqual(WORKLOADS["attention-causal-128"].flops, 4 * 32 * 32 * 12 * 128 * 129 // 2)
        self.assertEqual(WORKLOADS["alibi-causal"].flops, 4 * 64 * 8 * 4096 * 4097 // 2)
        self.assertEqual(cases.window_scores(1, 5, 1, 0), 9)
        self.assertEqual(cases.window_scores(2, 4, 9, 9), 32)

    def test_bytes_count_inputs_weights_and_results_once(self):
        self.assertEqual(WORKLOADS["decode-8192"].bytes, 4 * 32 * 128 * (2 + 2 * 8192))
        self.assertEqual(WORKLOADS["attention-4096-bf16"].bytes, WORKLOADS["attention-4096"].bytes // 2)
        matrices = 6 * (4 * 384**2 + 2 * 384 * 1536)
        saved = WORKLOADS["minilm-1x16"].bytes - WORKLOADS["minilm-1x16"].at("bf16").bytes
        self.assertEqual(saved, 2 * (matrices + (16 + 16 + 1) * 384))

    def test_variants_are_compiled_into_libraries_of_their_own(self):
        libraries = {name: WORKLOADS[name].library for name in WORKLOADS if name.startswith("minilm")}
        self.assertEqual(libraries["minilm-1x16"], libraries["minilm-32x128"])
        self.assertEqual(libraries["minilm-32x128-bf16"], "minilm-bf16")
        self.assertEqual(libraries["minilm-32x128-avx2"], "minilm-x86-64-v3")
        self.assertEqual(WORKLOADS["minilm-32x128-avx2"].attnc_options, ["-march=x86-64-v3"])
        self.assertEqual(WORKLOADS["attention-4096-bf16"].attnc_options, ["--precision=bf16"])

    def test_selection_by_name_group_and_pattern(self):
        names = [w.name for w in workloads.select(["decode-8192", "minilm-1x*"])]
        self.assertEqual(names, ["minilm-1x512", "minilm-1x128", "minilm-1x16", "decode-8192"])
        self.assertEqual({w.group for w in workloads.select(["score-maps"])}, {"score-maps"})
        self.assertEqual(workloads.select(workloads.GROUPS), workloads.TABLE)
        with self.assertRaisesRegex(ValueError, "no workload is called 'minilm-9'"):
            workloads.select(["attention-4096", "minilm-9"])

    def test_peers_are_those_of_the_precision(self):
        self.assertNotIn("onnxruntime", measure.eligible(WORKLOADS["minilm-32x128-bf16"], None))
        self.assertNotIn("torch", measure.eligible(WORKLOADS["minilm-32x128-int8"], None))
        self.assertEqual(list(measure.eligible(WORKLOADS["minilm-32x128-avx2"], None)), ["attnc"])
        why = measure.eligible(WORKLOADS["talking-heads"], None)["flex-attention"]
        self.assertIn("not those of other heads", why)
        self.assertEqual(measure.eligible(WORKLOADS["minilm-1x16"], ["torch"]), {"torch": None})


class FilesTest(unittest.TestCase):
    def test_each_case_has_its_model_and_known_peers(self):
        for workload in workloads.TABLE:
            text = (BENCHMARKS.parent / workload.source).read_text()
            self.assertLessEqual({*workload.peers, *workload.spec.declined}, {*peers.PEERS}, workload.name)
            if not isinstance(workload.spec, cases.Case):
                continue
            for name in [*workload.spec.arguments, *workload.spec.results]:
                self.assertIn(f'attn.name = "{name}"', text, workload.name)
            self.assertEqual('"M"' in text, "M" in workload.spec.dynamic, workload.name)
            self.assertIn(f"x{workload.precision}>", text, workload.name)

    def test_each_case_has_its_torch_form(self):
        text = (BENCHMARKS / "cases_torch.py").read_text()
        for case in cases.CASES:
            self.assertIn(f'    "{case.form}": ', text)

    def test_labels_name_the_sizes(self):
        self.assertEqual(WORKLOADS["additive"].label, "B8 H1 N32 M128 D512")
        self.assertEqual(WORKLOADS["window"].label, "H8 N8192 D64")
        self.assertEqual(WORKLOADS["decode-8192"].label, "H32 N1 M8192 D128")


class InputsTest(unittest.TestCase):
    def setUp(self):
        try:
            import numpy
        except ImportError:
            self.skipTest("needs numpy: run it with build/bench-venv/bin/python")
        self.numpy = numpy

    def test_bf16_rounds_to_the_nearest_even(self):
        values = self.numpy.array([1.0, 1.00390625, 1.01171875, 1.004, -3.14159265], self.numpy.float32)
        self.assertEqual(workloads.bf16_values(values).tolist(), [1.0, 1.0, 1.015625, 1.0078125, -3.140625])

    def test_inputs_of_a_bf16_workload_are_bf16(self):
        arrays = WORKLOADS["attention-128"].at("bf16").inputs()
        self.assertTrue(all((array.view(self.numpy.uint32) & 0xFFFF == 0).all() for array in arrays.values()))


if __name__ == "__main__":
    unittest.main()
