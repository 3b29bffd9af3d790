"""What is measured: a table from name to model, shapes, inputs and floating-point operations.

A workload is one model at one shape. Every peer gets the same arrays, made here from a fixed seed. A new model adds a
class with `inputs` and `flops`, a row in MODELS, and its definition for the peers in peers.py.
"""

from dataclasses import dataclass


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
    flops_formula = "6 layers x (2 (4 C C + 2 C F) B S + 4 B H S S D), C 384, F 1536, H 12, D 32"

    def flops(self, batch, length):
        """Multiplications and additions of the matrix products; softmax, norms and GELU are not counted."""
        projections = 2 * (4 * self.width**2 + 2 * self.width * self.hidden) * batch * length
        attention = 4 * batch * self.width * length * length
        return self.layers * (projections + attention)

    def inputs(self, batch, length, ragged):
        """ids i64 [B, S] and lengths i64 [B]: all full, or (ragged) of all sizes with the first one full."""
        import numpy

        random = numpy.random.default_rng(batch * 1000 + length)
        ids = random.integers(0, self.vocabulary, (batch, length), dtype=numpy.int64)
        lengths = numpy.full(batch, length, numpy.int64)
        if ragged:
            lengths = random.integers(1, length + 1, batch, dtype=numpy.int64)
            if batch > 1:
                lengths[0] = length
        return {"ids": ids, "lengths": lengths}


MODELS = {model.name: model for model in (Minilm(),)}


@dataclass(frozen=True)
class Workload:
    model: str
    batch: int
    length: int

    @property
    def label(self):
        return f"{self.batch}x{self.length}"

    @property
    def flops(self):
        return MODELS[self.model].flops(self.batch, self.length)

    def inputs(self, ragged=False):
        return MODELS[self.model].inputs(self.batch, self.length, ragged)


def parse_shape(model, text):
    """'32x128' -> Workload(model, 32, 128); ValueError says what is wrong with other texts."""
    batch, cross, length = text.partition("x")
    if not (cross and batch.isdecimal() and length.isdecimal() and int(batch) and int(length)):
        raise ValueError(f"expected a shape like 32x128 (batch x length), got '{text}'")
    if int(length) > MODELS[model].positions:
        raise ValueError(f"{model} has {MODELS[model].positions} positions, got length {length}")
    return Workload(model, int(batch), int(length))
