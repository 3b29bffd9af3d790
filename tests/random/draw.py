"""Draws a valid program from a seed: the same seed, the same program."""
import random

from formulas import Formula
from graphs import draw_graph
from linear import LinearDrawer
from maps import ACTIVATIONS, MapDrawer
from masks import MaskDrawer, draw_arguments
from program import Function, Program, Statement, Value

WIDTHS = [1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65]
DEPTHS = [1, 2, 3, 4, 5, 7, 8, 8, 16, 16, 17, 32, 33]
LENGTHS = [1, 2, 3, 5, 6, 7, 8, 12, 13, 16, 17, 24, 31]


class Drawer:
    """Adds statements to one function; `prefix` is what the names of its weights begin with in the file."""

    def __init__(self, draw, program, function, prefixes=("",)):
        self.draw, self.program, self.function, self.prefixes = draw, program, function, prefixes
        self.values = list(function.arguments)

    # --- Pieces -----------------------------------------------------------------------------------------------------

    def add(self, shape, text, *operands, element="f32", name=None):
        number = len(self.function.body)
        result = Value(name or f"v{number}", shape, element)
        self.function.body.append(Statement(result, text, operands))
        if not name:
            self.values.append(result)
        return result

    def weight(self, shape, role):
        name = f"{self.function.name}.{len(self.function.body)}"
        stacked = self.prefixes == ("",) and self.draw.random() < 0.1
        for prefix in self.prefixes:
            self.program.weights[prefix + name] = ((3, *shape) if stacked else shape, role)
        part = f"[{self.draw.randrange(3)}]" if stacked else ""
        return self.add(shape, f'attn.weight "{name}"{part} : {{r}}', name=f"w_{len(self.function.body)}")

    def pick(self, condition=lambda value: True):
        """A real value, a late one with more chance; null if none fits."""
        fitting = [v for v in self.values
                   if v.element == "f32" and v.shape and isinstance(v.shape[-1], int) and condition(v)]
        if not fitting:
            return None
        return self.draw.choice(fitting if self.draw.random() < 0.4 else fitting[-2:])

    def linear(self, x, width, bias=None):
        weight = self.weight((width, x.shape[-1]), "matrix")
        if bias if bias is not None else self.draw.random() < 0.6:
            return self.add((*x.shape[:-1], width), "attn.linear {0}, {1}, {2} : {t0}, {t1}, {t2}", x, weight,
                            self.weight((width,), "vector"))
        return self.add((*x.shape[:-1], width), "attn.linear {0}, {1} : {t0}, {t1}", x, weight)

    # --- Ops --------------------------------------------------------------------------------------------------------

    def draw_linear(self):
        x = self.pick()
        return x and self.linear(x, self.draw.choice([*WIDTHS, x.shape[-1], x.shape[-1]]))

    def draw_activation(self):
        x = self.pick()
        return x and self.add(x.shape, f"attn.activation {self.draw.choice(ACTIVATIONS)} {{0}} : {{t0}}", x)

    def draw_norm(self):
        x = self.pick()
        if not x:
            return
        kind, eps = self.draw.randrange(3), self.draw.choice(["1.0e-5", "1.0e-3", "0.5"])
        if kind == 0:
            self.add(x.shape, f"attn.layer_norm {{0}}, {{1}}, {{2}} eps {eps} : {{t0}}, {{t1}}, {{t2}}", x,
                     self.weight((x.shape[-1],), "gamma"), self.weight((x.shape[-1],), "vector"))
        elif kind == 1:
            self.add(x.shape, f"attn.rms_norm {{0}}, {{1}} eps {eps} : {{t0}}, {{t1}}", x,
                     self.weight((x.shape[-1],), "gamma"))
        else:
            self.add(x.shape, f"attn.l2_normalize {{0}} eps {eps} : {{t0}}", x)

    def partner(self, x):
        """Something that broadcasts to the shape of `x`."""
        kind = self.draw.randrange(6)
        same = self.pick(lambda v: v.shape == x.shape)
        tail = self.pick(lambda v: v.shape == x.shape[-len(v.shape):])
        if kind == 0:
            return self.weight((x.shape[-1],), "vector")
        if kind == 1:
            return self.weight((1,), "vector")
        if kind == 2 and len(x.shape) >= 2:
            heads = x.shape[1] if len(x.shape) == 4 else 1
            return self.weight((heads, 1, x.shape[-1]) if len(x.shape) >= 3 else (1, x.shape[-1]), "vector")
        return tail if kind == 3 and tail else same

    def draw_add(self):
        x = self.pick()
        y = x and self.partner(x)
        if y:
            x, y = (x, y) if self.draw.random() < 0.7 else (y, x)
            shape = x.shape if len(x.shape) > len(y.shape) else y.shape if len(y.shape) > len(x.shape) else tuple(
                b if a == 1 else a for a, b in zip(x.shape, y.shape))
            self.add(shape, "attn.add {0}, {1} : {t0}, {t1}", x, y)

    def draw_pointwise(self):
        x = self.pick()
        if not x:
            return
        operands = [x]
        while self.draw.random() < 0.45 and len(operands) < 4:
            other = self.partner(x)
            if other and len(other.shape) <= len(x.shape):
                operands.append(other)
        formula = Formula(self.draw, [f"%s{i}" for i in range(len(operands))])
        for _ in range(self.draw.randint(1, 6)):
            formula.step()
        names = ", ".join(f"{{{i}}}" for i in range(len(operands)))
        types = ", ".join(f"{{t{i}}}" for i in range(len(operands)))
        arguments = ", ".join(f"%s{i}: f32" for i in range(len(operands)))
        self.add(x.shape, f"attn.pointwise {names} : {types} {{{{\n  ^bb0({arguments}):\n{formula.end()}\n  }}}}",
                 *operands)

    def draw_embed(self):
        ids = next((v for v in self.values if v.name.startswith("ids")), None)
        if not ids:
            return
        width = self.draw.choice([*WIDTHS, self.draw.choice(self.values).shape[-1]])
        width = width if isinstance(width, int) else 8
        x = self.add((*ids.shape, width), "attn.embed {0}, {1} : {t0}, {t1}",
                     self.weight((self.program.limits[ids.name] + 1, width), "vector"), ids)
        if self.draw.random() < 0.6:
            rows = self.program.sizes[ids.shape[1]] + self.draw.choice([0, 1, 9])
            p = self.add((ids.shape[1], width), "attn.positions {0}, {1} : {t0}, {t1}",
                         self.weight((max(rows, 1), width), "vector"), ids)
            self.add(x.shape, "attn.add {0}, {1} : {t0}, {t1}", x, p)

    def draw_pool(self):
        lengths = [v for v in self.values if v.name.startswith("length")]
        for n in self.draw.sample(lengths, len(lengths)):
            x = self.pick(lambda v: len(v.shape) == 3 and v.shape[:2] == ("B", self.program.limits[n.name]))
            if x:
                return self.add(("B", x.shape[-1]), "attn.pool mean {0} lengths {1} : {t0}, {t1}", x, n)

    def draw_gated(self):
        x = self.pick()
        if not x:
            return
        width = self.draw.choice(WIDTHS)
        bias = self.draw.random() < 0.4
        gate, up = self.linear(x, width, bias), self.linear(x, width, bias)
        g = self.add(gate.shape, f"attn.activation {self.draw.choice(ACTIVATIONS)} {{0}} : {{t0}}", gate)
        order = (g, up) if self.draw.random() < 0.5 else (up, g)
        h = self.add(up.shape, "attn.pointwise {0}, {1} : {t0}, {t1} {{\n  ^bb0(%a: f32, %b: f32):\n"
                     "    %r = arith.mulf %a, %b : f32\n    attn.yield %r : f32\n  }}", *order)
        self.linear(h, x.shape[-1])

    def draw_block(self):
        """A feed-forward part as in a transformer."""
        x = self.pick()
        if not x:
            return
        wide = self.linear(x, self.draw.choice(WIDTHS))
        y = self.linear(self.add(wide.shape, f"attn.activation {self.draw.choice(ACTIVATIONS)} {{0}} : {{t0}}", wide),
                        x.shape[-1])
        r = self.add(x.shape, "attn.add {0}, {1} : {t0}, {t1}", x, y)
        self.add(r.shape, "attn.layer_norm {0}, {1}, {2} eps 1.0e-5 : {t0}, {t1}, {t2}", r,
                 self.weight((r.shape[-1],), "gamma"), self.weight((r.shape[-1],), "vector"))

    # --- Attention --------------------------------------------------------------------------------------------------

    def heads_of(self, sequence, heads, depth):
        """[B, heads, sequence, depth], from an argument or by projection."""
        ready = [v for v in self.values if v.shape == ("B", heads, sequence, depth)]
        if ready and self.draw.random() < 0.3:
            return self.draw.choice(ready)
        x = self.pick(lambda v: len(v.shape) == 3 and v.shape[:2] == ("B", sequence))
        if not x:
            return None
        if x.shape[-1] != heads * depth or self.draw.random() < 0.8:
            x = self.linear(x, heads * depth)
        return self.add(("B", heads, sequence, depth), f"attn.split_heads {{0}} into {heads} : {{t0}}", x)

    def place_formula(self, shape, captures):
        formula = Formula(self.draw, ["%s"])
        for number, capture in enumerate(captures):
            if len(capture.shape) == 1:
                index = "%h"
                if capture.shape[0] != shape[1]:  # a table of distances
                    size = formula.line(f"arith.constant {capture.shape[0]}", "index")
                    total = formula.line(f"arith.addi {self.draw.choice(['%i', '%h', '%b'])}, %j", "index")
                    index = formula.line(f"arith.remui {total}, {size}", "index")
            elif len(capture.shape) == 2:
                index = "%i, %j" if capture.shape[1] == shape[3] else "%h, %b"
            else:
                index = "%b, %h, %i, %j"
            read = formula.line(f"tensor.extract %c{number}[{index}]", self.program.type(capture))
            op = self.draw.choice(["arith.addf", "arith.subf"])
            formula.reals.append(formula.line(f"{op} {formula.reals[-1]}, {read}"))
        for _ in range(self.draw.randint(0 if captures else 1, 3)):
            if self.draw.random() < 0.6:
                formula.places(("%b", "%h", "%i", "%j"), shape)
            else:
                formula.step()
        arguments = "".join(f", %c{i}: {self.program.type(c)}" for i, c in enumerate(captures))
        # The text is a template for the names of operands: its own braces are doubled.
        return (f" {{{{\n  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index{arguments}):\n"
                f"{formula.end()}\n  }}}}")

    def draw_attention(self):
        draw, sequences = self.draw, [s for s in ("N", "M") if s in self.program.sizes]
        n, m = draw.choice(sequences), draw.choice(sequences)
        shared, depth, width = draw.choice([1, 1, 2, 3]), draw.choice(DEPTHS), draw.choice(DEPTHS)
        heads = shared * draw.choice([1, 1, 2, 3])
        if draw.random() < 0.5:
            width = depth
        q = self.heads_of(n, heads, depth)
        k = q and self.heads_of(m, shared, depth)
        v = k and (k if width == depth and draw.random() < 0.1 else self.heads_of(m, shared, width))
        if not v:
            return
        scale = draw.choice(["", " scale 0.5", f" scale {depth ** -0.5:.9e}", " scale 0.1"])
        out = self.chain(q, k, v, scale) if draw.random() < 0.5 else self.shorthand(q, k, v, scale)
        if draw.random() < 0.8:
            merged = self.add(("B", n, out.shape[1] * width), "attn.merge_heads {0} : {t0}", out)
            if draw.random() < 0.7:
                self.linear(merged, draw.choice(WIDTHS))

    def shorthand(self, q, k, v, scale):
        where, named, _ = MaskDrawer(self, q.shape[2], k.shape[2]).masked()
        types = ", ".join(f"{{t{i}}}" for i in range(3 + len(named)))
        formula = self.place_formula((*q.shape[:3], k.shape[2]), []) if self.draw.random() < 0.3 else ""
        return self.add((*q.shape[:3], v.shape[3]),
                        f"attn.attention {{0}}, {{1}}, {{2}}{scale}{where} : {types}{formula}", q, k, v, *named)

    def chain(self, q, k, v, scale):
        """The chain that is streamed, or one of many that are not."""
        draw, shape = self.draw, (*q.shape[:3], k.shape[2])
        if draw.random() < 0.6:
            return MapDrawer(self, q, k, v).draw_chain(scale)
        s = self.map(shape, f"attn.score dot {{0}}, {{1}}{scale} : {{t0}}, {{t1}}", q, k)
        for _ in range(draw.choice([0, 1, 1, 2, 3])):
            s = self.place_op(s)
        p = self.map(shape, "attn.normalize softmax {0} : {t0}", s)
        return self.add((*q.shape[:3], v.shape[3]), "attn.combine {0}, {1} : {t0}, {t1}", p, v)

    def draw_linear_attention(self):
        draw, sequences = self.draw, [s for s in ("N", "M") if s in self.program.sizes]
        n, m = draw.choice(sequences), draw.choice(sequences)
        shared, depth, width = draw.choice([1, 1, 2, 3]), draw.choice(DEPTHS), draw.choice(DEPTHS)
        heads = shared * draw.choice([1, 1, 2, 3])
        q = self.heads_of(n, heads, depth)
        k = q and self.heads_of(m, shared, depth)
        v = k and self.heads_of(m, shared, width)
        if v:
            out = LinearDrawer(self, q, k, v).draw_attention()
            if draw.random() < 0.6:
                self.add(("B", n, heads * width), "attn.merge_heads {0} : {t0}", out)

    def place_op(self, s):
        """A mask or a formula on a map."""
        where, named, region = MaskDrawer(self, *s.shape[2:]).masked(0.3, predicates=True)
        if where:
            types = "".join(f", {{t{i + 1}}}" for i in range(len(named)))
            return self.map(s.shape, f"attn.mask {{0}}{where} : {{t0}}{types}{region}", s, *named)
        captures = self.captures(s.shape)
        names = ", ".join(f"{{{i + 1}}}" for i in range(len(captures)))
        types = "".join(f", {{t{i + 1}}}" for i in range(len(captures)))
        return self.map(s.shape, f"attn.modify {{0}}{f' captures({names})' if captures else ''} : {{t0}}{types}"
                        + self.place_formula(s.shape, captures), s, *captures)

    def map(self, shape, text, *operands):
        return self.add(shape, text, *operands, name=f"map{len(self.function.body)}")

    def captures(self, shape):
        chosen = []
        while self.draw.random() < 0.4 and len(chosen) < 2:
            bias = [v for v in self.values if v.element == "f32" and v.shape in (shape, shape[2:])]
            chosen.append(self.draw.choice(bias) if bias and self.draw.random() < 0.6 else
                          self.weight((self.draw.choice([shape[1], shape[1], 5, 40]),), "vector"))
        return chosen

    # --- Functions --------------------------------------------------------------------------------------------------

    def draw_repeat(self):
        if self.function is not self.program.model or len(self.program.callees) > 1:
            return
        x = self.pick(lambda v: len(v.shape) >= 2)
        if not x:
            return
        others = [v for v in self.values if v.element == "i32"][:1]
        callee = Function(f"layer{len(self.program.callees)}")
        callee.arguments = [Value("x", x.shape), *(Value(v.name, v.shape, v.element) for v in others)]
        count, prefix = self.draw.choice([1, 2, 3]), f"{callee.name}.#."
        inner = Drawer(self.draw, self.program, callee, tuple(prefix.replace("#", str(t)) for t in range(count)))
        for _ in range(self.draw.randint(1, 3)):
            inner.step()
        last = inner.pick()
        if last.shape != x.shape:
            last = inner.linear(last, x.shape[-1])
        result = next((v for v in reversed(inner.values) if v.kind() == x.kind()), callee.arguments[0])
        callee.results = [result]
        self.program.callees.append(callee)
        names = ", ".join(f"{{{i}}}" for i in range(1 + len(others)))
        types = ", ".join(f"{{t{i}}}" for i in range(1 + len(others)))
        self.add(x.shape, f'attn.repeat {count} @{callee.name}({names}) prefix "{prefix}" : ({types}) -> {{t0}}',
                 x, *others)

    def step(self):
        ops = [(3, self.draw_linear), (2, self.draw_activation), (3, self.draw_norm), (2, self.draw_add),
               (3, self.draw_pointwise), (1, self.draw_embed), (1, self.draw_pool), (1, self.draw_gated),
               (1, self.draw_block), (6, self.draw_attention), (3, self.draw_linear_attention),
               (1, self.draw_repeat)]
        self.draw.choices([op for _, op in ops], [weight for weight, _ in ops])[0]()


def draw_sizes(draw):
    if draw.random() < 0.12:  # more than one block of keys
        return {"B": 1, "N": draw.choice([1, 2, 7, 17]), "M": draw.choice([511, 512, 513, 600, 1100])}
    if draw.random() < 0.12:  # more than one tile of rows
        return {"B": draw.choice([1, 2]), "N": draw.choice([63, 64, 65, 100, 130]), "M": draw.choice([1, 5, 64, 65])}
    sizes = {"B": draw.choice([1, 1, 2, 2, 3, 5]), "N": draw.choice(LENGTHS), "M": draw.choice(LENGTHS)}
    if draw.random() < 0.08:
        sizes[draw.choice(["B", "N", "M"])] = 0
    return sizes


def draw_program(seed):
    draw = random.Random(f"program {seed}")
    program = Program()
    program.sizes = draw_sizes(draw)
    program.fixed = {name for name, size in program.sizes.items() if size and draw.random() < 0.12}
    arguments = program.model.arguments
    arguments.append(Value("x", ("B", "N", draw.choice(WIDTHS))))
    if draw.random() < 0.5:
        arguments.append(Value("y", ("B", "M", draw.choice(WIDTHS))))
    if draw.random() < 0.3:
        arguments.append(Value("ids", ("B", "N"), "i32"))
        program.limits["ids"] = draw.choice([0, 4, 30])
    for sequence in ("N", "M"):
        if draw.random() < 0.5:
            arguments.append(Value(f"length{sequence}", ("B",), "i32"))
            program.limits[f"length{sequence}"] = sequence
    if draw.random() < 0.3:
        shape = ("B", draw.choice([1, 2, 3]), draw.choice(["N", "M"]), draw.choice(DEPTHS))
        arguments.append(Value("heads", shape))
    if draw.random() < 0.15:
        arguments.append(Value("bias", draw.choice([("N", "M"), ("B", 2, "N", "M"), ("B", 1, "N", "N")])))
    draw_arguments(draw, program, Value)
    if draw.random() < 0.1:
        arguments.append(Value("z", ("N", draw.choice(WIDTHS))))
    # A size is known by an argument that has it.
    if not any("M" in value.shape for value in arguments):
        arguments.append(Value("y", ("B", "M", draw.choice(WIDTHS))))
    drawer = Drawer(draw, program, program.model)
    for _ in range(draw.randint(1, 7)):
        drawer.step()
    made = [v for v in drawer.values if v not in arguments] or [arguments[0]]
    results = [made[-1]]
    while draw.random() < 0.3:
        results.append(draw.choice(made if draw.random() < 0.85 else drawer.values))
    program.model.results = results
    if draw.random() < 0.3:
        program.halves = {value.name for value in [*arguments, *results] if draw.random() < 0.6}
    draw_graph(seed, drawer, Value)
    return program
