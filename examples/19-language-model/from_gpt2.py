"""Turns a checkpoint in GPT-2's layout into the lesson's weights.

    from_gpt2.py model.safetensors weights.safetensors

Its matrices are [in, out] and query, key and value are one; the lesson's are [out, in] and three. Needs numpy and
safetensors.
"""
import sys

from safetensors.numpy import load_file, save_file

NAMES = {"attn.c_proj": "attn.out", "mlp.c_fc": "mlp.first", "mlp.c_proj": "mlp.second"}


def turned(name, value):
    """(name, value) of each weight of the lesson that one of the checkpoint becomes."""
    layer, _, kind = name.rpartition(".")
    value = value.T if value.ndim == 2 and layer.startswith("h.") else value
    if layer.endswith("attn.c_attn"):
        for part, rows in zip(("query", "key", "value"), value.reshape(3, -1, *value.shape[1:])):
            yield f"{layer.removesuffix('c_attn')}{part}.{kind}", rows
        return
    for old, new in NAMES.items():
        if layer.endswith("." + old):
            layer = layer.removesuffix(old) + new
    yield f"{layer}.{kind}", value


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    wanted = {}
    for name, value in load_file(sys.argv[1]).items():
        name = name.removeprefix("transformer.")
        if not name.endswith((".attn.bias", ".attn.masked_bias", "lm_head.weight")):  # the causal mask; the table again
            wanted.update((key, part.copy(order="C")) for key, part in turned(name, value))
    save_file(wanted, sys.argv[2])


if __name__ == "__main__":
    main()
