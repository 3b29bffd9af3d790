"""The long-range picture: time over the number of tokens, both logarithmic, one curve a model and system.

Above, all models on attnc, named at their ends; below, each model by itself on all systems, with attnc's softmax as the
line that it is meant to pass under. All have the same axes.
"""

import math

import curves
import svg
from long_range import MODELS
from long_range_report import DENSE, curve
from report import OURS
from svg import LETTER, Scale, line, path, words

WIDTH = 1120
LEFT, RIGHT, TOP = 74, 1096, 92
ABOVE = (LEFT, 880, TOP, 470)  # frame of all models; their names stand to its right
COLUMNS, ACROSS, DOWN = 4, 262, 232  # panels in a line, and their distances
PANEL_WIDTH, PANEL_HEIGHT, PANELS_TOP = 200, 160, 560
NAME_LINE = 15  # pixels between two names

SYSTEMS = {
    "attnc": ("#1f6feb", "#58a6ff"),
    "onnxruntime": ("#bc4c00", "#f0883e"),
    "onnxruntime-fused": ("#9a6700", "#d29922"),
    "openvino": ("#8250df", "#bc8cff"),
    "torch": ("#1a7f37", "#3fb950"),
    "torch-compile": ("#1b7c83", "#76e3ea"),
    "flex-attention": ("#bf3989", "#ff9bce"),
}
# As many as there are models, light and dark, by their place in MODELS.
PALETTE = [
    ("#24292f", "#f0f6fc"),
    ("#0969da", "#58a6ff"),
    ("#8250df", "#bc8cff"),
    ("#bf3989", "#ff9bce"),
    ("#cf222e", "#ff7b72"),
    ("#bc4c00", "#ffa657"),
    ("#9a6700", "#e3b341"),
    ("#4d6b00", "#c4e36a"),
    ("#1a7f37", "#56d364"),
    ("#1b7c83", "#76e3ea"),
    ("#57606a", "#b1bac4"),
]
COLOURS = {**SYSTEMS, **{f"model-{i}": pair for i, pair in enumerate(PALETTE)}, "dense": svg.PEER}


def all_curves(rows):
    """{(model, system): {tokens: seconds}} of what has a point."""
    pairs = [(model, system) for model, spec in MODELS.items() for system in spec.peers]
    return {pair: points for pair in pairs if (points := curve(rows, *pair))}


def ranges(found):
    lengths = [tokens for points in found.values() for tokens in points]
    seconds = [value for points in found.values() for value in points.values()]
    return (min(lengths) / 1.3, max(lengths) * 1.3), (min(seconds) / 1.6, max(seconds) * 1.6)


def time_name(seconds):
    return f"{seconds * 1e3:g} ms" if seconds < 1 else f"{seconds:g} s"


def thousands(tokens):
    return f"{tokens // 1024}k" if tokens >= 1024 else str(tokens)


def axes(scale, lengths, every=1):
    yield from svg.grid(scale, lengths[::every], svg.decades(scale.y0, scale.y1, (1,)), thousands, time_name)


def draw(scale, kind, points, marked=True, more=' stroke-width="2"'):
    """A curve with its marks; a single point is a mark alone."""
    places = [(scale.x(tokens), scale.y(seconds)) for tokens, seconds in sorted(points.items())]
    yield path(kind, places, more)
    if marked:
        for x, y in places:
            yield f'<circle class="fill-{kind}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'


def apart(wanted, least, low, high):
    """{name: place}: in the order of `wanted`, no two closer than `least`, between low and high where that has room."""
    places, at = {}, low - least
    for name in sorted(wanted, key=wanted.get):
        at = places[name] = max(wanted[name], at + least)
    at = high + least
    for name in sorted(places, key=places.get, reverse=True):
        at = places[name] = min(places[name], at - least)
    return places


def overview(found, lengths):
    """All models on attnc."""
    scale = Scale(*ranges(found), ABOVE)
    yield from axes(scale, lengths)
    ours = {model: points for (model, system), points in found.items() if system == OURS}
    ends = {model: scale.y(points[max(points)]) for model, points in ours.items()}
    names = apart(ends, NAME_LINE, scale.top + 8, scale.bottom)
    for model, points in ours.items():
        kind, last = f"model-{list(MODELS).index(model)}", max(points)
        yield from draw(scale, kind, points)
        slope = curves.exponent(points)
        text = MODELS[model].title + (f", N^{slope[0]:.2f}" if slope else "")
        yield line("leader", scale.x(last) + 4, ends[model], scale.right + 12, names[model])
        yield words(text, scale.right + 16, names[model] + 4, kind)
    yield words("tokens N", (scale.left + scale.right) / 2, scale.bottom + 40, more=' text-anchor="middle"')


def panel(found, model, place, lengths):
    """One model on all systems."""
    left, top = LEFT + place % COLUMNS * ACROSS, PANELS_TOP + place // COLUMNS * DOWN
    scale = Scale(*ranges(found), (left, left + PANEL_WIDTH, top, top + PANEL_HEIGHT))
    yield from axes(scale, lengths, 3)
    yield words(MODELS[model].title, left, top - 8)
    if (DENSE, OURS) in found and model != DENSE:
        dashed = ' stroke-width="1.2" stroke-dasharray="4 3"'
        yield from draw(scale, "dense", found[DENSE, OURS], marked=False, more=dashed)
    for system in MODELS[model].peers:
        if (model, system) in found:
            yield from draw(scale, system, found[model, system], more=' stroke-width="1.7"')


def legend(systems):
    x, y = LEFT, PANELS_TOP - 34
    for text, kind in [*((name, name) for name in systems), (f"attnc's {DENSE}", "dense")]:
        yield line(kind, x, y - 4, x + 18, y - 4, ' stroke-width="2"')
        yield words(text, x + 24, y)
        x += 24 + 22 + len(text) * LETTER


def picture(results):
    """The SVG; None where nothing was timed."""
    found = all_curves(results["rows"])
    if not found:
        return None
    lengths = sorted({tokens for points in found.values() for tokens in points})
    models = list(dict.fromkeys(model for model, _ in found))
    systems = [name for name in SYSTEMS if any(system == name for _, system in found)]
    parts = [
        words(f"Time against the number of tokens on {results['machine']['processor']}", LEFT, 36, "title"),
        words(f"{results['threads']} threads, commit {results['commit']}", RIGHT, 36, more=' text-anchor="end"'),
        words("attnc, ms or s of one call; B 1, H 8, D 64, f32", LEFT, 66),
        *overview(found, lengths),
        *legend(systems),
    ]
    for place, model in enumerate(models):
        parts += panel(found, model, place, lengths)
    height = PANELS_TOP + math.ceil(len(models) / COLUMNS) * DOWN
    return svg.document(WIDTH, height, COLOURS, parts)
