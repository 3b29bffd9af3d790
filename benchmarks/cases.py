"""Attention by itself, plain and with scores that are more than a scaled product: one row of CASES each, with sizes,
arrays and operations.

The model in `cases/<name>.mlir` and the peers' program in cases_torch.py compute it; both read the weights that
`write_weights` draws.
"""

import math
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """`arguments`, `results`: {port: letters of its dimensions}; `weights`: {name: (shape, standard deviation)};
    `dynamic`: the dimensions that the model leaves open, of which any up to that of `sizes` are compiled for.

    `scores` are the visible places of the map in all samples and heads; `extra` the operations beside queries by keys
    and weights by values.
    """

    name: str
    sizes: dict
    scores: int
    extra: int = 0
    dynamic: str = "BNM"
    formula: str = "4 D x visible scores"
    arguments: dict = field(default_factory=lambda: {"q": "BHND", "k": "BHMD", "v": "BHMD"})
    results: dict = field(default_factory=lambda: {"out": "BHND"})
    weights: dict = field(default_factory=dict)
    declined: dict = field(default_factory=dict)

    group = "score-maps"
    definition = "cases_torch"
    peers = ("attnc", "onnxruntime", "openvino", "torch", "torch-compile", "flex-attention")

    @property
    def form(self):
        """Its name in cases_torch.py."""
        return self.name

    def source(self, precision):
        """Arguments have the element type that the model's text gives them: one file for each."""
        return f"benchmarks/cases/{self.name}{'' if precision == 'f32' else '-' + precision}.mlir"

    def exports(self, precision):
        return (f"{self.name}.onnx",)

    @property
    def binds(self):
        return ",".join(f"{letter}=1..{self.sizes[letter]}" for letter in self.dynamic)

    @property
    def flops_formula(self):
        return self.formula

    def label(self):
        sizes = {letter: self.sizes[letter] for letter in "BHNMD" if letter != "B" or self.sizes["B"] > 1}
        if sizes["M"] == sizes["N"]:
            del sizes["M"]
        return " ".join(f"{letter}{size}" for letter, size in sizes.items())

    def flops(self):
        return 4 * self.sizes["D"] * self.scores + self.extra

    def bytes(self, item):
        ports = [self.shape(letters) for ports in (self.arguments, self.results) for letters in ports.values()]
        return item * sum(math.prod(shape) for shape in [*ports, *(shape for shape, _ in self.weights.values())])

    def shape(self, letters):
        return tuple(self.sizes[letter] for letter in letters)

    port_shape = shape  # of the exported model, which leaves nothing open

    def inputs(self, other):
        """Normal numbers; `other` draws another set."""
        import numpy

        random = numpy.random.default_rng(2 if other else 1)
        return {
            name: random.standard_normal(self.shape(letters), numpy.float32) for name, letters in self.arguments.items()
        }

    def outputs(self):
        return {name: self.shape(letters) for name, letters in self.results.items()}

    def free_dimensions(self):
        return {}

    def symbols(self):
        return self.sizes

    def write_weights(self, path):
        import numpy
        from safetensors.numpy import save_file

        random = numpy.random.default_rng(0)
        arrays = {}
        for name, (shape, deviation) in self.weights.items():
            arrays[name] = random.standard_normal(shape, numpy.float32) * numpy.float32(deviation)
        save_file(arrays, path)


@dataclass(frozen=True)
class Attention(Case):
    """softmax(q k' / sqrt(D)) v, perhaps causal: ONNX Runtime gets it as its own operator too, OpenVINO as its own."""

    causal: bool = False

    group = "attention"
    peers = (
        "attnc",
        "onnxruntime",
        "onnxruntime-fused",
        "openvino",
        "openvino-torch",
        "torch",
        "torch-compile",
        "flex-attention",
    )

    @property
    def form(self):
        return "causal-attention" if self.causal else "attention"

    def exports(self, precision):
        return (f"{self.name}.onnx", f"{self.name}-fused.onnx", f"{self.name}.xml")


@dataclass(frozen=True)
class Steps(Case):
    """What goes on from step to step; flex_attention has no such thing."""

    group = "steps"
    peers = ("attnc", "onnxruntime", "openvino", "torch", "torch-compile")


@dataclass(frozen=True)
class TuringStep(Steps):
    def inputs(self, other):
        """Where a head looked before is a distribution over the rows."""
        arrays = super().inputs(other)
        for name in ("reading", "writing"):
            arrays[name] = arrays[name] ** 2 / (arrays[name] ** 2).sum(1, keepdims=True)
        return arrays


@dataclass(frozen=True)
class GraphAttention(Case):
    """A layer of graph attention. The edges of a node are drawn, few of most nodes and many of some, with its loop."""

    group = "graphs"
    peers = ("attnc", "torch", "torch-compile")

    def exports(self, precision):
        return ()

    def label(self):
        return " ".join(f"{letter}{self.sizes[letter]}" for letter in "NECHD")

    def flops(self):
        sizes = self.sizes
        return 2 * sizes["N"] * sizes["C"] * sizes["H"] * sizes["D"] + 2 * sizes["E"] * sizes["H"] * sizes["D"]

    def shape(self, letters):
        return tuple({**self.sizes, "R": self.sizes["N"] + 1, "F": self.sizes["H"] * self.sizes["D"]}[x] for x in letters)

    def inputs(self, other):
        import numpy

        random = numpy.random.default_rng(2 if other else 1)
        nodes, edges = self.sizes["N"], self.sizes["E"]
        share = random.pareto(1.5, nodes)
        degrees = numpy.floor((edges - nodes) * share / share.sum()).astype(int)
        degrees[:edges - nodes - degrees.sum()] += 1
        drawn = [random.choice(nodes - 1, degree, replace=False) for degree in degrees]
        rows = [numpy.sort(numpy.append(row + (row >= node), node)) for node, row in enumerate(drawn)]
        return {
            "x": random.standard_normal(self.shape("BNC"), numpy.float32),
            "rowptr": numpy.cumsum([0] + [len(row) for row in rows]).astype(numpy.int32),
            "col": numpy.concatenate(rows).astype(numpy.int32),
        }


def sizes(B=1, *, H, N, M=None, D):
    return {"B": B, "H": H, "N": N, "M": M or N, "D": D}


def causal_scores(H, N):
    return H * N * (N + 1) // 2


def window_scores(H, N, before, after):
    return H * sum(min(i + after, N - 1) - max(i - before, 0) + 1 for i in range(N))


WINDOW_BEFORE, WINDOW_AFTER = 128, 127
MIXES_HEADS = {"flex-attention": "its formulas see one score, not those of other heads"}

ENCODER, SENTENCES = sizes(H=8, N=4096, D=64), sizes(B=32, H=12, N=128, D=32)

CORA = {"B": 1, "N": 2708, "E": 13264, "C": 1433, "H": 8, "D": 8, "M": 2708}

CASES = [
    GraphAttention(
        "gat-cora",
        CORA,
        scores=0,
        dynamic="NE",
        formula="2 N C H D + 2 E H D",
        arguments={"x": "BNC", "rowptr": "R", "col": "E"},
        results={"out": "BNF"},
        weights={"weight": ((64, 1433), 0.03), "dst": ((8, 8), 0.3), "src": ((8, 8), 0.3), "bias": ((64,), 0.3)},
    ),
    Attention("attention-4096", ENCODER, scores=8 * 4096**2, dynamic="BN"),
    Attention("attention-128", SENTENCES, scores=32 * 12 * 128**2, dynamic="BN"),
    Attention("attention-causal-4096", ENCODER, scores=causal_scores(8, 4096), dynamic="BN", causal=True),
    Attention("attention-causal-128", SENTENCES, scores=32 * causal_scores(12, 128), dynamic="BN", causal=True),
    Attention("decode-8192", sizes(H=32, N=1, M=8192, D=128), scores=32 * 8192, dynamic="BNM"),
    Case(
        "evolving-attention",
        sizes(H=12, N=1024, D=64),
        scores=12 * 1024**2,
        extra=2 * 9 * 12 * 12 * 1024**2,
        formula="4 D H N M + 18 H H N M for the convolution",
        arguments={"q": "BHND", "k": "BHMD", "v": "BHMD", "below": "BHNM"},
        results={"out": "BHND", "map": "BHNM"},
        weights={"conv.weight": ((12, 12, 3, 3), 1 / math.sqrt(9 * 12)), "conv.bias": ((12,), 0.1)},
        declined=MIXES_HEADS,
    ),
    Case(
        "talking-heads",
        sizes(H=12, N=512, D=64),
        scores=12 * 512**2,
        extra=2 * 2 * 12 * 12 * 512**2,
        formula="4 D H N M + 4 H H N M for the mixes",
        weights={"before": ((12, 12), 1 / math.sqrt(12)), "after": ((12, 12), 1 / math.sqrt(12))},
        declined=MIXES_HEADS,
    ),
    Case(
        "relative-2d",
        sizes(H=8, N=1024, D=32),
        scores=8 * 1024**2,
        extra=2 * 8 * 1024 * (32 + 32) * 32,
        dynamic="B",
        formula="4 D H N M + 2 D H N (Y + X) for the distances, Y = X = 32",
        weights={"rows": ((63, 32), 1.0), "cols": ((63, 32), 1.0)},
    ),
    Case(
        "additive",
        sizes(B=8, H=1, N=32, M=128, D=512),
        scores=8 * 32 * 128,
        formula="2 D B N M for the sums of tanh, 2 D B N M for the values",
        weights={"a": ((512,), 1 / math.sqrt(512))},
        declined={"flex-attention": "its scores are scaled products of queries and keys"},
    ),
    Case("softcap", sizes(H=8, N=4096, D=64), scores=8 * 4096**2, dynamic="BN"),
    Case("alibi-causal", sizes(H=8, N=4096, D=64), scores=causal_scores(8, 4096), dynamic="BN"),
    Case(
        "relative-bias",
        sizes(H=8, N=4096, D=64),
        scores=8 * 4096**2,
        dynamic="BN",
        weights={"bias": ((8, 2 * 4096 - 1), 1.0)},
    ),
    Case(
        "window",
        sizes(H=8, N=8192, D=64),
        scores=window_scores(8, 8192, WINDOW_BEFORE, WINDOW_AFTER),
        dynamic="BN",
    ),
    TuringStep(
        "ntm-step",
        sizes(B=8, H=1, N=1, M=4096, D=64) | {"P": 64 + 6, "Q": 3 * 64 + 6},
        scores=8 * 4096,
        extra=8 * 4096 * 64 * (2 + 4),
        dynamic="B",
        formula="2 M D for the read, 4 M D for the write, 2 M D of each head for the likeness, of each sample",
        arguments={"read": "BP", "write": "BQ", "memory": "BHMD", "reading": "BM", "writing": "BM"},
        results={"out": "BD", "next_memory": "BHMD", "next_reading": "BM", "next_writing": "BM"},
    ),
    Steps(
        "lstm-attention",
        sizes(B=8, H=1, N=50, D=512),
        scores=8 * 50 * 50,
        extra=2 * 8 * 50 * 512**2 * (4 + 8 + 1 + 1),
        formula="2 D D (4 + 8 + 1) B N for gates and queries, 2 D D B M for keys, 4 D B N M for scores and contexts",
        arguments={"x": "BND", "annotations": "BMD"},
        results={"states": "BND", "contexts": "BND"},
        weights={
            "input.weight": ((2048, 512), 1 / math.sqrt(512)),
            "input.bias": ((2048,), 0.1),
            "state.weight": ((2048, 1024), 1 / math.sqrt(1024)),
            "query.weight": ((512, 512), 1 / math.sqrt(512)),
            "key.weight": ((512, 512), 1 / math.sqrt(512)),
            "vector": ((512,), 1 / math.sqrt(512)),
        },
    ),
]
