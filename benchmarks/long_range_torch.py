"""The models of long_range.py in torch, each in the form that its paper or its published code makes fast, and their
export with N left open.

A model is a module of its weights, called with the arguments in order. What follows from N alone (masks, angles) is
made at the first call with that N.
"""

import math
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional
from torch.nn.attention.flex_attention import create_block_mask, flex_attention

from cases_torch import TYPES, export_onnx, write_multi_head_attention
from long_range import BLOCK, GLOBALS, HEADS, ITERATIONS, MODELS, ROUNDS, SIDE, TEMPERATURE

CHUNK = 128  # tokens between two states of causal linear attention
EXAMPLE = 1024  # tokens of the run that is exported


class Model(nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.made = {}
        for name, value in weights.items():
            self.register_buffer(name, value)

    def once(self, like):
        """What `follows` makes of N, for inputs [..., N, D]; part of the graph while it is exported."""
        tokens = like.shape[-2]
        if torch.jit.is_tracing():
            return self.follows(tokens, like.dtype)
        if tokens not in self.made:
            self.made[tokens] = self.follows(tokens, like.dtype)
        return self.made[tokens]


def attention(q, k, v, bias=None):
    return functional.scaled_dot_product_attention(q, k, v, attn_mask=bias)


def in_blocks(x, size):
    """[1, H, N, D] -> [H, N / size, size, D]."""
    return x[0].reshape(x.shape[1], -1, size, x.shape[3])


def joined(x):
    """The way back."""
    return x.flatten(1, 2)[None]


def hidden(seen, dtype):
    """The bias that hides what is not seen."""
    return torch.zeros(seen.shape, dtype=dtype).masked_fill(~seen, -math.inf)


class Softmax(Model):
    def forward(self, q, k, v):
        return attention(q, k, v)


def through_state(q, k, v):
    """Numerators and denominators of attention whose weights are products of features."""
    return q @ (k.transpose(-1, -2) @ v), q @ k.sum(-2)[..., None]


class LinearTransformer(Model):
    def forward(self, q, k, v):
        above, below = through_state(functional.elu(q) + 1, functional.elu(k) + 1, v)
        return above / (below + 1e-6)


class Cosformer(Model):
    def follows(self, tokens, dtype):
        angle = torch.arange(1, tokens + 1, dtype=dtype)[:, None] * (math.pi / 2 / tokens)
        return torch.cos(angle), torch.sin(angle)

    def features(self, x):
        cosine, sine = self.once(x)
        x = functional.relu(x)
        return torch.cat([x * cosine, x * sine], -1)

    def forward(self, q, k, v):
        above, below = self.sums(self.features(q), self.features(k), v)
        return above / below.clamp_min(1e-6)

    def sums(self, q, k, v):
        return through_state(q, k, v)


class CosformerCausal(Cosformer):
    """In chunks: the state before a chunk for what came before it, a small masked map for the chunk itself."""

    def sums(self, q, k, v):
        q, k, v = (in_blocks(x, CHUNK) for x in (q, k, v))
        states, keys = k.transpose(-1, -2) @ v, k.sum(-2)[..., None]
        states, keys = states.cumsum(1) - states, keys.cumsum(1) - keys
        map = (q @ k.transpose(-1, -2)).tril()
        return joined(map @ v + q @ states), joined(map.sum(-1, keepdim=True) + q @ keys)


class Performer(Model):
    def features(self, x, largest):
        x = x * x.shape[-1] ** -0.25
        products = x @ self.w.transpose(0, 1)
        size = (x * x).sum(-1, keepdim=True) / 2
        return torch.exp(products - size - largest(products)) + 1e-4

    def forward(self, q, k, v):
        q = self.features(q, lambda products: products.amax(-1, keepdim=True))
        k = self.features(k, lambda products: products.amax((-1, -2), keepdim=True))
        above, below = through_state(q, k, v)
        return above / below


class Linformer(Model):
    def forward(self, q, k, v, e, f):
        return attention(q, e @ k, f @ v)


class Longformer(Model):
    """Blocks of queries with the keys of three blocks and the first tokens; these apart, with all keys."""

    def follows(self, tokens, dtype):
        query = torch.arange(SIDE)[:, None]
        offset = torch.arange(3 * SIDE)[None, :] - SIDE
        place = torch.arange(tokens // SIDE)[:, None, None] * SIDE + offset
        near = ((offset - query).abs() <= SIDE) & (place >= GLOBALS) & (place < tokens)
        first = torch.ones_like(near[..., :GLOBALS])
        return hidden(torch.cat([first, near], -1), dtype)[None]

    @staticmethod
    def around(x):
        blocks = in_blocks(functional.pad(x, (0, 0, SIDE, SIDE)), SIDE)
        first = x[0, :, None, :GLOBALS].expand(-1, blocks.shape[1] - 2, -1, -1)
        return torch.cat([first, blocks[:, :-2], blocks[:, 1:-1], blocks[:, 2:]], 2)

    def forward(self, q, k, v):
        near = attention(in_blocks(q, SIDE), self.around(k), self.around(v), self.once(q))
        first = attention(q[:, :, :GLOBALS], k, v)
        return torch.cat([first, joined(near)[:, :, GLOBALS:]], 2)


class Bigbird(Model):
    """Each block of queries with the keys of its blocks, gathered; the first and the last apart, with all keys."""

    def follows(self, tokens, dtype):
        # Neighbours of the second block and of the last but one are the first and the last, which all see already.
        blocks = tokens // BLOCK - 2
        row = torch.arange(blocks)[:, None]
        columns = torch.arange(8)[None, :]
        twice = ((columns == 2) & (row == 0)) | ((columns == 4) & (row == blocks - 1))
        return hidden(~twice, dtype)[:, :, None].expand(-1, -1, BLOCK).flatten(1)[None, :, None]

    @staticmethod
    def visible(x, table):
        """[H, P - 2, 8 blocks of keys, D]."""
        blocks = in_blocks(x, BLOCK)
        inner = blocks[:, 1:-1]
        first, last = blocks[:, :1].expand_as(inner), blocks[:, -1:].expand_as(inner)
        drawn = blocks[torch.arange(HEADS)[:, None, None], table[:, 1:-1].long()].flatten(2, 3)
        return torch.cat([first, last, blocks[:, :-2], inner, blocks[:, 2:], drawn], 2)

    def forward(self, q, k, v, table):
        inner = in_blocks(q, BLOCK)[:, 1:-1]
        middle = attention(inner, self.visible(k, table), self.visible(v, table), self.once(q))
        first, last = attention(q[:, :, :BLOCK], k, v), attention(q[:, :, -BLOCK:], k, v)
        return torch.cat([first, joined(middle), last], 2)


class LongformerFlex(Model):
    """The mask as it is said, in flex_attention."""

    def follows(self, tokens, dtype):
        def seen(b, h, i, j):
            return ((i - j).abs() <= SIDE) | (i < GLOBALS) | (j < GLOBALS)

        return create_block_mask(seen, None, None, tokens, tokens, "cpu")

    def forward(self, q, k, v):
        return flex_attention(q, k, v, block_mask=self.once(q))


def rows(x, order):
    """x [H, R, N, D] in the order [H, R, N]."""
    return x.gather(2, order[..., None].expand(-1, -1, -1, x.shape[-1]))


class Reformer(Model):
    """Every round sorts the tokens by bucket; chunks of the rounds' lists, one after the other, see the one before."""

    @staticmethod
    def with_previous(x):
        return torch.cat([torch.cat([x[:, -1:], x[:, :-1]], 1), x], 2)

    def order(self, qk):
        turned = torch.einsum("hnd,hdrf->hrnf", qk[0], self.rotations)
        bucket = torch.cat([turned, -turned], -1).argmax(-1)
        tokens = bucket.shape[-1]
        return (bucket * tokens + torch.arange(tokens)).argsort(-1)

    def forward(self, qk, v):
        order = self.order(qk)

        def chunks(x):
            return rows(x[0, :, None].expand(-1, ROUNDS, -1, -1), order).flatten(1, 2).unflatten(1, (-1, BLOCK))

        q, values = chunks(qk), self.with_previous(chunks(v))
        keys = self.with_previous(functional.normalize(q, dim=-1, eps=1e-6))
        token = order.flatten(1, 2).unflatten(1, (-1, BLOCK, 1))
        same = token == self.with_previous(token).transpose(-1, -2)
        scores = (q @ keys.transpose(-1, -2)).masked_fill(same, -1e5)
        logarithm = scores.logsumexp(-1, keepdim=True)
        found = torch.exp(scores - logarithm) @ values
        places = order.argsort(-1)
        back = [rows(x.flatten(1, 2).unflatten(1, (ROUNDS, -1)), places) for x in (found, logarithm)]
        return (back[0] * back[1].softmax(1)).sum(1)[None]


class Sinkhorn(Model):
    """A map between blocks, made doubly stochastic, mixes the keys and values of blocks; the own ones stay beside."""

    def map(self, x):
        sums = x[0].reshape(-1, BLOCK, x.shape[2]).sum(1)
        inner = functional.relu(functional.linear(sums, self.W1, self.b1))
        map = (functional.linear(inner, self.W2, self.b2) / TEMPERATURE)[:, : sums.shape[0]]
        for _ in range(ITERATIONS):
            map = map - map.logsumexp(1, keepdim=True)
            map = map - map.logsumexp(0, keepdim=True)
        return map.exp()

    def forward(self, q, k, v, x):
        map = self.map(x)

        def pairs(x):
            blocks = in_blocks(x, BLOCK)
            return torch.cat([(map @ blocks.flatten(2)).unflatten(2, (BLOCK, -1)), blocks], 2)

        return joined(attention(in_blocks(q, BLOCK), pairs(k), pairs(v)))


class Synthesizer(Model):
    def forward(self, x, v, w2, b2):
        inner = functional.relu(functional.linear(x, self.W1, self.b1))
        return attention(inner.unflatten(2, (HEADS, -1)).transpose(1, 2), w2[None], v, b2[None, :, None])


FORMS = {
    "softmax": Softmax,
    "linear-transformer": LinearTransformer,
    "cosformer": Cosformer,
    "cosformer-causal": CosformerCausal,
    "performer": Performer,
    "linformer": Linformer,
    "longformer": Longformer,
    "bigbird": Bigbird,
    "reformer": Reformer,
    "sinkhorn": Sinkhorn,
    "synthesizer": Synthesizer,
}
FLEX = {"longformer": LongformerFlex}


def load(name, weights, precision, flex=False):
    """The model with the weights of a safetensors file, as numbers of the given precision."""
    from safetensors.torch import load_file

    return (FLEX if flex else FORMS)[name](load_file(weights)).eval().to(TYPES[precision])


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: long_range_torch.py MODEL PRECISION FOLDER   reads MODEL.safetensors there, writes ONNX files")
    spec, folder = MODELS[sys.argv[1]], Path(sys.argv[3])
    module = load(spec.name, folder / f"{spec.name}.safetensors", "f32")
    example = tuple(torch.from_numpy(array) for array in spec.inputs(EXAMPLE, other=False).values())
    for name in spec.exports(sys.argv[2]):
        write = write_multi_head_attention if name.endswith("-fused.onnx") else export_onnx
        write(spec, module, example, folder / name)
