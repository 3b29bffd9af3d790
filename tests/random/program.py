"""A program as data that can be drawn, printed, and made smaller: statements over values, without syntax trees.

A dimension is a number, the name of a size ("B"), or one more ("B + 1"); `Program.sizes` gives the number of each name, and the
names in `Program.fixed` are printed as numbers instead of `?`.
"""
import copy
import random

from run_compiled import write_npy, write_safetensors


class Value:
    """A tensor of the program; equal shapes and elements make two values interchangeable."""

    def __init__(self, name, shape, element="f32"):
        self.name, self.shape, self.element = name, tuple(shape), element

    def kind(self):
        return self.shape, self.element


class Statement:
    """`text` with {0}, {1}... for the operands' names, {t0}, {t1}... for their types, {r} for the result's."""

    def __init__(self, result, text, operands):
        self.result, self.text, self.operands = result, text, list(operands)


class Function:
    def __init__(self, name):
        self.name, self.arguments, self.body, self.results = name, [], [], []


class Program:
    def __init__(self):
        self.sizes, self.fixed = {}, set()
        self.model = Function("model")
        self.callees = []  # private functions
        self.weights = {}  # name in the file: (shape, "matrix", "image", "gamma" or "vector")
        self.limits = {}  # integer argument: largest value, or the name of a size
        self.halves = set()  # names of arguments, and of values that are results, that are stored in bf16

    def type(self, value):
        dims = [str(self.extent(d)) if isinstance(d, int) or d.removesuffix(" + 1") in self.fixed else "?" for d in value.shape]
        return f"tensor<{'x'.join(dims + [value.element])}>"

    def extent(self, dimension):
        if isinstance(dimension, int):
            return dimension
        name = dimension.removesuffix(" + 1")
        return self.sizes[name] + (name != dimension)

    def text(self):
        return "\n".join(self.function_text(function) for function in [*self.callees, self.model])

    def function_text(self, function):
        private = function is not self.model
        arguments = []
        for value in function.arguments:
            dims = ", ".join(f'"{d if isinstance(d, str) else "W" + str(d)}"' for d in value.shape)
            name = "" if private else f'attn.name = "{value.name}", '
            half = "" if private else self.storage(value)
            arguments.append(f"%{value.name}: {self.type(value)} {{{name}attn.dims = [{dims}]{half}}}")
        results = ", ".join(self.type(value) + ("" if private else f' {{attn.name = "r{i}"{self.storage(value)}}}')
                            for i, value in enumerate(function.results))
        plain = ", ".join(self.type(value) for value in function.results)
        lines = [f"func.func {'private ' if private else ''}@{function.name}({', '.join(arguments)}) -> ({results}) {{"]
        for statement in function.body:
            types = {f"t{i}": self.type(operand) for i, operand in enumerate(statement.operands)}
            names = [f"%{operand.name}" for operand in statement.operands]
            # One result of several is named as MLIR does: %v3#0.
            name, _, several = statement.result.name.partition("#")
            lines.append(f"  %{name}{':3' if several else ''} = "
                         + statement.text.format(*names, **types, r=self.type(statement.result)))
        returned = ", ".join(f"%{value.name}" for value in function.results)
        return "\n".join([*lines, f"  return {returned} : {plain}", "}", ""])

    def storage(self, value):
        return ', attn.storage = "bf16"' if value.name in self.halves and value.element == "f32" else ""

    # --- Files ------------------------------------------------------------------------------------------------------

    def write_weights(self, path, seed, element="f32"):
        """A safetensors file of every weight, in f32 or f64."""
        draw, tensors = random.Random(f"weights {seed}"), {}
        for name, (shape, role) in self.weights.items():
            count = 1
            for size in shape:
                count *= size
            scale = {"matrix": shape[-1] ** -0.5, "gamma": 0.2}.get(role, 0.5)
            if role == "image":  # [..., out, in, height, width]
                scale = (shape[-3] * shape[-2] * shape[-1]) ** -0.5
            tensors[name] = shape, [draw.gauss(1.0 if role == "gamma" else 0.0, scale) for _ in range(count)]
        write_safetensors(path, tensors, doubles=tensors if element == "f64" else ())

    def sources(self, folder, seed):
        """An attn-run source for each argument; integers are written as files, since the program knows their range."""
        draw = random.Random(f"inputs {seed}")
        sources = {}
        for number, value in enumerate(self.model.arguments):
            shape = [self.extent(d) for d in value.shape]
            if value.element != "i32":  # booleans too: both are possible
                sources[value.name] = f"random:{seed % 100000 * 100 + number}:[{','.join(map(str, shape))}]"
                continue
            limit = {**self.limits, "rowptr": "E", "col": self.sizes["N"] - 1}[value.name]
            limit = self.sizes.get(limit, limit)
            count = 1
            for size in shape:
                count *= size
            numbers = [draw.randint(0, limit) for _ in range(count)]
            if value.name == "rowptr":
                numbers = [0, *sorted(numbers[2:]), limit][:count]
            if value.name.startswith("tokens") and seed % 2:  # segments often stand in order
                numbers.sort()
            sources[value.name] = f"{folder}/{value.name}.npy"
            write_npy(sources[value.name], shape, numbers)
        return sources

    # --- Smaller programs -------------------------------------------------------------------------------------------

    def smaller(self):
        """Programs that are like this one but for one part, the largest cuts first."""
        for cut in self.cuts():
            candidate = copy.deepcopy(self)
            if cut(candidate):
                candidate.drop_unused()
                yield candidate

    def cuts(self):
        for i in range(len(self.model.results)):
            yield lambda program, i=i: len(program.model.results) > 1 and program.model.results.pop(i)
        functions = [self.model, *self.callees]
        for f, function in enumerate(functions):
            for s in reversed(range(len(function.body))):
                yield lambda program, f=f, s=s: program.bypass([program.model, *program.callees][f], s)
        for f, function in enumerate(functions):
            for s in reversed(range(len(function.body))):
                yield lambda program, f=f, s=s: program.cut_off([program.model, *program.callees][f], s)
        for name, size in self.sizes.items():
            for less in (1, 2, size // 2, size - 1):
                if 0 < less < size:
                    yield lambda program, name=name, less=less: program.sizes.update({name: less}) or True

    def bypass(self, function, s):
        """Uses of statement `s` take an earlier value of the same type, if there is one."""
        gone = function.body[s].result
        earlier = [*function.arguments, *(statement.result for statement in function.body[:s])]
        stand_in = next((value for value in earlier if value.kind() == gone.kind()), None)
        if stand_in is None or not gone.name.startswith("v"):
            return False
        for statement in function.body:
            statement.operands = [stand_in if value is gone else value for value in statement.operands]
        function.results = [stand_in if value is gone else value for value in function.results]
        del function.body[s]
        return True

    def cut_off(self, function, s):
        """The model ends with statement `s`."""
        if function is not self.model or s + 1 == len(function.body) and len(function.results) == 1:
            return False
        if not function.body[s].result.name.startswith("v"):
            return False
        function.results = [function.body[s].result]
        return True

    def drop_unused(self):
        for function in [self.model, *self.callees]:
            used = {id(value) for value in function.results}
            kept = []
            for statement in reversed(function.body):
                if id(statement.result) in used:
                    used.update(id(value) for value in statement.operands)
                    kept.append(statement)
            function.body = kept[::-1]
            if function is self.model:
                function.arguments = [value for value in function.arguments if id(value) in used]
        text = self.function_text(self.model)
        self.callees = [callee for callee in self.callees if f"@{callee.name}(" in text]
