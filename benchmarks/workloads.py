"""What is measured: a table from name to a model at one shape and precision. A row here is a row of the report.

Every peer gets the same arrays, made from a fixed seed. A model (Minilm here, the cases of cases.py, those of
long_range.py) says its ports, operations, bytes and files, and names the module that defines it in torch.
"""

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import gpt2
import long_range
from cases import CASES

ITEM_BYTES = {"f64": 8, "f32": 4, "bf16": 2, "int8": 1}


@dataclass(frozen=True)
class Minilm:
    """all-MiniLM-L6-v2: ids [B, S] and lengths [B] -> embedding [B, C], mean over the tokens, of length one."""

    name = "minilm"
    layers = 6
    width = 384
    heads = 12
    hidden = 1536
    vocabulary = 30522
    positions = 512
    epsilon = 1e-12
    definition = "minilm"
    binds = "B=1..32,S=1..512"
    peers = ("attnc", "onnxruntime", "onnxruntime-fused", "openvino", "openvino-torch", "torch", "torch-compile")
    declined = {}
    flops_formula = "6 layers x (2 (4 C C + 2 C F) B S + 4 B H S S D), C 384, F 1536, H 12, D 32"

    def source(self, precision):
        """One model for all precisions: its ports are integers and an f32 embedding."""
        return "examples/minilm/model.mlir"

    def exports(self, precision):
        files = ("minilm.onnx", "minilm-fused.onnx", "minilm.xml")
        quantised = ("minilm-int8.onnx", "minilm-fused-int8.onnx")
        return files + (quantised if precision == "int8" else ())

    def label(self, batch, length):
        return f"{batch}x{length}"

    def flops(self, batch, length):
        """Multiplications and additions of the matrix products; softmax, norms and GELU are not counted."""
        projections = 2 * (4 * self.width**2 + 2 * self.width * self.hidden) * batch * length
        attention = 4 * batch * self.width * length * length
        return self.layers * (projections + attention)

    def bytes(self, item, batch, length):
        """Ids, the rows of the tables that they name, the layers' matrices and vectors, the result."""
        matrices = self.layers * (4 * self.width**2 + 2 * self.width * self.hidden)
        vectors = self.layers * (9 * self.width + self.hidden) + 2 * self.width
        rows = (min(batch * length, self.vocabulary) + length + 1) * self.width
        return item * (matrices + rows) + 4 * vectors + 8 * batch * (length + 1) + 4 * batch * self.width

    def inputs(self, batch, length, other):
        """ids i64 [B, S] and lengths i64 [B]: all full, or (other) of all sizes with the first one full."""
        import numpy

        random = numpy.random.default_rng(batch * 1000 + length)
        ids = random.integers(0, self.vocabulary, (batch, length), dtype=numpy.int64)
        lengths = numpy.full(batch, length, numpy.int64)
        if other:
            lengths = random.integers(1, length + 1, batch, dtype=numpy.int64)
            if batch > 1:
                lengths[0] = length
        return {"ids": ids, "lengths": lengths}

    def outputs(self, batch, length):
        return {"embedding": (batch, self.width)}

    def free_dimensions(self, batch, length):
        """What the exported model leaves open."""
        return {"B": batch, "S": length}

    symbols = free_dimensions  # what attnc's leaves open


MODELS = {model.name: model for model in (Minilm(), *CASES, *gpt2.MODELS, *long_range.MODELS.values())}


def bf16_values(array):
    """The nearest bf16 of each f32, ties to even, still stored as f32."""
    import numpy

    bits = array.view(numpy.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000).astype(numpy.uint32).view(numpy.float32)


@dataclass(frozen=True)
class Workload:
    """`shape` are the sizes that the model leaves open; a case leaves none. `march` is a processor for attnc to compile
    for instead of this one, `roof` the kind of peak.c that it is held against, `only` the peers instead of the model's.
    """

    name: str
    model: str
    shape: tuple = ()
    precision: str = "f32"
    march: str = ""
    roof: str = ""
    only: tuple = ()
    compared_with: str = ""  # another workload, whose time by attnc the report sets beside this one's

    @property
    def spec(self):
        return MODELS[self.model]

    @property
    def group(self):
        return getattr(self.spec, "group", self.model)

    @property
    def label(self):
        return self.spec.label(*self.shape)

    @property
    def flops(self):
        return self.spec.flops(*self.shape)

    @property
    def bytes(self):
        """What must move whatever the program: inputs, weights and results, once each."""
        return self.spec.bytes(ITEM_BYTES[self.precision], *self.shape)

    @property
    def peers(self):
        return self.only or self.spec.peers

    @property
    def compute_roof(self):
        return self.roof or self.precision

    @property
    def library(self):
        """What attnc compiles for it is called; one for all shapes."""
        return "-".join([self.model] + [w for w in (self.precision.removeprefix("f32"), self.march) if w])

    @property
    def attnc_options(self):
        precision = [f"--precision={self.precision}"] if self.precision != "f32" else []
        return precision + ([f"-march={self.march}"] if self.march else [])

    @property
    def source(self):
        return self.spec.source(self.precision)

    @property
    def exports(self):
        return self.spec.exports(self.precision)

    def at(self, precision):
        return replace(self, precision=precision)

    def inputs(self, other=False):
        """{name: array}; `other` gives a second set, which is compared and not timed. For bf16 every number is one."""
        arrays = self.spec.inputs(*self.shape, other=other)
        if self.precision != "bf16":
            return arrays
        return {name: bf16_values(array) if array.dtype.kind == "f" else array for name, array in arrays.items()}

    @property
    def outputs(self):
        """{name: shape}, all f32."""
        return self.spec.outputs(*self.shape)

    @property
    def free_dimensions(self):
        return self.spec.free_dimensions(*self.shape)

    @property
    def symbols(self):
        """{symbol of attnc's model: size}."""
        return self.spec.symbols(*self.shape)


TABLE = [
    Workload("minilm-32x128", "minilm", (32, 128)),
    Workload("minilm-1x512", "minilm", (1, 512)),
    Workload("minilm-1x128", "minilm", (1, 128)),
    Workload("minilm-1x16", "minilm", (1, 16)),
    Workload("minilm-32x128-avx2", "minilm", (32, 128), march="x86-64-v3", roof="f32-256", only=("attnc",)),
    Workload("minilm-32x128-bf16", "minilm", (32, 128), "bf16"),
    Workload("minilm-32x128-int8", "minilm", (32, 128), "int8", compared_with="minilm-32x128-bf16"),
    Workload("attention-4096-bf16", "attention-4096", (), "bf16"),
    *(Workload(case.name, case.name) for case in CASES),
    *(Workload(model.name, model.name) for model in gpt2.MODELS),
    *(Workload(f"{model.name}-bf16", model.name, (), "bf16") for model in gpt2.MODELS),
]
# The points of the long-range figure, which is a command of its own: {(model, tokens): workload}.
LONG_RANGE = {
    (model, tokens): Workload(f"{model}-{tokens}", model, (tokens,))
    for tokens in long_range.LENGTHS
    for model in long_range.MODELS
}
WORKLOADS = {workload.name: workload for workload in [*TABLE, *LONG_RANGE.values()]}
GROUPS = list(dict.fromkeys(workload.group for workload in TABLE))
# Seconds each, and of every group one.
QUICK = ("minilm-1x16", "minilm-1x128", "attention-128", "talking-heads", "additive")


def select(words):
    """The workloads of the table that a name, a group or a pattern such as 'minilm-*' means; ValueError if none."""
    chosen = set()
    for word in words:
        found = [w.name for w in TABLE if word in (w.name, w.group) or fnmatchcase(w.name, word)]
        if not found:
            raise ValueError(f"no workload is called '{word}': benchmarks/run --list names them")
        chosen.update(found)
    return [workload for workload in TABLE if workload.name in chosen]
