"""What the long-range figure leaves out: points that would take longer than they may, known from shorter lengths.

A point is a model at a length on one system. Its time is foretold from the last two lengths that were measured, as a
power of the length, or from one, by the model's operations. A system that ran out of time or memory, or failed, is not
tried at greater lengths.
"""

import math
import time

import outcome
from long_range import MODELS

CALLS = 6  # a point has at least: to make ready, to calibrate, three rounds, to measure memory
EXPONENTS = 1, 2  # of all models: what is measured beyond is noise


class Budget:
    """`seconds` for all calls of a point; `minutes` for the whole run, after which nothing is begun (None: no end)."""

    def __init__(self, seconds, minutes=None, clock=time.monotonic):
        self.seconds, self.minutes, self.clock = seconds, minutes, clock
        self.begin = clock()
        self.measured, self.ended = {}, {}

    def expected(self, curve, tokens):
        """Seconds of one call, from a curve's points in the order of their lengths."""
        known = self.measured.get(curve)
        if not known:
            return 0.0
        last, seconds = known[-1]
        if len(known) == 1:
            operations = MODELS[curve[0]].flops
            return seconds * operations(tokens) / operations(last)
        (n0, t0), (n1, t1) = known[-2:]
        least, most = EXPONENTS
        return seconds * (tokens / last) ** min(max(math.log(t1 / t0) / math.log(n1 / n0), least), most)

    def over(self):
        return self.minutes is not None and self.clock() - self.begin > 60 * self.minutes

    def why_not(self, model, system, tokens):
        """None where the point may be measured."""
        if self.over():
            return f"the {self.minutes:g} minutes of the run were over"
        if (model, system) in self.ended:
            return f"it {self.ended[model, system]}"
        expected = self.expected((model, system), tokens)
        if expected * CALLS > self.seconds:
            return f"a call would take about {expected:.1f} s, and {CALLS} of them more than {self.seconds:g} s"
        return None

    def note(self, row):
        """Learns from a row of measure.py."""
        for name, peer in row["peers"].items():
            curve = row["model"], name
            if outcome.timed(peer):
                self.measured.setdefault(curve, []).append((row["tokens"], peer["median"]))
            elif outcome.of(peer) in outcome.ENDS:
                self.ended[curve] = f"{outcome.ENDS[outcome.of(peer)]} at {row['tokens']}"
