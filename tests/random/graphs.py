"""Draws an attention along the edges of a graph, of which masks hide some."""
import random

from masks import MaskDrawer


def draw_graph(seed, drawer, value):
    """Adds one to some programs, and what it gives to their results; `value` makes an argument of a name, a shape and an
    element. It draws by itself, so that the rest of a program is what its seed has always drawn."""
    draw, program = random.Random(f"graph {seed}"), drawer.program
    if draw.random() >= 0.2:
        return
    drawer.draw = draw
    depth, width, shared = draw.choice([1, 3, 8, 17]), draw.choice([1, 5, 16, 40]), draw.choice([1, 1, 2])
    heads = shared * draw.choice([1, 2, 3, 9])
    q = drawer.heads_of("N", heads, depth)
    k, v = (drawer.heads_of("N", shared, size) for size in (depth, width))
    program.sizes["E"] = draw.choice([0, 1, 7, 60, 300]) if program.sizes["N"] else 0
    graph = [value("rowptr", ("N + 1",), "i32"), value("col", ("E",), "i32")]
    program.model.arguments += graph
    edges = draw.choice(["graph(%rowptr, %col)", "(graph(%rowptr, %col) or window(0, 0, top_left))"])
    where, named, region = MaskDrawer(drawer, "N", "N").masked(0.7, predicates=True)
    where = f" where {edges}" + (f" and ({where.removeprefix(' where ')})" if where else "")
    s = drawer.map((*q.shape[:3], "N"), "attn.score dot {0}, {1} scale 0.3 : {t0}, {t1}", q, k)
    types = "".join(f", {{t{i + 1}}}" for i in range(2 + len(named)))
    m = drawer.map(s.shape, f"attn.mask {{0}}{where} : {{t0}}{types}{region}", s, *graph, *named)
    if draw.random() < 0.4:
        m = drawer.map(s.shape, f"attn.modify {{0}} : {{t0}}{drawer.place_formula(s.shape, [])}", m)
    p = drawer.map(s.shape, f"attn.normalize {draw.choice(['softmax', 'softmax', 'softmax_one', 'sigmoid'])} {{0}} : {{t0}}", m)
    out = drawer.add((*q.shape[:3], width), "attn.combine {0}, {1} : {t0}, {t1}", p, v)
    program.model.results.append(out)
    if draw.random() < 0.3:
        program.model.results.append(drawer.add((*q.shape[:2], "E"), "attn.edge_values {0} over {1}, {2} : {t0}, {t1}, {t2}",
                                                p, *graph))
