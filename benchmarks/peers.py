"""The peers: each runs the same workloads behind the same four methods, with the settings that serve it best.

Every peer is told the exact shape beforehand where it has a way to use it, keeps its inputs and outputs bound, and uses
`threads` threads inside one run. A peer lives in a worker process of its own and imports only its own framework.
"""

from pathlib import Path

from workloads import MODELS


class Files:
    """Where the build folder keeps what the peers read."""

    def __init__(self, folder, weights):
        self.folder, self.weights = Path(folder), Path(weights)

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

    prepare(workload) readies one shape; feed(inputs) binds arrays; call() runs once; output() is a copy of the result.
    """

    def __init__(self, files, threads):
        import numpy  # not on top: the command line needs the names below before any package is installed

        self.files, self.threads, self.numpy = files, threads, numpy

    def zeros(self, workload):
        return self.numpy.zeros((workload.batch, MODELS[workload.model].width), self.numpy.float32)


class Torch(Peer):
    """Eager mode, scaled_dot_product_attention, inference mode."""

    def __init__(self, files, threads):
        super().__init__(files, threads)
        import minilm
        import torch

        torch.set_num_threads(threads)
        torch.set_num_interop_threads(1)
        self.torch = torch
        self.models = {"minilm": minilm.load(files.weights)}

    def version(self):
        return f"torch {self.torch.__version__}"

    def prepare(self, workload):
        self.run = self.models[workload.model]

    def feed(self, inputs):
        self.arguments = [self.torch.from_numpy(array) for array in inputs.values()]

    def call(self):
        with self.torch.inference_mode():
            self.result = self.run(*self.arguments)

    def output(self):
        return self.result.numpy().copy()


class TorchCompile(Torch):
    """torch.compile (Inductor, C++) for one static shape, weights frozen so that it may pack them."""

    def prepare(self, workload):
        import torch._inductor.config as inductor

        inductor.freezing = True
        inductor.cpp.threads = self.threads
        self.torch.compiler.reset()
        self.run = self.torch.compile(self.models[workload.model], dynamic=False)


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
        options.add_free_dimension_override_by_name("B", workload.batch)
        options.add_free_dimension_override_by_name("S", workload.length)
        path = self.files.onnx(workload.model, self.fused)
        self.session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
        self.result = self.zeros(workload)

    def feed(self, inputs):
        import onnxruntime

        self.keep = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in inputs.values()]
        self.binding = self.session.io_binding()
        for name, value in zip(inputs, self.keep):
            self.binding.bind_ortvalue_input(name, value)
        self.target = onnxruntime.OrtValue.ortvalue_from_numpy(self.result)
        self.binding.bind_ortvalue_output("embedding", self.target)

    def call(self):
        self.session.run_with_iobinding(self.binding)

    def output(self):
        return self.target.numpy().copy()


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
        model.reshape({"ids": [workload.batch, workload.length], "lengths": [workload.batch]})
        settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "f32",
            "INFERENCE_NUM_THREADS": self.threads,
        }
        self.request = core.compile_model(model, "CPU", settings).create_infer_request()

    def feed(self, inputs):
        import openvino

        for name, array in inputs.items():
            self.request.set_tensor(name, openvino.Tensor(array))

    def call(self):
        self.request.infer()

    def output(self):
        return self.request.get_output_tensor(0).data.copy()


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

        if not self.model:
            packed = self.files.packed(workload.model)
            weights = packed if packed.exists() else None
            self.model = attnc_ctypes.Model(self.files.library(workload.model), workload.model, weights)
            self.context = self.model.context(self.threads)
        self.result = self.zeros(workload)

    def feed(self, inputs):
        types = {"i32": self.numpy.int32, "i64": self.numpy.int64}
        arrays = {name: inputs[name].astype(types[dtype]) for name, dtype in self.model.inputs}
        self.context.bind(arrays, {self.model.outputs[0][0]: self.result})

    def call(self):
        self.context.execute()

    def output(self):
        return self.result.copy()


# In the order of the report's columns; the first is ours, the last two the reference and its compiled form.
PEERS = {
    "attnc": Attnc,
    "onnxruntime": Onnxruntime,
    "onnxruntime-fused": OnnxruntimeFused,
    "openvino": Openvino,
    "openvino-torch": OpenvinoTorch,
    "torch": Torch,
    "torch-compile": TorchCompile,
}
REFERENCE = "torch"
