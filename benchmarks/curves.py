"""Time against the number of tokens: the exponent of a curve, and the length from which one lies below another.

A curve is {tokens: seconds}. Nothing is extrapolated.
"""

import math

EXPONENT_FROM = 4096  # tokens: below, what a call costs whatever its length bends the curves


def exponent(curve):
    """(slope, number of points) of the least-squares line through log time over log N, N >= EXPONENT_FROM; None with
    fewer than two points.
    """
    points = [(math.log(n), math.log(seconds)) for n, seconds in curve.items() if n >= EXPONENT_FROM]
    if len(points) < 2:
        return None
    x_mean, y_mean = (sum(values) / len(points) for values in zip(*points))
    above = sum((x - x_mean) * (y - y_mean) for x, y in points)
    return above / sum((x - x_mean) ** 2 for x, _ in points), len(points)


def crossover(curve, other):
    """From which length on `curve` lies below `other`, of those that both have: ("at", tokens between two that were
    measured, interpolated in logarithms), ("before", the shortest), ("after", the longest) where it does not yet; None
    without a common length. A curve that crosses more than once is below from its last crossing on.
    """
    common = sorted(curve.keys() & other.keys())
    if not common:
        return None
    above = [math.log(curve[n] / other[n]) for n in common]
    if above[-1] >= 0:
        return "after", common[-1]
    last = max((i for i, value in enumerate(above) if value >= 0), default=None)
    if last is None:
        return "before", common[0]
    share = above[last] / (above[last] - above[last + 1])
    return "at", common[last] * (common[last + 1] / common[last]) ** share
