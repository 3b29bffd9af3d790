"""The roofline picture: speed over operations per byte, both logarithmic, as SVG text.

A workload stands at its operations by the bytes that must move; attnc is a disc there, the fastest peer a ring, joined
by a line. Above them lie the machine's roofs, to the left falls the slope of memory. Names hang under their marks, all
at one angle and each low enough to pass below those to its left with their names, so that none crosses another.
"""

import math

import svg
from report import OURS, fastest_peer, roofs, timed
from svg import LETTER, PEER, Scale, line, words

WIDTH, HEIGHT = 1120, 700
LEFT, RIGHT, TOP, BOTTOM = FRAME = 74, 1096, 92, 642  # of the plot
MARK = 5.5  # radius
STEP = 16.5  # pixels between marks of one intensity: at ANGLE it leaves a line of text between two names
ANGLE, LINE = 60, 13.5  # of names, and the pixels of a line
NAME = 152  # pixels of the longest name

# (light, dark) of each class.
COLOURS = {
    "f32": ("#1f6feb", "#58a6ff"),
    "bf16": ("#8250df", "#bc8cff"),
    "int8": ("#bc4c00", "#f0883e"),
    "memory": ("#1a7f37", "#3fb950"),
    "peer": PEER,
}


def points(rows):
    """[(name, precision, intensity, attnc's GFLOP/s or None, the fastest peer's or None)], what was timed at all."""
    for row in rows:
        found, best = timed(row), fastest_peer(row)
        rates = [found[name]["gflops"] if name in found else None for name in (OURS, best)]
        if any(rates):
            yield row["name"], row["precision"], row["flops"] / row["bytes"], *rates


def drawn_roofs(rows):
    """{kind: GFLOP/s} of the compute roofs to draw, and GB/s of memory. That of 256 bits where there are wider ones."""
    found = roofs(rows)
    if found.get("f32-256", found["f32"])[1] == found["f32"][1]:
        found.pop("f32-256", None)
    return {kind: rate for kind, (rate, _) in found.items() if kind not in ("f64", "read")}, found["read"][0]


def scale_of(marks, compute, read):
    """Holds all marks and the foot of the highest roof, with room for names below the lowest and left of the first."""
    rates = [rate for *_, ours, best in marks for rate in (ours, best) if rate]
    places = [intensity for _, _, intensity, *_ in marks]
    highest = max([*compute.values(), *rates])

    def low(least, most, pixels, room):
        """The end of an axis at which `least` lies so many pixels inside."""
        share = room / pixels
        return 10 ** ((math.log10(least) - share * math.log10(most)) / (1 - share))

    down, across = (NAME * turn(math.radians(ANGLE)) + 2 * STEP for turn in (math.sin, math.cos))
    top, right = highest * 1.5, max(places) * 2
    foot = min([*places, highest / read / 4])
    xs = low(foot, right, RIGHT - LEFT, across), right
    return Scale(xs, (low(min(rates), top, BOTTOM - TOP, down), top), FRAME)


def spread_out(scale, marks):
    """{name: pixels across}: in the order of intensity, no two closer than STEP, each group about its own place."""
    groups = []
    for name, _, intensity, *_ in sorted(marks, key=lambda mark: mark[2]):
        groups.append(([name], scale.x(intensity)))
        # Two groups that would touch become one around the mean of their marks.
        while len(groups) > 1:
            (left, at), (right, to) = groups[-2:]
            if to - at >= STEP * (len(left) + len(right)) / 2:
                break
            middle = (at * len(left) + to * len(right)) / (len(left) + len(right))
            groups[-2:] = [(left + right, middle)]
    return {
        name: at + (i - (len(names) - 1) / 2) * STEP for names, at in groups for i, name in enumerate(names)
    }


def axes(scale):
    yield from svg.grid(scale, svg.decades(scale.x0, scale.x1), svg.decades(scale.y0, scale.y1))
    yield words(
        "operations per byte of inputs, weights and results",
        (LEFT + RIGHT) / 2,
        BOTTOM + 42,
        more=' text-anchor="middle"',
    )
    middle = (TOP + BOTTOM) / 2
    yield words("GFLOP/s", 22, middle, more=f' text-anchor="middle" transform="rotate(-90 22 {middle:.0f})"')


def draw_roofs(scale, compute, read):
    """The roofs, each from where memory can feed it, and the slope of memory under the highest.

    Roofs are named where the last of them begins: marks above a roof, of a faster arithmetic, are far to the right.
    """
    highest = max(compute.values())
    names = scale.x(highest / read) + 14
    for kind, rate in compute.items():
        x, y, colour = scale.x(max(rate / read, 10**scale.x0)), scale.y(rate), kind.partition("-")[0]
        dash = ' stroke-dasharray="6 4"' if kind == "f32-256" else ""
        yield line(colour, x, y, RIGHT, y, f' stroke-width="2"{dash}')
        yield words(f"{kind} {rate:.0f} GFLOP/s", names, y - 6, colour)
    low, high = max(10**scale.x0, 10**scale.y0 / read), highest / read
    ends = scale.x(low), scale.y(low * read), scale.x(high), scale.y(highest)
    yield line("memory", *ends, ' stroke-width="2"')
    # Its text lies on it, at two fifths of its length.
    angle = math.degrees(math.atan2(ends[3] - ends[1], ends[2] - ends[0]))
    at = ends[0] + 0.4 * (ends[2] - ends[0]), ends[1] + 0.4 * (ends[3] - ends[1])
    turn = f' text-anchor="middle" transform="rotate({angle:.1f} {at[0]:.1f} {at[1]:.1f}) translate(0 -7)"'
    yield words(f"memory {read:.1f} GB/s read", *at, "memory", turn)


def draw_marks(scale, marks):
    """Discs, rings, the lines between and the names below."""
    across = spread_out(scale, marks)
    hung, sine, cosine = [], math.sin(math.radians(ANGLE)), math.cos(math.radians(ANGLE))
    for name, precision, _, ours, best in sorted(marks, key=lambda mark: across[mark[0]]):
        x, heights = across[name], [scale.y(rate) for rate in (ours, best) if rate]
        foot = max(heights) + MARK + 7
        reach = len(name) * LETTER * cosine + STEP
        # Names are parallel: (x, y) lies x sine + y cosine across them.
        below = [(LINE - (x - left) * sine) / cosine + low for left, low in hung if x - left < reach]
        hang = max([foot, *below])
        hung.append((x, hang))
        if hang > foot:
            yield line("leader", x, foot - 6, x, hang - 4)
        yield words(name, x + 3, hang, more=f' text-anchor="end" transform="rotate(-{ANGLE} {x + 3:.1f} {hang:.1f})"')
        if len(heights) == 2:
            yield line("peer", x, heights[0], x, heights[1], ' stroke-width="1.5"')
        if best:
            place = f'cx="{x:.1f}" cy="{scale.y(best):.1f}"'
            yield f'<circle class="ring {precision}" {place} r="{MARK - 1}" stroke-width="1.8"/>'
        if ours:
            yield f'<circle class="fill-{precision}" cx="{x:.1f}" cy="{scale.y(ours):.1f}" r="{MARK}"/>'


def legend(precisions):
    x, y = LEFT, 66
    marks = [("attnc", "peer", False), ("the fastest peer", "peer", True)]
    for text, kind, ring in [*marks, *((precision, precision, False) for precision in precisions)]:
        shape = f'class="ring {kind}" stroke-width="1.8"' if ring else f'class="fill-{kind}"'
        yield f'<circle {shape} cx="{x + 6}" cy="{y - 4}" r="{MARK}"/>'
        yield words(text, x + 18, y)
        x += 18 + 24 + len(text) * LETTER


def picture(results, threads):
    """The SVG of the rows with that many threads; None where nothing was timed."""
    rows = [row for row in results["rows"] if row["threads"] == threads]
    marks = list(points(rows))
    if not marks:
        return None
    compute, read = drawn_roofs(rows)
    scale, machine = scale_of(marks, compute, read), results["machine"]
    parts = [
        words(f"attnc, its fastest peers and the roofs of {machine['processor']}", LEFT, 36, "title"),
        words(f"{threads} threads, commit {results['commit']}", RIGHT, 36, more=' text-anchor="end"'),
        *legend([p for p in ("f32", "bf16", "int8") if any(mark[1] == p for mark in marks)]),
        *axes(scale),
        *draw_roofs(scale, compute, read),
        *draw_marks(scale, marks),
    ]
    return svg.document(WIDTH, HEIGHT, COLOURS, parts)
