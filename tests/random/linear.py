"""Draws attention that needs no map: by its op, or written as a map that is a sum over features."""
from formulas import Formula


class LinearDrawer:
    """One attention, from a query, a key and a value; `drawer` is that of the function (draw.py)."""

    def __init__(self, drawer, query, key, value):
        self.drawer, self.draw = drawer, drawer.draw
        self.query, self.key, self.value = query, key, value

    def draw_attention(self):
        return self.written_as_map() if self.draw.random() < 0.4 else self.by_op()

    def lengths(self):
        """Lengths of the keys, if there are some and chance wants them."""
        fitting = [v for v in self.drawer.values
                   if v.name.startswith("length") and self.drawer.program.limits[v.name] == self.key.shape[2]]
        return self.draw.choice(fitting) if fitting and self.draw.random() < 0.5 else None

    # --- Features ---------------------------------------------------------------------------------------------------

    def features(self, x, terms):
        """A formula of each number and its place."""
        formula = Formula(self.draw, ["%s"])
        yielded = []
        for _ in range(terms):
            for _ in range(self.draw.randint(1, 3)):
                formula.step()
            if self.draw.random() < 0.5:
                angle = formula.line(f"arith.mulf {formula.to_real('%n')}, {formula.line('arith.constant 0.0625')}")
                wave = formula.line(f"math.{self.draw.choice(['sin', 'cos'])} {angle}")
                formula.reals.append(formula.line(f"arith.mulf {formula.reals[-1]}, {wave}"))
            # Features of moderate size: states that forget multiply them with each other.
            low, high = formula.line("arith.constant -1.0"), formula.line("arith.constant 1.0")
            yielded.append(formula.line(f"math.clampf {formula.reals[-1]} to [{low}, {high}]"))
        lines = "\n".join(formula.lines)
        return self.drawer.add(
            (*x.shape[:3], terms * x.shape[3]),
            f"attn.features {{0}} terms {terms} : {{t0}} {{{{\n  ^bb0(%s: f32, %b: index, %h: index, %n: index, %d: index):\n"
            f"{lines}\n    attn.yield {', '.join(yielded)} : {', '.join(['f32'] * terms)}\n  }}}}", x,
            name=f"features{len(self.drawer.function.body)}")

    def random_features(self, x, projection, of, lengths):
        named = [x, projection, *([lengths] if lengths else [])]
        types = ", ".join(f"{{t{i}}}" for i in range(len(named)))
        return self.drawer.add((*x.shape[:3], projection.shape[0]),
                               f"attn.random_features {{0}}, {{1}} of {of}{' lengths {2}' if lengths else ''} eps 1.0e-4 : {types}",
                               *named, name=f"features{len(self.drawer.function.body)}")

    def both(self, lengths):
        """The features of queries and of keys."""
        kind = self.draw.random()
        if kind < 0.2:
            return self.query, self.key
        if kind < 0.5:
            projection = self.drawer.weight((self.draw.choice([1, 5, 16, 19, 33]), self.query.shape[3]), "vector")
            return (self.random_features(self.query, projection, self.draw.choice(["row", "head"]), None),
                    self.random_features(self.key, projection, self.draw.choice(["row", "head"]), lengths))
        terms = self.draw.choice([1, 1, 2, 3])
        return self.features(self.query, terms), self.features(self.key, terms)

    # --- Attention --------------------------------------------------------------------------------------------------

    def per_key(self, formula):
        """A number for each key: a formula of the mean of its channels."""
        shape = self.key.shape[:3]
        mean = self.drawer.add(shape, "attn.reduce_map mean {0} over keys : {t0}", self.key,
                               name=f"line{len(self.drawer.function.body)}")
        return self.drawer.add(shape, f"attn.pointwise {{0}} : {{t0}} {{{{\n  ^bb0(%s: f32):\n{formula}\n  }}}}", mean,
                               name=f"line{len(self.drawer.function.body)}")

    def decay(self):
        return self.per_key("    %a = math.absf %s : f32\n    %r = arith.negf %a : f32\n    attn.yield %r : f32")

    def rate(self):
        return self.per_key("    %c = arith.constant 0.03125 : f32\n    %t = math.tanh %s : f32\n"
                            "    %r = arith.mulf %t, %c : f32\n    attn.yield %r : f32")

    def by_op(self):
        draw, lengths = self.draw, self.lengths()
        causal = draw.choice(["", " causal top_left", " causal bottom_right"])
        update = draw.choice(["", "", "gated", "delta", "gated_delta"]) if causal else ""
        q, k = self.both(lengths)
        text, named = causal, [q, k, self.value]

        def give(word, value):
            nonlocal text
            text += f" {word} {{{len(named)}}}"
            named.append(value)

        if lengths:
            give("lengths", lengths)
        if update:
            text += f" update {update}"
        if "gated" in update:
            give("decay", self.decay())
        if "delta" in update:
            give("rate", self.rate())
        # A sum near 0 would make the relative error of the output as large as one likes.
        text += "" if "delta" in update else draw.choice(["", " divided clamp eps 0.5", " divided signed eps 0.5"])
        types = ", ".join(f"{{t{i}}}" for i in range(len(named)))
        shape = (*self.query.shape[:3], self.value.shape[3])
        result = self.drawer.add(shape, f"attn.linear_attention {{0}}, {{1}}, {{2}}{text} : {types}", *named,
                                 name=f"linear{len(self.drawer.function.body)}#0")
        self.drawer.values.append(result)
        return result

    def written_as_map(self):
        draw, shape = self.draw, (*self.query.shape[:3], self.key.shape[2])
        s = self.drawer.map(shape, f"attn.score dot {{0}}, {{1}}{draw.choice(['', ' scale 0.25'])} : {{t0}}, {{t1}}",
                            self.query, self.key)
        if draw.random() < 0.7:
            s = self.drawer.map(shape, "attn.modify {0} captures({1}) : {t0}, {t1}" + self.separable(), s, self.key)
        lengths, masks, named = self.lengths(), [], [s]
        if lengths:
            masks.append("lengths({1})")
            named.append(lengths)
        if draw.random() < 0.5:
            masks.append(f"causal({draw.choice(['top_left', 'bottom_right'])})")
        if masks:
            types = ", ".join(f"{{t{i}}}" for i in range(len(named)))
            s = self.drawer.map(shape, f"attn.mask {{0}} where {' and '.join(masks)} : {types}", *named)
        p = self.drawer.map(shape, f"attn.normalize {draw.choice(['none', 'sum'])} {{0}} eps 0.5 : {{t0}}", s)
        return self.drawer.add((*shape[:3], self.value.shape[3]), "attn.combine {0}, {1} : {t0}, {t1}", p, self.value)

    def separable(self):
        """s times a wave of the distance, over the number of keys, plus or minus s times a number of one place."""
        draw, formula = self.draw, Formula(self.draw, ["%s"])
        distance = formula.line(f"arith.subi %i, {draw.choice(['%j', '%j', '%h'])}", "index")
        two = formula.line("arith.constant 2", "index")
        key = self.drawer.program.type(self.key)
        keys = formula.to_real(formula.line(f"tensor.dim %keys, {two}", key))
        one = formula.line("arith.constant 1.0")
        angle = formula.line(f"arith.divf {formula.to_real(distance)}, {formula.line(f'arith.addf {keys}, {one}')}")
        wave = formula.line(f"math.{draw.choice(['cos', 'sin'])} {angle}")
        total = formula.line(f"arith.mulf %s, {wave}")
        if draw.random() < 0.4:
            place = formula.line(f"arith.mulf {formula.to_real(draw.choice(['%i', '%j']))}, {formula.line('arith.constant 0.015625')}")
            other = formula.line(f"arith.mulf {place}, %s")
            total = formula.line(f"{draw.choice(['arith.addf', 'arith.subf'])} {total}, {other}")
        formula.reals.append(total)
        return (f" {{{{\n  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %keys: {key}):\n"
                f"{formula.end()}\n  }}}}")
