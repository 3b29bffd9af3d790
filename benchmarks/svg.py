"""What pictures are drawn with: logarithmic axes, lines and texts as SVG, in colours that follow the viewer's theme."""

import math
from xml.sax.saxutils import escape

LETTER = 6.3  # pixels of a letter across
# (light, dark) of each class: what is drawn is the same, the viewer's theme chooses.
PEER = ("#6e7781", "#9ea7b3")
PAPER, INK, FAINT = ("#ffffff", "#0d1117"), ("#1f2328", "#e6edf3"), ("#d8dee4", "#30363d")


def style(colours):
    """`colours`: {class of a line, of a text and, with `fill-` before it, of an area: (light, dark)}."""

    def rules(theme):
        yield f".paper {{ fill: {PAPER[theme]}; }}"
        yield f"text {{ fill: {INK[theme]}; }}"
        yield f".grid {{ stroke: {FAINT[theme]}; }}"
        yield f".leader {{ stroke: {PEER[theme]}; }}"
        for name, pair in colours.items():
            yield f".{name} {{ stroke: {pair[theme]}; }}"
            yield f".fill-{name} {{ fill: {pair[theme]}; }}"
            yield f"text.{name} {{ stroke: none; fill: {pair[theme]}; }}"
        yield f".ring {{ fill: {PAPER[theme]}; }}"

    light, dark = (" ".join(rules(theme)) for theme in (0, 1))
    fixed = "text { font: 11.5px system-ui, 'DejaVu Sans', Helvetica, sans-serif; } "
    fixed += "text.title { font-size: 19px; font-weight: 600; } .leader { stroke-width: .7; } polyline { fill: none; }"
    return f"<style>{fixed} {light} @media (prefers-color-scheme: dark) {{ {dark} }}</style>"


def document(width, height, colours, parts):
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    paper = f'<rect class="paper" width="{width}" height="{height}" rx="8"/>'
    return "\n".join([head, style(colours), paper, *parts, "</svg>"]) + "\n"


class Scale:
    """From two logarithmic ranges to the pixels of a frame (left, right, top, bottom)."""

    def __init__(self, xs, ys, frame):
        self.x0, self.x1 = (math.log10(value) for value in xs)
        self.y0, self.y1 = (math.log10(value) for value in ys)
        self.left, self.right, self.top, self.bottom = frame

    def x(self, value):
        return self.left + (math.log10(value) - self.x0) / (self.x1 - self.x0) * (self.right - self.left)

    def y(self, value):
        return self.bottom - (math.log10(value) - self.y0) / (self.y1 - self.y0) * (self.bottom - self.top)


def decades(low, high, digits=(1, 2, 5)):
    """Powers of ten with their twos and fives, between two logarithms."""
    for power in range(math.floor(low), math.ceil(high) + 1):
        for digit in digits:
            if low <= math.log10(digit * 10**power) <= high:
                yield digit * 10**power


def line(kind, x0, y0, x1, y1, more=""):
    return f'<line class="{kind}" x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}"{more}/>'


def path(kind, points, more=""):
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline class="{kind}" points="{places}"{more}/>'


def words(text, x, y, kind="", more=""):
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}"{more}>{escape(text)}</text>'


def grid(scale, xs, ys, name_x="{:g}".format, name_y="{:g}".format):
    """Lines at these values, named below and to the left."""
    for value in xs:
        x = scale.x(value)
        yield line("grid", x, scale.top, x, scale.bottom)
        yield words(name_x(value), x, scale.bottom + 18, more=' text-anchor="middle"')
    for value in ys:
        y = scale.y(value)
        yield line("grid", scale.left, y, scale.right, y)
        yield words(name_y(value), scale.left - 8, y + 4, more=' text-anchor="end"')
