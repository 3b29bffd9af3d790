"""benchmarks/run's own errors, before any environment is needed; the machine, its roofs and what attnc says."""

import json
import math
import os
import re
import subprocess
import sys
import tempfile
import types
import unittest
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BENCHMARKS))

import artefacts  # noqa: E402
import machine  # noqa: E402
import measure  # noqa: E402
import workloads  # noqa: E402


class CommandTest(unittest.TestCase):
    def run_command(self, *arguments):
        return subprocess.run([sys.executable, BENCHMARKS / "run", *arguments], capture_output=True, text=True)

    def test_usage_errors(self):
        for arguments, text in (
            (["--peers", "tvm"], "unknown peer 'tvm'"),
            (["--only", "softcup"], "no workload is called 'softcup': benchmarks/run --list names them"),
            (["--only", "softcap", "--peers", "openvino-torch"], "openvino-torch: no peer of these workloads"),
            (["--rounds", "0"], "expected a number above 0, got '0'"),
            (["--threads", "0"], "expected a number above 0, got '0'"),
            (["--threads", "100000"], "got --threads 100000"),
            (["--store", "--attnc-options=--backend=halide"], "without --attnc-options"),
        ):
            ended = self.run_command(*arguments)
            self.assertEqual(ended.returncode, 2, ended.stderr)
            self.assertIn(text, ended.stderr)

    def test_help_fits_a_screen(self):
        ended = self.run_command("--help")
        self.assertEqual(ended.returncode, 0)
        self.assertLess(len(ended.stdout.splitlines()), 40)

    def test_list_names_all_workloads(self):
        lines = self.run_command("--list").stdout.splitlines()
        self.assertEqual([line.split()[0] for line in lines], [w.name for w in workloads.TABLE])

    def test_missing_environment_is_explained(self):
        with tempfile.TemporaryDirectory() as folder:
            ended = self.run_command("--build", folder, "--threads", "1")
        self.assertEqual(ended.returncode, 1)
        self.assertIn("run benchmarks/setup first", ended.stderr)


class CompilerTest(unittest.TestCase):
    """compile_attnc with a stand-in for the compiler."""

    def compile(self, script):
        with tempfile.TemporaryDirectory() as folder:
            attnc = Path(folder) / "attnc"
            attnc.write_text("#!/bin/sh\n" + script)
            attnc.chmod(0o755)
            return artefacts.compile_attnc(attnc, Path(folder), workloads.WORKLOADS["minilm-32x128-bf16"], [])

    def test_a_refusal_is_the_compilers_first_error(self):
        script = "echo 'attnc: note: a note'; echo 'attnc: error: bf16: not here'; echo 'attnc: 1 error'; exit 1"
        for status in (1, 2):
            with self.assertRaisesRegex(artefacts.Refused, "^bf16: not here$"):
                self.compile(script.replace("exit 1", f"exit {status}"))

    def test_a_crash_is_no_refusal(self):
        with self.assertRaisesRegex(artefacts.Unavailable, "attnc exited with -11: no output"):
            self.compile("kill -SEGV $$")

    def test_no_compiler_is_told(self):
        with self.assertRaisesRegex(artefacts.Unavailable, "no compiler at .*name it with --attnc"):
            artefacts.compile_attnc(Path("nowhere"), Path("."), workloads.WORKLOADS["minilm-1x16"], [])

    def test_stages_are_read_from_the_time_report(self):
        text = "   1.383 s  pack weights\n   2.529 s  generate code\n   1.602 s    LLVM: optimise\n"
        self.assertEqual(artefacts.stage_seconds(text), {"pack weights": 1.383, "generate code": 2.529})


class FilesTest(unittest.TestCase):
    def test_a_row_without_its_weights_says_so_for_each_peer(self):
        arguments = types.SimpleNamespace(weights=Path("nowhere"))
        entries = {"attnc": {}, "torch": {}, "openvino": {"declined": "no"}}
        with tempfile.TemporaryDirectory() as folder:
            session = measure.Session(arguments, Path(folder), None, print)
            measure.ready_files(session, workloads.WORKLOADS["minilm-1x16"], entries)
        missing = {"error": "no weights at nowhere"}
        self.assertEqual(entries, {"attnc": missing, "torch": missing, "openvino": {"declined": "no"}})


class MachineTest(unittest.TestCase):
    def test_processors_have_a_class(self):
        text = "vendor_id\t: {}\ncpu family\t: {}\nmodel\t\t: {}\nmodel name\t: A B\nflags\t\t: fpu {}\n"
        text += "vendor_id\t: that of the second CPU\n"
        found = machine.describe(text.format("AuthenticAMD", 25, 1, "avx2"), 2)
        self.assertEqual(found["class"], "amd-zen-3-avx2-2-cpus")
        self.assertEqual(found["cpu"], "A B")
        found = machine.describe(text.format("AuthenticAMD", 26, 2, "avx2 avx512f avx512_bf16"), 16)
        self.assertEqual(found["class"], "amd-zen-5-avx512-bf16-16-cpus")
        found = machine.describe(text.format("GenuineIntel", 7, 9, "sse2"), 1)
        self.assertEqual(found["class"], "intel-family-7-model-9-sse2-1-cpus")
        self.assertEqual(machine.describe("", 1)["class"], "other-family-0-model-0-sse2-1-cpus")

    def test_the_commit_is_one_or_unknown(self):
        self.assertTrue(re.fullmatch(r"unknown|[0-9a-f]{12}(-dirty)?", machine.commit()))


class PeakTest(unittest.TestCase):
    def test_every_kind_reports_a_rate_or_that_there_is_none(self):
        with tempfile.TemporaryDirectory() as folder:
            program = artefacts.make_peak(Path(folder))
            peak = machine.Peak(program, 1, os.sched_getaffinity(0))
            for kind in machine.ROOFS:
                rate, instruction = peak.measure(kind, 0.01)
                if kind in ("f32-256", "bf16") and rate is None:
                    self.assertIsNone(instruction)
                else:
                    self.assertTrue(math.isfinite(rate) and rate > 0 and instruction, kind)
            for words in (["f16", "1", "0.1"], ["f32", "0", "0.1"], ["f32", "1"]):
                ended = subprocess.run([program, *words], capture_output=True, text=True)
                self.assertEqual(ended.returncode, 2)
                self.assertIn("usage: peak f32|f32-256|f64|bf16|int8|read THREADS SECONDS", ended.stderr)

    def test_it_compiles_without_warnings_and_replies_in_json(self):
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "peak"
            flags = ["-O3", "-pthread", "-Wall", "-Wextra", "-Werror"]
            subprocess.run([os.environ.get("CC", "cc"), *flags, "-o", program, BENCHMARKS / "peak.c"], check=True)
            reply = subprocess.run([program, "f64", "1", "0.01"], check=True, capture_output=True).stdout
            self.assertEqual(json.loads(reply).keys(), {"kind", "instruction", "rate"})


if __name__ == "__main__":
    unittest.main()
