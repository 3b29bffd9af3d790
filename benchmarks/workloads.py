"""What is measured: a table from name to model, shapes, inputs and floating-point operations.

A workload is one model at one shape. Every peer gets the same arrays, made from a fixed seed. A row of MODELS says what
Minilm does here: its ports, FLOPs and files, and the module that defines it for the peers.
"""

from dataclasses import dataclass

from score_maps import CASES


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
    default_shapes = ("1x16", "1x128", "1x512", "32x128")
    default_threads = (1, 2)
    definition = "minilm"
    source = "examples/minilm/model.mlir"
    binds = "B=1..32,S=1..512"
    exports = (".onnx", "-fused.onnx", ".xml")
    peers = ("attnc", "onnxruntime", "onnxruntime-fused", "openvino", "openvino-torch", "torch", "torch-compile")
    declined = {}
    flops_formula = "6 layers x (2 (4 C C + 2 C F) B S + 4 B H S S D), C 384, F 1536, H 12, D 32"

    def label(self, batch, length):
        return f"{batch}x{length}"

    def flops(self, batch, length):
        """Multiplications and additions of the matrix products; softmax, norms and GELU are not counted."""
        projections = 2 * (4 * self.width**2 + 2 * self.width * self.hidden) * batch * length
        attention = 4 * batch * self.width * length * length
        return self.layers * (projections + attention)

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


MODELS = {model.name: model for model in (Minilm(), *CASES)}
CASE_NAMES = [case.name for case in CASES]


@dataclass(frozen=True)
class Workload:
    """`shape` are the sizes that the model leaves open; a case leaves none."""

    model: str
    shape: tuple = ()

    @property
    def spec(self):
        return MODELS[self.model]

    @property
    def label(self):
        return self.spec.label(*self.shape)

    @property
    def flops(self):
        return self.spec.flops(*self.shape)

    def inputs(self, other=False):
        """{name: array}; `other` gives a second set, which is compared and not timed."""
        return self.spec.inputs(*self.shape, other=other)

    @property
    def outputs(self):
        """{name: shape}, all f32."""
        return self.spec.outputs(*self.shape)

    @property
    def free_dimensions(self):
        return self.spec.free_dimensions(*self.shape)


def parse_shape(model, text):
    """'32x128' -> Workload(model, (32, 128)); ValueError says what is wrong with other texts."""
    batch, cross, length = text.partition("x")
    if not (cross and batch.isdecimal() and length.isdecimal() and int(batch) and int(length)):
        raise ValueError(f"expected a shape like 32x128 (batch x length), got '{text}'")
    if int(length) > MODELS[model].positions:
        raise ValueError(f"{model} has {MODELS[model].positions} positions, got length {length}")
    return Workload(model, (int(batch), int(length)))
