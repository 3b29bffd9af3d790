"""The cases of cases.py in torch, each written so that it serves the peers best, and their export for the others.

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

from cases import WINDOW_AFTER, WINDOW_BEFORE
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


class Attention(Case):
    causal = False

    def forward(self, q, k, v):
        return functional.scaled_dot_product_attention(q, k, v, is_causal=self.causal)


class CausalAttention(Attention):
    causal = True


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


class TuringStep(Case):
    """One step of a Neural Turing Machine's memory: both heads look, one reads, the other writes."""

    def address(self, memory, raw, before):
        key, strength, gate, shift, sharpness = raw.split([self.sizes["D"], 1, 1, 3, 1], 1)
        rows, keys = memory.norm(dim=2).clamp_min(1e-8), key.norm(dim=1, keepdim=True).clamp_min(1e-8)
        likeness = (memory @ key[..., None])[..., 0] / (rows * keys)
        content = torch.softmax(functional.softplus(strength) * likeness, 1)
        gate, shift = torch.sigmoid(gate), torch.softmax(shift, 1)
        mixed = gate * content + (1 - gate) * before
        moved = shift[:, :1] * mixed.roll(-1, 1) + shift[:, 1:2] * mixed + shift[:, 2:] * mixed.roll(1, 1)
        raised = moved ** (1 + functional.softplus(sharpness))
        return raised / raised.sum(1, keepdim=True)

    def forward(self, read, write, memory, reading, writing):
        rows, width = memory[:, 0], self.sizes["D"]
        head, erase, add = write.split([width + 6, width, width], 1)
        reading, writing = self.address(rows, read, reading), self.address(rows, head, writing)
        out = (reading[:, None] @ rows)[:, 0]
        kept = 1 - writing[..., None] * torch.sigmoid(erase)[:, None]
        return out, (rows * kept + writing[..., None] * add[:, None])[:, None], reading, writing


class LstmAttention(Case):
    """An LSTM that looks before each step by additive attention; what does not depend on the step is computed at once."""

    def forward(self, x, annotations):
        keys = annotations @ self.key_weight.T
        from_x = functional.linear(x, self.input_weight, self.input_bias)
        hidden = cell = x.new_zeros(x.shape[0], x.shape[2])
        states, contexts = [], []
        for gates in from_x.unbind(1):
            query = hidden @ self.query_weight.T
            weights = torch.softmax(torch.tanh(query[:, None] + keys) @ self.vector, 1)
            context = (weights[:, None] @ annotations)[:, 0]
            gates = gates + functional.linear(torch.cat([context, hidden], 1), self.state_weight)
            i, f, g, o = gates.chunk(4, 1)
            cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(g)
            hidden = torch.sigmoid(o) * torch.tanh(cell)
            states.append(hidden)
            contexts.append(context)
        return torch.stack(states, 1), torch.stack(contexts, 1)


class GraphAttention(nn.Module):
    """Along the edges: rows gathered, sums of segments. Of index_add, segment_reduce and a product by sparse matrices of the
    heads the last was the fastest for the values."""

    def __init__(self, weights, sizes):
        super().__init__()
        self.sizes = sizes
        for name, value in weights.items():
            self.register_buffer(name, value)

    def forward(self, x, rowptr, col):
        nodes, heads, width = (self.sizes[letter] for letter in "NHD")
        rows, columns = rowptr.long(), col.long()
        of = torch.repeat_interleave(torch.arange(nodes), rows.diff(), output_size=col.shape[0])
        h = functional.linear(x[0], self.weight).view(nodes, heads, width)
        scores = functional.leaky_relu((h * self.dst).sum(-1)[of] + (h * self.src).sum(-1)[columns], 0.2)
        largest = torch.segment_reduce(scores, "max", offsets=rows)
        parts = torch.exp(scores - largest[of])
        total = torch.segment_reduce(parts, "sum", offsets=rows)
        sums = [torch.sparse_csr_tensor(rows, columns, parts[:, k].contiguous(), (nodes, nodes)) @ h[:, k]
                for k in range(heads)]
        y = (torch.stack(sums, 1) / total[..., None]).view(1, nodes, -1)
        return functional.elu(y + self.bias)


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


class FlexCausal(Flex):
    @staticmethod
    def visible(b, h, i, j):
        return j <= i


class FlexSoftcap(Flex):
    def score(self, s, b, h, i, j):
        return 30 * torch.tanh(s / 30)


class FlexAlibiCausal(FlexCausal):
    def __init__(self, weights, sizes):
        super().__init__(weights, sizes)
        self.register_buffer("slopes", slopes(sizes["H"]))

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
    "attention": Attention,
    "causal-attention": CausalAttention,
    "evolving-attention": EvolvingAttention,
    "talking-heads": TalkingHeads,
    "relative-2d": Relative2d,
    "additive": Additive,
    "softcap": Softcap,
    "alibi-causal": AlibiCausal,
    "relative-bias": RelativeBias,
    "window": Window,
    "ntm-step": TuringStep,
    "lstm-attention": LstmAttention,
    "gat-cora": GraphAttention,
}
FLEX = {
    "attention": Flex,
    "causal-attention": FlexCausal,
    "relative-2d": FlexRelative2d,
    "softcap": FlexSoftcap,
    "alibi-causal": FlexAlibiCausal,
    "relative-bias": FlexRelativeBias,
    "window": FlexWindow,
}


TYPES = {"f64": torch.float64, "f32": torch.float32, "bf16": torch.bfloat16}


def load(name, weights, precision, flex=False):
    """The case with the weights of a safetensors file, as numbers of the given precision."""
    from safetensors.torch import load_file

    spec = MODELS[name]
    return (FLEX if flex else TORCH)[spec.form](load_file(weights), spec.sizes).eval().to(TYPES[precision])


def export_onnx(spec, module, example, path):
    """Writes the case; dimensions that the spec names instead of giving a size stay open. The file appears only when
    complete.
    """
    part = path.with_suffix(".part")
    ports = {name: spec.port_shape(letters) for name, letters in (spec.arguments | spec.results).items()}
    left_open = {
        name: {at: size for at, size in enumerate(shape) if isinstance(size, str)} for name, shape in ports.items()
    }
    with torch.inference_mode():
        torch.onnx.export(
            module,
            example,
            str(part),
            input_names=list(spec.arguments),
            output_names=list(spec.results),
            dynamic_axes=left_open,
            opset_version=17,
            dynamo=False,
        )
    os.replace(part, path)


def write_multi_head_attention(spec, module, example, path):
    """Plain attention as ONNX Runtime's own operator, which wants queries as [B, N, H D] and gives results so."""
    import onnx
    from onnx import TensorProto, helper

    _, heads, _, width = spec.port_shape("BHND")

    def node(op, inputs, output, **attributes):
        return helper.make_node(op, inputs, [output], **attributes)

    turn = {"perm": [0, 2, 1, 3]}
    nodes = [
        node("Transpose", ["q"], "q_rows", **turn),
        node("Reshape", ["q_rows", "joined"], "q_joined"),
        node(
            "MultiHeadAttention",
            ["q_joined", "k", "v"],
            "rows",
            domain="com.microsoft",
            num_heads=heads,
            unidirectional=int(spec.causal),
        ),
        node("Reshape", ["rows", "split"], "split_rows"),
        node("Transpose", ["split_rows"], "out", **turn),
    ]
    shapes = {"joined": [0, 0, heads * width], "split": [0, 0, heads, width]}  # 0: as it was
    constants = [helper.make_tensor(name, TensorProto.INT64, [len(to)], to) for name, to in shapes.items()]
    ports = [
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, spec.port_shape(letters)) for n, letters in ports.items()]
        for ports in (spec.arguments, spec.results)
    ]
    graph = helper.make_graph(nodes, spec.name, *ports, constants)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)


def convert_openvino(module, example, path):
    """OpenVINO's own conversion from torch, kept in f32."""
    import openvino

    shapes = [list(array.shape) for array in example]
    with torch.inference_mode():
        converted = openvino.convert_model(module, example_input=example, input=shapes)
    openvino.save_model(converted, path, compress_to_fp16=False)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: cases_torch.py CASE PRECISION FOLDER   reads CASE.safetensors there, writes the others' files")
    spec, folder = MODELS[sys.argv[1]], Path(sys.argv[3])
    module = load(spec.name, folder / f"{spec.name}.safetensors", "f32")
    example = tuple(torch.from_numpy(array) for array in spec.inputs(other=False).values())
    wanted = spec.exports(sys.argv[2])
    export_onnx(spec, module, example, folder / f"{spec.name}.onnx")
    if f"{spec.name}-fused.onnx" in wanted:
        write_multi_head_attention(spec, module, example, folder / f"{spec.name}-fused.onnx")
    if f"{spec.name}.xml" in wanted:
        convert_openvino(module, example, folder / f"{spec.name}.xml")
