#!/usr/bin/env python3
"""Derives the constants in MathCoefficients.h and prints that header.

Each polynomial is a weighted minimax fit (Lawson's algorithm on a Chebyshev grid, function values from mpmath).
Coefficients are rounded to f32 from the lowest order up, and the higher ones are fitted again after every
rounding, so that they absorb what rounding the lower ones lost.

    python3 math_coefficients.py > MathCoefficients.h
"""
import textwrap

import mpmath as mp
import numpy as np

mp.mp.dps = 40
GRID = 300
STEPS = 150


def minimax(powers, values, weights, points):
    """Weighted minimax fit of `values` by sum c_k x^powers[k]: Lawson's reweighted least squares."""
    scale = np.max(np.abs(points))
    basis = np.stack([(points / scale) ** p for p in powers], axis=1) * weights[:, None]
    target = values * weights
    emphasis, best, smallest = np.ones(len(points)), None, np.inf
    for _ in range(STEPS):
        root = np.sqrt(emphasis)
        solution = np.linalg.lstsq(basis * root[:, None], target * root, rcond=None)[0]
        error = np.abs(target - basis @ solution)
        if error.max() < smallest:
            best, smallest = solution, error.max()
        emphasis *= error / error.max() + 1e-9
        emphasis /= emphasis.mean()
    return best / scale ** np.array(powers)


def fit(function, low, high, powers, weight=None, fixed=None, refit=True):
    """Fits `function` on [low, high]; `fixed` maps powers to given coefficients. Returns f32 values by rising power."""
    points = (low + high) / 2 - (high - low) / 2 * np.cos(np.linspace(0, np.pi, GRID))
    values = np.array([float(function(mp.mpf(float(x)))) for x in points])
    weights = np.ones(GRID) if weight is None else np.array([float(weight(mp.mpf(float(x)))) for x in points])
    chosen = {p: float(np.float32(c)) for p, c in (fixed or {}).items()}
    free = [p for p in powers if p not in chosen]
    while free:
        known = sum(c * points ** p for p, c in chosen.items()) if chosen else 0.0
        coefficients = minimax(free, values - known, weights, points)
        settled = 1 if refit else len(free)
        chosen.update({p: float(np.float32(c)) for p, c in zip(free[:settled], coefficients)})
        free = free[settled:]
    residual = np.max(np.abs((values - sum(c * points ** p for p, c in chosen.items())) * weights))
    return [chosen[p] for p in powers], residual


def relative(function):
    return lambda x: 1 / function(x)


def literal(value):
    text = "%.9g" % value
    return text + ("f" if "." in text or "e" in text else ".0f")


def rows(items, indent="    "):
    return textwrap.fill(", ".join(items), 120, initial_indent=indent, subsequent_indent=indent)


def show(name, comment, result):
    coefficients, residual = result
    print(f"/// {comment}; largest weighted error {residual:.2g}.")
    print(f"constexpr float {name}[] = {{")
    print(rows(literal(c) for c in coefficients) + "};\n")


def quotient(function, limit):
    """function(x)/x with its limit at 0, for odd functions and logarithms written as x * Q(x)."""
    return lambda x: function(x) / x if x != 0 else mp.mpf(limit)


def table(name, function, spacing, degree):
    """One polynomial in x - i*spacing for each of the 16 lanes a register shuffle can look up. That of lane 0 omits the
    term x itself: the slope at 0 minus 1 loses less to rounding than the slope does."""
    columns, worst = [], 0
    for i in range(16):
        center = mp.mpf(i) * spacing
        if i == 0:
            slope = quotient(function, mp.diff(function, 0))
            rest, residual = fit(lambda x: slope(x) - 1, 0, spacing / 2, range(degree), relative(slope))
            columns.append([0.0] + rest)
        else:
            value = lambda x: function(center + x)
            coefficients, residual = fit(value, -spacing / 2, spacing / 2, range(degree + 1),
                                         weight=relative(value), refit=False)
            columns.append(coefficients)
        worst = max(worst, residual)
    print(f"/// {name}: row k holds the coefficient of (|x| - i*spacing)^k for i = 0..15,")
    print(f"/// less |x| itself for i = 0; largest error {worst:.2g}.")
    print(f"constexpr float {name}Spacing = {literal(spacing)};")
    print(f"constexpr float {name}[][16] = {{")
    for k in range(degree + 1):
        print("    {")
        print(rows((literal(column[k]) for column in columns), " " * 8) + "},")
    print("};\n")


def two_over_pi():
    mp.mp.prec = 400
    bits = int(mp.floor(2 / mp.pi * mp.mpf(2) ** 256))
    words = [(bits >> (224 - 32 * i)) & 0xFFFFFFFF for i in range(8)]
    print("/// The first 256 fraction bits of 2/pi, most significant word first.")
    print("constexpr uint32_t twoOverPi[] = {")
    print(rows(f"0x{w:08x}u" for w in words) + "};\n")
    mp.mp.dps = 40


def main():
    print("// Constants of the expanded elementary functions, by rising power unless a comment says otherwise.")
    print("// Written by math_coefficients.py, which states how each was derived; change the script, not this file.")
    print("#pragma once\n\n#include <cstdint>\n\nnamespace mlir::attn::coefficients {\n")
    power = lambda x: mp.power(2, x)
    one = {0: 1.0}
    show("exp2Floor6", "2^x on [0, 1], relative", fit(power, 0, 1, range(7), relative(power), one))
    # Degree 5 leaves little room, so it weighs errors by the spacing of f32 numbers around the result.
    show("exp2Near5", "2^x on [-1/2, 1/2], absolute, twice below 1",
         fit(power, -0.5, 0.5, range(6), lambda x: 2 if x < 0 else 1, one))
    show("exp2Near6", "2^x on [-1/2, 1/2], relative", fit(power, -0.5, 0.5, range(7), relative(power), one))
    half = float(mp.log(2)) / 2 * 1.001
    show("exp6", "e^x on [-ln2/2, ln2/2], relative",
         fit(mp.exp, -half, half, range(7), relative(mp.exp), {0: 1.0, 1: 1.0}))
    show("expm1Quotient", "(e^x - 1)/x on [-ln2/2, ln2/2], relative",
         fit(quotient(mp.expm1, 1), -half, half, range(7), relative(quotient(mp.expm1, 1)), one))

    low, high = float(mp.sqrt(0.5)) - 1, float(mp.sqrt(2)) - 1
    log = quotient(mp.log1p, 1)
    show("logQuotient", "log(1 + x)/x on [sqrt(1/2) - 1, sqrt(2) - 1], relative",
         fit(log, low, high, range(10), relative(log), one))
    log2 = quotient(lambda x: mp.log1p(x) / mp.log(2), 1 / mp.log(2))
    show("log2Quotient", "log2(1 + x)/x on the same interval, relative",
         fit(log2, low, high, range(10), relative(log2)))

    root = lambda function: lambda z: function(mp.sqrt(z))
    erf = root(quotient(mp.erf, 2 / mp.sqrt(mp.pi)))
    show("erfSmall", "erf(x)/x - 1 in x^2, |x| <= 0.93, relative to erf(x)/x",
         fit(lambda z: erf(z) - 1, 0, 0.93 ** 2, range(7), relative(erf)))
    tail = lambda x: mp.log(mp.erfc(x)) / mp.log(2)
    show("erfTail", "log2(erfc(x)) on [0.92, 4.05], error in erfc", fit(tail, 0.92, 4.05, range(8), mp.erfc))
    tanh = root(quotient(mp.tanh, 1))
    show("tanhSmall", "tanh(x)/x in x^2, |x| <= 0.626, relative",
         fit(tanh, 0, 0.626 ** 2, range(6), relative(tanh), one))
    table("erfTable", mp.erf, 65 / 256, 5)
    table("tanhTable", mp.tanh, 39 / 64, 7)

    quarter = (float(mp.pi) / 4 * 1.001) ** 2
    sin = root(quotient(mp.sin, 1))
    show("sinQuotient", "sin(x)/x in x^2, |x| <= pi/4, relative", fit(sin, 0, quarter, range(5), relative(sin), one))
    cos = root(mp.cos)
    show("cosine", "cos(x) in x^2, |x| <= pi/4, relative",
         fit(cos, 0, quarter, range(5), relative(cos), {0: 1.0, 1: -0.5}))
    two_over_pi()
    print("} // namespace mlir::attn::coefficients")


if __name__ == "__main__":
    main()
