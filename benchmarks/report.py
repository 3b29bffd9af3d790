"""What follows from a row's samples, and the report as Markdown: attnc against the fastest peer and the roofs, then all
peers' times and memory, then what was compiled, then notes.

A row's roof is what bounds it on this machine: its operations at the speed of registers or its bytes at that of memory,
whichever takes longer.
"""

import statistics

OURS = "attnc"
MOST_DISTURBANCE = 0.03


def disturbed(row):
    """Whether other programs used so much of the machine that the row's times tell little."""
    return row["disturbance"] > MOST_DISTURBANCE


def spread(samples):
    """(p10, median, p90) of at least one sample."""
    if len(samples) == 1:
        return samples[0], samples[0], samples[0]
    tenths = statistics.quantiles(samples, n=10, method="inclusive")
    return tenths[0], statistics.median(samples), tenths[8]


def least_seconds(row, compute, read):
    """The time of a call at the roofs, GFLOP/s and GB/s, and which of the two it is."""
    arithmetic, memory = row["flops"] / compute * 1e-9, row["bytes"] / read * 1e-9
    return (arithmetic, row["compute_roof"]) if arithmetic > memory else (memory, "memory")


def summarise(row):
    """Adds the medians of the roofs, and to each peer that was timed its spread, rates and share of the roof."""
    samples = row["roof_samples"]
    compute, read = (statistics.median(samples[kind]) for kind in (row["compute_roof"], "read"))
    row["roofs"][row["compute_roof"]]["rate"], row["roofs"]["read"]["rate"] = compute, read
    least, row["bound"] = least_seconds(row, compute, read)
    for peer in row["peers"].values():
        if "samples" in peer:
            peer["p10"], peer["median"], peer["p90"] = spread(peer["samples"])
            peer["share"] = least / peer["median"]
            peer["gflops"] = row["flops"] / peer["median"] * 1e-9
            peer["gbytes"] = row["bytes"] / peer["median"] * 1e-9


def timed(row):
    return {name: peer for name, peer in row["peers"].items() if "median" in peer and "error" not in peer}


def fastest_peer(row):
    """The name of the fastest that is not ours; None where there is none."""
    times = {name: peer["median"] for name, peer in timed(row).items() if name != OURS}
    return min(times, key=times.get, default=None)


def ratio(row):
    """attnc's median time by that of the fastest peer; None where one of them is missing."""
    found, best = timed(row), fastest_peer(row)
    return found[OURS]["median"] / found[best]["median"] if OURS in found and best else None


def milliseconds(seconds):
    return f"{seconds * 1e3:.3g}" if seconds < 1 else f"{seconds * 1e3:.0f}"


def speed(rate):
    return f"{rate:.1f}" if rate < 10 else f"{rate:.0f}"


def megabytes(count):
    return f"{count / 1e6:.3g}" if count < 1e9 else f"{count / 1e6:.0f}"


def time_text(peer):
    return f"{milliseconds(peer['median'])} ({milliseconds(peer['p10'])}–{milliseconds(peer['p90'])})"


def table(header, rows, words=1):
    """`words` columns to the left hold text."""
    lines = [header, ["---"] * words + ["---:"] * (len(header) - words)] + rows
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


SUMMARY = [
    "workload",
    "threads",
    "ratio",
    "fastest peer",
    "attnc ms (p10–p90)",
    "rate",
    "share of roof",
    "compile s",
    "pack s",
    "open ms",
    "library kB",
    "weights MB",
    "memory MB",
]


def summary_cells(row):
    """What attnc did in one row; a dash where there is nothing to say, and why not where attnc is missing."""
    ours, best, compared = timed(row).get(OURS), fastest_peer(row), ratio(row)
    entry = row["peers"].get(OURS, {})
    cells = [row["name"], str(row["threads"]), f"**{compared:.2f}**" if compared else "–"]
    cells.append(f"{best} {milliseconds(timed(row)[best]['median'])} ms" if best else "–")
    if ours:
        by_memory = row["bound"] == "memory"
        rate = f"{speed(ours['gbytes'])} GB/s" if by_memory else f"{speed(ours['gflops'])} GFLOP/s"
        cells += [time_text(ours), rate, f"{ours['share']:.0%} of {row['bound']}"]
    else:
        cells += ["failed" if "error" in entry else "refused" if "declined" in entry else "–", "–", "–"]
    if compiled := entry.get("compiled"):
        cells += [f"{compiled['compile_seconds']:.2f}", f"{compiled['pack_seconds']:.2f}"]
        cells.append(milliseconds(statistics.median(compiled["open_seconds"])))
        cells += [f"{compiled['library_bytes'] / 1e3:.0f}", f"{compiled['weights_bytes'] / 1e6:.1f}"]
    else:
        cells += ["–"] * 5
    return cells + [megabytes(ours["memory"]) if ours and "memory" in ours else "–"]


def peer_cells(row, names, number, show):
    """One cell a peer; the smallest in bold, a missing one as a dash, a failed one as such."""
    found = {name: peer for name, peer in timed(row).items() if number in peer}
    best = min(found, key=lambda name: found[name][number], default=None)
    for name in names:
        if name in found:
            text = show(found[name])
            yield f"**{text}**" if name == best else text
        else:
            yield "failed" if "error" in row["peers"].get(name, {}) else "–"


def memory_text(peer):
    return megabytes(peer["memory"])


def prepare_text(peer):
    return f"{peer['prepare_seconds']:.2g}" if peer["prepare_seconds"] < 10 else f"{peer['prepare_seconds']:.0f}"


def beside(results):
    """attnc's time in one row by that in another, where the table sets the two side by side."""
    times = {(row["name"], row["threads"]): timed(row).get(OURS) for row in results["rows"]}
    for row in results["rows"]:
        ours, other = (times.get((name, row["threads"])) for name in (row["name"], row["compared_with"]))
        if ours and other:
            yield f"attnc's {row['name']} takes {ours['median'] / other['median']:.2f} of the time of its " + (
                row["compared_with"]
            )


def notes(results):
    """What a reader must know beside the numbers: failures by name, refusals, disagreement, disturbance."""
    yield from results["notes"]
    yield from beside(results)
    for row in results["rows"]:
        where = f"{row['name']}, {row['threads']} threads"
        for name, peer in row["peers"].items():
            if "error" in peer:
                yield f"**{name} failed** at {where}: {peer['error']}"
            elif "declined" in peer:
                yield f"{name} is not in {where}: {peer['declined']}"
        if row["not_compared"]:
            yield f"**nothing was compared** at {where}: {row['not_compared']}"
        if row["compute_roof"] != row["wanted_roof"]:
            yield (
                f"{where}: the processor has no instruction for {row['wanted_roof']} products: "
                f"the roof is that of {row['compute_roof']}"
            )
        if disturbed(row):
            yield f"other programs used {row['disturbance']:.0%} of the machine during {where}"


def roofs(rows):
    """{kind: (median rate over the rows, instruction)} of those that the processor has."""
    found = {}
    for row in rows:
        for kind, roof in row["roofs"].items():
            if roof["rate"]:
                found.setdefault(kind, []).append((roof["rate"], roof["instruction"]))
    return {kind: (statistics.median(r for r, _ in values), values[0][1]) for kind, values in found.items()}


def roof_texts(rows):
    for kind, (rate, instruction) in roofs(rows).items():
        if kind == "read":
            yield f"memory {rate:.1f} GB/s read"
        else:
            yield f"{kind} {rate:.0f} GFLOP/s ({instruction})"


def head(results):
    machine = results["machine"]
    yield f"Machine: {machine['cpu']} ({machine['processor']}), {machine['cpus']} CPUs, {machine['isa']}."
    options = " ".join(["attnc", *results["attnc_options"]])
    yield f"Commit {results['commit']}, {results['date']}; {options}; {results['rounds']} rounds."
    yield "Versions: " + ", ".join(results["versions"]) + "."
    for threads in sorted({row["threads"] for row in results["rows"]}):
        rows = [row for row in results["rows"] if row["threads"] == threads]
        yield f"Roofs, {threads} threads: " + ", ".join(roof_texts(rows)) + "."


def markdown(results, names):
    """`names` are the peers in the order of columns."""
    parts = ["  \n".join(head(results))]
    parts.append(table(SUMMARY, [summary_cells(row) for row in results["rows"]]))
    present = [name for name in names if any(name in timed(row) for row in results["rows"])]
    for title, number, show in (
        ("ms of one call, median (p10–p90)", "median", time_text),
        ("MB of memory", "memory", memory_text),
        ("s to load or compile, and the first call", "prepare_seconds", prepare_text),
    ):
        rows = [[row["name"], str(row["threads"]), *peer_cells(row, present, number, show)] for row in results["rows"]]
        parts.append(title + ":\n\n" + table(["workload", "threads", *present], rows))
    for title, texts in (("Against the stored results", results["changes"]), ("Notes", list(notes(results)))):
        if texts:
            parts.append(f"{title}:\n" + "\n".join(f"- {text}" for text in texts))
    return "\n\n".join(parts) + "\n"
