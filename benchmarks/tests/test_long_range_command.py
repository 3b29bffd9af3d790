"""benchmarks/long-range: its options, what it asks to be measured, and that its models have what the systems read."""

import contextlib
import importlib.machinery
import importlib.util
import io
import json
import re
import resource
import subprocess
import sys
import tempfile
import types
import unittest
from pathlib import Path
from unittest import mock

HERE = Path(__file__).resolve().parent
BENCHMARKS = HERE.parent
sys.path[:0] = [str(HERE), str(BENCHMARKS)]

import artefacts  # noqa: E402
import budget  # noqa: E402
import long_range  # noqa: E402
import measure  # noqa: E402
import rounds  # noqa: E402
import workloads  # noqa: E402
from long_range import MODELS  # noqa: E402
from rows import results, row  # noqa: E402


def load_command():
    """The command as a module: its file has no suffix."""
    loader = importlib.machinery.SourceFileLoader("benchmarks_long_range", str(BENCHMARKS / "long-range"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    loader.exec_module(module)
    sys.dont_write_bytecode = writes
    return module


class OptionsTest(unittest.TestCase):
    def run_command(self, *arguments):
        return subprocess.run([sys.executable, BENCHMARKS / "long-range", *arguments], capture_output=True, text=True)

    def test_usage_errors(self):
        for arguments, text in (
            (["--models", "softmx"], "unknown model 'softmx', choose from softmax, "),
            (["--lengths", "1000"], "unknown length '1000', choose from 512, "),
            (["--peers", "tvm"], "unknown peer 'tvm'"),
            (["--peers", "openvino-torch"], "'openvino-torch' is not in this figure, choose from attnc, onnxruntime, "),
            (["--budget", "0"], "expected a number above 0, got '0'"),
            (["--memory", "much"], "expected a number above 0, got 'much'"),
            (["--threads", "100000"], "got --threads 100000"),
        ):
            ended = self.run_command(*arguments)
            self.assertEqual(ended.returncode, 2, ended.stderr)
            self.assertIn(text, ended.stderr)

    def test_list_names_all_models(self):
        lines = self.run_command("--list").stdout.splitlines()
        self.assertEqual([line.split()[0] for line in lines], [*MODELS])

    def test_help_fits_a_screen(self):
        ended = self.run_command("--help")
        self.assertEqual(ended.returncode, 0)
        self.assertLess(len(ended.stdout.splitlines()), 50)

    def test_missing_environment_is_explained(self):
        with tempfile.TemporaryDirectory() as folder:
            ended = self.run_command("--build", folder, "--threads", "1")
        self.assertEqual(ended.returncode, 1)
        self.assertIn("benchmarks/long-range: the peers are not installed: run benchmarks/setup first", ended.stderr)

    def parse(self, *arguments):
        with mock.patch.object(sys, "argv", ["long-range", "--threads", "1", *arguments]):
            return load_command().parse_arguments()

    def test_quick_changes_what_is_not_said(self):
        whole, quick = self.parse(), self.parse("--quick", "--rounds", "7")
        self.assertEqual(whole.lengths, list(long_range.LENGTHS))
        self.assertEqual((whole.rounds, whole.budget, whole.minutes, whole.compared_to), (5, 60, None, 4096))
        self.assertEqual(quick.lengths, [1024, 4096, 16384])
        self.assertEqual((quick.rounds, quick.budget, quick.minutes, quick.compared_to), (7, 10, 9, 1024))

    def test_lengths_and_models_have_one_order(self):
        arguments = self.parse("--lengths", "4096,512", "--models", "bigbird,softmax")
        self.assertEqual((arguments.lengths, arguments.models), ([512, 4096], ["softmax", "bigbird"]))


class PointTest(unittest.TestCase):
    def measure(self, tokens, peers=None):
        """What measure_row is asked, where torch ran out of memory at 1024."""
        command, asked = load_command(), {}

        def measure_row(session, workload, threads, skipped, compared):
            asked.update(workload=workload.name, skipped=skipped, compared=compared)
            return row(workload.name, attnc=[0.1])

        known = budget.Budget(60)
        known.note(row("softmax-1024", wrong={"torch": {"error": "bad allocation"}}) | {"tokens": 1024})
        arguments = types.SimpleNamespace(peers=peers, threads=1, compared_to=4096)
        with mock.patch.object(measure, "measure_row", measure_row):
            made = command.measure_point(None, known, "softmax", tokens, arguments)
        self.assertEqual(made["tokens"], tokens)
        return asked

    def test_what_ended_is_skipped_with_its_reason(self):
        asked = self.measure(2048)
        self.assertEqual(asked["workload"], "softmax-2048")
        self.assertEqual(asked["skipped"], {"torch": "it ran out of memory at 1024"})
        self.assertEqual(self.measure(2048, ["attnc"])["skipped"], {})

    def test_long_points_are_not_compared(self):
        self.assertTrue(self.measure(4096)["compared"])
        self.assertFalse(self.measure(8192)["compared"])

    def test_a_skipped_peer_is_out_of_the_row(self):
        self.assertEqual(measure.still_in({"a": {"skipped": "too long"}, "b": {}, "c": {"error": "no"}}), ["b"])


class LimitsTest(unittest.TestCase):
    def test_a_process_gets_no_more_memory(self):
        before = resource.getrlimit(resource.RLIMIT_DATA)
        for memory, text in ((10**9, "MemoryError"), (None, "")):
            program = [sys.executable, "-c", "len(bytearray(2 * 10**9))"]
            limits = rounds.Limits(memory=memory)
            ended = subprocess.run(program, preexec_fn=limits.apply, capture_output=True, text=True)
            self.assertEqual(ended.stderr.strip().rpartition("\n")[2], text)
        self.assertEqual(resource.getrlimit(resource.RLIMIT_DATA), before)

    def test_a_process_that_does_not_answer_is_ended(self):
        worker = object.__new__(rounds.Worker)
        worker.log, worker.limits = "a log", rounds.Limits(seconds=0.1)
        worker.process = subprocess.Popen(
            ["sleep", "60"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        self.addCleanup(worker.process.communicate)
        with self.assertRaisesRegex(rounds.PeerError, "^no answer in 0.1 s$"):
            worker.request(do="time")
        self.assertIsNotNone(worker.process.poll())


class OutputTest(unittest.TestCase):
    def test_a_table_all_samples_and_a_picture(self):
        made = row("cosformer-512", attnc=[0.1], torch=[0.2]) | {"tokens": 512}
        whole = results(made, threads=2, settings="a setting.", compared_to=4096)
        printed = io.StringIO()
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(printed):
            arguments = types.SimpleNamespace(out=Path(folder) / "new", build=Path(folder))
            with contextlib.redirect_stderr(io.StringIO()):
                load_command().write_report(arguments, whole)
            files = {path.name: path.read_text() for path in arguments.out.iterdir()}
        self.assertEqual(files.keys(), {"table.md", "results.json", "long-range.svg"})
        self.assertIn(printed.getvalue(), files["table.md"])
        self.assertEqual(json.loads(files["results.json"])["rows"][0]["tokens"], 512)


class ModelsTest(unittest.TestCase):
    def test_each_has_its_text_and_names_its_ports(self):
        for model in MODELS.values():
            text = (BENCHMARKS.parent / model.source("f32")).read_text()
            for name, letters in model.arguments.items():
                port = re.search(rf'attn.name = "{name}", attn.dims = \[([^]]*)\]', text)
                self.assertEqual(port.group(1).replace('"', "").replace(", ", ""), letters, f"{model.name} {name}")
            self.assertIn('attn.name = "out"', text)
            self.assertEqual({*re.findall(r'attn.weight "(\w+)"', text)}, {*model.weights}, model.name)

    def test_each_has_its_torch_form(self):
        text = (BENCHMARKS / "long_range_torch.py").read_text()
        for name in MODELS:
            self.assertIn(f'    "{name}": ', text)

    def test_a_model_without_text_is_not_compiled_yet(self):
        workload = types.SimpleNamespace(source="benchmarks/cases/long-range/none.mlir", library="none")
        with self.assertRaisesRegex(artefacts.Refused, "^not compiled yet: there is no benchmarks/cases/"):
            artefacts.compile_attnc(Path(sys.executable), Path("."), workload, [])

    def test_bounds_and_open_dimensions(self):
        self.assertEqual(MODELS["softmax"].binds, "B=1..1,N=1..65536")
        self.assertEqual(MODELS["bigbird"].binds, "B=1..1,N=1..65536,P=1..1024")
        self.assertEqual(MODELS["bigbird"].symbols(4096), {"B": 1, "N": 4096, "P": 64})
        self.assertEqual(MODELS["linformer"].port_shape("LN"), [256, "N"])

    def test_operations_are_those_of_visible_scores(self):
        tokens, heads = 1024, 8

        def visible(sees):
            return sum(sees(i, j) for i in range(tokens) for j in range(tokens))

        near = visible(lambda i, j: abs(i - j) <= 256 or i < 16 or j < 16)
        self.assertEqual(MODELS["longformer"].flops(tokens), 4 * 64 * heads * near)
        blocks = tokens // 64
        # Three drawn blocks for each row but the first and the last, which see all.
        listed = 3 * (blocks - 2) * 64**2
        near = visible(lambda i, j: abs(i // 64 - j // 64) <= 1 or {i // 64, j // 64} & {0, blocks - 1} != set())
        self.assertEqual(MODELS["bigbird"].flops(tokens), 4 * 64 * heads * (near + listed))
        self.assertEqual(MODELS["softmax"].flops(tokens), 4 * 64 * heads * tokens**2)
        self.assertEqual(MODELS["cosformer"].flops(tokens), 8 * heads * tokens * 64**2)

    def test_points_are_no_rows_of_the_other_command(self):
        self.assertFalse({w.name for w in workloads.TABLE} & {w.name for w in workloads.LONG_RANGE.values()})
        self.assertEqual(len(workloads.LONG_RANGE), len(MODELS) * len(long_range.LENGTHS))

    def test_drawn_blocks_are_new_to_their_rows(self):
        try:
            import numpy
        except ImportError:
            self.skipTest("needs numpy: run it with build/bench-venv/bin/python")
        table = MODELS["bigbird"].inputs(512, other=False)["table"]
        self.assertEqual((table.shape, table.dtype), ((8, 8, 3), numpy.int32))
        for head in table:
            for block, drawn in list(enumerate(head))[1:-1]:
                self.assertEqual(len({*drawn}), 3)
                self.assertFalse({*drawn} & {0, 7, block - 1, block, block + 1}, (block, drawn))


if __name__ == "__main__":
    unittest.main()
