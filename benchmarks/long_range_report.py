"""The long-range figure as Markdown: times with exponents and crossovers, ratios, memory, then what is missing and why.
"""

import curves
import outcome
import report
from long_range import MODELS
from report import OURS, fastest_peer, megabytes, milliseconds, ratio, table, timed

DENSE = "softmax"
SCRATCH_BYTES = 64e6  # what a model whose keys become a state may have beside inputs and outputs


def fails(row):
    """Whether the run failed there: running out of time or memory is a result."""
    return bool(row["not_compared"]) or any(outcome.of(peer) == "failed" for peer in row["peers"].values())


def in_order(rows):
    """[(model, system)] of all curves, and the lengths."""
    found = {(row["model"], name) for row in rows for name in row["peers"]}
    order = [(model, name) for model, spec in MODELS.items() for name in spec.peers if (model, name) in found]
    return order, sorted({row["tokens"] for row in rows})


def curve(rows, model, system):
    """{tokens: seconds} of what was timed."""
    found = {row["tokens"]: timed(row).get(system) for row in rows if row["model"] == model}
    return {tokens: peer["median"] for tokens, peer in found.items() if peer}


def exponent_text(found):
    return f"{found[0]:.2f} ({found[1]})" if found else "–"


def crossover_text(found):
    if not found:
        return "–"
    kind, tokens = found
    return {"at": f"{tokens:.0f}", "before": f"below {tokens}", "after": f"not up to {tokens}"}[kind]


def cells(rows, model, system, lengths, show):
    """One a length: `show` of what was timed, a word where nothing was."""
    peers = {row["tokens"]: row["peers"].get(system) for row in rows if row["model"] == model}
    for tokens in lengths:
        peer = peers.get(tokens)
        yield "–" if peer is None else show(peer) if outcome.timed(peer) else outcome.of(peer)


def times(rows):
    order, lengths = in_order(rows)
    dense = curve(rows, DENSE, OURS)
    lines = []
    for model, system in order:
        own = curve(rows, model, system)
        found = cells(rows, model, system, lengths, lambda peer: milliseconds(peer["median"]))
        cross = "" if (model, system) == (DENSE, OURS) else crossover_text(curves.crossover(own, dense))
        lines.append([MODELS[model].title, system, *found, exponent_text(curves.exponent(own)), cross])
    return table(["model", "system", *map(str, lengths), "exponent", f"below attnc's {DENSE} from N"], lines, words=2)


def ratios(rows):
    order, lengths = in_order(rows)
    lines = []
    for model in dict.fromkeys(model for model, _ in order):
        at = {row["tokens"]: row for row in rows if row["model"] == model}
        found = [at[n] if n in at and ratio(at[n]) else None for n in lengths]
        lines.append(
            [MODELS[model].title, *(f"{ratio(row):.2f} ({fastest_peer(row)})" if row else "–" for row in found)]
        )
    return table(["model", *map(str, lengths)], lines)


def check(row):
    """(beside inputs and outputs, whether that is within SCRATCH_BYTES) of attnc; None where nothing is promised."""
    ours = timed(row).get(OURS)
    if not MODELS[row["model"]].linear or not ours or "memory" not in ours:
        return None
    beside = ours["memory"] - MODELS[row["model"]].port_bytes(row["tokens"])
    return beside, beside <= SCRATCH_BYTES


def check_text(rows, model, system):
    """At the greatest length that was measured."""
    if not MODELS[model].linear or system != OURS:
        return ""
    found = [(row["tokens"], check(row)) for row in rows if row["model"] == model and check(row)]
    if not found:
        return "–"
    tokens, (beside, holds) = max(found)
    return f"{'holds' if holds else '**does not hold**'}: {megabytes(max(beside, 0))} at {tokens}"


def megabytes_text(peer):
    return megabytes(peer["memory"]) if "memory" in peer else "–"


def memory(rows):
    order, lengths = in_order(rows)
    lines = []
    for model, system in order:
        found = cells(rows, model, system, lengths, megabytes_text)
        lines.append([MODELS[model].title, system, *found, check_text(rows, model, system)])
    ports = [megabytes(MODELS[DENSE].port_bytes(tokens)) for tokens in lengths]
    lines.append(["q, k, v and out", "", *ports, ""])
    header = ["model", "system", *map(str, lengths), f"beside inputs and outputs at most {SCRATCH_BYTES / 1e6:.0f}"]
    return table(header, lines, words=2)


def notes(results):
    yield from results["notes"]
    for row in results["rows"]:
        for name, peer in row["peers"].items():
            where, became = f"{row['name']} on {name}", outcome.of(peer)
            if became in outcome.ENDS:
                yield f"**{where} {outcome.ENDS[became]}**: {peer.get('error', 'it gave no time')}"
            elif became != "timed":
                yield f"{where} {became}: {peer.get('skipped') or peer.get('declined')}"
        if row["not_compared"]:
            yield f"**nothing was compared** at {row['name']}: {row['not_compared']}"
        if report.disturbed(row):
            yield f"other programs used {row['disturbance']:.0%} of the machine during {row['name']}"


def markdown(results):
    rows = results["rows"]
    compared = f"All systems are held against torch in f64 up to N {results['compared_to']}, before they are timed."
    parts = ["  \n".join([*report.head(results), results["settings"], compared])]
    title = "ms of one call, median. The exponent is the slope of the least-squares line through log time over log N, "
    title += f"N >= {curves.EXPONENT_FROM} (of how many points); a crossover is interpolated between measured lengths"
    parts.append(f"{title}:\n\n{times(rows)}")
    parts.append(f"attnc's time by that of the fastest peer:\n\n{ratios(rows)}")
    parts.append(f"MB of memory of a call, weights, inputs and results included:\n\n{memory(rows)}")
    if texts := list(notes(results)):
        parts.append("Notes:\n" + "\n".join(f"- {text}" for text in texts))
    return "\n\n".join(parts) + "\n"
