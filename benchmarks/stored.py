"""Stored results of a class of machines, and the rule that tells a regression from noise.

Milliseconds of two runs cannot be compared: a shared host's clock and memory change by 15 to 30 % from one hour to the
next. What is compared is attnc's time by a yardstick that was measured in the same rounds: the time of the call at the
machine's roofs, and the time of each peer whose version is the same. A yardstick is a program that did not change, so
if attnc did not change either, every quotient stays what it was.

- The slowdown is the median of the quotients' changes: one yardstick that moved by itself does not carry it.
- The noise within a run is the standard error of a quotient's median over the rounds; that between runs is how far the
  yardsticks contradict each other, by their median absolute deviation: the workload's own or that usual in the run,
  whichever is larger, since a few yardsticks may agree by chance.
- Reported is a slowdown above three times both together, and above 3 % in any case.
"""

import json
import math
import statistics
from pathlib import Path

from report import OURS, disturbed, least_seconds, spread, timed

FOLDER = Path(__file__).resolve().parent / "results"
DEVIATIONS, LEAST = 3, 0.03
LEAST_ROUNDS = 3  # fewer have no spread to speak of
# Of normally distributed values: p90 - p10 by the standard deviation, the median's error by the mean's, sigma by MAD.
TENTHS, MEDIAN_ERROR, FROM_MAD = 2.563, 1.2533, 1.4826


def key(row):
    return f"{row['name']}@{row['threads']}"


def quotient(samples):
    """[log of the median, its standard error] of positive samples."""
    logs = [math.log(sample) for sample in samples]
    low, middle, high = spread(logs)
    return [middle, MEDIAN_ERROR * (high - low) / TENTHS / math.sqrt(len(logs))]


def yardsticks(row):
    """{yardstick: [log of attnc's time by it, error]}, round by round; {} where attnc was not timed."""
    found = timed(row)
    if OURS not in found or len(found[OURS]["samples"]) < LEAST_ROUNDS:
        return {}
    ours, samples = found[OURS]["samples"], row["roof_samples"]
    roofs = [least_seconds(row, *both)[0] for both in zip(samples[row["compute_roof"]], samples["read"])]
    sticks = {"roof": roofs}
    sticks.update({f"{n}: {peer['version']}": peer["samples"] for n, peer in found.items() if n != OURS})
    return {name: quotient([a / b for a, b in zip(ours, other)]) for name, other in sticks.items()}


def entry(row, commit, date):
    """What is kept of a row."""
    times = {name: {k: float(f"{p[k]:.4g}") for k in ("p10", "median", "p90")} for name, p in timed(row).items()}
    sticks = {name: [round(value, 5) for value in pair] for name, pair in yardsticks(row).items()}
    return {"commit": commit, "date": date, "seconds": times, "yardsticks": sticks}


def path_of(machine, folder=FOLDER):
    return folder / f"{machine['class']}.json"


def load(machine, folder=FOLDER):
    path = path_of(machine, folder)
    return json.loads(path.read_text())["workloads"] if path.exists() else {}


def store(results, folder=FOLDER):
    """Writes the rows of a run that were not disturbed over those of the same name and threads; others stay. Returns the
    file.
    """
    kept = load(results["machine"], folder)
    measured = [row for row in results["rows"] if yardsticks(row) and not disturbed(row)]
    rows = {key(row): entry(row, results["commit"], results["date"]) for row in measured}
    path = path_of(results["machine"], folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    # A workload a line, so that a change of one is a change of one line.
    lines = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in sorted((kept | rows).items())]
    head = f'{{\n "machine": {json.dumps(results["machine"])},\n "workloads": {{\n'
    path.write_text(head + ",\n".join(lines) + "\n }\n}\n")
    return path


def changes(now, then):
    """(log of the slowdown, its error within the runs, the yardsticks' deviation or None); None without yardsticks."""
    names = sorted(now.keys() & then.keys())
    if not names:
        return None
    logs = [now[name][0] - then[name][0] for name in names]
    middle = statistics.median(logs)
    within = statistics.median(math.hypot(now[name][1], then[name][1]) for name in names)
    between = FROM_MAD * statistics.median(abs(value - middle) for value in logs) if len(names) > 2 else None
    return middle, within, between


def compare(rows, kept):
    """Held against what is stored: (regressions, other changes), lists of sentences. A workload that attnc no longer
    runs is a regression.
    """
    found, slower, others = {}, [], []
    for row in rows:
        then = kept.get(key(row))
        if then and OURS in row["peers"]:
            now = yardsticks(row)
            if now:
                found[key(row)] = changes(now, then["yardsticks"]), then
            elif OURS not in timed(row):
                slower.append(f"**{key(row)} is no longer measured**: it was at commit {then['commit']}")
    known = [change[2] for change, _ in found.values() if change and change[2] is not None]
    usual = statistics.median(known) if known else LEAST
    for name, (change, then) in found.items():
        if change is None:
            others.append(f"{name}: no yardstick of the stored result was measured")
            continue
        middle, within, between = change
        noise = max(math.log1p(LEAST), DEVIATIONS * math.hypot(within, max(usual, between or 0)))
        text = f"{math.expm1(abs(middle)):.0%} (noise {math.expm1(noise):.0%}) than at commit {then['commit']}"
        if middle > noise:
            slower.append(f"**{name} is slower** by {text}, {then['date']}")
        elif middle < -noise:
            others.append(f"{name} is faster by {text}, {then['date']}: keep it with --store")
    return slower, others
