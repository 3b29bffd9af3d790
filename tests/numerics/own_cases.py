"""Cases that the oracles do not have: masks, functions with masks, searches, draws and recurrences; for make_data.py."""
import numpy as np


def rounded(value):
    """The same arguments with every real array rounded to f32, still held in f64."""
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value.astype(np.float32).astype(np.float64)
    return value


def up_to(steps, name, value):
    """[B, T, ...] with zeros after time T; of tokens the last axis is time."""
    if name not in ("tokens", "logits", "map"):
        return value
    axis = value.ndim - 1 if name == "tokens" else 1
    return np.pad(value, [(0, steps - value.shape[axis] if at == axis else 0) for at in range(value.ndim)])


def mask_cases(oracles):
    """(name, mask, i32 inputs): masks that no case of the oracles has, for 15 tokens, or 15 queries and 9 keys."""
    n, m = np.arange(15), np.arange(9)
    flags, ids = np.zeros((2, 15), np.int32), np.array([n // 4, (7 * n) % 3], np.int32)
    flags[0, [0, 9]] = flags[1, 14] = 1
    key_ids = np.array([m // 3, m % 2], np.int32)
    limits = np.array([1, 4], np.int32)
    yield "grid", oracles.mask_grid(3, 5, 3), {}
    yield "axial_columns", oracles.mask_axial(3, 5, 0), {}
    yield "global_tokens", oracles.mask_window(15, 15, 1, 1) | (n < 2) | (n < 2)[:, None], {}
    yield "segments", ids[:, None, :, None] == ids[:, None, None], {"ids": ids}
    yield ("segments_cross", (ids[:, None, :, None] == key_ids[:, None, None]) & oracles.mask_causal(15, 9),
           {"ids": ids, "key_ids": key_ids})
    far = np.abs(n[:, None] - n)[None, None] > limits[:, None, None]
    yield ("predicate", oracles.mask_causal(15, 15) & (far | (flags[:, None, :, None] != 0)),
           {"limits": limits, "flags": flags})
    blocks = n // 3
    yield ("blocks_neighbours", (blocks[:, None] - 1 <= m // 2) & (m // 2 <= blocks[:, None]), {})
    table = np.array([[[2, 0], [-1, 4], [4, 4], [1, 9]], [[0, 3], [2, -5], [1, 0], [3, 2]]], np.int32)
    listed = np.zeros((2, 15, 15), bool)  # rows beyond the table's four list nothing
    for head, row in np.ndindex(2, 4):
        listed[head, 3 * row:3 * row + 3] = np.isin(n // 3, table[head, row])
    yield "listed", listed, {"table": table}
    ends = (n < 2) | (n >= 12)
    yield "global_ends", (n // 3 == blocks[:, None]) | ends | ends[:, None], {}
    edges = np.random.default_rng(43).random((15, 15)) < 0.4
    edges[7] = False
    lengths, heads = np.array([13, 6], np.int32), np.arange(2)[:, None, None]
    columns = [np.flatnonzero(row) for row in edges]
    yield ("graph", edges & oracles.mask_lengths(lengths, 15)[:, None, None] & ((n[:, None] + n + heads) % 3 != 0),
           {"rowptr": np.cumsum([0] + [len(row) for row in columns]), "col": np.concatenate(columns), "lengths": lengths})


def own_cases(oracles):
    """Results of functions that no case of the oracles calls with masks: names, arguments, results."""
    scores = rounded(np.random.default_rng(29).standard_normal((2, 3, 5, 7)))
    causal = oracles.mask_causal(5, 7, 2)  # causal(bottom_right)
    lengths = np.asarray([6, 0], np.int32)
    visible = np.broadcast_to(causal & oracles.mask_lengths(lengths, 7)[:, None, None], scores.shape)
    yield "sinkhorn_matrix/masked", {"s": scores, "lengths": lengths}, {
        "map": oracles.sinkhorn_matrix(scores, 4, visible)}
    low, results = np.where(visible, scores, -np.inf), {}
    for name, axis in (("heads", 1), ("queries", 2), ("keys", 3)):
        results["sum_" + name] = np.where(visible, scores, 0.0).sum(axis)
        results["mean_" + name] = results["sum_" + name] / np.maximum(visible.sum(axis), 1)
        results["max_" + name] = low.max(axis)
        results["logsumexp_" + name] = oracles.logsumexp(low, axis)
    draw = np.random.default_rng(31)
    x, rotations = rounded(draw.standard_normal((2, 2, 13, 7))), rounded(draw.standard_normal((2, 7, 3, 19)))
    counts = np.asarray([13, 5], np.int32)
    buckets = oracles.lsh_buckets(x, rotations).reshape(2, 6, 13)
    yield "lsh_buckets/padded", {"x": x, "rotations": rotations, "lengths": counts}, {
        "all": buckets, "ids": np.where(oracles.mask_lengths(counts, 13)[:, None], buckets, 38)}
    places = np.arange(7)
    best = np.where(visible, np.floor(2 * scores), -np.inf)
    ranks = (best[..., None, :] > best[..., None]) | ((best[..., None, :] == best[..., None]) & (places < places[:, None]))
    value = rounded(draw.standard_normal((2, 3, 7, 4)))
    weights = oracles.softmax(np.where(visible, np.floor(2 * scores), 0), -1, visible & (ranks.sum(-1) < 3))
    yield "top_k/masked", {"s": scores, "v": value, "lengths": lengths}, {"out": weights @ value}
    yield "reduce_map/masked", {"s": scores, "lengths": lengths}, results
    yield from update_cases()
    yield from beam_cases(oracles)
    yield "ea_transformer/greedy", *evolving_case(oracles)
    yield "sample/draws", *sample_case()


def beam_cases(oracles):
    """Beam search in a model whose next token follows from the last one, and from what its sample prefers."""
    for name, vocabulary, beam, steps, rest in (("plain", 37, 3, 7, {"alpha": 0.6}), ("early", 11, 3, 7, {"early": True}),
                                                ("tiny", 3, 4, 5, {"alpha": 0.25})):
        draw = np.random.default_rng(41)
        table = 2 * draw.standard_normal((vocabulary, vocabulary))
        table[:, 2] += 3.0 if name == "early" else 1.0  # the end comes into question
        table = rounded(table)
        preference = np.repeat(rounded(2 * draw.standard_normal((2, vocabulary))), beam, 0)
        found = oracles.beam_search(lambda tokens, t: oracles.log_softmax(table[tokens] + preference),
                                    lambda rows: None, 2, beam, 1, 2, steps, **rest)
        tokens = np.zeros((2, beam, steps), np.int64)
        tokens[..., :found["tokens"].shape[2]] = found["tokens"]
        none = np.full((2, beam), -np.inf)
        first = np.where(np.arange(beam) == 0, 0.0, none)
        yield "beam_search/" + name, {
            "table": table, "preference": preference, "tokens": np.zeros_like(tokens), "sums": first, "scores": none,
            "alive": np.ones(2, np.int64), "last": np.ones(2 * beam, np.int64)}, {"tokens": tokens, "scores": found["score"]}


def evolving_case(oracles):
    """Evolving Attention for translation: what may follow each token of a text, and a translation by its own choice. All of a
    text is computed at once."""
    draw, p, layers, text = oracles._Rand(143), {}, 3, 8
    for layer in range(layers):
        p.update({**draw.block(8, 12, f"enc{layer}."), **draw.dblock(8, 12, f"dec{layer}.")})
        for name in (f"enc{layer}.att.", f"dec{layer}.self.", f"dec{layer}.cross.") if layer else ():
            p.update({name + "Wc": draw.n(2, 2, 3, 3) / 4, name + "bc": draw.b(2)})
    p.update({"tgt_emb": draw.n(11, 8) / 2, "Wout": 4 * draw.w(8, 11), "bout": draw.b(11)})
    p["bout"][:2] = -20.0  # neither padding nor BEGIN
    p, src, ids, lengths = rounded(p), rounded(draw.n(3, 6, 8)), draw.ids(11, 3, text, lo=3), np.array([6, 3, 1])

    def decode(tokens):
        found = oracles.ea_transformer(src, oracles._embed(tokens, p["tgt_emb"]), p, 2, layers, 0.5, 0.4,
                                       oracles.mask_lengths(lengths, 6))
        return oracles.linear(found["out"], p["Wout"], p["bout"])

    found = oracles._greedy(lambda tokens: decode(tokens)[:, -1], 3, 1, 2, text, 0)
    results = {name: up_to(text, name, value) for name, value in found.items()}
    return ({"src": src, "text": ids[..., None], "lengths": lengths, "p": p},
            {"followed": decode(ids), **results})


def sample_case():
    """Draws by the numbers of splitmix64, as attn.sample says."""
    draw, count, vocabulary = np.random.default_rng(43), 64, 41
    logits = rounded(3 * draw.standard_normal((count, vocabulary)))
    logits[::3] = np.round(logits[::3])  # ties
    logits[5], logits[6, :7], logits[7, 3] = -np.inf, np.nan, np.inf
    seed, step = draw.integers(-2**31, 2**31, count), draw.integers(0, 1000, count)
    mask, random = 2**64 - 1, []
    for place in (((int(a) & 0xffffffff) << 32 | int(b)) for a, b in zip(seed, step)):
        z = (place + 1) * 0x9e3779b97f4a7c15 & mask
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9 & mask
        z = (z ^ z >> 27) * 0x94d049bb133111eb & mask
        random.append(((z ^ z >> 31) >> 11) / 2**53)
    results = {}
    for name, temperature, top_k, top_p in (("all", 1.5, 0, 1), ("five", 0.8, 5, 1), ("nucleus", 1, 0, 0.75),
                                            ("both", 2, 9, 0.5), ("greedy", 0, 3, 0.5)):
        results[name] = np.array([choose(row, u, temperature, top_k, top_p) for row, u in zip(logits, random)])
    return {"logits": logits, "seed": seed, "step": step}, results


def choose(logits, random, temperature, top_k, top_p):
    logits = np.where(np.isnan(logits), -np.inf, logits)
    order = np.argsort(-logits, kind="stable")
    if temperature == 0 or logits.max() == -np.inf:
        return order[0]
    with np.errstate(invalid="ignore"):
        weights = np.where(logits == logits.max(), 1.0, np.exp((logits - logits.max()) / temperature))
    order = order[:top_k or None]
    before = np.concatenate([[0], np.cumsum(weights[order])[:-1]])
    order = np.sort(order[before < top_p * weights[order].sum()])
    sums = np.cumsum(weights[order])
    # No draw is so near a boundary that rounding decides.
    assert sums[-1] == 0 or np.abs(sums - random * sums[-1]).min() > 1e-9 * sums[-1]
    return order[np.argmax(sums > random * sums[-1])]


def update_cases():
    """Linear attention that forgets: the recurrences as their papers write them (Yang et al. 2023, 2024)."""
    draw = np.random.default_rng(31)
    shape, width = (2, 3, 11, 4), 5
    q, k, v = (rounded(draw.standard_normal((*shape[:3], size))) for size in (4, 4, width))
    k = rounded(k / np.linalg.norm(k, axis=-1, keepdims=True))
    rate, state = rounded(draw.uniform(0, 1, shape[:3])), rounded(draw.standard_normal((2, 3, 4, width)))
    for name, decay in (("gated", draw.uniform(-1, 0, shape[:3])), ("gated_features", draw.uniform(-1, 0, shape)),
                        ("delta", None), ("gated_delta", draw.uniform(-1, 0, shape[:3]))):
        decay = None if decay is None else rounded(decay)
        s, out = state.copy(), np.zeros((*shape[:3], width))
        for t in range(shape[2]):
            if decay is not None:
                kept = np.exp(decay[:, :, t])
                s = s * (kept[..., None] if kept.ndim == 3 else kept[..., None, None])
            new = v[:, :, t]
            if "delta" in name:
                new = rate[:, :, t, None] * (new - np.einsum("bhde,bhd->bhe", s, k[:, :, t]))
            s = s + k[:, :, t, :, None] * new[:, :, None]
            out[:, :, t] = np.einsum("bhd,bhde->bhe", q[:, :, t], s)
        arguments = {"q": q, "k": k, "v": v, "state": (state, np.zeros(shape[:2] + (4,)))}
        if decay is not None:
            arguments["decay"] = decay
        if "delta" in name:
            arguments["rate"] = rate
        yield "state_update/" + name, arguments, {"out": out, "S": s}
