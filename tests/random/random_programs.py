#!/usr/bin/env python3
"""Compiles programs drawn at random and compares what they compute with the f64 reference.

    random_programs.py [--first SEED] [--count N] [--jobs J] [--folder DIR] [--stages] [--march LEVEL] [--backend NAME]
                       [--precision P] [--no-shrink]

Each seed is one program: its ops, shapes, weights, inputs, target, threads and what its linears multiply. With --stages, the reference must also
compute the same of the IR after each stage. A failure prints the seed, and the smallest program found that fails in
the same way; its folder is kept. Without --first, the seed is fresh.
"""
import argparse
import concurrent.futures
import os
import random
import re
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
sys.path.insert(0, HERE)

from draw import draw_program  # noqa: E402
from run_compiled import Failure, check_run, compile_model, is_near_miss, processor_levels, run  # noqa: E402


def check(program, seed, folder, options):
    """Raises Failure if the program does not compile, does not run, or computes something else than its reference.

    A chain of ill-conditioned ops spreads the errors of both programs widely: a miss of less than four times the bound
    is one only if it is there with other weights and inputs too.
    """
    try:
        check_once(program, seed, folder, options)
    except Failure as failure:
        if not is_near_miss(failure, 4):
            raise
        for shift in range(1, 5):
            check_once(program, seed + shift * 1000003, folder, options)


def check_once(program, seed, folder, options):
    draw = random.Random(f"check {seed}")
    os.makedirs(folder, exist_ok=True)
    model, weights, library = (os.path.join(folder, name) for name in ("model.mlir", "w.safetensors", "model.so"))
    sources = program.sources(folder, seed)
    march = draw.choice([*processor_levels(), "native"])
    backend = draw.choice(["auto", "halide"])
    stages = os.path.join(folder, "stages")
    threads = [1, draw.choice([2, 3, 4])]
    precision = options.precision or draw.choice(["f32", "f32", "bf16", "int8", "f64"])
    if precision == "f64" and program.halves:  # which it has no rounding to
        precision = "f32"
    written = draw.choice(["f32", "f64"]) if precision == "f64" else "f32"
    with open(model, "w", encoding="ascii") as file:
        file.write(program.text().replace("f32", written))
    program.write_weights(weights, seed, written)
    compile_model(model, library, [f"-march={options.march or march}"], weights, options.backend or backend,
                  [f"--precision={precision}", *([f"--dump-stages={stages}"] if options.stages else [])])
    check_run([library], model, sources, threads, weights, precision)
    if options.stages:
        check_stages([os.path.join(stages, name) for name in sorted(os.listdir(stages))], model, sources, weights)


def check_stages(stages, model, sources, weights):
    """The reference of every stage's IR against that of the source.

    A stage may round a constant of a formula to its type, as the naive program does: the bound is the same.
    """
    command = ["attn-run", "--reference", *stages, f"--weights={weights}", f"--expect-reference={model}"]
    run(command + [f"--input={name}={source}" for name, source in sources.items()])


def kind_of(failure):
    """What must stay the same while a program gets smaller: the message without names, places and numbers."""
    lines = str(failure).splitlines()
    told = next((line for line in lines if "too large" in line or "other bits" in line or "error:" in line), lines[1])
    return re.sub(r"[-\d.e+]+|\S*/\S*|%\w+|\b(nan|inf)\b|^\w+:", "", told)


def shrink(program, seed, folder, options, failure):
    """The smallest failing program that single cuts lead to."""
    smaller_exists = True
    while smaller_exists:
        smaller_exists = False
        for candidate in program.smaller():
            try:
                check(candidate, seed, folder, options)
            except Failure as found:
                if kind_of(found) == kind_of(failure):
                    program, failure, smaller_exists = candidate, found, True
                    break
    return program, failure


def try_seed(seed, options):
    """The report of a failure, or None."""
    folder = os.path.join(options.folder, str(seed))
    program = draw_program(seed)
    try:
        check(program, seed, folder, options)
    except Failure as failure:
        report = f"seed {seed} fails; {folder} keeps it\n{failure}\n"
        if not options.no_shrink:
            small = folder + ".small"
            program, failure = shrink(program, seed, small, options, failure)
            try:
                check(program, seed, small, options)  # leaves the files of the smallest
            except Failure as again:
                failure = again
            report += f"smallest, with {program.sizes}, in {small}:\n{program.text()}\n{failure}\n"
        return report
    shutil.rmtree(folder)
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--first", type=int)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--folder")
    parser.add_argument("--march")
    parser.add_argument("--backend")
    parser.add_argument("--precision")
    parser.add_argument("--stages", action="store_true")
    parser.add_argument("--no-shrink", action="store_true")
    options = parser.parse_args()
    first = options.first if options.first is not None else random.SystemRandom().randrange(10**9)
    options.folder = options.folder or tempfile.mkdtemp(prefix="attn-random-")
    print(f"seeds {first} to {first + options.count - 1}", flush=True)
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for report in pool.map(lambda seed: try_seed(seed, options), range(first, first + options.count)):
            if report:
                failures += 1
                print(report, flush=True)
    print(f"{options.count - failures} of {options.count} programs compute what they mean")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
