"""MiniLM for the peers: the torch definition, read from the checkpoint, and the files that others read, exported once.

The model (BERT, post-LN): x = LN(word + position + type); for each layer x = LN(x + Attention(x)),
x = LN(x + W2 gelu(W1 x)); then the mean over the tokens of each sentence, divided by its length.
"""

import os
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from workloads import MODELS

SPEC = MODELS["minilm"]


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        width = SPEC.width
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.up, self.down = nn.Linear(width, SPEC.hidden), nn.Linear(SPEC.hidden, width)
        self.norm1, self.norm2 = (nn.LayerNorm(width, SPEC.epsilon) for _ in range(2))

    def split(self, x):
        return x.view(x.shape[0], x.shape[1], SPEC.heads, SPEC.width // SPEC.heads).transpose(1, 2)

    def forward(self, x, bias):
        query, key, value = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        x = self.norm1(self.out(mixed.transpose(1, 2).reshape(x.shape)) + x)
        return self.norm2(self.down(functional.gelu(self.up(x))) + x)


class Minilm(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(SPEC.vocabulary, SPEC.width)
        self.positions = nn.Embedding(SPEC.positions, SPEC.width)
        self.types = nn.Embedding(2, SPEC.width)
        self.norm = nn.LayerNorm(SPEC.width, SPEC.epsilon)
        self.blocks = nn.ModuleList(Block() for _ in range(SPEC.layers))

    def forward(self, ids, lengths):
        length = ids.shape[1]
        # The mask takes the form of BERT exports (0/1 integers, then an added bias) that ONNX Runtime's fusions find.
        visible = (torch.arange(length)[None, :] < lengths[:, None]).to(torch.int64)
        dtype = self.words.weight.dtype
        bias = (1.0 - visible[:, None, None, :].to(dtype)) * -10000.0
        x = self.norm(self.words(ids) + self.positions.weight[:length] + self.types.weight[0])
        for block in self.blocks:
            x = block(x, bias)
        weight = visible[:, :, None].to(dtype)
        return functional.normalize((x * weight).sum(1) / weight.sum(1), dim=-1)


# Our name of a module -> its name in the checkpoint, once and for each layer.
NAMES = {
    "words": "embeddings.word_embeddings",
    "positions": "embeddings.position_embeddings",
    "types": "embeddings.token_type_embeddings",
    "norm": "embeddings.LayerNorm",
}
LAYER_NAMES = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "out": "attention.output.dense",
    "norm1": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "norm2": "output.LayerNorm",
}


def checkpoint_name(name):
    """'blocks.3.up.weight' -> 'encoder.layer.3.intermediate.dense.weight'."""
    module, kind = name.rsplit(".", 1)
    if not module.startswith("blocks."):
        return f"{NAMES[module]}.{kind}"
    _, layer, part = module.split(".")
    return f"encoder.layer.{layer}.{LAYER_NAMES[part]}.{kind}"


class NaiveInt8(nn.Module):
    """What int8 means at its plainest: weights rounded with one scale an output, activations with one a token."""

    def __init__(self, linear):
        super().__init__()
        scale = linear.weight.abs().amax(1, keepdim=True) / 127
        self.weight, self.bias = torch.round(linear.weight / scale) * scale, linear.bias

    def forward(self, x):
        scale = x.abs().amax(-1, keepdim=True) / 127
        return functional.linear(torch.round(x / scale) * scale, self.weight, self.bias)


TYPES = {"f64": torch.float64, "f32": torch.float32, "bf16": torch.bfloat16, "int8": torch.float32}


def load(_, weights, precision):
    """The model with the weights of a safetensors file, as numbers of the given precision."""
    from safetensors.torch import load_file

    stored = load_file(weights)
    model = Minilm()
    model.load_state_dict({name: stored[checkpoint_name(name)] for name in model.state_dict()})
    if precision == "int8":
        for block in model.blocks:
            for name, part in list(block.named_children()):
                if isinstance(part, nn.Linear):
                    setattr(block, name, NaiveInt8(part))
    return model.eval().to(TYPES[precision])


def export_onnx(weights, path):
    """Writes the model with free B and S; the file appears only when complete."""
    example = SPEC.inputs(2, 24, other=True)
    part = path.with_suffix(".part")
    torch.onnx.export(
        load(SPEC.name, weights, "f32"),
        tuple(torch.from_numpy(example[name]) for name in ("ids", "lengths")),
        str(part),
        input_names=["ids", "lengths"],
        output_names=["embedding"],
        dynamic_axes={"ids": {0: "B", 1: "S"}, "lengths": {0: "B"}, "embedding": {0: "B"}},
        opset_version=17,
        dynamo=False,
    )
    os.replace(part, path)


def convert_openvino(weights, path):
    """OpenVINO's own conversion from torch, kept in f32; the weights lie beside it in a .bin file."""
    import openvino

    example = SPEC.inputs(2, 24, other=True)
    arguments = tuple(torch.from_numpy(example[name]) for name in ("ids", "lengths"))
    converted = openvino.convert_model(load(SPEC.name, weights, "f32"), example_input=arguments)
    openvino.save_model(converted, path, compress_to_fp16=False)


def fuse_onnx(source, path):
    """ONNX Runtime's own rewriting for BERT. Returns the count of each fused operator; none at all is an error."""
    from onnxruntime.transformers import optimizer
    from onnxruntime.transformers.fusion_options import FusionOptions

    fused = optimizer.optimize_model(
        str(source), "bert", SPEC.heads, SPEC.width, optimization_options=FusionOptions("bert"), opt_level=0
    )
    counts = {name: count for name, count in fused.get_fused_operator_statistics().items() if count}
    if counts.get("Attention", 0) != SPEC.layers:
        raise RuntimeError(f"expected {SPEC.layers} fused Attention operators, got {counts}")
    part = path.with_suffix(".part")
    fused.save_model_to_file(str(part))
    os.replace(part, path)
    return counts


def quantise_onnx(source, path):
    """ONNX Runtime's dynamic quantisation: scales of the activations are found in each call."""
    from onnx import TensorProto
    from onnxruntime.quantization import quantize_dynamic

    quantize_dynamic(source, path, per_channel=True, extra_options={"DefaultTensorType": TensorProto.FLOAT})


if __name__ == "__main__":
    import sys

    if len(sys.argv) != 4:
        sys.exit("usage: minilm.py minilm PRECISION FOLDER   reads minilm.safetensors there, writes the others' files")
    folder = Path(sys.argv[3])
    weights = folder / "minilm.safetensors"
    export_onnx(weights, folder / "minilm.onnx")
    convert_openvino(weights, folder / "minilm.xml")
    print(fuse_onnx(folder / "minilm.onnx", folder / "minilm-fused.onnx"))
    if sys.argv[2] == "int8":
        for name in ("minilm", "minilm-fused"):
            quantise_onnx(folder / f"{name}.onnx", folder / f"{name}-int8.onnx")
