// Reductions of groups; see the header.
#include <Halide.h>

#include "compiler/backends/halide/MapGroups.h"

namespace mlir::attn {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;

MapGroups::MapGroups(Value value, const MapExpr &map, MapAxis axis, Value reader, StripMemory &memory,
                     StripPipelines &pipelines, const MapTiles &tiles)
    : value(value), map(map), axis(axis), heads(cast<RankedTensorType>(value.getType()).getDimSize(1)), memory(memory),
      pipelines(pipelines), tiles(tiles) {
  bool isMap = mapResult(*reader.getDefiningOp()) == reader;
  halo = isMap ? memory.haloOf(reader) : Halo();
  columns = isMap ? memory.columnsOf(reader) : memory.keyColumns({});
}

/// What tells a group of a place from others.
static std::vector<Expr> coordinates(MapAxis axis, const MapPlace &at) {
  return axis == MapAxis::Keys      ? std::vector<Expr>{at.query, at.head}
         : axis == MapAxis::Queries ? std::vector<Expr>{at.key, at.head}
                                    : std::vector<Expr>{at.key, at.query};
}

std::vector<Halide::Var> MapGroups::variables() const {
  return axis == MapAxis::Keys      ? std::vector<Halide::Var>{tiles.query, tiles.head}
         : axis == MapAxis::Queries ? std::vector<Halide::Var>{tiles.key, tiles.head}
                                    : std::vector<Halide::Var>{tiles.key, tiles.query};
}

Memory MapGroups::numbers() {
  return axis == MapAxis::Keys ? memory.rowNumbers(halo, heads) : memory.keyNumbers(columns, heads);
}

PlaceExpr MapGroups::reduce(const char *name, Expr start, const Step &step, const PlaceExpr &term,
                            const Finish &finish) {
  Finish last = finish ? finish : [](Expr x, const MapPlace &) { return x; };
  return axis == MapAxis::Keys ? overKeys(name, start, step, term, last) : overOthers(name, start, step, term, last);
}

/// Lanes first, then a fixed tree over them.
PlaceExpr MapGroups::overKeys(const char *name, Expr start, const Step &step, const PlaceExpr &term,
                              const Finish &finish) {
  int width = tiles.panel();
  const KeySpan &seen = memory.spanOf(StripPlan::masksBefore(value));
  RDom r(seen.first, seen.panels, "r");
  MapPlace at{r * width + tiles.lane, tiles.query, tiles.head};
  Func byLane(std::string(name) + "_lanes"), func(name);
  Expr counts = likely(at.key < memory.sizes.keys);
  if (map.visible)
    counts = counts && likely(map.visible(at));
  byLane(tiles.lane, tiles.query, tiles.head) = start;
  byLane(tiles.lane, tiles.query, tiles.head) =
      step(byLane(tiles.lane, tiles.query, tiles.head), select(counts, term(at), start));
  std::vector<Expr> left;
  for (int l = 0; l < width; ++l)
    left.push_back(byLane(l, tiles.query, tiles.head));
  for (; left.size() > 1; left.resize(left.size() / 2))
    for (size_t l = 0; l < left.size() / 2; ++l)
      left[l] = step(left[l], left[l + left.size() / 2]);
  func(variables()) = finish(left[0], {0, tiles.query, tiles.head});
  tiles.lanesOfRow(func, byLane, r);
  Kept kept = pipelines.keep(func, numbers());
  return [kept, axis = axis](const MapPlace &place) { return kept(coordinates(axis, place)); };
}

/// Queries or heads, in order; every lane is a group.
PlaceExpr MapGroups::overOthers(const char *name, Expr start, const Step &step, const PlaceExpr &term,
                                const Finish &finish) {
  bool overHeads = axis == MapAxis::Heads;
  RDom r(0, overHeads ? Expr(static_cast<int>(heads)) : memory.sizes.queries, "r");
  MapPlace at{tiles.key, overHeads ? Expr(tiles.query) : Expr(r), overHeads ? Expr(r) : Expr(tiles.head)};
  Func sums(std::string(name) + "_sums");
  sums(variables()) = start;
  // Named in full, so that it reads the place also where the term does not.
  sums(variables()) = step(sums(variables()), select(r.x >= 0, map.ifVisible(at, term(at), start), start));
  if (overHeads) {
    beside.push_back({sums, r, /*overHeads=*/true});
    return [sums, finish, axis = axis](const MapPlace &place) { return finish(sums(coordinates(axis, place)), place); };
  }
  Func func(name);
  func(variables()) = finish(sums(variables()), {tiles.key, 0, tiles.head});
  tiles.panels(func, {{sums, r, /*overHeads=*/false}}, Halide::TailStrategy::RoundUp);
  Kept kept = pipelines.keep(func, numbers());
  return [kept, axis = axis](const MapPlace &place) { return kept(coordinates(axis, place)); };
}

PlaceExpr MapGroups::keep(const char *name, const PlaceExpr &number, const Memory &where) {
  Func func(name);
  func(variables()) = number({tiles.key, tiles.query, tiles.head});
  if (axis == MapAxis::Heads) {
    beside.push_back({func, {}, /*overHeads=*/true});
    return [func, axis = axis](const MapPlace &place) { return func(coordinates(axis, place)); };
  }
  if (axis != MapAxis::Keys)
    tiles.panels(func, {}, Halide::TailStrategy::RoundUp);
  Kept kept = pipelines.keep(func, where);
  return [kept, axis = axis](const MapPlace &place) { return kept(coordinates(axis, place)); };
}

PlaceExpr MapGroups::input(const char *name, const Memory &where) {
  return [image = pipelines.input(name, where), axis = axis](const MapPlace &place) {
    return image(coordinates(axis, place));
  };
}

void MapGroups::keepAny(const char *name, const PlaceExpr &differ, const Memory &where) {
  KnownDimension head = memory.headDimension(heads);
  KnownDimension line = axis == MapAxis::Keys ? memory.rowsOf(halo) : memory.keysOf(columns);
  RDom r(line.min, line.extent, head.min, head.extent, "r");
  Func func(name);
  Halide::Var x("x");
  func(x) = 0.0f;
  func(x) = Halide::max(func(x), differ({r.x, r.x, r.y}));
  pipelines.keep(func, where);
}

} // namespace mlir::attn
