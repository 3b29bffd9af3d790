"""Formulas drawn at random: continuous, and of moderate growth, so that rounding an operand stays a small
error."""

UNARY = ["math.tanh {}", "math.erf {}", "math.sin {}", "math.cos {}", "math.absf {}", "arith.negf {}"]
BINARY = ["arith.addf", "arith.subf", "arith.mulf", "arith.maximumf", "arith.minimumf", "arith.maxnumf",
          "arith.minnumf"]


class Formula:
    """Lines of one region; `reals` are the names that may be read."""

    def __init__(self, draw, reals, prefix="f"):
        self.draw, self.reals, self.lines, self.prefix = draw, list(reals), [], prefix

    def line(self, text, type="f32"):
        name = f"%{self.prefix}{len(self.lines)}"
        self.lines.append(f"    {name} = {text} : {type}")
        return name

    def real(self):
        return self.draw.choice(self.reals + self.reals[-1:] * 2)

    def constant(self):
        return self.line(f"arith.constant {self.draw.choice([0.5, -1.0, 2.0, 0.125, 1.0, -0.75, 3.5]):.6e}")

    def step(self):
        draw, x = self.draw, self.real()
        pick = draw.randrange(12)
        if pick < 3:
            result = self.line(draw.choice(UNARY).format(x))
        elif pick < 6:
            result = self.line(f"{draw.choice(BINARY)} {x}, {self.real() if draw.random() < 0.6 else self.constant()}")
        elif pick == 6:
            result = self.line(f"math.fma {x}, {self.constant()}, {self.real()}")
        elif pick == 7:
            # A positive operand for the functions that want one.
            one = self.line("arith.constant 1.0")
            shifted = self.line(f"arith.addf {self.line(f'math.absf {x}')}, {one}")
            kind = draw.choice(["math.sqrt", "math.rsqrt", "math.log", "math.log2", "math.log1p"])
            result = self.line(f"{kind} {shifted}")
        elif pick == 8:
            negative = self.line(f"arith.negf {self.line(f'math.absf {x}')}")
            result = self.line(f"{draw.choice(['math.exp', 'math.exp2', 'math.expm1'])} {negative}")
        elif pick == 9:
            one = self.line("arith.constant 1.0")
            divisor = self.line(f"math.fma {x}, {x}, {one}")
            result = self.line(f"arith.divf {self.real()}, {divisor}")
        elif pick == 10:
            zero = self.line("arith.constant 0.0")
            positive = self.line(f"arith.cmpf {draw.choice(['ogt', 'oge', 'ugt', 'uge'])}, {x}, {zero}")
            slope = self.line(f"arith.mulf {x}, {self.constant()}")
            result = self.line(f"arith.select {positive}, {x}, {slope}")
        else:
            low, high = self.line("arith.constant -1.5"), self.line("arith.constant 2.5")
            result = self.line(f"math.clampf {x} to [{low}, {high}]")
        self.reals.append(result)
        return result

    def places(self, indices, sizes):
        """Reads of the place (b, h, i, j): distances, comparisons, slopes."""
        draw, (b, h, i, j) = self.draw, indices
        pick = draw.randrange(6)
        x = self.real()
        if pick == 0:  # a slope of the distance
            distance = self.line(f"arith.subi {j}, {i}", "index")
            real = self.to_real(distance)
            result = self.line(f"math.fma {real}, {self.line('arith.constant 0.03125')}, {x}")
        elif pick == 1:  # a bounded distance
            distance = self.line(f"arith.subi {i}, {j}", "index")
            low, high = self.line("arith.constant -3", "index"), self.line("arith.constant 4", "index")
            bounded = self.line(f"arith.minsi {self.line(f'arith.maxsi {distance}, {low}', 'index')}, {high}", "index")
            result = self.line(f"arith.addf {self.to_real(bounded)}, {x}")
        elif pick == 2:  # a choice by place
            other = self.line(f"arith.mulf {x}, {self.constant()}")
            below = self.line(f"arith.cmpi {draw.choice(['slt', 'sle', 'eq', 'ne', 'sge'])}, {j}, {i}", "index")
            result = self.line(f"arith.select {below}, {x}, {other}")
        elif pick == 3:  # causal by hand
            lowest = self.line(f"arith.constant {draw.choice(['0xFF800000', '-1.0e+04'])}")
            below = self.line(f"arith.cmpi sle, {j}, {i}", "index")
            result = self.line(f"arith.select {below}, {x}, {lowest}")
        elif pick == 4:  # a pattern of the head and the sample
            three, seven = self.line("arith.constant 3", "index"), self.line("arith.constant 7", "index")
            mixed = self.line(f"arith.addi {self.line(f'arith.muli {h}, {three}', 'index')}, {b}", "index")
            mixed = self.line(f"arith.addi {mixed}, {draw.choice([i, j, h])}", "index")
            rest = self.line(f"arith.remsi {mixed}, {seven}", "index")
            result = self.line(f"arith.subf {x}, {self.to_real(rest)}")
        else:  # even and odd places
            one = self.line("arith.constant 1 ", "i32")
            low = self.line(f"arith.andi {self.line(f'arith.index_cast {j}', 'index to i32')}, {one}", "i32")
            odd = self.line(f"arith.cmpi eq, {low}, {one}", "i32")
            result = self.line(f"arith.select {odd}, {self.line(f'arith.negf {x}')}, {x}")
        self.reals.append(result)
        return result

    def to_real(self, index):
        return self.line(f"arith.sitofp {self.line(f'arith.index_cast {index}', 'index to i32')}", "i32 to f32")

    def end(self):
        return "\n".join([*self.lines, f"    attn.yield {self.reals[-1]} : f32"])
