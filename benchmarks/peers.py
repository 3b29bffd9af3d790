"""The peers: each runs the same workloads behind the same methods, with the settings that serve it best.

Every peer is told the exact shape beforehand where it has a way to use it, keeps its inputs and outputs bound, and uses
`threads` threads inside one run. A peer lives in a worker process of its own and imports only its own framework.
"""

import importlib
from pathlib import Path


class Declined(Exception):
    """A peer cannot run a workload as it is asked to; the text says why. No failure."""


class Files:
    """Where the build folder keeps what the peers read of a workload."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def weights(self, workload):
        return self.folder / f"{workload.model}.safetensors"

    def onnx(self, workload, fused=False):
        """bf16 is a setting, not a file."""
        precision = "-int8" if workload.precision == "int8" else ""
        return self.folder / f"{workload.model}{'-fused' if fused else ''}{precision}.onnx"

    def openvino(self, workload):
        return self.folder / f"{workload.model}.xml"

    def library(self, workload):
        return self.folder / f"{workload.library}.so"

    def packed(self, workload):
        return self.folder / f"{workload.library}.so.weights"


class Peer:
    """What all share. Each peer has the `precisions` it computes in, version() and, in this order of use:

    prepare(workload) readies one workload; feed(inputs) binds arrays; call() runs once; output() copies the results,
    {name: array}.
    """

    precisions = ("f32",)

    def __init__(self, files, threads):
        import numpy  # not on top: the command line needs the names below before any package is installed

        self.files, self.threads, self.numpy = files, threads, numpy

    def zeros(self, workload):
        return {name: self.numpy.zeros(shape, self.numpy.float32) for name, shape in workload.outputs.items()}


class Torch(Peer):
    """Eager mode, scaled_dot_product_attention where it applies, inference mode.

    Asked for f64 or int8, which it is not timed in, it gives what the others are held against.
    """

    precisions = ("f32", "bf16")

    def __init__(self, files, threads):
        super().__init__(files, threads)
        import torch

        torch.set_num_threads(threads)
        torch.set_num_interop_threads(1)
        self.torch = torch

    def version(self):
        return f"torch {self.torch.__version__}"

    def load(self, workload, **options):
        """The model's module; the names of its results are kept for output()."""
        definition = importlib.import_module(workload.spec.definition)
        self.names, self.dtype = list(workload.outputs), definition.TYPES[workload.precision]
        return definition.load(workload.model, self.files.weights(workload), workload.precision, **options)

    def prepare(self, workload):
        self.run = self.load(workload)

    def feed(self, inputs):
        tensors = [self.torch.from_numpy(array) for array in inputs.values()]
        self.arguments = [t.to(self.dtype) if t.is_floating_point() else t for t in tensors]

    def call(self):
        with self.torch.inference_mode():
            self.result = self.run(*self.arguments)

    def output(self):
        results = self.result if isinstance(self.result, tuple) else (self.result,)
        wide = self.torch.float64 if self.dtype == self.torch.float64 else self.torch.float32
        return {name: result.to(wide).numpy().copy() for name, result in zip(self.names, results)}


class TorchCompile(Torch):
    """torch.compile (Inductor, C++) for one static shape, weights frozen so that it may pack them."""

    form, freezing = {}, True

    def prepare(self, workload):
        import torch._inductor.config as inductor

        inductor.freezing = self.freezing
        inductor.cpp.threads = self.threads
        self.torch.compiler.reset()
        self.run = self.torch.compile(self.load(workload, **self.form), dynamic=False)


class FlexAttention(TorchCompile):
    """flex_attention, compiled, with its block mask made beforehand.

    Not frozen: Inductor finds "no choices" for a formula that reads what freezing has made a constant.
    """

    form, freezing = {"flex": True}, False


class Onnxruntime(Peer):
    """All graph optimisations, free dimensions fixed, bound inputs and outputs; int8 by its dynamic quantisation."""

    precisions, fused = ("f32", "int8"), False

    def version(self):
        import onnxruntime

        return f"onnxruntime {onnxruntime.__version__}"

    def prepare(self, workload):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        for name, size in workload.free_dimensions.items():
            options.add_free_dimension_override_by_name(name, size)
        path = self.files.onnx(workload, self.fused)
        self.session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
        self.result = self.zeros(workload)

    def feed(self, inputs):
        import onnxruntime

        self.keep = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in inputs.values()]
        self.binding = self.session.io_binding()
        for name, value in zip(inputs, self.keep):
            self.binding.bind_ortvalue_input(name, value)
        self.targets = {n: onnxruntime.OrtValue.ortvalue_from_numpy(array) for n, array in self.result.items()}
        for name, value in self.targets.items():
            self.binding.bind_ortvalue_output(name, value)

    def call(self):
        self.session.run_with_iobinding(self.binding)

    def output(self):
        return {name: value.numpy().copy() for name, value in self.targets.items()}


class OnnxruntimeFused(Onnxruntime):
    """The same on ONNX Runtime's own operators: what its transformer optimiser makes of MiniLM, MultiHeadAttention."""

    fused = True


class Openvino(Peer):
    """CPU plugin, latency hint, static shapes, one request with bound tensors.

    Not in int8: its quantisation (NNCF) wants texts to find scales with; scales from random ids are off by half.
    """

    precisions = ("f32", "bf16")

    def path(self, workload):
        return self.files.onnx(workload)

    def version(self):
        import openvino

        return f"openvino {openvino.__version__.split('-')[0]}"

    def prepare(self, workload):
        import openvino

        core = openvino.Core()
        model = core.read_model(str(self.path(workload)))
        model.reshape({name: list(array.shape) for name, array in workload.inputs().items()})
        hint = "bf16" if workload.precision == "bf16" else "f32"
        settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": hint,
            "INFERENCE_NUM_THREADS": self.threads,
        }
        self.names = list(workload.outputs)
        compiled = core.compile_model(model, "CPU", settings)
        if hint == "bf16" and compiled.get_property("INFERENCE_PRECISION_HINT") != openvino.Type.bf16:
            raise Declined("it computes bf16 models in f32 on this processor")
        self.request = compiled.create_infer_request()

    def feed(self, inputs):
        import openvino

        for name, array in inputs.items():
            self.request.set_tensor(name, openvino.Tensor(array))

    def call(self):
        self.request.infer()

    def output(self):
        # By place: the conversion from torch names no results.
        return {name: self.request.get_output_tensor(i).data.copy() for i, name in enumerate(self.names)}


class OpenvinoTorch(Openvino):
    """The same on the model as OpenVINO itself converts it from torch, where attention arrives as one operator."""

    def path(self, workload):
        return self.files.openvino(workload)


class Attnc(Peer):
    """The compiled model through its C interface: one library for all shapes, a context for this one."""

    precisions = ("f32", "bf16", "int8")
    model = None

    def version(self):
        return self.model.metadata.compiler.decode() if self.model else "attnc"

    def prepare(self, workload):
        import attnc_ctypes

        packed = self.files.packed(workload)
        weights = packed if packed.exists() else None
        self.model = attnc_ctypes.Model(self.files.library(workload), c_prefix(workload.library), weights)
        self.context = self.model.context(self.threads, workload.symbols)
        self.known = getattr(workload.spec, "past", None)
        types = dict(self.model.outputs)
        self.result = {n: self.numpy.zeros(s, self.array_type(types[n])) for n, s in workload.outputs.items()}

    def array_type(self, dtype):
        """numpy has no bf16: its bits are kept as u16."""
        names = {"i32": "int32", "i64": "int64", "f32": "float32", "f64": "float64", "bf16": "uint16"}
        return self.numpy.dtype(names[dtype])

    def feed(self, inputs):
        arrays = {}
        for name, dtype in self.model.inputs:
            if dtype == "bf16":  # a bf16 workload's numbers are bf16 already: the upper half of an f32 is all
                arrays[name] = (inputs[name].view(self.numpy.uint32) >> 16).astype(self.numpy.uint16)
            else:
                arrays[name] = inputs[name].astype(self.array_type(dtype))
        self.context.bind(arrays, self.result)
        if self.known is not None:
            self.remember(inputs)

    def remember(self, inputs):
        """Puts the past into the first rows of the states, and says how many rows are known."""
        import ctypes

        for name in self.model.states:
            shape, address = self.context.state(name)
            kind = ctypes.c_int32 if name == "length" else ctypes.c_float
            held = self.numpy.ctypeslib.as_array(ctypes.cast(address, ctypes.POINTER(kind)), shape)
            if name == "length":
                held[:] = self.known
            elif name in inputs:
                held[:, :, : self.known] = inputs[name]

    def call(self):
        if self.known is not None:  # the call before added to the past
            self.context.truncate(0, self.known)
        self.context.execute()

    def output(self):
        wide = {}
        for name, dtype in self.model.outputs:
            found = self.result[name]
            bits = found.astype(self.numpy.uint32) << 16 if dtype == "bf16" else None
            wide[name] = found.copy() if bits is None else bits.view(self.numpy.float32)
        return wide


def c_prefix(library):
    return library.replace("-", "_")


# In the order of the report's columns; the first is ours.
PEERS = {
    "attnc": Attnc,
    "onnxruntime": Onnxruntime,
    "onnxruntime-fused": OnnxruntimeFused,
    "openvino": Openvino,
    "openvino-torch": OpenvinoTorch,
    "torch": Torch,
    "torch-compile": TorchCompile,
    "flex-attention": FlexAttention,
}
REFERENCE = "torch"
COMPILED_LONG = ("torch-compile", "flex-attention")  # a minute and more for each workload
