"""gpt2.py's model in torch, and its export for the others.

A step attends to the past where it lies and to its own token beside it, and joins the scores: no peer copies a cache.
"""

import os
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from gpt2 import HEADS, LAYERS, WIDTH, cache_names
from workloads import MODELS

TYPES = {"f64": torch.float64, "f32": torch.float32, "bf16": torch.bfloat16}


class Gpt2(nn.Module):
    def __init__(self, weights, past):
        super().__init__()
        self.past = past
        for name, value in weights.items():
            self.register_buffer(name.replace(".", "_"), value)

    def weight(self, name, kind="weight"):
        return getattr(self, f"{name}_{kind}".replace(".", "_"))

    def linear(self, x, name):
        return functional.linear(x, self.weight(name), self.weight(name, "bias"))

    def norm(self, x, name):
        return functional.layer_norm(x, (WIDTH,), self.weight(name), self.weight(name, "bias"))

    def attend(self, q, k, v, keys, values):
        if keys is None:
            return functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        scores = torch.cat([q @ keys.transpose(-1, -2), q @ k.transpose(-1, -2)], -1)
        weights = torch.softmax(scores * (WIDTH // HEADS) ** -0.5, -1)
        return weights[..., : self.past] @ values + weights[..., self.past :] @ v

    def block(self, x, layer, keys, values):
        t = self.norm(x, f"h.{layer}.ln_1")
        q, k, v = (
            self.linear(t, f"h.{layer}.attn.{part}").unflatten(2, (HEADS, -1)).transpose(1, 2)
            for part in ("query", "key", "value")
        )
        heads = self.attend(q, k, v, keys, values).transpose(1, 2).flatten(2)
        x = x + self.linear(heads, f"h.{layer}.attn.out")
        inner = functional.gelu(self.linear(self.norm(x, f"h.{layer}.ln_2"), f"h.{layer}.mlp.first"), approximate="tanh")
        return x + self.linear(inner, f"h.{layer}.mlp.second")

    def forward(self, ids, *caches):
        places = self.weight("wpe")[self.past : self.past + ids.shape[1]]
        x = functional.embedding(ids, self.weight("wte")) + places
        for layer in range(LAYERS):
            x = self.block(x, layer, *(caches[2 * layer : 2 * layer + 2] or (None, None)))
        return functional.linear(self.norm(x[:, -1], "ln_f"), self.weight("wte"))


def load(name, weights, precision):
    """The model with the weights of a safetensors file, as numbers of the given precision."""
    from safetensors.torch import load_file

    return Gpt2(load_file(weights), MODELS[name].past).eval().to(TYPES[precision])


def export_onnx(spec, module, path):
    """The file appears only when complete."""
    example = tuple(torch.from_numpy(array) for array in spec.inputs(other=False).values())
    part = path.with_suffix(".part")
    with torch.inference_mode():
        torch.onnx.export(
            module,
            example,
            str(part),
            input_names=["ids", *(cache_names() if spec.past else ())],
            output_names=["logits"],
            opset_version=17,
            dynamo=False,
        )
    os.replace(part, path)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: gpt2_torch.py MODEL PRECISION FOLDER   reads MODEL.safetensors there, writes the others' file")
    spec, folder = MODELS[sys.argv[1]], Path(sys.argv[3])
    weights = folder / f"{spec.name}.safetensors"
    export_onnx(spec, load(spec.name, weights, "f32"), folder / f"{spec.name}.onnx")
