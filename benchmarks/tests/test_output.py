"""What benchmarks/run writes, and when it calls a run failed."""

import contextlib
import importlib.machinery
import importlib.util
import io
import json
import sys
import tempfile
import types
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from rows import results, row  # noqa: E402


def load_run():
    """The command as a module: its file has no suffix."""
    loader = importlib.machinery.SourceFileLoader("benchmarks_run", str(HERE.parent / "run"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


class OutputTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
        cls.run_module = load_run()
        sys.dont_write_bytecode = writes

    def write(self, threads):
        """{file: text} of the report of a run with that many threads, each, and what was printed."""
        rows = [dict(row(attnc=[0.1], torch=[0.2]), threads=count) for count in threads]
        printed = io.StringIO()
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(printed):
            arguments = types.SimpleNamespace(out=Path(folder) / "new", threads=threads)
            with contextlib.redirect_stderr(io.StringIO()):
                self.run_module.write_report(arguments, results(*rows))
            return {path.name: path.read_text() for path in arguments.out.iterdir()}, printed.getvalue()

    def test_a_table_all_samples_and_a_picture(self):
        files, printed = self.write([2])
        self.assertEqual(files.keys(), {"table.md", "results.json", "roofline.svg"})
        self.assertEqual(files["table.md"], printed + "\n![Roofline of 2 threads](roofline.svg)\n")
        self.assertEqual(json.loads(files["results.json"])["rows"][0]["peers"]["torch"]["samples"], [0.2])

    def test_a_picture_for_each_number_of_threads(self):
        files, _ = self.write([1, 2])
        self.assertLessEqual({"roofline-1.svg", "roofline-2.svg"}, files.keys())

    def test_a_peer_that_fails_fails_the_run(self):
        fails = self.run_module.fails
        self.assertFalse(fails(row(attnc=[0.1]), None))
        self.assertTrue(fails(row(attnc=[0.1], wrong={"torch": {"error": "it broke"}}), None))
        self.assertTrue(fails(dict(row(attnc=[0.1]), not_compared="torch in f64: it broke"), None))

    def test_a_refusal_fails_the_run_only_where_attnc_was_asked_for(self):
        refused = row(torch=[0.1], wrong={"attnc": {"declined": "attnc: no"}})
        self.assertFalse(self.run_module.fails(refused, None))
        self.assertFalse(self.run_module.fails(refused, ["torch"]))
        self.assertTrue(self.run_module.fails(refused, ["attnc", "torch"]))


if __name__ == "__main__":
    unittest.main()
