// Schedules; see the header.
#include <Halide.h>

#include "compiler/backends/halide/MapTiles.h"

namespace mlir::attn {

using Halide::Func;
using Halide::TailStrategy;
using Halide::Var;

/// The most columns of a tile that divide `width`.
static int64_t columnsOf(int64_t width, int64_t panel) {
  while (width % panel)
    panel /= 2;
  return panel;
}

/// Heads of a tile: a divisor of their number where there is a fair one.
static int64_t headsOf(int64_t heads, int64_t most) {
  if (heads <= most)
    return heads;
  for (int64_t count = most; count > most / 2; --count)
    if (heads % count == 0)
      return count;
  return most;
}

void MapTiles::rows(Func func, const MapExpr &parts, TailStrategy tail, int64_t width, int64_t heads) const {
  int columns = columnsOf(width, panel()), vector = std::min<int64_t>(columns, lanes()), tileRows = schedule.getRows();
  Var outerKey("ko"), innerKey("ki"), outerRow("ro"), innerRow("ri");
  bool overHeads = !parts.beside.empty();
  for (const Product &product : parts.products)
    overHeads |= product.overHeads;
  const Var &row = overHeads ? head : query;
  if (overHeads) {
    tileRows = headsOf(heads, tileRows);
    auto headTail = heads % tileRows ? TailStrategy::ShiftInwards : TailStrategy::RoundUp;
    func.split(key, outerKey, innerKey, columns, tail).split(head, outerRow, innerRow, tileRows, headTail);
    func.reorder(innerKey, innerRow, outerRow, query, outerKey).unroll(innerRow);
  } else if (!parts.products.empty()) {
    func.tile(key, query, outerKey, outerRow, innerKey, innerRow, columns, tileRows, tail);
    func.reorder(innerKey, innerRow, outerRow, outerKey, head).unroll(innerRow);
  } else {
    func.split(key, outerKey, innerKey, columns, tail);
  }
  func.vectorize(innerKey, vector).unroll(innerKey);
  for (const Product &product : parts.products) {
    Func sums = product.sums;
    // Whole tiles, also where the end of the strip guards what is stored.
    sums.bound_extent(key, columns).bound_extent(row, tileRows);
    sums.compute_at(func, outerRow).vectorize(key, vector).unroll(key).unroll(row);
    std::vector<Halide::VarOrRVar> order{key, row};
    for (int d = 0; d < product.terms.dimensions(); ++d)
      order.push_back(product.terms[d]);
    order.push_back(overHeads ? query : head);
    sums.update().reorder(order).vectorize(key, vector).unroll(key).unroll(row);
  }
  beside(func, parts.beside, query, columns, vector);
}

/// Reductions of (key, other), for the places of a tile.
void MapTiles::beside(Func func, const std::vector<Product> &reductions, Var at, int columns, int vector) const {
  for (const Product &reduction : reductions) {
    Func sums = reduction.sums;
    Var other(sums.args()[1].name());
    sums.bound_extent(key, columns).bound_extent(other, 1);
    sums.compute_at(func, at).vectorize(key, vector).unroll(key);
    if (sums.has_update_definition())
      sums.update().reorder(key, reduction.terms.x, other).vectorize(key, vector).unroll(key);
  }
}

void MapTiles::panels(Func func, const std::vector<Product> &reductions, TailStrategy tail) const {
  int columns = panel(), vector = lanes();
  Var outer("ko"), inner("ki");
  func.split(key, outer, inner, columns, tail).vectorize(inner, vector).unroll(inner);
  beside(func, reductions, outer, columns, vector);
}

void MapTiles::lanesOfRow(Func func, Func byLane, const Halide::RDom &terms) const {
  int columns = panel(), vector = lanes();
  byLane.compute_at(func, query).bound(lane, 0, columns).vectorize(lane, vector).unroll(lane);
  byLane.update().reorder(lane, terms.x).vectorize(lane, vector).unroll(lane);
}

} // namespace mlir::attn
