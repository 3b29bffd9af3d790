#!/usr/bin/env python3
"""Compiles a model for every processor level this machine runs, for the last of them with each back end, and compares
what it computes with the f64 reference.

    run_compiled.py MODEL OUTPUT --sizes B=2,N=7 [--sizes ...] [--input NAME=SOURCE] [--weights FILE] [--march LEVEL]
                    [--threads 1,2,3] [--backend NAME] [--integers NAME=LOW..HIGH[:sorted]] [--bind NAME=LOW..HIGH]
                    [--precision P] [--rows NAME=SCALE[,ROW=VALUE][,ROW.COLUMN=VALUE]] [--subnormal]

For each --sizes, inputs are made with `random:` in the shapes these give (--input names another source, as attn-run
takes it; --integers draws whole numbers, for inputs whose range the model does not fix; --rows draws normal numbers
times SCALE, then sets rows or single numbers; --subnormal leaves out processors' products that take such numbers as 0). --weights=random:SEED draws the weights that the model names. Every run
is guarded: what touches memory that is not the model's is a fault, and the results of each number of threads, wherever
the memory lies, must be the same bits. The bound is attn-run's: 1.5 times the error of a naive program of the same
precision, plus 2 ulp; of --precision=f64, which a model of f64 wants too, the reference has 64 bits. That error is one draw of a random quantity and lucky at times: a result less than twice the
bound away is tried with other inputs, which must all hold. Each --precision but f32 is compiled for AVX2 in vectors of
two registers too. Files are written next to OUTPUT. lit calls it %run_compiled.
"""
import argparse
import json
import math
import random
import re
import struct
import subprocess
import sys


class Failure(Exception):
    """A command that failed or a comparison that does not hold; the text says all."""


def processor_flags():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:
        return next((set(line.split()) for line in info if line.startswith("flags")), set())


def processor_levels():
    """The levels of x86-64 that this machine runs and that make different code."""
    flags = processor_flags()
    levels = ["x86-64-v2"]
    if {"avx2", "fma", "f16c", "bmi2", "movbe"} <= flags:
        levels.append("x86-64-v3")
        if {"avx512f", "avx512vl", "avx512bw", "avx512dq", "avx512cd"} <= flags:
            levels.append("x86-64-v4")
    return levels


def targets(precision, subnormal):
    """The options of attnc for each kind of code that this machine runs. With `subnormal` numbers at play, what takes
    them as 0, the dot product of bf16, is left out."""
    levels = processor_levels()
    made = [[f"-march={level}"] for level in levels]
    if precision != "f32" and "x86-64-v3" in levels:
        made.append(["-march=x86-64-v3", "-mprefer-vector-width=512"])
    if precision == "bf16" and not subnormal and {"avx512_bf16", "avx512_vnni"} <= processor_flags():
        made.append(["-march=znver4"])
    if precision == "int8" and "x86-64-v4" in levels:  # its own products of int8, if it has them
        made.append(["-march=native"])
    return made


def run(command, seconds=120):
    """The output of a command; what it printed becomes the failure when it does not exit with 0."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds)
    except subprocess.TimeoutExpired as expired:
        raise Failure(f"{' '.join(command)}\n  took more than {seconds} s") from expired
    if done.returncode != 0:
        raise Failure(f"{' '.join(command)}\n  exit status {done.returncode}\n{done.stdout}")
    return done.stdout


def compile_model(model, library, target, weights=None, backend="auto", more=()):
    run(["attnc", model, "-o", library, *target, f"--backend={backend}", *more] +
        ([f"--weights={weights}"] if weights else []))


def backends_of(model):
    """The back ends that make code of their own for a model: what Halide declines goes to LLVM."""
    tiled = run(["attnc", model, "--backend=halide", "--stop-after=tile"])
    return ["llvm", "halide"] if "backend = halide" in tiled else ["llvm"]


def inputs_in(library):
    """Inputs as (name, dimensions)."""
    lines = run(["attn-run", library, "--describe"])
    return [(name, dims.split(",") if dims else [])
            for name, dims in re.findall(r"^input (.+): \w+ \[(.*?)\]", lines, re.MULTILINE)]


def inputs_of(sizes, declared, given, integers, rows, seed, stem):
    """An attn-run source for each declared input."""
    sources = {}
    for number, (name, dims) in enumerate(declared):
        shape = [extent_of(dim, sizes) for dim in dims]
        sources[name] = given.get(name, f"random:{seed + number}:[{','.join(map(str, shape))}]")
        if name in integers:
            sources[name] = f"{stem}.{name}.npy"
            write_integers(sources[name], shape, integers[name], seed + number)
        if name in rows:
            sources[name] = f"{stem}.{name}.npy"
            write_rows(sources[name], shape, rows[name], seed + number)
    return sources


def extent_of(dim, sizes):
    """The extent that a dimension such as 4, N or N + 1 has."""
    symbol, _, more = dim.partition(" + ")
    return (int(symbol) if symbol.isdigit() else sizes[symbol]) + int(more or 0)


def write_integers(path, shape, what, seed):
    """Numbers drawn from LOW..HIGH; with :sorted they rise along the last dimension."""
    low, high, in_order = re.fullmatch(r"(-?\d+)\.\.(-?\d+)(:sorted)?", what).groups()
    draw, width = random.Random(seed), shape[-1]
    rows = [[draw.randint(int(low), int(high)) for _ in range(width)] for _ in range(math.prod(shape[:-1]))]
    write_npy(path, shape, [number for row in rows for number in (sorted(row) if in_order else row)])


def write_rows(path, shape, what, seed):
    """Normal numbers times a scale, but for what is set: SCALE[,ROW=VALUE][,ROW.COLUMN=VALUE]."""
    scale, *places = what.split(",")
    draw, width = random.Random(seed), shape[-1]
    numbers = [draw.gauss(0, 1) * float(scale) for _ in range(math.prod(shape))]
    for place in places:
        where, value = place.split("=")
        row, _, column = where.partition(".")
        for at in [int(column) % width] if column else range(width):
            numbers[int(row) * width + at] = float(value)
    write_npy(path, shape, numbers, "f")


def write_npy(path, shape, numbers, element="i"):
    """A file of i32 numbers, or of f32 ("f")."""
    header = f"{{'descr': '<{element}4', 'fortran_order': False, 'shape': ({''.join(f'{size},' for size in shape)}), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        file.write(struct.pack(f"<{len(numbers)}{element}", *numbers))


def write_safetensors(path, tensors, halves=(), doubles=()):
    """A file of f32 tensors, {name: (shape, numbers)}; those in `halves` are of bf16, the upper half of an f32, those in
    `doubles` of f64."""
    header, data = {}, b""
    for name, (shape, numbers) in tensors.items():
        part = struct.pack(f"<{len(numbers)}{'d' if name in doubles else 'f'}", *numbers)
        if name in halves:
            part = b"".join(part[i + 2:i + 4] for i in range(0, len(part), 4))
        element = "BF16" if name in halves else "F64" if name in doubles else "F32"
        header[name] = {"dtype": element, "shape": list(shape), "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def draw_weights(model, path, seed):
    """The weights that the model's text names: matrices that keep the size of what they multiply, vectors around 1."""
    with open(model, encoding="utf-8") as file:
        named = re.findall(r'attn\.weight "(.+?)" : tensor<([\dx]+)x(f32|f64|bf16)>', file.read())
    draw, tensors, of = random.Random(seed), {}, {"f32": set(), "f64": set(), "bf16": set()}
    for name, extents, element in named:
        shape = [int(extent) for extent in extents.split("x")]
        mean, spread = (0, shape[-1] ** -0.5) if len(shape) > 1 else (1, 0.3)
        tensors[name] = (shape, [draw.gauss(mean, spread) for _ in range(math.prod(shape))])
        of[element].add(name)
    write_safetensors(path, tensors, of["bf16"], of["f64"])


def compare_with_reference(command, sources):
    """Runs `command` with these sources; see the head of this file for what a near miss is."""
    def attempt(shift):
        return command + [f"--input={name}={reseeded(source, shift)}" for name, source in sources.items()]

    try:
        run(attempt(0))
    except Failure as failure:
        if not is_near_miss(failure, 2):
            raise
        for shift in range(1, 6):
            run(attempt(7919 * shift))


def is_near_miss(failure, factor):
    """Whether nothing is wrong but errors less than `factor` times their bounds."""
    misses = re.findall(r": error (\S+), naive \w+ \S+, bound (\S+): too large", str(failure))
    return bool(misses) and all(float(error) < factor * float(bound) for error, bound in misses)


def reseeded(source, shift):
    return re.sub(r"^random:(\d+):", lambda seed: f"random:{int(seed[1]) + shift}:", source)


def check_run(libraries, model, sources, threads, weights=None, precision="f32"):
    """Compares runs with the reference of `model`: with each number of threads, at both ends of guarded pages."""
    command = ["attn-run", *libraries, "--guard", f"--threads={','.join(map(str, threads))}",
               f"--precision={precision}", f"--expect-reference={model}"]
    compare_with_reference(command + ([f"--weights={weights}"] if weights else []), sources)


def parse_sizes(text):
    return {name: int(value) for name, value in (part.split("=") for part in text.split(","))}


def check_precision(options, precision):
    threads = [int(count) for count in options.threads.split(",")]
    given, integers, rows = (dict(text.split("=", 1) for text in texts)
                             for texts in (options.input, options.integers, options.rows))
    made = [[f"-march={march}"] for march in options.march] if options.march else targets(precision, options.subnormal)
    more = [f"--precision={precision}"] + [f"--bind={bind}" for bind in options.bind]
    libraries = []
    for backend in options.backend or backends_of(options.model):
        for target in (made if backend == "llvm" else made[-1:]):
            name = ".".join(option.split("=")[1] for option in target)
            libraries.append(f"{options.output}.{name}.{backend}.{precision}.so")
            compile_model(options.model, libraries[-1], target, options.weights, backend, more)
    declared = inputs_in(libraries[0])
    for number, sizes in enumerate(options.sizes):
        sources = inputs_of(sizes, declared, given, integers, rows, 1000 * number, f"{options.output}.{number}")
        check_run(libraries, options.model, sources, threads, options.weights, precision)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("output")
    parser.add_argument("--sizes", action="append", type=parse_sizes, required=True)
    parser.add_argument("--input", action="append", default=[])
    parser.add_argument("--integers", action="append", default=[])
    parser.add_argument("--rows", action="append", default=[])
    parser.add_argument("--weights")
    parser.add_argument("--march", action="append")
    parser.add_argument("--threads", default="1,2,3")
    parser.add_argument("--backend", action="append")
    parser.add_argument("--precision", action="append")
    parser.add_argument("--bind", action="append", default=[])
    parser.add_argument("--subnormal", action="store_true")
    options = parser.parse_args()
    if options.weights and options.weights.startswith("random:"):
        seed, options.weights = int(options.weights.split(":")[1]), f"{options.output}.safetensors"
        draw_weights(options.model, options.weights, seed)
    try:
        for precision in options.precision or ["f32"]:
            check_precision(options, precision)
    except Failure as failure:
        sys.exit(str(failure))


if __name__ == "__main__":
    main()
