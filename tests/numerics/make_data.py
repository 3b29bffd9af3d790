#!/usr/bin/env python3
"""Writes data/: inputs, weights and f64 results of small cases, from independent NumPy definitions of the systems.

    make_data.py ORACLES

ORACLES is the folder of `oracles.py`, which holds one plain f64 NumPy function for every attention system and yields
seeded cases. It is not part of this repository; the files in data/ are what the tests read, and this script says how
they came.

Inputs and weights are rounded to f32 first and the results computed in f64 from the rounded numbers, so that compiled
f32 code sees exactly the inputs that the results belong to. Weights change from [in, out] to [out, in], as attn.linear
takes them. Boolean masks are not stored but for one dense mask: the models state them (lengths are stored, where a mask
was made of lengths). A mask that was drawn place by place gives way to one that a model can state.
"""
import os
import shutil
import sys

import numpy as np

from own_cases import mask_cases, own_cases, rounded, up_to

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "data")

# What a model needs of each case: its inputs and the output compared.
ATTENTION = ["plain_prime", "one_token", "one_query", "cross_wide_values", "tile_minus_1", "tile_plus_1", "bias_scale",
             "causal_top_left", "causal_bottom_right", "causal_dead_rows", "padding", "grouped_heads", "large_logits",
             "prefix", "axial_rows", "block_local", "random_mask_dead_rows"]
CASES = {"attention/" + name: ("out",) for name in ATTENTION}
CASES.update({
    "window_attention/symmetric": ("out",), "window_attention/causal_decode": ("out",),
    "window_attention/padding": ("out",), "window_attention/dilated_heads": ("out",),
    "sparse_transformer/strided_merged": ("out",), "sparse_transformer/fixed_merged": ("out",),
    "sparse_transformer/strided_heads": ("out",), "sparse_transformer/fixed_heads": ("out",),
    "longformer/global_padded": ("out",), "longformer/causal": ("out",),
    "longformer/dilated_no_global": ("out",),
    "bigbird/eight_blocks": ("out",), "bigbird/doubled_block": ("out",),
    "lsh_attention/full": ("out", "order"), "lsh_attention/causal": ("out", "order"),
    "lsh_attention/padding_same_bucket": ("out",), "lsh_attention/deduplicated": ("out",),
    "sinkhorn_attention/concat_full": ("out",), "sinkhorn_attention/concat_causal": ("out",),
    "sinkhorn_attention/shared_full": ("out",),
    "multi_head/self": ("out", "map"), "multi_head/cross_masked": ("out",), "multi_head/no_bias_one_head": ("out",),
    "multi_head_own/odd_widths": ("out",), "multi_head_two_stage/two_heads": ("out",),
    "graph_attention_masked/isolated_node": ("out",),
    "encoder_block/post": ("out",), "encoder_block/pre": ("out",),
    "decoder_block/post": ("out",), "decoder_block/pre": ("out",), "reversible_block/basic": ("y1", "y2"),
    "bert/two_layers": ("hidden", "pooled"), "causal_lm/two_layers": ("logits", "hidden"), "pool/mean": ("out",),
    "evolving_attention/encoder_17": ("out", "logits"), "evolving_attention/dead_rows": ("out", "logits"),
    "ea_transformer/cross_query": ("memory", "out"), "ea_transformer/cross_key": ("memory", "out"),
    "talking_heads/three_numbers_of_heads": ("out", "map"),
    "additive_attention/padded_and_empty": ("out", "map"),
    "adaptive_span/three_spans": ("out", "map"),
})
CASES.update({"synthesizer/" + name: ("out", "map") for name in ("random", "random_low", "dense", "dense_low", "mixture")})
CASES.update({"external_attention/" + name: ("out", "map") for name in ("one_head", "two_heads")})
CASES.update({"t5_attention/" + name: ("out", "map") for name in ("bidirectional", "causal")})
CASES.update({"evolve_map/" + name: ("logits", "map") for name in
              ("encoder", "causal", "cross_key", "cross_query", "one_by_one")})
CASES.update({"attention_general/" + name: ("out", "map") for name in
              ("norm_softmax", "norm_softmax_sink", "norm_relu_sum", "norm_relu_count", "norm_relu2_count",
               "norm_sigmoid", "norm_sum", "norm_identity", "norm_softmax_queries", "norm_double", "norm_sparsemax",
               "score_dot", "score_cosine", "score_neg_l2", "score_additive", "score_bilinear", "score_rank1")})
CASES.update({"relative_1d/" + name: ("out",) for name in ("keys_and_values", "decode_offset", "causal_keys_only")})
CASES.update({"relative_2d/" + name: ("out",) for name in ("h3_w5", "h1_w7", "unscaled_bias")})

CASES.update({"linear_attention/" + name: ("out", "S", "z") for name in
              ("elu_full", "elu_causal", "elu_padding", "empty_keys", "continue_state")})
CASES.update({"cosformer/" + name: ("out", "S", "z") for name in
              ("full", "causal", "cross_longer_keys", "cross_longer_queries", "one_token", "query_all_negative",
               "no_reweighting", "leaky", "padding", "decode_step")})
CASES.update({"performer/" + name: ("out",) for name in ("full", "causal", "not_stabilised", "padding")})
CASES.update({"performer_relu/" + name: ("out",) for name in ("full", "causal")})
CASES.update({"linformer/" + name: ("out", "map") for name in ("shared", "per_head_padded")})
CASES.update({"rfa/" + name: ("out", "S", "z") for name in ("full", "causal", "gated")})

CASES.update({"rnn/" + name: ("out", "h") for name in ("rnn", "gru", "gru_before", "gru_reverse")})
CASES["rnn/lstm"] = ("out", "h", "c")
CASES.update({"transformer_encode/" + norm: ("out",) for norm in ("post", "pre")})
CASES.update({"transformer_decode/" + norm: ("logits",) for norm in ("post", "pre")})
CASES.update({"transformer_greedy/" + norm: ("tokens", "out_lengths", "logits") for norm in ("post", "pre")})
CASES.update({"transformer_nar/" + mode: ("tokens", "out_lengths", "logits") for mode in ("predicted_length", "fixed_length")})
CASES.update({"transformer_beam/" + name: ("tokens", "score") for name in ("post", "pre", "early_stop")})
CASES["transformer_greedy/no_cache"] = ("tokens", "out_lengths", "logits")
CASES["transformer_decode/layer_mix"] = ("logits",)
CASES["rnn_encoder/bidirectional_gru"] = ("out", "h_fwd", "h_bwd")
CASES.update({"rnn_translate/" + name: ("tokens", "out_lengths", "logits", "map") for name in ("gru_attention", "lstm_attention")})
CASES["rnn_translate/gru_fixed_vector"] = ("tokens", "out_lengths", "logits")
CASES.update({"ntm_address/" + name: ("w", "content", "mixed", "moved") for name in ("basic", "wide_shift")})
CASES["ntm_write/basic"] = ("memory",)
CASES.update({"ntm/" + name: ("out", "memory", "read_w", "write_w") for name in ("one_read_one_write", "two_reads_two_writes")})
CASES["mann/two_heads"] = ("out", "memory", "usage")
CASES.update({"attention_online/" + name: ("out",) for name in ("tile4", "dead_row")})
CASES["lsh_buckets/three_rounds"], CASES["sinkhorn_matrix/five"] = ("ids",), ("map",)
CASES.update({"gcn/" + name: ("out",) for name in ("loops", "no_loops", "learned_edges")})
CASES.update({"gat/concat_loops": ("out", "alpha"), "gat/average": ("out",), "gat/no_loops_isolated": ("out",),
              "gat/one_node": ("out",)})
CASES.update({"graph_readout/" + name: ("out",) for name in ("node", "edge_dot", "edge_bilinear", "edge_mlp")})
CASES.update({"graph_readout/graph_" + name: ("out", "pooled") for name in ("mean", "sum", "max")})
CASES.update({"sinusoidal_positions/" + name: ("out",) for name in ("interleaved", "half_start")})
CASES.update({"add_positions/" + name: ("out",) for name in ("sinusoidal", "learned")})
CASES.update({"pool/" + name: ("out",) for name in ("max", "sum", "first", "attentive")})
CASES.update({
    "one_hot_positions/basic": ("out",), "tree_positions/binary": ("out",), "attention/zero_keys": ("out",),
    "vit/2x3_patches": ("hidden", "logits"), "squeeze_excite/basic": ("out", "gate"),
    "image_tokens_attention/rgb": ("out", "map"), "adaptive_input/three_clusters": ("out",),
    "adaptive_softmax/three_clusters": ("logp",), "pointer_generator/oov": ("dist", "gate"),
    "pointer_network/padded": ("dist", "choice"), "copynet/repeated_word": ("dist",),
    "coverage_attention/basic": ("out", "map", "coverage"), "conv_seq2seq/two_layers": ("out", "map0", "map1"),
    "shifted_window_attention/plain": ("out",), "shifted_window_attention/shifted": ("out",),
    "local_image_attention/mask": ("out",), "local_image_attention/zero": ("out",),
    "convolution_as_attention/exact": ("out",), "convolution_as_attention/soft": ("out",),
    "attention_augmented_conv/relative": ("out",), "attention_augmented_conv/evolving": ("out", "logits"), "evolved_encoder_block/padded": ("out",), "evolve_map/first_layer": ("logits", "map"),
})

# Arguments that differ from the oracles' own: what f32 does not hold exactly, what an op states in another way.
CHANGED = {
    "evolve_map/first_layer": {"prev": None},
    "attention_general/norm_sigmoid": {"bias": -2.25},
    "graph_readout/edge_dot": {"p": {}}, "mann/two_heads": {"decay": 0.9375},
    "external_attention/one_head": {"eps": 0.0}, "external_attention/two_heads": {"eps": 0.0},
}


def stated_mask(oracles, name):
    """The mask and lengths that stand for a mask drawn place by place; None for other cases."""
    if name == "attention_online/dead_row":  # window(2, 1, top_left) and not the queries 2
        queries, keys = np.arange(6)[:, None], np.arange(9)
        return ((keys >= queries - 2) & (keys <= queries + 1) & (queries != 2))[None, None], None
    if name == "evolving_attention/dead_rows":  # causal(top_left) and not prefix(2): the first two queries see nothing
        return (oracles.mask_causal(6, 6) & (np.arange(6) >= 2))[None, None], None
    queries, keys, lengths = {"attention_general": (7, 9, [8, 0]), "talking_heads": (5, 7, [6, 2])}.get(
        name.split("/")[0], (0, 0, None))
    if lengths is None or "score_" in name or name.endswith(("/norm_sum", "/norm_double")):
        return None
    causal = oracles.mask_causal(queries, keys, keys - queries)  # causal(bottom_right) and lengths
    return causal & oracles.mask_lengths(lengths, keys)[:, None, None], np.asarray(lengths, np.int32)


def write_mask_cases(oracles):
    draw = np.random.default_rng(20240607)
    for name, mask, inputs in mask_cases(oracles):
        q, k, v = (rounded(draw.standard_normal((2, 2, size, 4))) for size in (15, mask.shape[-1], mask.shape[-1]))
        write_case("mask/" + name, {"q": q, "k": k, "v": v, **inputs},
                   {"out": oracles.attention(q, k, v, mask)["out"]})


def by_output(value):
    """A weight [heads, in, out] as [heads, out, in]."""
    return value.transpose(0, 2, 1)


# Weights that a model takes in another form than [out, in]: the W of bilinear scores as it is; projections of all heads
# in one, with the tables of the Synthesizer's last product as keys.
FORMS = {("attention_general/score_bilinear", "W"): lambda value: value}
for form in ("dense", "dense_low", "mixture"):
    FORMS.update({("synthesizer/" + form, name): lambda value: by_output(value).reshape(-1, value.shape[1])
                  for name in ("W1", "Wa", "Wb")})
    FORMS["synthesizer/" + form, "W2"] = by_output
    FORMS["synthesizer/" + form, "b1"] = np.ravel
for case, matrices in (("multi_head_own/odd_widths", ("Wq", "Wk", "Wv")), ("multi_head_two_stage/two_heads", ("Uq", "Uk", "Uv"))):
    FORMS.update({(case, name): lambda value: by_output(value).reshape(-1, value.shape[1]) for name in matrices})
    FORMS[case, "Wo"] = lambda value: value.reshape(-1, value.shape[2]).T


for form in ("concat_loops", "average", "no_loops_isolated", "one_node"):
    FORMS["gat/" + form, "w"] = lambda value: by_output(value).reshape(-1, value.shape[1])
for form in ("loops", "no_loops", "learned_edges"):
    FORMS["gcn/" + form, "w"] = np.transpose
FORMS["graph_readout/edge_bilinear", "W"] = lambda value: value
# Gates that are computed one after the other, apart.
FORMS["rnn/gru_before", "Wh"] = lambda value: value.reshape(len(value), 3, -1).transpose(1, 2, 0)
FORMS["rnn/gru_before", "bh"] = lambda value: value.reshape(3, -1)

# Convolutions as linears of neighbours side by side.
def by_neighbours(value):
    """A weight [taps, in, out] as [out, taps * in]."""
    return value.reshape(-1, value.shape[-1]).T


FORMS.update({("conv_seq2seq/two_layers", f"{side}{layer}.W"): by_neighbours for side in ("enc", "dec") for layer in (0, 1)})
FORMS["evolved_encoder_block/padded", "conv.W"] = by_neighbours
FORMS["evolved_encoder_block/padded", "pw"] = np.transpose
FORMS.update({("adaptive_input/three_clusters", f"proj{cluster}"): np.transpose for cluster in range(3)})
FORMS.update({("adaptive_softmax/three_clusters", name): np.transpose for name in ("head", "tail0.A", "tail0.B", "tail1.A", "tail1.B")})
FORMS.update({("pointer_generator/oov", name): lambda value: value[None] for name in ("wc", "ws", "wx")})

# A row for each distance of an image of 3 x 5 pixels, of which neighbours have one: in half of the columns by height, in the
# other by width.
FORMS["local_image_attention/mask", "rrow"] = lambda value: np.pad(value, ((1, 1), (0, 2)))
FORMS["local_image_attention/mask", "rcol"] = lambda value: np.pad(value, ((3, 3), (2, 0)))

# A convolution of an image as a linear of what is around a pixel: channel, row, column; as heads, of one place each.
for form in ("relative", "evolving"):
    FORMS["attention_augmented_conv/" + form, "Wconv"] = lambda value: value.reshape(len(value), -1)
for form in ("exact", "soft"):
    FORMS["convolution_as_attention/" + form, "w"] = lambda value: value.transpose(0, 2, 3, 1).reshape(len(value), -1)

# Arguments that a model takes as weights.
WEIGHTS = {"add_positions/learned": ("table",), "one_hot_positions/basic": ("wx", "wp"),
           "convolution_as_attention/exact": ("w",), "convolution_as_attention/soft": ("w",)}
FORMS.update({("one_hot_positions/basic", name): np.transpose for name in ("wx", "wp")})
FORMS["vit/2x3_patches", "cls"] = lambda value: value[None]


def as_model_inputs(case, arguments):
    """The same arguments as a model takes them: weights apart, sizes as tensors of these, numbers as tensors."""
    arguments = dict(arguments)
    if case in WEIGHTS:
        arguments["p"] = {name: arguments.pop(name) for name in WEIGHTS[case]}
    if case.startswith("sinusoidal"):
        arguments["x"] = np.zeros((arguments["n"], arguments["c"]))
        arguments["first"] = np.array([arguments.get("start", 0)])
    if case == "sinkhorn_matrix/five":  # a map of one head
        arguments["r"] = arguments["r"][:, None]
    return arguments


def as_model_outputs(case, results):
    """The same results in the shapes that a model gives them."""
    if case.startswith("pointer_generator"):  # what a linear makes
        return {**results, "gate": results["gate"][:, None]}
    if case == "sinkhorn_matrix/five":
        return {"map": results["out"][:, None]}
    if case == "lsh_buckets/three_rounds":  # a list for each head and round
        return {"ids": results["out"].reshape(len(results["out"]), -1, results["out"].shape[-1])}
    if case.startswith("conv_seq2seq"):  # a map of one head for each layer
        return {"out": results["out"], "map0": results["maps"][0][:, None], "map1": results["maps"][1][:, None]}
    return results


def nested(arguments):
    """The call's arguments: cases are flat, with parameters named "p.W"."""
    parameters = {name[2:]: value for name, value in arguments.items() if name.startswith("p.")}
    rest = {name: value for name, value in arguments.items() if not name.startswith(("p.", "state."))}
    if "state.0" in arguments:
        rest["state"] = (arguments["state.0"], arguments["state.1"])
    return {**rest, "p": parameters} if parameters else rest


def stored(array):
    return np.ascontiguousarray(array, np.float32 if array.dtype.kind == "f" else np.int32)


def lengths_of(mask):
    """The lengths that a [B,...,M] padding mask was made of."""
    mask = np.asarray(mask)
    return mask.reshape(mask.shape[0], -1, mask.shape[-1])[:, 0].sum(-1).astype(np.int32)


def positions_of(flags):
    """[B, 1, G]: where the flags of each sample are, then -1."""
    rows = [np.flatnonzero(row) for row in flags]
    index = np.full((len(rows), 1, max(map(len, rows))), -1, np.int32)
    for sample, row in enumerate(rows):
        index[sample, 0, :len(row)] = row
    return index


def graph_form(case, arguments, results):
    """A case of a graph as models take it: nodes are the tokens of one sample, pairs two lists, numbers of edges have a
    head; weights apart."""
    named = case.split("/")[0]
    if named in ("gcn", "gat"):
        weights = {name: arguments[name] for name in ("w", "a_dst", "a_src", "b") if arguments.get(name) is not None}
        inputs = {name: arguments[name] for name in ("rowptr", "col")}
        if arguments.get("edge_weight") is not None:
            inputs["edge_weight"] = arguments["edge_weight"][None]
        arguments = {"x": arguments["x"][None], **inputs, "p": weights}
        results = {name: value[None] for name, value in results.items()}
    elif named == "graph_readout":
        inputs = {"h": arguments["h"], "ids": arguments.get("graph_id")}
        if arguments.get("pairs") is not None:
            inputs = {"h": arguments["h"][None, None], "u": arguments["pairs"][None, None, :, 0],
                      "v": arguments["pairs"][None, None, :, 1]}
            results = {"out": results["out"].reshape(1, 1, -1, 1)}
        arguments = {**{name: value for name, value in inputs.items() if value is not None}, "p": arguments.get("p", {})}
    elif named == "graph_attention_masked":
        rows = [np.flatnonzero(row) for row in arguments["adj"]]
        arguments = {**arguments, "rowptr": np.cumsum([0] + [len(row) for row in rows]), "col": np.concatenate(rows)}
    return arguments, results


def write_case(case, arguments, results):
    folder = os.path.join(DATA, case.replace("/", "-"))
    os.makedirs(folder)
    if case.startswith(("longformer", "bigbird")):  # rows of padded queries are 0
        mask = arguments.get("key_mask")
        kept = np.ones((arguments["q"].shape[0], arguments["q"].shape[2])) if mask is None else np.asarray(mask)
        np.save(os.path.join(folder, "kept.npy"), kept.astype(np.float32)[:, None, :, None])
    for name, value in arguments.items():
        if name == "mask" and folder.endswith("random_mask_dead_rows"):  # the mask itself is the input
            np.save(os.path.join(folder, name + ".npy"), value)
        elif name == "self_mask":  # causal
            continue
        elif name in ("mask", "key_mask", "src_mask", "memory_mask"):
            if value is not None and np.asarray(value).shape[0] > 1 and "lengths" not in arguments:
                np.save(os.path.join(folder, "lengths.npy"), lengths_of(value))
        elif name == "is_global":  # as flags of a mask, and as positions
            np.save(os.path.join(folder, "flags.npy"), value.astype(np.int32))
            np.save(os.path.join(folder, "index.npy"), positions_of(value))
        elif name == "rand":  # a row for each block: the first and the last list nothing
            table = np.pad(value, ((0, 0), (1, 1), (0, 0)), constant_values=-1)
            np.save(os.path.join(folder, "table.npy"), table.astype(np.int32))
        elif name == "buckets":
            np.save(os.path.join(folder, "buckets.npy"), value.reshape(*value.shape[:1], -1, value.shape[-1]).astype(np.int32))
        elif name == "state" and isinstance(value, tuple):
            for part, numbers in zip(("state", "sum"), value):
                np.save(os.path.join(folder, part + ".npy"), stored(numbers))
        elif isinstance(value, np.ndarray) and name != "dilation":
            np.save(os.path.join(folder, name + ".npy"), stored(value.T if name in ("pl", "pw") else value))
    if arguments.get("p"):
        from safetensors.numpy import save_file
        weights = {}
        for name, value in arguments["p"].items():
            is_matrix = name.rsplit(".", 1)[-1].startswith(("W", "U")) and np.ndim(value) == 2
            form = FORMS.get((case, name), np.transpose if is_matrix else np.asarray)
            weights[name] = np.ascontiguousarray(form(stored(value)))
        save_file(weights, os.path.join(folder, "weights.safetensors"))
    for name, value in results.items():
        np.save(os.path.join(folder, "expected_" + name + ".npy"), np.asarray(value, np.float64))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.path.insert(0, sys.argv[1])
    import oracles

    shutil.rmtree(DATA, ignore_errors=True)
    for name, arguments, *_ in oracles.cases():
        if name not in CASES:
            continue
        function = getattr(oracles, name.split("/")[0])
        arguments = {**nested(rounded(arguments)), **CHANGED.get(name, {})}
        lengths = {}
        if stated := stated_mask(oracles, name):
            arguments["mask"], given = stated
            lengths = {"lengths": given} if given is not None else {}
        results = function(**arguments)
        if not isinstance(results, dict):
            results = {"out": results}
        arguments, results = as_model_inputs(name, arguments), as_model_outputs(name, results)
        arguments.update(lengths)
        if "buckets" in arguments:  # one list for each head and round
            results["order"] = results["order"].reshape(*arguments["buckets"].shape[:1], -1, arguments["buckets"].shape[-1])
        if "max_len" in arguments:  # loops of a fixed number of steps collect 0 of those that come after the last
            results = {key: up_to(arguments["max_len"], key, value) for key, value in results.items()}
        # The graph that the weights of edges belong to.
        looped = {"looped_" + part: results[part] for part in ("rowptr", "col") if "alpha" in CASES[name]}
        arguments, results = graph_form(name, arguments, {key: results[key] for key in CASES[name]})
        write_case(name, {**arguments, **looped}, results)
        if name == "encoder_block/post":  # the same block with the other activation
            results = function(**{**arguments, "act": "gelu"})
            np.save(os.path.join(DATA, name.replace("/", "-"), "expected_gelu.npy"), results["out"])
    write_mask_cases(oracles)
    for case in own_cases(oracles):
        write_case(*case)


if __name__ == "__main__":
    main()
