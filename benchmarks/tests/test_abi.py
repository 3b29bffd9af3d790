"""attnc_ctypes.py against a C library built from the real header."""

import ctypes
import os
import subprocess
import sys
import tempfile
import unittest
from array import array
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BENCHMARKS))

import attnc_ctypes  # noqa: E402


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
        self.assertEqual(count, 29)

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

    def test_a_context_serves_the_capacity_it_is_given(self):
        with self.open() as model:
            self.assertEqual(model.symbols, ["B", "S"])
            model.context(1, {"S": 512}).close()
            with self.assertRaisesRegex(attnc_ctypes.AttnError, "S is at most 512, got 513"):
                model.context(1, {"S": 513})

    def test_bf16_comes_as_its_bits(self):
        tensor = attnc_ctypes.Tensor()
        attnc_ctypes.fill_tensor(tensor, shaped("H", [0x3F80, 0x4000], 2))
        self.assertEqual(attnc_ctypes.DTYPE_NAMES[tensor.dtype], "bf16")

    def test_missing_input_is_named(self):
        with self.open() as model, model.context(threads=1) as context:
            with self.assertRaisesRegex(KeyError, "'lengths'"):
                context.run({"ids": shaped("i", [1], 1, 1)}, {})

    def test_unknown_element_type_is_refused(self):
        with self.assertRaisesRegex(TypeError, "format 'c'"):
            attnc_ctypes.fill_tensor(attnc_ctypes.Tensor(), memoryview(bytearray(4)).cast("c"))


if __name__ == "__main__":
    unittest.main()
