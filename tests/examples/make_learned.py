#!/usr/bin/env python3
"""Writes data/ of the lessons that are trained: what f64 arithmetic gives for new inputs, from independent NumPy definitions.

    make_learned.py ORACLES [LESSON=WEIGHTS ...]

ORACLES is as for make_expected.py. Inputs/ holds the weights that the lessons' train.py gave; LESSON=WEIGHTS, as in
16-translation=weights.safetensors, puts others there first. Those of the translator are rounded to bf16, half the bytes; tests
read them with --convert-weights. Needs torch, which the lessons' own scripts draw the inputs with.
"""
import importlib.util
import pathlib
import shutil
import sys

import numpy as np
from safetensors import torch as safetensors_torch

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = HERE.parents[1] / "examples"
sys.path[:0] = [sys.argv[1]] if len(sys.argv) > 1 else sys.exit(__doc__)

import oracles  # noqa: E402


def lesson(name):
    """Its train.py as a module, and its weights in f64."""
    spec = importlib.util.spec_from_file_location("train", EXAMPLES / name / "train.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    stored = safetensors_torch.load_file(HERE / "Inputs" / f"{name}.safetensors")
    return module, {key: value.double().numpy() for key, value in stored.items()}


def put(p, short, given, name):
    """The linear `name` as the oracles name and lay it out: W... and b... for a `short` like "att.%sq"."""
    p[short % "W"] = given[f"{name}.weight"].T
    if f"{name}.bias" in given:
        p[short % "b"] = given[f"{name}.bias"]


def attention(p, before, given, name):
    for part, letter in (("query", "q"), ("key", "k"), ("value", "v"), ("out", "o")):
        put(p, f"{before}.%s{letter}", given, f"{name}.{part}")


def layer(p, before, given, name, attentions):
    for short, long in attentions.items():
        attention(p, f"{before}.{short}", given, f"{name}.{long}")
    put(p, f"{before}.ffn.%s1", given, f"{name}.feed.first")
    put(p, f"{before}.ffn.%s2", given, f"{name}.feed.second")
    for number in range(1, len(attentions) + 2):
        p[f"{before}.ln{number}.gamma"], p[f"{before}.ln{number}.beta"] = (
            given[f"{name}.norm{number}.{kind}"] for kind in ("weight", "bias"))


def filled(rows, length):
    """Zeros behind what a loop that ended early has said."""
    return np.pad(rows, [(0, 0), (0, length - rows.shape[1])] + [(0, 0)] * (rows.ndim - 2))


def translation():
    train, given = lesson("16-translation")
    source, lengths, target = train.sentences(12, np.random.default_rng(3))
    p = {"src_emb": given["source.weight"], "tgt_emb": given["target.weight"]}
    put(p, "%sout", given, "logits")
    for number in range(2):
        layer(p, f"enc{number}", given, f"encoder.{number}", {"att": "attention"})
        layer(p, f"dec{number}", given, f"decoder.{number}", {"self": "past", "cross": "cross"})
    # The model reads its sinusoids from the weights, as numbers of the file.
    oracles.sinusoidal_positions = lambda length, width, layout, start=0: given["places"][start:start + length]
    greedy = oracles.transformer_greedy(source, lengths, p, 4, 2, train.BEGIN, train.END, 13)
    beams = oracles.transformer_beam(source, lengths, p, 4, 2, train.BEGIN, train.END, 13, 4)
    assert (filled(greedy["tokens"], 13) == target).all(), "a sentence is wrong"
    found = np.stack([filled(rows, 13) for rows in beams["tokens"]])
    return ({"source": source, "lengths": lengths},
            {"tokens": filled(greedy["tokens"], 13), "logits": filled(greedy["logits"], 13), "found": found,
             "scores": beams["score"]})


def rnn_attention():
    train, given = lesson("17-rnn-attention")
    source, lengths, target = train.dates(12, np.random.default_rng(3))
    p = {"enc.emb": given["letters.weight"], "emb": given["digits.weight"], "att.v": given["scores"]}
    for short, long, end in (("enc.fwd", "encoder", "_l0"), ("enc.bwd", "encoder", "_l0_reverse"), ("dec", "decoder", "")):
        for letter, part in (("x", "ih"), ("h", "hh")):
            p[f"{short}.W{letter}"] = given[f"{long}.weight_{part}{end}"].T
            p[f"{short}.b{letter}"] = given[f"{long}.bias_{part}{end}"]
    for short, long in (("%ss", "first"), ("%so", "logits")):
        put(p, short, given, long)
    p["att.W"], p["att.U"], p["att.b"] = given["asks.weight"].T, given["answers.weight"].T, given["answers.bias"]
    r = oracles.rnn_translate(source, lengths, p, train.BEGIN, train.END, 11)
    assert (filled(r["tokens"], 11) == target).all(), "a date is wrong"
    return {"source": source, "lengths": lengths}, {"tokens": filled(r["tokens"], 11), "logits": filled(r["logits"], 11),
                                                    "alignment": filled(r["map"], 11)[:, :, None]}


def neural_turing_machine():
    train, given = lesson("18-neural-turing-machine")
    x, words = train.sequences(2, 9, np.random.default_rng(3))
    first = np.zeros((2, train.ROWS))
    first[:, 0] = 1
    p = {"lstm.Wx": given["controller.weight_ih"].T, "lstm.Wh": given["controller.weight_hh"].T,
         "lstm.b": given["controller.bias_ih"] + given["controller.bias_hh"], "h0": np.zeros(train.CONTROLLER),
         "c0": np.zeros(train.CONTROLLER), "r0": np.zeros((1, train.WIDTH)), "w0": first}
    for short, long in (("read0", "read"), ("write0", "write"), ("out", "out")):
        p[f"{short}.W"], p[f"{short}.b"] = given[f"{long}.weight"].T, given[f"{long}.bias"]
    r = oracles.ntm(x.astype(np.float64), p, given["memory"])
    assert train.bits_right(r["out"], words) == 1, "a bit is wrong"
    return {"x": x}, {"bits": r["out"], "read_at": r["read_w"][:, :, 0], "written_at": r["write_w"][:, :, 0]}


def main():
    (HERE / "Inputs").mkdir(exist_ok=True)
    for word in sys.argv[2:]:
        name, _, weights = word.partition("=")
        stored = safetensors_torch.load_file(weights)
        if name == "16-translation":
            stored = {key: value if key == "places" else value.bfloat16() for key, value in stored.items()}
        safetensors_torch.save_file(stored, HERE / "Inputs" / f"{name}.safetensors")
    for make in (translation, rnn_attention, neural_turing_machine):
        inputs, results = make()
        folder = HERE / "data" / make.__name__.replace("_", "-")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name, value in inputs.items():
            np.save(folder / f"{name}.npy", value.astype(np.float32 if value.dtype.kind == "f" else np.int32))
        for name, value in results.items():
            np.save(folder / f"expected_{name}.npy", value)


if __name__ == "__main__":
    main()
