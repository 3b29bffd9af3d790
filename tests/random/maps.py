"""Draws chains of score maps that use more of the language than streaming knows."""
from formulas import Formula

ACTIVATIONS = ["relu", "gelu", "gelu_tanh", "tanh", "sigmoid", "silu"]


class MapDrawer:
    """One chain, from a query, a key and a value; `drawer` is that of the function (draw.py)."""

    def __init__(self, drawer, query, key, value):
        self.drawer, self.draw = drawer, drawer.draw
        self.query, self.key, self.value = query, key, value
        self.shape = (*query.shape[:3], key.shape[2])

    def map(self, heads, text, *operands):
        return self.drawer.map((self.shape[0], heads, *self.shape[2:]), text, *operands)

    def score(self, scale):
        q, k, heads = self.query, self.key, self.shape[1]
        kind = self.draw.random()
        if kind < 0.45:
            return self.map(heads, f"attn.score dot {{0}}, {{1}}{scale} : {{t0}}, {{t1}}", q, k)
        if kind < 0.6:
            return self.named_score(self.draw.choice(["additive", "bilinear", "cosine", "distance", "rank1"]), scale)
        if kind < 0.7:
            return self.given_score()
        if kind < 0.85:
            table = self.drawer.weight((2 * self.draw.choice([0, 1, 3, 12]) + 1, q.shape[3]), "matrix")
            alignment = self.draw.choice(["top_left", "bottom_right"])
            return self.map(heads, f"attn.relative_score {{0}}, {{1}} like {{2}} aligned {alignment}{scale} : "
                            "{t0}, {t1}, {t2}", q, table, k)
        weight = self.drawer.weight((q.shape[3],), "vector")
        formula = Formula(self.draw, ["%s", "%t"])
        for _ in range(self.draw.randint(1, 3)):
            formula.step()
        read = formula.line("tensor.extract %w[%d]", self.drawer.program.type(weight))
        formula.reals.append(formula.line(f"arith.mulf {formula.reals[-1]}, {read}"))
        return self.map(heads, f"attn.pair_score {{0}}, {{1}} captures({{2}}) scale 0.3 : {{t0}}, {{t1}}, {{t2}} {{{{\n"
                        "  ^bb0(%s: f32, %t: f32, %h: index, %d: index, "
                        f"%w: {self.drawer.program.type(weight)}):\n{formula.end()}\n  }}}}", q, k, weight)

    def named_score(self, kind, scale):
        q, k, (heads, depth) = self.query, self.key, self.query.shape[1::2]
        shape = (depth, depth) if kind == "bilinear" else (depth,)
        count = {"rank1": 2, "additive": 1, "bilinear": 1}.get(kind, 0)
        tensors = [self.drawer.weight(self.draw.choice([shape, (heads, *shape)]), "matrix") for _ in range(count)]
        names = ", ".join(f"{{{i + 2}}}" for i in range(count))
        types = "".join(f", {{t{i + 2}}}" for i in range(count))
        return self.map(heads, f"attn.score {kind} {{0}}, {{1}}{f' with {names}' if names else ''}{scale} : {{t0}}, {{t1}}"
                        + types, q, k, *tensors)

    def given_score(self):
        sizes, heads = self.drawer.program.sizes, self.shape[1]
        places = [sizes.get(size, size) + self.draw.choice([0, 1, 20]) for size in self.shape[2:]]
        front = self.draw.choice([(), (1,), (heads,), (1, heads)])
        table = self.drawer.weight((*front, *(max(size, 1) for size in places)), "vector")
        return self.map(heads, "attn.given_score {0} like {1}, {2} : {t0}, {t1}, {t2}", table, self.query, self.key)

    def mix(self, s, heads):
        weight = self.drawer.weight((heads, s.shape[1]), "matrix")
        return self.map(heads, "attn.mix_heads {0}, {1} : {t0}, {t1}", s, weight)

    def convolve(self, s, heads):
        height, width = self.draw.choice([(3, 3), (3, 3), (1, 3), (5, 1), (1, 1)])
        weight = self.drawer.weight((heads, s.shape[1], height, width), "image")
        shift = self.draw.choice(["", "", " shift [1, 1]", " shift [0, 2]", " shift [3, 0]"])
        if self.draw.random() < 0.5:
            return self.map(heads, f"attn.map_conv {{0}}, {{1}}{shift} : {{t0}}, {{t1}}", s, weight)
        bias = self.drawer.weight((heads,), "vector")
        return self.map(heads, f"attn.map_conv {{0}}, {{1}}, {{2}}{shift} : {{t0}}, {{t1}}, {{t2}}", s, weight, bias)

    def step(self, maps):
        """Adds one map made of an earlier one."""
        draw, s = self.draw, self.draw.choice(maps[-2:])
        kind, heads = draw.randrange(7), draw.choice([s.shape[1], s.shape[1], self.value.shape[1] * 2])
        if kind < 2:
            maps.append(self.drawer.place_op(s))
        elif kind == 2:
            maps.append(self.mix(s, heads))
        elif kind == 3:
            maps.append(self.convolve(s, heads))
        elif kind == 4:
            maps.append(self.map(s.shape[1], f"attn.activation {draw.choice(ACTIVATIONS)} {{0}} : {{t0}}", s))
        elif kind == 5:
            maps.append(self.map(s.shape[1], "attn.fill {0} value 0.25 : {t0}", s))
        else:
            other = draw.choice([m for m in maps if m.shape == s.shape])
            maps.append(self.map(s.shape[1], f"attn.blend {{0}}, {{1}} alpha {draw.choice(['0.5', '0.125', '1.5'])} : "
                                 "{t0}, {t1}", other, s))

    def normalize(self, s):
        draw = self.draw
        if draw.random() < 0.1:
            return self.map(s.shape[1], f"attn.normalize sinkhorn {{0}} iterations {draw.choice([1, 2, 5])} : {{t0}}", s)
        kind = draw.choice(["softmax", "softmax", "softmax_one", "relu_sum", "relu_mean", "relu2_mean", "sigmoid", "none",
                            "sparsemax"])
        axis = draw.choice(["", "", "", " over heads", " over queries"])
        if kind == "softmax_one" and not axis and draw.random() < 0.5:
            return self.map(s.shape[1], "attn.normalize softmax_one {0} sink {1} : {t0}, {t1}", s,
                            self.drawer.weight((s.shape[1],), "vector"))
        # A sum near 0 would make the relative error of a weight as large as one likes.
        eps = " eps 0.5" if kind == "relu_sum" else ""
        return self.map(s.shape[1], f"attn.normalize {kind} {{0}}{axis}{eps} : {{t0}}", s)

    def reduce(self, s):
        """A number for each line of a map, as a result."""
        axis = self.draw.choice([1, 2, 3])
        self.drawer.values.append(self.drawer.add(
            (*s.shape[:axis], *s.shape[axis + 1:]),
            f"attn.reduce_map {self.draw.choice(['sum', 'max', 'mean', 'logsumexp'])} {{0}} over "
            f"{['heads', 'queries', 'keys'][axis - 1]} : {{t0}}", s, name=f"line{len(self.drawer.function.body)}"))

    def combine(self, weights):
        shape = (*self.query.shape[:1], weights.shape[1], self.query.shape[2], self.value.shape[3])
        if self.draw.random() < 0.8:
            return self.drawer.add(shape, "attn.combine {0}, {1} : {t0}, {t1}", weights, self.value)
        table = self.drawer.weight((2 * self.draw.choice([0, 1, 3, 20]) + 1, shape[3]), "vector")
        alignment = self.draw.choice(["top_left", "bottom_right"])
        return self.drawer.add(shape, f"attn.combine {{0}}, {{1}} relative {{2}} aligned {alignment} : {{t0}}, {{t1}}, {{t2}}",
                               weights, self.value, table)

    def draw_chain(self, scale):
        maps = [self.score(scale)]
        if self.draw.random() < 0.3:
            other = self.score(scale)
            maps.append(self.map(other.shape[1], "attn.add {0}, {1} : {t0}, {t1}", maps[0], other))
        for _ in range(self.draw.choice([0, 1, 2, 2, 3, 4])):
            self.step(maps)
        weights = self.normalize(maps[-1])
        shared = self.value.shape[1]
        if weights.shape[1] % shared or self.draw.random() < 0.2:
            weights = self.mix(weights, shared * self.draw.choice([1, 2]))
        if self.draw.random() < 0.25:  # a map that leaves
            self.drawer.values.append(self.map(maps[-1].shape[1], "attn.fill {0} value 0.0 : {t0}", maps[-1]))
        for s in (maps[0], maps[-1], weights):
            if self.draw.random() < 0.1:
                self.reduce(s)
        return self.combine(weights)
