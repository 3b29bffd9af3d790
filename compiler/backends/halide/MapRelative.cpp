// Tables of relative positions in a strip: scores with a row for each distance, and values by distance.
#include <Halide.h>

#include "compiler/backends/halide/ExprArithmetic.h"
#include "compiler/backends/halide/MapFuncs.h"

namespace mlir::attn {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;

namespace {

/// A key as the first of the vector that it is computed in, and its lane: in a vector of keys, what follows from the
/// first is one number, so that an index of the form f(first) + lane is one load.
struct LaneOfVector {
  LaneOfVector(const Expr &key, int lanes) : first(key / lanes * lanes), lane(key % lanes) {}

  Expr first, lane;
};

} // namespace

/// scale * query . table[r] for all rows of a table [rows, D], kept: the key of a place is then the table's row. The
/// first and last repeat `border` times on both sides.
PlaceExpr MapFuncs::tableScores(Value queryValue, Value tableValue, Value scores, float scale, int border) {
  auto type = cast<RankedTensorType>(tableValue.getType());
  int count = type.getDimSize(0), width = type.getDimSize(1);
  int64_t heads = mapHeads(scores), columns = llvm::alignTo(count + 2 * border, tiles.panel());
  auto q = tensors.rows(queryValue, heads);
  Halide::ImageParam table = tensors.whole(tableValue);
  // Columns of the table side by side, so that a vector holds several of its rows.
  Func turned("turned"), sums("sums"), products("table_scores");
  turned(key, query) = table(clamp(query, 0, width - 1), clamp(key - border, 0, count - 1));
  Kept side = pipelines.keep(turned, memory.table(columns, width));
  RDom d(0, width, "d");
  sums(key, query, head) = 0.0f;
  sums(key, query, head) += q.image(d, clamp(query, 0, sizes.queries - 1), head / q.group) * side({key, d});
  products(key, query, head) = sums(key, query, head) * scale;
  MapExpr parts;
  parts.products.push_back({sums, d, /*overHeads=*/false});
  tiles.rows(products, parts, Halide::TailStrategy::RoundUp, tiles.panel(), memory.heldHeads(heads));
  Kept kept = pipelines.keep(products, memory.map(memory.fixedColumns(columns), memory.haloOf(scores), heads));
  return [kept, border](const MapPlace &at) { return kept({at.key + border, at.query, at.head}); };
}

static Expr offsetOf(Alignment alignment, const MapSizes &sizes) {
  return alignment == Alignment::TopLeft ? Expr(0) : sizes.keys - sizes.queries;
}

MapExpr MapFuncs::relativeScore(RelativeScoreOp op) {
  int count = op.getTable().getType().getDimSize(0), lanes = tiles.lanes();
  PlaceExpr scores =
      tableScores(op.getQuery(), op.getTable(), op.getScores(), op.getScale().convertToDouble(), /*border=*/lanes);
  MapExpr map;
  map.at = [=, offset = offsetOf(op.getAlignment(), sizes)](const MapPlace &at) {
    LaneOfVector vector(at.key, lanes);
    Expr first = clamp(vector.first - at.query - offset + count / 2, -lanes, count);
    return scores({first + vector.lane, at.query, at.head});
  };
  return map;
}

// For each pixel one number of its image row and one of its image column. A vector of keys lies in one or a few rows of
// the image; numbers of the columns are kept by x, and repeat, so that a vector that begins anywhere is one load.
MapExpr MapFuncs::relativeScore2d(RelativeScore2dOp op) {
  int height = op.getRows().getType().getDimSize(0) / 2 + 1, width = op.getCols().getType().getDimSize(0) / 2 + 1;
  int lanes = tiles.lanes(), crossed = width % lanes ? llvm::divideCeil(lanes - 1, width) : 0;
  int64_t heads = mapHeads(op.getScores()), columns = llvm::alignTo(width + lanes, tiles.panel());
  float scale = op.getScale().convertToDouble();
  PlaceExpr downs = tableScores(op.getQuery(), op.getRows(), op.getScores(), scale, /*border=*/0);
  PlaceExpr rights = tableScores(op.getQuery(), op.getCols(), op.getScores(), scale, /*border=*/0);
  Func byColumn("by_column");
  byColumn(key, query, head) = rights({key % width - query % width + (width - 1), query, head});
  tiles.rows(byColumn, {}, Halide::TailStrategy::RoundUp, tiles.panel(), memory.heldHeads(heads));
  Kept kept = pipelines.keep(byColumn, memory.map(memory.fixedColumns(columns), memory.haloOf(op.getScores()), heads));
  MapExpr map;
  map.at = [=](const MapPlace &at) {
    LaneOfVector vector(at.key, lanes);
    Expr top = vector.first / width, x = vector.first % width + vector.lane;
    auto ofRow = [&](int below) {
      // Tiles reach beyond the image.
      return downs({clamp(top + below - at.query / width + (height - 1), 0, 2 * height - 2), at.query, at.head});
    };
    Expr down = ofRow(0);
    for (int below = 1; below <= crossed; ++below)
      down = select(x >= below * width, ofRow(below), down);
    return down + kept({x, at.query, at.head});
  };
  return map;
}

/// The weights of a row by distance r - c, unscaled: nearer distances are one place each, the first and last hold all
/// that lies beyond. Kept; the key of a place is then r.
PlaceExpr MapFuncs::weightsByDistance(CombineOp op, const MapExpr &weights) {
  int count = op.getRelative().getType().getDimSize(0), half = count / 2;
  int64_t heads = mapHeads(op.getWeights());
  Expr offset = offsetOf(*op.getAlignment(), sizes);
  MapGroups rows = groups(op.getWeights(), weights, MapAxis::Keys, op.getResult());
  auto total = [&](const char *name, const std::function<Expr(Expr)> &counts) {
    PlaceExpr term = [=, at = weights.at](const MapPlace &place) {
      return select(counts(place.key - place.query - offset), at(place), 0.0f);
    };
    return rows.reduce(name, 0.0f, sum, term);
  };
  PlaceExpr low = total("before", [=](Expr distance) { return distance <= -half; });
  PlaceExpr high = total("after", [=](Expr distance) { return distance >= std::max(half, 1); });
  const KeySpan &seen = memory.spanOf(StripPlan::masksBefore(op.getWeights()));
  Expr begin = seen.first * static_cast<int>(tiles.panel());
  Expr own = query + offset + (key - half), inside = clamp(own, begin, Halide::max(seen.end - 1, begin));
  MapPlace at{inside, query, head};
  Expr x = weights.ifVisible(at, weights.at(at), 0.0f);
  Expr first = count == 1 ? low(at) + high(at) : low(at);
  Func byDistance("by_distance");
  byDistance(key, query, head) =
      select(key == 0, first, key == count - 1, high(at), own >= begin && own < seen.end, x, 0.0f);
  int64_t columns = llvm::alignTo(count, tiles.panel());
  tiles.rows(byDistance, {}, Halide::TailStrategy::RoundUp, tiles.panel(), memory.heldHeads(heads));
  Kept kept = pipelines.keep(byDistance, memory.map(memory.fixedColumns(columns), {}, heads));
  return [kept](const MapPlace &place) { return kept({place.key, place.query, place.head}); };
}

/// sum_r weight(r) table[r]
Product MapFuncs::relativeValues(CombineOp op, const MapExpr &weights) {
  PlaceExpr weight = weightsByDistance(op, weights);
  Halide::ImageParam table = tensors.whole(op.getRelative());
  RDom r(0, static_cast<int>(op.getRelative().getType().getDimSize(0)), "r");
  Func sums("by_distance_sums");
  sums(key, query, head) = 0.0f;
  sums(key, query, head) += weight({r, query, head}) * table(key, r);
  return {sums, r, /*overHeads=*/false};
}

} // namespace mlir::attn
