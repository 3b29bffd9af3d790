"""Attention against the number of tokens N: the models of the long-range figure, one row of MODELS each, with arrays,
operations and the lengths they are measured at.

All have one sample, 8 heads and a width of 64. A model is compiled and exported once, for every N up to the longest;
`cases/long-range/<name>.mlir` and the peers' program in long_range_torch.py compute it. Weights and inputs are drawn.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from cases import Case, window_scores

LENGTHS = tuple(2**power for power in range(9, 17))
LONGEST = LENGTHS[-1]
HEADS, WIDTH = 8, 64
CHANNELS = HEADS * WIDTH
FEATURES = 256  # of Performer
LANDMARKS = 256  # rows that Linformer makes of all keys
SIDE = 256  # tokens that Longformer's window has on each side: 512 in all
GLOBALS = 16
BLOCK = 64  # tokens of a block of BigBird and of Sinkhorn, and of a chunk of Reformer
LISTED = 3  # blocks that BigBird draws for each block
ROUNDS, ROTATIONS = 4, 32  # of Reformer: orders of all tokens, and half the buckets of each
HIDDEN = 64  # of the networks of Sinkhorn and Synthesizer
ITERATIONS, TEMPERATURE = 5, 0.75  # of Sinkhorn
MAP_BLOCKS = LONGEST // BLOCK

QKV = {"q": "BHND", "k": "BHND", "v": "BHND"}


def sizes(tokens):
    return {
        "B": 1,
        "H": HEADS,
        "N": tokens,
        "D": WIDTH,
        "C": CHANNELS,
        "L": LANDMARKS,
        "P": tokens // BLOCK,
        "R": LISTED,
    }


def listed_blocks(random, tokens):
    """i32 [H, P, R]: for each block different ones that it does not see anyway, as neighbours or as first or last."""
    import numpy

    blocks = tokens // BLOCK
    order = random.random((HEADS, blocks, blocks))
    place = numpy.arange(blocks)
    order[:, abs(place[:, None] - place[None, :]) <= 1] = 2
    order[:, :, [0, -1]] = 2
    return numpy.argsort(order, -1, kind="stable")[..., :LISTED].astype(numpy.int32)


def over_root_of_length(random, tokens):
    """[L, N]: what a row of these makes of N normal keys is normal again."""
    import numpy

    return random.standard_normal((LANDMARKS, tokens), numpy.float32) / numpy.float32(math.sqrt(tokens))


@dataclass(frozen=True)
class LongRange:
    """`title` is what its curve is called; `products` counts the operations for N tokens. `arguments` and `weights` are
    those of a Case; `drawn` has the arguments that are not normal numbers; `linear` says that memory beside inputs and
    outputs may not grow with N: a state stands for all keys.
    """

    name: str
    title: str
    products: Callable
    arguments: dict = field(default_factory=lambda: dict(QKV))
    weights: dict = field(default_factory=dict)
    drawn: dict = field(default_factory=dict)
    peers: tuple = ("attnc", "onnxruntime", "openvino", "torch", "torch-compile")
    linear: bool = False

    group = "long-range"
    definition = "long_range_torch"
    declined = {}
    results = {"out": "BHND"}
    causal = False  # of the operator that write_multi_head_attention makes
    write_weights = Case.write_weights

    def source(self, precision):
        return f"benchmarks/cases/long-range/{self.name}.mlir"

    def exports(self, precision):
        return tuple(f"{self.name}{kind}.onnx" for kind in ("", "-fused") if f"onnxruntime{kind}" in self.peers)

    @property
    def open_letters(self):
        """The dimensions that follow from N."""
        return [letter for letter in "NP" if any(letter in letters for letters in self.arguments.values())]

    @property
    def binds(self):
        return ",".join(["B=1..1", *(f"{letter}=1..{sizes(LONGEST)[letter]}" for letter in self.open_letters)])

    def port_shape(self, letters):
        """Of the exported model: names for the dimensions that it leaves open."""
        return [letter if letter in self.open_letters else sizes(LONGEST)[letter] for letter in letters]

    def label(self, tokens):
        return f"N{tokens}"

    def flops(self, tokens):
        return self.products(tokens)

    def shape(self, letters, tokens):
        return tuple(sizes(tokens)[letter] for letter in letters)

    def port_bytes(self, tokens, item=4):
        """Of inputs and outputs."""
        ports = [*self.arguments.values(), *self.results.values()]
        return item * sum(math.prod(self.shape(letters, tokens)) for letters in ports)

    def bytes(self, item, tokens):
        return self.port_bytes(tokens, item) + item * sum(math.prod(shape) for shape, _ in self.weights.values())

    def inputs(self, tokens, other):
        import numpy

        random = numpy.random.default_rng(2 if other else 1)
        return {
            name: self.drawn[name](random, tokens)
            if name in self.drawn
            else random.standard_normal(self.shape(letters, tokens), numpy.float32)
            for name, letters in self.arguments.items()
        }

    def outputs(self, tokens):
        return {name: self.shape(letters, tokens) for name, letters in self.results.items()}

    def free_dimensions(self, tokens):
        return {letter: sizes(tokens)[letter] for letter in self.open_letters}

    def symbols(self, tokens):
        return {"B": 1, **self.free_dimensions(tokens)}


def scored(per_token):
    """Operations of attention with so many visible keys a token."""
    return lambda tokens: 4 * WIDTH * HEADS * tokens * per_token


def state(features):
    """Operations of keys into a state and of queries out of it."""
    return lambda tokens: 4 * WIDTH * HEADS * tokens * features


def longformer_products(tokens):
    near = window_scores(HEADS, tokens, SIDE, SIDE)
    # The first tokens see all and are seen by all: what the window does not have, once as queries and once as keys.
    outside = sum(max(tokens - 1 - SIDE - i, 0) for i in range(GLOBALS))
    return 4 * WIDTH * (near + 2 * HEADS * outside)


def bigbird_products(tokens):
    blocks = tokens // BLOCK
    # Two rows of blocks see all; two others have the first or the last block for a neighbour.
    return 4 * WIDTH * HEADS * BLOCK**2 * (2 * blocks + (blocks - 2) * (5 + LISTED) - 2)


MODELS = {
    model.name: model
    for model in (
        LongRange(
            "softmax",
            "softmax",
            lambda tokens: 4 * WIDTH * HEADS * tokens**2,
            peers=("attnc", "onnxruntime", "onnxruntime-fused", "openvino", "torch", "torch-compile"),
        ),
        LongRange("linear-transformer", "linear transformer", state(WIDTH), linear=True),
        LongRange("cosformer", "cosFormer", state(2 * WIDTH), linear=True),
        LongRange("cosformer-causal", "cosFormer, causal", state(2 * WIDTH), linear=True),
        LongRange(
            "performer",
            "Performer",
            lambda tokens: 2 * state(FEATURES)(tokens),
            weights={"w": ((FEATURES, WIDTH), 1.0)},
            linear=True,
        ),
        LongRange(
            "linformer",
            "Linformer",
            lambda tokens: 2 * scored(LANDMARKS)(tokens),
            arguments={**QKV, "e": "LN", "f": "LN"},
            drawn={"e": over_root_of_length, "f": over_root_of_length},
            weights={"rows": ((1, HEADS, LANDMARKS, WIDTH), 1.0)},  # read for its shape alone
        ),
        LongRange(
            "longformer",
            "Longformer",
            longformer_products,
            peers=("attnc", "onnxruntime", "openvino", "torch", "torch-compile", "flex-attention"),
        ),
        LongRange(
            "bigbird",
            "BigBird",
            bigbird_products,
            arguments={**QKV, "table": "HPR"},
            drawn={"table": listed_blocks},
        ),
        LongRange(
            "reformer",
            "Reformer",
            lambda tokens: ROUNDS * (scored(2 * BLOCK)(tokens) + 2 * HEADS * tokens * WIDTH * ROTATIONS),
            arguments={"qk": "BHND", "v": "BHND"},
            weights={"rotations": ((HEADS, WIDTH, ROUNDS, ROTATIONS), 1.0)},
        ),
        LongRange(
            "sinkhorn",
            "Sinkhorn",
            lambda tokens: scored(2 * BLOCK)(tokens) + 4 * WIDTH * HEADS * tokens * (tokens // BLOCK),
            arguments={**QKV, "x": "BNC"},
            weights={
                "W1": ((HIDDEN, CHANNELS), 1 / math.sqrt(CHANNELS * BLOCK)),
                "b1": ((HIDDEN,), 0.1),
                "W2": ((MAP_BLOCKS, HIDDEN), 1 / math.sqrt(HIDDEN)),
                "b2": ((MAP_BLOCKS,), 0.1),
            },
        ),
        LongRange(
            "synthesizer",
            "Synthesizer, dense",
            lambda tokens: 4 * WIDTH * HEADS * tokens**2 + 2 * tokens * CHANNELS * HEADS * HIDDEN,
            arguments={"x": "BNC", "v": "BHND", "w2": "HND", "b2": "HN"},
            weights={"W1": ((HEADS * HIDDEN, CHANNELS), 1 / math.sqrt(CHANNELS)), "b1": ((HEADS * HIDDEN,), 0.1)},
        ),
    )
}
