#!/usr/bin/env python3
"""Writes data/: what f64 arithmetic gives for the lessons of examples/, from independent NumPy definitions.

    make_expected.py ORACLES ATTNC

ORACLES is the folder of `oracles.py`, which holds one plain f64 NumPy function for every attention system; it is not
part of this repository. ATTNC prints each model's weight names. Weights and real inputs are made by
examples/random_data.py, here and in the tests; whole numbers and results are stored. Matrices are [out, in] in a model
and [in, out] in the oracles.
"""
import math
import os
import pathlib
import shutil
import subprocess
import sys

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "examples" / "data"
sys.path[:0] = [str(ROOT / "examples"), sys.argv[1]] if len(sys.argv) == 3 else sys.exit(__doc__)

import oracles  # noqa: E402
import random_data  # noqa: E402


def given(name, *shape):
    """The input that `random_data.py NAME.npy SHAPE` writes."""
    return array(random_data.numbers(name, math.prod(shape), 0.0, 1.0), shape)


def array(values, shape):
    return np.frombuffer(values, "<f4").reshape(shape).astype(np.float64)


def weights(lesson):
    command = [sys.argv[2], str(ROOT / "examples" / lesson / "model.mlir"), "--stop-after=simplify", "-o", "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {name: array(values, shape) for name, shape, values in random_data.weights(text)}


def linear(x, p, name):
    return oracles.linear(x, p[name + ".weight"].T, p.get(name + ".bias"))


def norm(x, p, name, eps, gamma="gamma", beta="beta"):
    return oracles.layer_norm(x, p[f"{name}.{gamma}"], p[f"{name}.{beta}"], eps)


def heads_of(x, p, heads, prefix=""):
    return [oracles.split_heads(linear(x, p, prefix + name), heads) for name in ("query", "key", "value")]


def evolving_transformer():
    p, x, lengths = weights("04-evolving-transformer"), given("x", 2, 5, 512), np.array([5, 3], np.int32)
    mask, previous = oracles.mask_lengths(lengths, 5)[:, None, None], None
    for layer in ["first."] + [f"layer.{number}." for number in range(5)]:
        w = oracles.sub(p, layer)
        r = oracles.evolving_attention(*heads_of(x, w, 8), previous, w.get("conv.weight"), w.get("conv.bias"), 0.5, 0.1,
                                       "encoder", mask)
        previous = r["logits"]
        x = norm(x + linear(oracles.merge_heads(r["out"]), w, "out"), w, "ln1", 1e-5)
        inner = oracles.relu(x @ w["ffn.W1"].T + w["ffn.b1"])
        x = norm(x + inner @ w["ffn.W2"].T + w["ffn.b2"], w, "ln2", 1e-5)
    return {"lengths": lengths}, {"y": x}


def image_encoder():
    p, patches = weights("05-image-encoder"), given("patches", 1, 196, 768)
    x = linear(patches, p, "patch")
    for number in range(12):
        w = oracles.sub(p, f"blocks.{number}.")
        q, k, v = heads_of(norm(x, w, "norm1", 1e-12), w, 3, "attn.")
        r = oracles.relative_2d(q, k, v, w["attn.rows"], w["attn.cols"], 14, 14)
        x = x + linear(oracles.merge_heads(r["out"]), w, "attn.out")
        inner = oracles.gelu(norm(x, w, "norm2", 1e-12) @ w["mlp.W1"].T + w["mlp.b1"])
        x = x + inner @ w["mlp.W2"].T + w["mlp.b2"]
    x = norm(x, p, "norm", 1e-12).mean(1, keepdims=True)
    return {}, {"logits": linear(x, p, "head")}


def bert():
    """The oracle's own BERT; only the names of the weights differ."""
    parts = {"att.%sq": "attention.self.query", "att.%sk": "attention.self.key", "att.%sv": "attention.self.value",
             "att.%so": "attention.output.dense", "ffn.%s1": "intermediate.dense", "ffn.%s2": "output.dense"}
    given_names, p = weights("06-bert"), {}
    for name, short in (("word", "tok"), ("position", "pos"), ("token_type", "type")):
        p[short] = given_names[f"bert.embeddings.{name}_embeddings.weight"]
    places = {"bert.embeddings.LayerNorm": "emb_ln.", "bert.pooler.dense": "%sp"}
    for layer in range(4):
        before = f"bert.encoder.layer.{layer}."
        places.update({before + long: f"enc{layer}.{short}" for short, long in parts.items()})
        places.update({before + "attention.output.LayerNorm": f"enc{layer}.ln1.",
                       before + "output.LayerNorm": f"enc{layer}.ln2."})
    for long, short in places.items():
        weight, bias = given_names[long + ".weight"], given_names[long + ".bias"]
        is_norm = short.endswith(".")
        p[short + "gamma" if is_norm else short % "W"] = weight if is_norm else weight.T
        p[short + "beta" if is_norm else short % "b"] = bias
    inputs = {"ids": np.array([[101, 2023, 2003, 1037, 7953, 102, 2062, 102, 0],
                               [101, 30521, 102, 0, 0, 0, 0, 0, 0]], np.int32),
              "types": np.array([[0, 0, 0, 0, 0, 0, 1, 1, 0], [0] * 9], np.int32),
              "lengths": np.array([8, 3], np.int32)}
    r = oracles.bert(*inputs.values(), p, 4, 4)
    return inputs, {"hidden": r["hidden"], "pooled": r["pooled"][:, None]}


def talking_heads():
    p, x, lengths = weights("07-talking-heads"), given("x", 2, 4, 768), np.array([4, 2], np.int32)
    q, k, v = [oracles.split_heads(x @ p[name].T, 12) for name in ("query", "key", "value")]
    mask = oracles.mask_lengths(lengths, 4)[:, None, None]
    r = oracles.talking_heads(q, k, v, p["talk.before"].T, p["talk.after"].T, mask)
    return {"lengths": lengths}, {"y": oracles.merge_heads(r["out"]) @ p["out"].T}


def additive_attention():
    p, lengths = weights("08-additive-attention"), np.array([9, 4], np.int32)
    p.update(W=p["W"].T, U=p["U"].T)
    states, annotations = given("states", 2, 2, 1000), given("annotations", 2, 9, 2000)
    r = oracles.additive_attention(states, annotations, annotations, p, oracles.mask_lengths(lengths, 9))
    return {"lengths": lengths}, {"context": r["out"], "alignment": r["map"][:, None]}


def synthesizer():
    p, x = weights("09-synthesizer"), given("x", 2, 5, 512)
    v = oracles.split_heads(x @ p["value"].T, 8)
    # The mixture of the paper with factors of 1/3, one part of which is 0: three times the tables make a plain sum.
    tables = {"W1": p["dense.first.weight"].reshape(8, 64, 512).transpose(0, 2, 1),
              "b1": p["dense.first.bias"].reshape(8, 64), "W2": 3 * p["dense.second.weight"].transpose(0, 2, 1),
              "b2": 3 * p["dense.second.bias"], "R": 3 * p["random"], "mix": np.zeros(3),
              "q": np.zeros_like(v), "k": np.zeros_like(v)}
    r = oracles.synthesizer(x, v, tables, "mixture", oracles.mask_causal(5, 5))
    return {}, {"y": oracles.merge_heads(r["out"]) @ p["out"].T}


def near_and_far():
    q, k, v = (given(name, 2, 8, 6, 64) for name in ("query", "key", "value"))
    lengths, reach = np.array([6, 4], np.int32), np.array([0.5, 1, 1.5, 2, 3, 4, 8, 16], np.float32)
    mask = oracles.mask_lengths(lengths, 6)[:, None, None]
    scores = oracles.scores(q, k, "scaled")
    near, far = (oracles.normalise(scores, mask, kind) for kind in ("sigmoid", "softmax"))
    distance = np.abs(np.arange(6)[:, None] - np.arange(6))
    gate = np.exp(-distance / reach.astype(np.float64)[:, None, None])
    return {"lengths": lengths, "reach": reach}, {"out": (gate * near + (1 - gate) * far) @ v}


def cosformer_layer(x, p, before, causal, **options):
    """The attention of one layer on what `before` makes of its tokens."""
    r = oracles.cosformer(*heads_of(before(x), p, 8), causal=causal, **options)
    return x + linear(oracles.merge_heads(r["out"]), p, "out")


def feed_forward(x, p):
    return oracles.gelu(x @ p["ffn.W1"].T + p["ffn.b1"]) @ p["ffn.W2"].T + p["ffn.b2"]


def cosformer():
    p, x, lengths = weights("11-cosformer"), given("x", 2, 5, 512), np.array([5, 3], np.int32)
    for number in range(6):
        w = oracles.sub(p, f"layer.{number}.")
        x = norm(cosformer_layer(x, w, lambda tokens: tokens, False, key_mask=oracles.mask_lengths(lengths, 5)), w, "ln1",
                 1e-5)
        x = norm(x + feed_forward(x, w), w, "ln2", 1e-5)
    return {"lengths": lengths}, {"y": x}


def causal_cosformer():
    p, x = weights("12-causal-cosformer"), given("x", 1, 7, 512)
    for number in range(8):
        w = oracles.sub(p, f"layer.{number}.")
        x = cosformer_layer(x, w, lambda tokens: norm(tokens, w, "ln1", 1e-5), True, m_max=16384)
        x = x + feed_forward(norm(x, w, "ln2", 1e-5), w)
    return {}, {"y": norm(x, p, "norm", 1e-5)}


def document_encoder():
    """Global tokens, the first of each document and one of the second; their rows are the result."""
    p, x, lengths = weights("13-document-encoder"), given("x", 2, 300, 256), np.array([300, 170], np.int32)
    flags, index = np.zeros((2, 300), np.int32), np.array([[[0, 211]], [[0, -1]]], np.int32)
    flags[:, 0] = flags[0, 211] = 1
    present = oracles.mask_lengths(lengths, 300)[:, None, None]
    is_global = flags[:, None, None] != 0
    near = (oracles.mask_window(300, 300, 128, 128) | is_global | is_global.swapaxes(-1, -2)) & present
    x = x + p["positions"][:300]
    for number in range(2):
        w = oracles.sub(p, f"layer.{number}.")
        local = oracles.attention(*heads_of(x, w, 4), near)["out"]
        q, k, v = [oracles.split_heads(linear(x, w, name), 4) for name in ("query_global", "key_global", "value_global")]
        heads = np.where(is_global.swapaxes(-1, -2), oracles.attention(q, k, v, present)["out"], local)
        x = norm(x + linear(oracles.merge_heads(heads), w, "out"), w, "norm1", 1e-5)
        inner = oracles.gelu(x @ w["ffn.W1"].T + w["ffn.b1"])
        x = norm(x + inner @ w["ffn.W2"].T + w["ffn.b2"], w, "norm2", 1e-5)
    rows = [[x[b, at] if at >= 0 else np.zeros(256) for at in index[b, 0]] for b in range(2)]
    return {"flags": flags, "index": index, "lengths": lengths}, {"summary": np.array(rows)[:, None]}


def reformer():
    p, x = weights("14-reformer"), given("x", 1, 64, 128)
    t = norm(x, p, "norm1", 1e-5)
    shared, value = (oracles.split_heads(linear(t, p, name), 2) for name in ("shared", "value"))
    buckets = oracles.lsh_buckets(shared, p["rotations"])
    heads = oracles.lsh_attention(shared, value, buckets, 16, causal=True)["out"]
    y1 = x + linear(oracles.merge_heads(heads), p, "out")
    inner = oracles.relu(norm(y1, p, "norm2", 1e-5) @ p["ffn.W1"].T + p["ffn.b1"])
    return {}, {"y": np.concatenate([y1, x + inner @ p["ffn.W2"].T + p["ffn.b2"]], -1)}


def pointer_generator():
    """Two texts of nine words, of which the second has five; a word of the first is there twice, another is in no vocabulary."""
    p = weights("20-pointer-generator")
    annotations, state, word = given("annotations", 2, 9, 512), given("state", 2, 256), given("word", 2, 128)
    ids = np.array([[17, 5003, 0, 17, 4999, 5049, 5003, 8, 9], [1, 2, 3, 4, 5000, 0, 0, 0, 0]], np.int32)
    lengths, coverage = np.array([9, 5], np.int32), np.linspace(0, 2, 18).reshape(2, 9).astype(np.float32)
    tables = {"W": p["attention.state.weight"].T, "U": p["attention.annotation.weight"].T, "b": p["attention.annotation.bias"],
              "u": p["attention.coverage"], "v": p["attention.scores"]}
    r = oracles.coverage_attention(state, annotations, annotations, coverage.astype(np.float64), tables,
                                   oracles.mask_lengths(lengths, 9))
    logits = linear(linear(np.concatenate([state, r["out"]], -1), p, "hidden"), p, "words")
    parts = np.split(p["gate.weight"][0], [256, 768])
    gates = {"ws": parts[0], "wc": parts[1], "wx": parts[2], "b": p["gate.bias"][0]}
    found = oracles.pointer_generator(logits, r["map"], ids, r["out"], state, word, gates, 50)
    return ({"ids": ids, "lengths": lengths, "coverage": coverage[:, None, None]},
            {"distribution": found["dist"], "gate": found["gate"][:, None], "covered": r["coverage"][:, None, None]})

def graph_attention():
    """Papers that cite up to five of those before them; some cite none."""
    p, x, rowptr, col = weights("15-graph-attention"), given("x", 1, 40, 1433), [0], []
    for paper in range(40):
        col += sorted({paper * step // 7 for step in range(paper % 6)})
        rowptr.append(len(col))
    layer = lambda number, h, heads, act: oracles.gat(
        h, rowptr, np.array(col), p[f"layer{number}.weight"].reshape(heads, -1, h.shape[1]).transpose(0, 2, 1),
        p[f"layer{number}.dst"], p[f"layer{number}.src"], p[f"layer{number}.bias"], act=act)
    logits = layer(2, layer(1, x[0], 8, "elu")["out"], 1, "identity")["out"]
    return {"rowptr": np.array(rowptr, np.int32), "col": np.array(col, np.int32)}, {"logits": logits[None]}


def main():
    for lesson in (evolving_transformer, image_encoder, bert, talking_heads, additive_attention, synthesizer,
                   near_and_far, cosformer, causal_cosformer, document_encoder, reformer, graph_attention,
                   pointer_generator):
        inputs, results = lesson()
        folder = DATA / lesson.__name__.replace("_", "-")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        for name, value in inputs.items():
            np.save(folder / f"{name}.npy", value)
        for name, value in results.items():
            np.save(folder / f"expected_{name}.npy", value)


if __name__ == "__main__":
    main()
