"""The peers: each runs the same workloads behind the same four methods, with the settings that serve it best.

Every peer is told the exact shape beforehand where it has a way to use it, keeps its inputs and outputs bound, and uses
`threads` threads inside one run. A peer lives in a worker process of its own and imports only its own framework.
"""

import importlib
from pathlib import Path


class Files:
    """Where the build folder keeps what the peers read."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def weights(self, model):
        return self.folder / f"{model}.safetensors"

    def onnx(self, model, fused=False):
        return self.folder / (f"{model}-fused.onnx" if fused else f"{model}.onnx")

    def openvino(self, model):
        return self.folder / f"{model}.xml"

    def library(self, model):
        return self.folder / f"{model}.so"

    def packed(self, model):
        return self.folder / f"{model}.so.weights"


class Peer:
    """What all share. Each peer has version() and, in this order of use:

    prepare(workload) readies one shape; feed(inputs) binds arrays; call() runs once; output() copies the results,
    {name: array}.
    """

    def __init__(self, files, threads):
        import numpy  # not on top: the command line needs the names below before any package is installed

        self.files, self.threads, self.numpy = files, threads, numpy

    def zeros(self, workload):
        return {name: self.numpy.zeros(shape, self.numpy.float32) for name, shape in workload.outputs.items()}


class Torch(Peer):
    """Eager mode, scaled_dot_product_attention where it applies, inference mode."""

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
        self.names, self.run, self.result = list(workload.outputs), None, None
        return definition.load(workload.model, self.files.weights(workload.model), **options)

    def prepare(self, workload):
        self.run = self.load(workload)

    def feed(self, inputs):
        self.arguments = [self.torch.from_numpy(array) for array in inputs.values()]

    def call(self):
        with self.torch.inference_mode():
            self.result = self.run(*self.arguments)

    def output(self):
        results = self.result if isinstance(self.result, tuple) else (self.result,)
        return {name: result.numpy().copy() for name, result in zip(self.names, results)}


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
    """All graph optimisations, free dimensions fixed, bound inputs and outputs."""

    fused = False

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
        self.session = self.binding = None  # the one before goes first: both need much memory
        path = self.files.onnx(workload.model, self.fused)
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
    """The same on what ONNX Runtime's transformer optimiser makes of the model (Attention, BiasGelu, SkipLayerNorm)."""

    fused = True


class Openvino(Peer):
    """CPU plugin in f32, latency hint, static shapes, one request with bound tensors."""

    converted = False

    def version(self):
        import openvino

        return f"openvino {openvino.__version__.split('-')[0]}"

    def prepare(self, workload):
        import openvino

        core = openvino.Core()
        path = self.files.openvino(workload.model) if self.converted else self.files.onnx(workload.model)
        model = core.read_model(str(path))
        model.reshape({name: list(array.shape) for name, array in workload.inputs().items()})
        settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "f32",
            "INFERENCE_NUM_THREADS": self.threads,
        }
        self.names, self.request = list(workload.outputs), None
        self.request = core.compile_model(model, "CPU", settings).create_infer_request()

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

    converted = True


class Attnc(Peer):
    """The compiled model through its C interface; one library for all shapes."""

    def __init__(self, files, threads):
        super().__init__(files, threads)
        self.model = None

    def version(self):
        return self.model.metadata.compiler.decode() if self.model else "attnc"

    def prepare(self, workload):
        import attnc_ctypes

        name = workload.model.replace("-", "_")
        if self.model and self.model.prefix != name:
            self.context.close()
            self.model.close()
            self.model = None
        if not self.model:
            packed = self.files.packed(workload.model)
            weights = packed if packed.exists() else None
            model = attnc_ctypes.Model(self.files.library(workload.model), name, weights)
            self.context = model.context(self.threads)
            self.model = model
        self.result = self.zeros(workload)

    def feed(self, inputs):
        types = {"i32": self.numpy.int32, "i64": self.numpy.int64, "f32": self.numpy.float32}
        arrays = {name: inputs[name].astype(types[dtype]) for name, dtype in self.model.inputs}
        self.context.bind(arrays, self.result)

    def call(self):
        self.context.execute()

    def output(self):
        return {name: array.copy() for name, array in self.result.items()}


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
