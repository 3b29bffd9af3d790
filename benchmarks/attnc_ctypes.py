"""A compiled attnc model through its C interface (runtime/include/attn/runtime.h), for Python.

    with Model("minilm.so", "minilm", "minilm.so.weights") as model, model.context(threads=2) as context:
        context.run({"ids": ids, "lengths": lengths}, {"embedding": out})

Arrays are anything with the buffer protocol (numpy, array, memoryview) of the port's element type, dense and writable.
A status other than OK becomes an AttnError with the library's own text.
"""

import ctypes
from ctypes import POINTER, Structure, byref, c_char_p, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p

MAX_RANK = 8
ABI_VERSION = 5
STATUS = {1: "argument", 2: "shape", 3: "dtype", 4: "index", 5: "capacity", 6: "cpu", 7: "file", 8: "memory", 9: "busy"}
# attn_dtype of a buffer's (format letter, item size); bf16 has no letter: its bits come as u16. f16 is not offered.
DTYPES = {("f", 4): 1, ("d", 8): 2, ("u", 2): 3, ("i", 1): 5, ("u", 1): 6, ("i", 4): 7, ("i", 8): 8, ("?", 1): 9}
DTYPE_NAMES = {1: "f32", 2: "f64", 3: "bf16", 4: "f16", 5: "i8", 6: "u8", 7: "i32", 8: "i64", 9: "bool"}


class Tensor(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("dtype", c_int32),
        ("rank", c_int32),
        ("reserved", c_int32),
        ("shape", c_int64 * MAX_RANK),
        ("data", c_void_p),
        ("bytes", c_uint64),
    ]


class Options(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("flags", c_uint32),
        ("threads", c_int32),
        ("reserved", c_int32),
        ("parallel_for", c_void_p),
        ("parallel_user", c_void_p),
        ("capacity", POINTER(c_int64)),
        ("capacity_count", c_uint32),
        ("error_size", c_uint32),
        ("error", c_char_p),
        ("variant", c_char_p),
        ("kernel_nanoseconds", POINTER(c_int64)),
        ("kernel_count", c_uint32),
        ("reserved2", c_uint32),
    ]


class Port(Structure):
    _fields_ = [
        ("name", c_char_p),
        ("dtype", c_int32),
        ("rank", c_int32),
        ("dims", c_int64 * MAX_RANK),
        ("more", c_int32 * MAX_RANK),
        ("checked", c_int32),
        ("below", c_int32),
        ("rising", c_int32),
        ("reserved", c_int32),
        ("lower", c_int64),
        ("upper", c_int64),
    ]


class Symbol(Structure):
    _fields_ = [("name", c_char_p), ("minimum", c_int64), ("maximum", c_int64), ("multiple", c_int64)]


class State(Structure):
    _fields_ = [("input", c_uint32), ("output", c_uint32), ("in_place", c_int32), ("reserved", c_int32)]


class Cache(Structure):
    _fields_ = [("length", c_uint32), ("reserved", c_uint32), ("capacity", c_int64), ("appended", c_int64)]


class Variant(Structure):
    _fields_ = [("target", c_char_p), ("cpu_features", c_uint64)]


class Metadata(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("abi_version", c_uint32),
        ("name", c_char_p),
        ("compiler", c_char_p),
        ("variants", POINTER(Variant)),
        ("inputs", POINTER(Port)),
        ("outputs", POINTER(Port)),
        ("symbols", POINTER(Symbol)),
        ("input_count", c_uint32),
        ("output_count", c_uint32),
        ("symbol_count", c_uint32),
        ("variant_count", c_uint32),
        ("weights_bytes", c_uint64),
        ("weights_id", c_void_p),
        ("weights_embedded", c_int32),
        ("reserved2", c_int32),
        ("states", POINTER(State)),
        ("caches", POINTER(Cache)),
        ("state_count", c_uint32),
        ("cache_count", c_uint32),
        ("weight_checks", c_void_p),
        ("weight_check_count", c_uint32),
        ("reserved3", c_uint32),
    ]


class AttnError(Exception):
    """`status` is the attn_status, the text what the library said."""

    def __init__(self, status, what, text):
        self.status = status
        super().__init__(f"{what}: {STATUS.get(status, 'unknown status')} ({status}): {text or 'no text'}")


def buffer_dtype(view):
    letter = view.format[-1]
    kind = "i" if letter in "bhilqn" else "u" if letter in "BHILQN" else letter
    dtype = DTYPES.get((kind, view.itemsize))
    if dtype is None:
        raise TypeError(f"no attn_dtype for elements of format '{view.format}'")
    return dtype


def fill_tensor(tensor, array):
    """Points `tensor` at the memory of `array`; the caller keeps the array alive."""
    view = memoryview(array)
    if not view.c_contiguous or view.ndim > MAX_RANK:
        raise TypeError(f"expected a dense array of at most {MAX_RANK} dimensions")
    tensor.size = ctypes.sizeof(Tensor)
    tensor.dtype, tensor.rank, tensor.bytes = buffer_dtype(view), view.ndim, view.nbytes
    tensor.shape[: view.ndim] = view.shape
    tensor.data = ctypes.addressof(ctypes.c_char.from_buffer(view)) if view.nbytes else None


class Model:
    """An open model. `inputs` and `outputs` are lists of (name, dtype name), `symbols` of names; closing it ends its
    contexts' use. What it remembers between runs is in `states`, names by the same number as in the library, not among
    the inputs and outputs.
    """

    def __init__(self, library, prefix, weights=None):
        self.handle = c_void_p()
        self.library = ctypes.CDLL(str(library))
        self.prefix = prefix
        text = ctypes.create_string_buffer(1024)
        options = Options(size=ctypes.sizeof(Options), error=ctypes.addressof(text), error_size=len(text))
        path = str(weights).encode() if weights else None
        status = self.call("open", c_int32, byref(self.handle), c_char_p(path), byref(options))
        if status:
            raise AttnError(status, f"{prefix}_open", text.value.decode())
        self.metadata = ctypes.cast(self.call("metadata", c_void_p), POINTER(Metadata)).contents
        if self.metadata.abi_version != ABI_VERSION:
            raise AttnError(1, f"{prefix}_metadata", f"expected ABI {ABI_VERSION}, got {self.metadata.abi_version}")
        inputs = self.ports(self.metadata.inputs, self.metadata.input_count)
        outputs = self.ports(self.metadata.outputs, self.metadata.output_count)
        states = self.metadata.state_count  # they stand last
        self.inputs, self.states = inputs[: len(inputs) - states], [name for name, _ in inputs[len(inputs) - states :]]
        self.outputs = outputs[: len(outputs) - states]
        self.symbols = [self.metadata.symbols[i].name.decode() for i in range(self.metadata.symbol_count)]

    @staticmethod
    def ports(array, count):
        return [(array[i].name.decode(), DTYPE_NAMES[array[i].dtype]) for i in range(count)]

    def call(self, name, result, *arguments):
        function = getattr(self.library, f"{self.prefix}_{name}")
        function.restype = result
        return function(*arguments)

    def context(self, threads, capacity=None):
        """`capacity`: the largest {symbol: size} to be served; those it does not name keep the model's bound."""
        return Context(self, threads, capacity or {})

    def close(self):
        if self.handle:
            self.call("close", None, self.handle)
            self.handle = c_void_p()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Context:
    """What one thread of the host runs a model with."""

    def __init__(self, model, threads, capacity):
        self.model, self.handle, self.keep = model, c_void_p(), None
        text = ctypes.create_string_buffer(1024)
        sizes = (c_int64 * len(model.symbols))(*(capacity.get(name, 0) for name in model.symbols))
        options = Options(
            size=ctypes.sizeof(Options),
            threads=threads,
            capacity=sizes,
            capacity_count=len(sizes),
            error=ctypes.addressof(text),
            error_size=len(text),
        )
        status = model.call("context_create", c_int32, byref(self.handle), model.handle, byref(options))
        if status:
            raise AttnError(status, f"{model.prefix}_context_create", text.value.decode())
        self.tensors_in = (Tensor * len(model.inputs))()
        self.tensors_out = (Tensor * len(model.outputs))()

    def bind(self, inputs, outputs):
        """Takes the arrays, by port name, that the following calls of `execute` read and write."""
        for ports, arrays, tensors in (
            (self.model.inputs, inputs, self.tensors_in),
            (self.model.outputs, outputs, self.tensors_out),
        ):
            for tensor, (name, _) in zip(tensors, ports):
                if name not in arrays:
                    raise KeyError(f"the model names '{name}' among {[n for n, _ in ports]}, got {sorted(arrays)}")
                fill_tensor(tensor, arrays[name])
        self.keep = (inputs, outputs)

    def execute(self):
        """One M_run on the bound arrays; one M_step of a model with states, which the context holds."""
        ins, outs = self.tensors_in, self.tensors_out
        name = "step" if self.model.states else "run"
        self.check(name, ins, c_size_t(len(ins)), outs, c_size_t(len(outs)))

    def check(self, name, *arguments):
        status = self.model.call(name, c_int32, self.handle, *arguments)
        if status:
            text = self.model.call("last_error", c_char_p, self.handle) or b""
            raise AttnError(status, f"{self.model.prefix}_{name}", text.decode())

    def state(self, name):
        """(shape, address) of a state: memory to read and write until the next run."""
        view = Tensor(size=ctypes.sizeof(Tensor))
        self.check("state", c_uint32(self.model.states.index(name)), byref(view))
        return tuple(view.shape[: view.rank]), view.data

    def truncate(self, sample, length):
        """Forgets the rows of a sample's caches from `length` on."""
        self.check("truncate", c_int64(sample), c_int64(length))

    def run(self, inputs, outputs):
        self.bind(inputs, outputs)
        self.execute()

    def close(self):
        if self.handle:
            self.model.call("context_destroy", None, self.handle)
            self.handle = c_void_p()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
