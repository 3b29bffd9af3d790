"""A language model in GPT-2's layout, 124 million weights: the reading of a prompt, and one step that says the next token.

A step is measured in the middle of 64 steps that follow a prompt of 512 tokens: tokens per second are its inverse. The model is
the lesson of examples/19-language-model; gpt2_torch.py computes it for the peers. Weights are drawn.
"""

import math
from dataclasses import dataclass

LAYERS, WIDTH, HEADS, HIDDEN, VOCABULARY, PLACES = 12, 768, 12, 3072, 50257, 1024
STEPS = 64


def weight_shapes():
    """{name: shape}, as the lesson names them."""
    shapes = {"wte.weight": (VOCABULARY, WIDTH), "wpe.weight": (PLACES, WIDTH)}
    matrices = {"mlp.first": (HIDDEN, WIDTH), "mlp.second": (WIDTH, HIDDEN)}
    matrices |= {f"attn.{part}": (WIDTH, WIDTH) for part in ("query", "key", "value", "out")}
    for layer in range(LAYERS):
        for name, shape in matrices.items():
            shapes |= {f"h.{layer}.{name}.weight": shape, f"h.{layer}.{name}.bias": shape[:1]}
        for name in ("ln_1", "ln_2"):
            shapes |= {f"h.{layer}.{name}.weight": (WIDTH,), f"h.{layer}.{name}.bias": (WIDTH,)}
    return shapes | {"ln_f.weight": (WIDTH,), "ln_f.bias": (WIDTH,)}


def cache_names():
    return [f"{part}{layer}" for layer in range(LAYERS) for part in ("keys", "values")]


@dataclass(frozen=True)
class Gpt2:
    """`tokens` new ones of one text, of which `past` are known. attnc's context holds the past as states and goes back to them
    before each call; the peers get it as arguments.
    """

    name: str
    tokens: int
    past: int

    group = "generation"
    definition = "gpt2_torch"
    peers = ("attnc", "onnxruntime", "openvino", "torch", "torch-compile")
    declined = {}
    binds = f"B=1..1,N=1..{PLACES},T=1..{PLACES}"
    flops_formula = "2 x weights of the layers x tokens + 2 V C + 4 C x visible scores of 12 layers, C 768, V 50257"

    def source(self, precision):
        return "examples/19-language-model/model.mlir"

    def exports(self, precision):
        return (f"{self.name}.onnx",)

    def label(self):
        return f"{self.tokens} after {self.past}"

    def flops(self):
        layer = 4 * WIDTH**2 + 2 * WIDTH * HIDDEN
        visible = self.tokens * self.past + self.tokens * (self.tokens + 1) // 2
        return 2 * LAYERS * layer * self.tokens + 2 * VOCABULARY * WIDTH + 4 * WIDTH * LAYERS * visible

    def bytes(self, item):
        """Weights, the past and the logits; of the table of places only the rows that are read."""
        weights = sum(math.prod(shape) for shape in weight_shapes().values()) - (PLACES - self.tokens) * WIDTH
        return item * (weights + 2 * LAYERS * WIDTH * self.past + VOCABULARY)

    def inputs(self, other):
        import numpy

        random = numpy.random.default_rng(2 if other else 1)
        arrays = {"ids": random.integers(0, VOCABULARY, (1, self.tokens)).astype(numpy.int32)}
        for name in cache_names() if self.past else ():
            arrays[name] = random.standard_normal((1, HEADS, self.past, WIDTH // HEADS), numpy.float32)
        return arrays

    def outputs(self):
        return {"logits": (1, VOCABULARY)}

    def free_dimensions(self):
        return {}

    def symbols(self):
        return {"B": 1, "N": self.tokens, "T": 512 + STEPS}

    def write_weights(self, path):
        import numpy
        from safetensors.numpy import save_file

        random = numpy.random.default_rng(0)
        arrays = {}
        for name, shape in weight_shapes().items():
            drawn = random.standard_normal(shape, numpy.float32) * numpy.float32(0.02)
            arrays[name] = drawn + numpy.float32(".ln_" in f".{name}" and name.endswith("weight"))
        save_file(arrays, path)


MODELS = [Gpt2("gpt2-prefill", 512, 0), Gpt2("gpt2-decode", 1, 512 + STEPS // 2)]
