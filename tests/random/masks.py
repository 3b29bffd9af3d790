"""Draws masks of every kind, joined, with the arguments they name."""
import random

# One table of numbers of blocks for all heads.
LISTS = (1, 5, 2)


class MaskDrawer:
    """Masks for a map of these queries and keys; `drawer` is that of the function (draw.py)."""

    def __init__(self, drawer, queries, keys):
        self.draw, self.program = drawer.draw, drawer.program
        self.queries, self.keys = queries, keys
        self.values = drawer.values

    def masked(self, chance=0.6, predicates=False):
        """` where ...`, the arguments it names in order, and the region of its predicate; empty texts at times."""
        if self.draw.random() >= chance:
            return "", [], ""
        text, names = self.mask()
        text = text[1:-1] if text.startswith("(") and balanced(text[1:-1]) else text
        if not predicates or self.draw.random() < 0.7:
            return f" where {text}", names, ""
        captures = [v for v in self.values
                    if v.name.startswith("tokens") and v.shape[1] in (self.queries, self.keys)][:1]
        inside = f"predicate({', '.join(f'%{v.name}' for v in captures)})" if captures else "predicate"
        if self.draw.random() < 0.3:
            return f" where {inside}", captures, self.region(captures)
        inside = f"{self.draw.choice(['', 'not '])}{inside} {self.draw.choice(['and', 'or'])} ({text})"
        return f" where {inside}", captures + [v for v in names if v not in captures], self.region(captures)

    def mask(self, depth=0):
        draw, pick = self.draw, self.draw.random()
        if depth < 3 and pick < 0.35:
            a, first = self.mask(depth + 1)
            b, second = self.mask(depth + 1)
            return f"({a} {draw.choice(['and', 'and', 'or'])} {b})", first + [v for v in second if v not in first]
        if depth < 3 and pick < 0.42:
            a, names = self.mask(depth + 1)
            return f"not {a}", names
        named = self.with_operands()
        if named and draw.random() < 0.5:
            return draw.choice(named)
        return draw.choice(self.with_numbers()), []

    def with_numbers(self):
        draw, own = self.draw, random.Random(f"{self.queries} {self.keys} {len(self.values)}")
        alignment, stride = draw.choice(["top_left", "bottom_right"]), draw.choice([1, 2, 3, 7, 40])
        window = f"window({draw.choice([0, 1, 3, 20])}, {draw.choice([0, 2, 50])}, {alignment}"
        kinds = [f"causal({alignment})", f"causal({alignment})", window + ")", f"{window}, {stride})",
                 f"prefix({draw.choice([0, 1, 4, 17, 530])})", f"blocks({draw.choice([1, 2, 5, 16, 100])})",
                 f"blocks({own.choice([1, 3, 8])}, {own.choice([1, 4, 8])}, {own.choice([0, 1])}, {own.choice([0, 2])})",
                 f"strided({stride})", f"fixed({stride}, {draw.randint(0, stride)})",
                 f"global({draw.choice([0, 1, 3, 40])})",
                 f"global({own.choice([0, 2])}, {own.choice([1, 7])})"]
        if self.queries == self.keys and self.queries in self.program.fixed:  # the tokens may be pixels
            pixels = self.program.sizes[self.queries]
            width = draw.choice([w for w in range(1, pixels + 1) if pixels % w == 0])
            image = f"{pixels // width}, {width}"
            kinds += [f"grid({image}, {draw.choice([1, 3, 5])})", f"axial({image}, {draw.choice([0, 1])})"] * 3
        return kinds

    def with_operands(self):
        def named(prefix, shape):
            return [v for v in self.values if v.name.startswith(prefix) and v.shape == shape]

        masks = [(f"lengths(%{v.name})", [v]) for v in named("length", ("B",))
                 if self.program.limits[v.name] == self.keys]
        queries, keys = named("tokens", ("B", self.queries)), named("tokens", ("B", self.keys))
        masks += [(f"segments(%{v.name}, %{w.name})", [v] + [w] * (v is not w)) for v in queries for w in keys]
        if self.queries == self.keys:
            masks += [(f"{self.draw.choice(['segments', 'global'])}(%{v.name})", [v]) for v in keys]
        masks += [(f"listed(%{v.name}, {self.draw.choice([1, 3, 8])})", [v]) for v in named("lists", LISTS)]
        shapes = [(self.queries, self.keys), (self.keys,), ("B", 1, 1, self.keys), ("B", 1, self.queries, 1)]
        return masks + [(f"dense(%{v.name})", [v]) for shape in shapes for v in named("places", shape)]

    def region(self, captures):
        """A predicate: a comparison of linear integers, and perhaps one with a captured tensor."""
        draw = self.draw
        arguments = "".join(f", %c{i}: {self.program.type(v)}" for i, v in enumerate(captures))
        lines = [f"^bb0(%b: index, %h: index, %i: index, %j: index{arguments}):",
                 f"  %r_n = arith.constant {draw.choice([-9, -1, 0, 1, 5, 30])} : index",
                 f"  %r_m = arith.constant {draw.choice([-1, 1, 2, 3])} : index",
                 "  %r_x = arith.muli %i, %r_m : index", "  %r_y = arith.addi %r_x, %r_n : index",
                 f"  %r0 = arith.cmpi {draw.choice(['sle', 'sgt', 'eq', 'ne', 'slt'])}, %j, %r_y : index"]
        if captures:
            lines += ["  %r_one = arith.constant 1 : i32",
                      f"  %r_e = tensor.extract %c0[%b, %{'j' if captures[0].shape[1] == self.keys else 'i'}] "
                      f": {self.program.type(captures[0])}",
                      f"  %r_t = arith.cmpi {draw.choice(['eq', 'ne'])}, %r_e, %r_one : i32",
                      f"  %r1 = arith.{draw.choice(['andi', 'ori'])} %r0, %r_t : i1"]
        lines.append(f"  attn.yield %r{1 if captures else 0} : i1")
        return " {{\n  " + "\n  ".join(lines) + "\n  }}"


def balanced(text):
    depth = 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            return False
    return True


def draw_arguments(draw, program, value):
    """Adds what masks may name to the model's arguments; `value` makes one of a name, a shape and an element."""
    arguments = program.model.arguments
    for sequence in ("N", "M"):
        if draw.random() < 0.25:
            arguments.append(value(f"tokens{sequence}", ("B", sequence), "i32"))
            program.limits[f"tokens{sequence}"] = draw.choice([1, 1, 3])
    if draw.random() < 0.25:
        shape = draw.choice([("N", "M"), ("M",), ("N", "N"), ("B", 1, 1, "M"), ("B", 1, "N", 1)])
        element = draw.choice(["i1", "i1", "i32"])
        arguments.append(value("places", shape, element))
        program.limits["places"] = 1
    # Of its own, so that the same seeds go on to draw the same programs.
    own = random.Random(repr([(argument.name, argument.shape) for argument in arguments]))
    if own.random() < 0.25:
        arguments.append(value("lists", LISTS, "i32"))
        program.limits["lists"] = own.choice([1, 6])
