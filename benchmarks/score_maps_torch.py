"""The cases of score_maps.py in torch, each written so that it serves the peers best, and their export to ONNX.

A case is a module of the weights and sizes, called with the arguments in order; what follows from shapes alone (masks,
tables of biases) is made once, when it is built. FLEX says the same with flex_attention where that can say it.
"""

import math
import os
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional
from torch.nn.attention.flex_attention import create_block_mask, flex_attention

from score_maps import WINDOW_AFTER, WINDOW_BEFORE
from workloads import MODELS


def distances(length):
    """j - i of every query i and key j."""
    place = torch.arange(length)
    return place[None, :] - place[:, None]


def slopes(heads):
    return torch.exp2(-torch.arange(1, heads + 1, dtype=torch.float32))


class Case(nn.Module):
    def __init__(self, weights, sizes):
        super().__init__()
        self.sizes, self.scale = sizes, 1 / math.sqrt(sizes["D"])
        for name, value in weights.items():
            self.register_buffer(name.replace(".", "_"), value)

    def scores(self, q, k):
        return q @ k.transpose(-1, -2) * self.scale


class EvolvingAttention(Case):
    def forward(self, q, k, v, below):
        mixed = 0.5 * below + 0.5 * self.scores(q, k)
        conv = functional.relu(functional.conv2d(mixed, self.conv_weight, self.conv_bias, padding=1))
        map = 0.1 * conv + 0.9 * mixed
        return torch.softmax(map, -1) @ v, map


class TalkingHeads(Case):
    def forward(self, q, k, v):
        logits = torch.einsum("gh,bhij->bgij", self.before, self.scores(q, k))
        return torch.einsum("gh,bhij->bgij", self.after, torch.softmax(logits, -1)) @ v


class Relative2d(Case):
    def __init__(self, weights, sizes):
        super().__init__(weights, sizes)
        side = math.isqrt(sizes["N"])
        place = distances(side) + side - 1
        self.side = side
        self.register_buffer("row_keys", self.rows[place])
        self.register_buffer("col_keys", self.cols[place])

    def parts(self, q):
        """Scores of the row and of the column of a key: two maps [B, H, N, side]."""
        pixels = q.reshape(*q.shape[:2], self.side, self.side, q.shape[3])
        rows = torch.einsum("bhyxd,yud->bhyxu", pixels, self.row_keys)
        cols = torch.einsum("bhyxd,xvd->bhyxv", pixels, self.col_keys)
        return rows.flatten(2, 3) * self.scale, cols.flatten(2, 3) * self.scale

    def forward(self, q, k, v):
        rows, cols = self.parts(q)
        bias = (rows[..., :, None] + cols[..., None, :]).flatten(3)
        return functional.scaled_dot_product_attention(q, k, v, attn_mask=bias)


class Additive(Case):
    def forward(self, q, k, v):
        return torch.softmax(torch.tanh(q[..., :, None, :] + k[..., None, :, :]) @ self.a, -1) @ v


class Softcap(Case):
    def forward(self, q, k, v):
        return torch.softmax(30 * torch.tanh(self.scores(q, k) / 30), -1) @ v


class Biased(Case):
    """A bias that is known beforehand, [H, N, N]."""

    def __init__(self, weights, sizes):
        super().__init__(weights, sizes)
        self.register_buffer("table", self.bias_of(distances(sizes["N"]))[None])

    def forward(self, q, k, v):
        return functional.scaled_dot_product_attention(q, k, v, attn_mask=self.table)


class AlibiCausal(Biased):
    def bias_of(self, distance):
        return (slopes(self.sizes["H"])[:, None, None] * distance).masked_fill_(distance > 0, -math.inf)


class RelativeBias(Biased):
    def bias_of(self, distance):
        return self.bias[:, distance + self.sizes["N"] - 1]


class Window(Case):
    """In blocks of queries, each with the keys of the block before, its own and the one after."""

    def __init__(self, weights, sizes):
        super().__init__(weights, sizes)
        block = self.block = WINDOW_BEFORE
        blocks = sizes["N"] // block
        query, key = torch.arange(block)[:, None] + block, torch.arange(3 * block)[None, :]
        near = (key - query >= -WINDOW_BEFORE) & (key - query <= WINDOW_AFTER)
        place = torch.arange(blocks)[:, None, None] * block + key - block
        seen = near & (place >= 0) & (place < sizes["N"])
        self.register_buffer("bias", torch.zeros(seen.shape).masked_fill_(~seen, -math.inf)[None])

    def around(self, x):
        """[B, H, N, D] -> [B H, blocks, 3 block, D]."""
        padded = functional.pad(x, (0, 0, self.block, self.block)).flatten(0, 1).unflatten(1, (-1, self.block))
        return torch.cat([padded[:, :-2], padded[:, 1:-1], padded[:, 2:]], 2)

    def forward(self, q, k, v):
        blocks = q.flatten(0, 1).unflatten(1, (-1, self.block))
        out = functional.scaled_dot_product_attention(blocks, self.around(k), self.around(v), attn_mask=self.bias)
        return out.reshape(q.shape)


class Flex(Case):
    """flex_attention with `score(s, b, h, i, j)`, and with the block mask of `visible(b, h, i, j)`."""

    visible = None

    def __init__(self, weights, sizes):
        super().__init__(weights, sizes)
        length = sizes["N"]
        self.mask = create_block_mask(self.visible, None, None, length, length, "cpu") if self.visible else None

    def score(self, s, b, h, i, j):
        return s

    def forward(self, q, k, v):
        return flex_attention(q, k, v, score_mod=self.score, block_mask=self.mask, scale=self.scale)


class FlexSoftcap(Flex):
    def score(self, s, b, h, i, j):
        return 30 * torch.tanh(s / 30)


class FlexAlibiCausal(Flex):
    def __init__(self, weights, sizes):
        super().__init__(weights, sizes)
        self.register_buffer("slopes", slopes(sizes["H"]))

    @staticmethod
    def visible(b, h, i, j):
        return j <= i

    def score(self, s, b, h, i, j):
        return s + self.slopes[h] * (j - i)


class FlexRelativeBias(Flex):
    def score(self, s, b, h, i, j):
        return s + self.bias[h, j - i + self.sizes["N"] - 1]


class FlexWindow(Flex):
    @staticmethod
    def visible(b, h, i, j):
        return (j >= i - WINDOW_BEFORE) & (j <= i + WINDOW_AFTER)


class FlexRelative2d(Relative2d):
    def forward(self, q, k, v):
        rows, cols = self.parts(q)
        # A formula may read inputs of its graph alone (Inductor finds "no choices" for what the graph computes).
        torch._dynamo.graph_break()

        def score(s, b, h, i, j):
            return s + rows[b, h, i, j // self.side] + cols[b, h, i, j % self.side]

        return flex_attention(q, k, v, score_mod=score, scale=self.scale)


TORCH = {
    "evolving-attention": EvolvingAttention,
    "talking-heads": TalkingHeads,
    "relative-2d": Relative2d,
    "additive": Additive,
    "softcap": Softcap,
    "alibi-causal": AlibiCausal,
    "relative-bias": RelativeBias,
    "window": Window,
}
FLEX = {
    "relative-2d": FlexRelative2d,
    "softcap": FlexSoftcap,
    "alibi-causal": FlexAlibiCausal,
    "relative-bias": FlexRelativeBias,
    "window": FlexWindow,
}


def load(name, weights, flex=False):
    """The case with the weights of a safetensors file."""
    from safetensors.torch import load_file

    return (FLEX if flex else TORCH)[name](load_file(weights), MODELS[name].sizes).eval()


def export_onnx(name, folder):
    """Writes the case with its shapes fixed; the file appears only when complete."""
    spec, path = MODELS[name], folder / f"{name}.onnx"
    part = path.with_suffix(".part")
    with torch.inference_mode():
        torch.onnx.export(
            load(name, folder / f"{name}.safetensors"),
            tuple(torch.from_numpy(array) for array in spec.inputs(other=False).values()),
            str(part),
            input_names=list(spec.arguments),
            output_names=list(spec.results),
            opset_version=17,
            dynamo=False,
        )
    os.replace(part, path)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: score_maps_torch.py CASE FOLDER   reads CASE.safetensors there and writes CASE.onnx")
    export_onnx(sys.argv[1], Path(sys.argv[2]))
