"""Tests of the harness that need no peer and time nothing: python3 -m unittest discover -s benchmarks/tests.

Only the standard library and a C compiler are used.
"""

import ast
import ctypes
import math
import os
import subprocess
import sys
import tempfile
import unittest
from array import array
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BENCHMARKS))

import agreement  # noqa: E402
import artefacts  # noqa: E402
import attnc_ctypes  # noqa: E402
import peers  # noqa: E402
import report  # noqa: E402
import rounds  # noqa: E402
import score_maps  # noqa: E402
import workloads  # noqa: E402


def shaped(code, values, *shape):
    """A writable memoryview of the given shape over a fresh array."""
    return memoryview(array(code, values)).cast("B").cast(code, shape)


class StubTest(unittest.TestCase):
    """attnc_ctypes.py against a C library built from the real header."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.library = Path(cls.folder.name) / "minilm.so"
        command = [os.environ.get("CC", "cc"), "-std=c99", "-Wall", "-Werror", "-shared", "-fPIC", "-O1"]
        include = BENCHMARKS.parent / "runtime/include"
        subprocess.run([*command, f"-I{include}", BENCHMARKS / "tests/abi_stub.c", "-o", cls.library], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def open(self):
        return attnc_ctypes.Model(self.library, "minilm", "some.weights")

    def test_structs_have_the_headers_layout(self):
        class Layout(ctypes.Structure):
            _fields_ = [
                ("type", ctypes.c_char_p),
                ("field", ctypes.c_char_p),
                ("offset", ctypes.c_uint64),
                ("size", ctypes.c_uint64),
            ]

        function = ctypes.CDLL(str(self.library)).stub_layouts
        function.restype = ctypes.POINTER(Layout)
        rows, count = function(), 0
        while rows[count].type:
            row = rows[count]
            struct = getattr(attnc_ctypes, row.type.decode().removeprefix("attn_").capitalize())
            where = f"{row.type.decode()}.{row.field.decode()}"
            self.assertEqual(ctypes.sizeof(struct), row.size, where)
            self.assertEqual(getattr(struct, row.field.decode()).offset, row.offset, where)
            count += 1
        self.assertEqual(count, 20)

    def test_runs_with_named_arrays(self):
        out = shaped("f", [0.0] * 8, 2, 4)
        inputs = {"ids": shaped("i", [1, 2, 3, 4, 5, 6], 2, 3), "lengths": shaped("q", [3, 1], 2)}
        with self.open() as model, model.context(threads=2) as context:
            self.assertEqual(model.inputs, [("ids", "i32"), ("lengths", "i64")])
            self.assertEqual(model.outputs, [("embedding", "f32")])
            context.run(inputs, {"embedding": out})
        self.assertEqual(out.tolist(), [[6, 7, 8, 9], [4, 5, 6, 7]])

    def test_wrong_dtype_carries_the_librarys_text(self):
        inputs = {"ids": shaped("q", [1, 2], 1, 2), "lengths": shaped("q", [2], 1)}
        with self.open() as model, model.context(threads=1) as context:
            with self.assertRaisesRegex(attnc_ctypes.AttnError, r"minilm_run: dtype \(3\): ids: expected .* 7, got 8"):
                context.run(inputs, {"embedding": shaped("f", [0.0] * 4, 1, 4)})

    def test_failing_open_carries_the_librarys_text(self):
        with self.assertRaisesRegex(attnc_ctypes.AttnError, r"minilm_open: file \(7\): no packed weights at nowhere"):
            attnc_ctypes.Model(self.library, "minilm", "nowhere")

    def test_failing_context_carries_the_librarys_text(self):
        with self.open() as model:
            with self.assertRaisesRegex(attnc_ctypes.AttnError, "2000 threads are too many"):
                model.context(threads=2000)

    def test_missing_input_is_named(self):
        with self.open() as model, model.context(threads=1) as context:
            with self.assertRaisesRegex(KeyError, "'lengths'"):
                context.run({"ids": shaped("i", [1], 1, 1)}, {})

    def test_unknown_element_type_is_refused(self):
        with self.assertRaisesRegex(TypeError, "format 'c'"):
            attnc_ctypes.fill_tensor(attnc_ctypes.Tensor(), memoryview(bytearray(4)).cast("c"))


class WorkloadTest(unittest.TestCase):
    def test_flops_are_those_of_the_matrix_products(self):
        self.assertEqual(workloads.parse_shape("minilm", "1x1").flops, 6 * (2 * 12 * 384 * 384 + 4 * 384))
        self.assertEqual(workloads.parse_shape("minilm", "32x128").flops, 91_804_925_952)

    def test_bad_shapes_are_explained(self):
        for text in ("", "3", "x4", "0x4", "-1x4", "1x2x3"):
            with self.assertRaisesRegex(ValueError, "expected a shape like 32x128"):
                workloads.parse_shape("minilm", text)
        with self.assertRaisesRegex(ValueError, "512 positions, got length 513"):
            workloads.parse_shape("minilm", "1x513")


class CaseTest(unittest.TestCase):
    def case(self, name):
        return workloads.Workload(name)

    def test_each_case_has_its_model_and_known_peers(self):
        for case in score_maps.CASES:
            text = (artefacts.ROOT / case.source).read_text()
            self.assertLessEqual({*case.peers, *case.declined}, set(peers.PEERS), case.name)
            for name in [*case.arguments, *case.results]:
                self.assertIn(f'attn.name = "{name}"', text, case.name)
            for name, (shape, _) in case.weights.items():
                extents = "x".join(map(str, shape))
                self.assertIn(f'attn.weight "{name}" : tensor<{extents}xf32>', text, case.name)

    def test_flex_attention_says_what_it_does_not_decline(self):
        tree = ast.parse((BENCHMARKS / "score_maps_torch.py").read_text())
        tables = {
            node.targets[0].id: [key.value for key in node.value.keys]
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
        }
        self.assertEqual(tables["TORCH"], workloads.CASE_NAMES)
        said = [case.name for case in score_maps.CASES if "flex-attention" not in case.declined]
        self.assertEqual(tables["FLEX"], said)

    def test_the_models_leave_open_what_is_bound(self):
        for case in score_maps.CASES:
            text = (artefacts.ROOT / case.source).read_text()
            first = text.partition("tensor<")[2].partition("xf32>")[0].split("x")
            names = dict(zip("BHND", first))
            self.assertEqual({letter for letter in "BN" if names[letter] == "?"}, set(case.dynamic) - {"M"}, case.name)
            self.assertEqual('"M"' in text, "M" in case.dynamic, case.name)

    def test_flops_count_visible_scores_alone(self):
        self.assertEqual(self.case("softcap").flops, 4 * 64 * 8 * 4096 * 4096)
        self.assertEqual(self.case("alibi-causal").flops, 4 * 64 * 8 * 4096 * 4097 // 2)
        self.assertEqual(score_maps.window_scores(1, 5, 1, 0), 9)
        self.assertEqual(score_maps.window_scores(2, 4, 9, 9), 32)

    def test_labels_name_the_sizes(self):
        self.assertEqual(self.case("additive").label, "B8 H1 N32 M128 D512")
        self.assertEqual(self.case("window").label, "H8 N8192 D64")


class ReportTest(unittest.TestCase):
    def row(self, **times):
        peers = {name: {"samples": samples, "difference": 0.0} for name, samples in times.items()}
        for peer in peers.values():
            report.summarise(peer, flops=2e9, peak=100.0)
        return {
            "model": "minilm",
            "shape": "1x16",
            "threads": 1,
            "flops": 2e9,
            "peak": 100.0,
            "read_rate": 10.0,
            "disturbance": 0.0,
            "peers": peers,
        }

    def results(self, row):
        machine = {"cpu": "a processor", "cpus": 2, "isa": "avx2"}
        compiled = dict(attnc={}, attnc_options=[])
        return dict(machine=machine, rounds=3, versions={}, flops={}, skipped=[], rows=[row], **compiled)

    def test_ratio_is_to_the_fastest_peer(self):
        row = self.row(attnc=[0.02] * 3, torch=[0.05] * 3, openvino=[0.04] * 3)
        self.assertEqual(report.ratio(row), 0.5)
        text = report.markdown(self.results(row), ["attnc", "openvino", "torch"])
        self.assertIn("| minilm 1x16 | 1 | 2.00 | 0.50 | **20 (20–20)** | 40 (40–40) | 50 (50–50) |", text)
        self.assertIn("| **100 (100%)** | 50 (50%) | 40 (40%) |", text)

    def test_spread_is_the_tenth_and_ninetieth_percentile(self):
        self.assertEqual(report.spread([float(i) for i in range(11)]), (1.0, 5.0, 9.0))
        self.assertEqual(report.spread([2.0]), (2.0, 2.0, 2.0))

    def test_a_failed_peer_is_named(self):
        row = self.row(torch=[0.05])
        row["peers"]["openvino"] = {"error": "differs from torch by 0.3, more than 0.0001", "difference": 0.3}
        text = report.markdown(self.results(row), ["attnc", "openvino", "torch"])
        self.assertIn("| – | – | failed | **50 (50–50)** |", text)
        self.assertIn("**openvino failed** at minilm 1x16, 1 threads: differs from torch by 0.3", text)
        self.assertIsNone(report.ratio(row))

    def test_what_was_compiled_is_told_of_each_model_with_the_options(self):
        compiled = dict(compile_seconds=1.5, open_seconds=[0.002, 0.001], library_bytes=4e4, weights_bytes=0)
        results = self.results(self.row(attnc=[0.05]))
        results.update(attnc={"window": compiled}, attnc_options=["--backend=llvm"])
        text = report.markdown(results, ["attnc"])
        self.assertIn("attnc --backend=llvm:\n- window: compile, weight packing included: 1.50 s; open: 1.00 ms", text)

    def test_a_disturbed_row_is_marked(self):
        row = dict(self.row(torch=[0.05]), disturbance=0.25)
        self.assertIn("other programs used 25% of the machine", report.markdown(self.results(row), ["torch"]))


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
    def test_the_reason_below_the_first_line_is_kept(self):
        worker = object.__new__(rounds.Worker)
        worker.signal, worker.log = lambda number: None, "a log"
        worker.process = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        with self.assertRaisesRegex(rounds.PeerError, "^from a.cpp:1: no such port$"):
            worker.request(error="from a.cpp:1:\n  no such port\n")
        worker.process.communicate()

    def test_peers_take_turns_and_the_order_turns(self):
        turns = []
        workers = [FakeWorker(name, 1.0, turns) for name in "abc"]
        outcome, roof, _ = rounds.interleave(workers, 3, lambda: 7.0, lambda turn: None)
        self.assertEqual("".join(turns), "abc" + "abc" + "bca" + "cab")
        self.assertEqual(outcome["a"], {"iterations": 1, "opener": False, "samples": [1.0] * 3})
        self.assertEqual(roof, [7.0] * 3)

    def test_a_slice_holds_enough_iterations(self):
        self.assertEqual(rounds.calibrate(FakeWorker("a", 0.001, [])), {"iterations": 75, "opener": True})

    def test_a_peer_that_breaks_is_out_and_the_others_go_on(self):
        turns = []
        workers = [FakeWorker("a", 1.0, turns, fails_at=3), FakeWorker("b", 1.0, turns)]
        outcome, _, _ = rounds.interleave(workers, 4, lambda: 7.0, lambda turn: None)
        self.assertEqual(outcome["a"], {"error": "it broke"})
        self.assertEqual(len(outcome["b"]["samples"]), 4)


class AgreementTest(unittest.TestCase):
    def setUp(self):
        try:
            import numpy
        except ImportError:
            self.skipTest("needs numpy: run it with build/bench-venv/bin/python")
        self.array = lambda *values: numpy.array(values, numpy.float32)

    def test_largest_difference_of_all_cases(self):
        ours, theirs = [self.array(1, 2), self.array(3)], [self.array(1, 2.5), self.array(3)]
        self.assertEqual(agreement.difference(ours, theirs), 0.5)

    def test_a_nan_or_another_shape_is_never_agreement(self):
        whole, broken = [self.array(1), self.array(1)], [self.array(1), self.array(math.nan)]
        self.assertEqual(agreement.difference(broken, whole), math.inf)
        self.assertEqual(agreement.difference([self.array(1, 1)], [self.array(1)]), math.inf)


class CommandTest(unittest.TestCase):
    """benchmarks/run's own errors, before any environment is needed."""

    def run_command(self, *arguments):
        return subprocess.run([sys.executable, BENCHMARKS / "run", *arguments], capture_output=True, text=True)

    def test_usage_errors(self):
        for arguments, text in (
            (["--peers", "tvm"], "unknown peer 'tvm'"),
            (["--shapes", "4by4"], "expected a shape like 32x128"),
            (["--cases", "softcup"], "unknown case 'softcup'"),
            (["--cases", "softcap", "--shapes", "1x16"], "--shapes are MiniLM's"),
            (["--cases", "softcap", "--peers", "openvino-torch"], "openvino-torch is no peer of the cases"),
            (["--peers", "flex-attention"], "flex-attention is no peer of MiniLM"),
            (["--threads", "0"], "expected a number above 0"),
            (["--threads", "100000"], "got --threads 100000"),
        ):
            ended = self.run_command(*arguments)
            self.assertEqual(ended.returncode, 2, ended.stderr)
            self.assertIn(text, ended.stderr)

    def test_missing_environment_is_explained(self):
        with tempfile.TemporaryDirectory() as folder:
            ended = self.run_command("--build", folder)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("run benchmarks/setup first", ended.stderr)


class PeakTest(unittest.TestCase):
    def test_both_kinds_report_a_rate(self):
        with tempfile.TemporaryDirectory() as folder:
            program = artefacts.make_peak(Path(folder))
            cpus = os.sched_getaffinity(0)
            for kind in ("fma", "read"):
                rate, isa = artefacts.measure_peak(program, kind, 1, 0.01, cpus)
                self.assertTrue(math.isfinite(rate) and rate > 0, kind)
                self.assertIn(isa, ("avx512", "avx2", "sse2"))


if __name__ == "__main__":
    unittest.main()
