"""What became of a system at a point of the long-range figure, in a word, from its entry in a row of measure.py."""

import re

# What frameworks and the C interface say where memory ends.
NO_MEMORY = re.compile(r"not enough memory|bad.?alloc|MemoryError|fail\w* to allocate|can't allocate|memory \(8\)", re.I)
NO_TIME = re.compile(r"^no answer in ")
# After these a system is not tried at greater lengths.
ENDS = {"time": "ran out of time", "memory": "ran out of memory", "failed": "failed"}


def timed(peer):
    return "median" in peer and "error" not in peer


def of(peer):
    if "skipped" in peer:
        return "skipped"
    if "declined" in peer:
        return "not compiled yet" if "not compiled yet" in peer["declined"] else "refused"
    if timed(peer):
        return "timed"
    said = peer.get("error", "")
    return "time" if NO_TIME.search(said) else "memory" if NO_MEMORY.search(said) else "failed"
