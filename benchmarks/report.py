"""The results as Markdown: times with their spread, the ratio to the fastest peer, the share of the measured peak."""

import statistics

OURS = "attnc"


def spread(samples):
    """(p10, median, p90) of at least one sample."""
    if len(samples) == 1:
        return samples[0], samples[0], samples[0]
    tenths = statistics.quantiles(samples, n=10, method="inclusive")
    return tenths[0], statistics.median(samples), tenths[8]


def summarise(peer, flops, peak):
    """Adds the derived numbers to one peer's {"samples": ...}; `peak` in GFLOP/s."""
    low, middle, high = spread(peer["samples"])
    rate = flops / middle * 1e-9
    peer.update(p10=low, median=middle, p90=high, gflops=rate, peak_share=rate / peak)


def timed(row):
    return {name: peer for name, peer in row["peers"].items() if "median" in peer}


def ratio(row):
    """attnc's median time by that of the fastest peer; None where one of them is missing."""
    times = {name: peer["median"] for name, peer in timed(row).items()}
    ours = times.pop(OURS, None)
    return ours / min(times.values()) if ours and times else None


def milliseconds(seconds):
    return f"{seconds * 1e3:.3g}" if seconds < 1 else f"{seconds * 1e3:.0f}"


def table(header, rows):
    lines = [header, ["---"] + ["---:"] * (len(header) - 1)] + rows
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def cells(row, names, show):
    """One cell a peer; the fastest in bold, a missing one as a dash, a failed one as such."""
    times = {name: peer["median"] for name, peer in timed(row).items()}
    best = min(times, key=times.get, default=None)
    for name in names:
        peer = row["peers"].get(name)
        if peer is None:
            yield "–"
        elif "median" not in peer:
            yield "failed"
        else:
            yield f"**{show(peer)}**" if name == best else show(peer)


def time_cell(peer):
    return f"{milliseconds(peer['median'])} ({milliseconds(peer['p10'])}–{milliseconds(peer['p90'])})"


def rate_cell(peer):
    return f"{peer['gflops']:.0f} ({peer['peak_share']:.0%})"


def notes(results):
    """What a reader must know beside the numbers: failures by name, disagreement, disturbance."""
    for text in results["skipped"]:
        yield text
    for row in results["rows"]:
        where = f"{row['model']} {row['shape']}, {row['threads']} threads"
        for name, peer in row["peers"].items():
            if "error" in peer:
                yield f"**{name} failed** at {where}: {peer['error']}"
            elif peer.get("difference") is None:
                yield f"{name} at {where}: not compared, the reference is missing"
        if row["disturbance"] > 0.03:
            yield f"other programs used {row['disturbance']:.0%} of the machine during {where}"


def attnc_lines(compiled):
    first, *others = compiled["open_seconds"]
    yield f"compile, weight packing included: {compiled['compile_seconds']:.2f} s"
    yield f"open: {statistics.median(others) * 1e3:.2f} ms (the first, loading the library: {first * 1e3:.2f} ms)"
    yield f"size: library {compiled['library_bytes'] / 1e3:.0f} kB, weights {compiled['weights_bytes'] / 1e6:.1f} MB"


def head(results):
    machine = results["machine"]
    peaks = {row["threads"]: row for row in results["rows"]}
    yield f"Machine: {machine['cpu']}, {machine['cpus']} CPUs, {machine['isa']}. Rounds: {results['rounds']}."
    yield "Versions: " + ", ".join(sorted(set(results["versions"].values()))) + "."
    for threads in sorted(peaks):
        row = peaks[threads]
        yield f"Roof, {threads} threads: {row['peak']:.0f} GFLOP/s f32 FMA, {row['read_rate']:.1f} GB/s from memory"
    found = [(peer["difference"], name) for row in results["rows"] for name, peer in timed(row).items()]
    if found and all(difference is not None for difference, _ in found):
        yield "Agreement: the largest difference from the reference is {:.1e}, in {}.".format(*max(found))
    for model, formula in results["flops"].items():
        yield f"FLOPs of {model}: {formula}."


def markdown(results, names):
    parts = ["  \n".join(head(results))]
    times, rates = [], []
    for row in results["rows"]:
        label = [f"{row['model']} {row['shape']}", str(row["threads"]), f"{row['flops'] * 1e-9:.2f}"]
        compared = ratio(row)
        times.append(label + [f"{compared:.2f}" if compared else "–"] + list(cells(row, names, time_cell)))
        rates.append(label + [f"{row['peak']:.0f}"] + list(cells(row, names, rate_cell)))
    parts.append("Time of one call in ms: median (p10–p90); ratio is attnc to the fastest peer, below 1 is faster.")
    parts.append(table(["workload", "threads", "GFLOP", "ratio"] + names, times))
    parts.append("GFLOP/s (share of the FMA peak measured between the same slices).")
    parts.append(table(["workload", "threads", "GFLOP", "peak"] + names, rates))
    if results["attnc"]:
        lines = [f"- {model}: {'; '.join(attnc_lines(compiled))}" for model, compiled in results["attnc"].items()]
        parts.append(" ".join(["attnc", *results["attnc_options"]]) + ":\n" + "\n".join(lines))
    remarks = list(notes(results))
    if remarks:
        parts.append("Notes:\n" + "\n".join(f"- {text}" for text in remarks))
    return "\n\n".join(parts)
