// Where each function of a strip is computed and stored: kept ones in scratch of ours, one after the other; sums of
// products in registers, beside the tile that they are for.
#include <Halide.h>

#include "compiler/backends/halide/Formula.h"
#include "compiler/backends/halide/MapFuncs.h"

namespace mlir::attn {

using Halide::Expr;
using Halide::Func;
using Halide::TailStrategy;
using Halide::Var;

/// Rows that scratch has for a function: whole tiles, and as many more as readers with a halo of their own ask for when
/// they compute rows of a last tile that nobody reads.
int64_t MapFuncs::heldRows(Halo halo) const {
  int64_t tileRows = schedule.getRows();
  KernelOp op = kernel;
  int64_t readers = 1 + llvm::range_size(op.getBody().front().getOps<MapConvOp>());
  return llvm::alignTo(schedule.getBlockRows() + halo.above + halo.below, tileRows) + readers * tileRows;
}

int64_t MapFuncs::heldHeads(int64_t heads) const { return plan.allHeads ? heads : 1; }

/// Places `elements` after what is in scratch already.
AffineExpr MapFuncs::reserve(AffineExpr elements) {
  AffineExpr first = scratch;
  scratch = scratch + elements.ceilDiv(lanes()) * lanes();
  return first;
}

void MapFuncs::boundRows(Func func, int rowDimension, Halo halo, int64_t heads) {
  int tileRows = schedule.getRows(), beyond = halo.above + halo.below;
  func.output_buffer().dim(rowDimension).set_extent((rows + (beyond + tileRows - 1)) / tileRows * tileRows);
  func.output_buffer()
      .dim(rowDimension + 1)
      .set_bounds(plan.allHeads ? Expr(0) : firstHead, static_cast<int>(heldHeads(heads)));
}

/// Rows of a function, rounded up to tiles, as dimension of a buffer; then its heads.
void MapFuncs::addRows(BufferArgument &buffer, CodeBuilder &c, const StripTask &task, Halo halo, int64_t heads,
                       Value stride) {
  Value count = c.add(c.sub(task.end, task.first), halo.above + halo.below);
  Value held = c.mul(c.ceilDiv(count, schedule.getRows()), schedule.getRows());
  buffer.dimensions.push_back({c.sub(task.first, c.constant(halo.above)), held, stride});
  buffer.dimensions.push_back({task.head, c.constant(heldHeads(heads)), c.mul(stride, heldRows(halo))});
}

void MapFuncs::keep(Func func, const Columns &columns, Halo halo, int64_t heads) {
  int64_t border = columns.border;
  // Rows that a multiple of 4096 bytes separates would compete for the same lines of the cache.
  AffineExpr stride = columns.elements + (2 * border + panel());
  AffineExpr place = reserve(stride * (heldRows(halo) * heldHeads(heads)));
  outputs.push_back(func);
  outputBuffers.push_back([=](CodeBuilder &c, const StripTask &task) {
    Value extent = c.add(code.extent(c, task.scope, columns.elements), 2 * border);
    BufferArgument buffer{c.offset(task.scratch, code.extent(c, task.scope, place)),
                          {{c.constant(-border), extent, c.constant(1)}}};
    addRows(buffer, c, task, halo, heads, code.extent(c, task.scope, stride));
    return buffer;
  });
  func.output_buffer().dim(0).set_bounds(static_cast<int>(-border), columns.count + static_cast<int>(2 * border));
  boundRows(func, 1, halo, heads);
}

void MapFuncs::keepRows(Func func, Halo halo, int64_t heads) {
  AffineExpr place = reserve(getAffineConstantExpr(heldRows(halo) * heldHeads(heads), kernel.getContext()));
  outputs.push_back(func);
  outputBuffers.push_back([=](CodeBuilder &c, const StripTask &task) {
    BufferArgument buffer{c.offset(task.scratch, code.extent(c, task.scope, place)), {}};
    addRows(buffer, c, task, halo, heads, c.constant(1));
    return buffer;
  });
  boundRows(func, 0, halo, heads);
}

void MapFuncs::keepTable(Func func, int64_t columns, int64_t rowCount) {
  AffineExpr place = reserve(getAffineConstantExpr(columns * rowCount, kernel.getContext()));
  outputs.push_back(func);
  outputBuffers.push_back([=](CodeBuilder &c, const StripTask &task) {
    return BufferArgument{c.offset(task.scratch, code.extent(c, task.scope, place)),
                          {{c.constant(0), c.constant(columns), c.constant(1)},
                           {c.constant(0), c.constant(rowCount), c.constant(columns)}}};
  });
  func.output_buffer().dim(0).set_bounds(0, static_cast<int>(columns));
  func.output_buffer().dim(1).set_bounds(0, static_cast<int>(rowCount));
}

/// Columns before and after a map that its readers reach: a convolution beyond its own, others as far as themselves.
int64_t MapFuncs::borderOf(Value map) const {
  int64_t border = 0;
  for (Operation *user : map.getUsers()) {
    if (!mapResult(*user))
      continue;
    auto conv = dyn_cast<MapConvOp>(user);
    border = std::max(border, borderOf(user->getResult(0)) + (conv ? plan.border : 0));
  }
  return llvm::alignTo(border, panel());
}

/// All keys, up to a whole panel.
MapFuncs::Columns MapFuncs::keyColumns(Value map) const {
  int width = panel();
  AffineExpr count = code.extents(plan.anyMap)[3];
  return {(sizes.keys + (width - 1)) / width * width, count.ceilDiv(width) * width, borderOf(map)};
}

MapExpr MapFuncs::keepMap(Value map, MapExpr expr) {
  bool convolved = llvm::any_of(map.getUsers(), llvm::IsaPred<MapConvOp>);
  MapPlace at{key, query, head};
  Expr x = whole(expr)(at);
  if (convolved) {
    Expr inside = likely(key >= 0 && key < sizes.keys) && query >= 0 && query < sizes.queries;
    x = choose(expr.visible ? inside && expr.visible(at) : inside, x, 0.0f);
  }
  Func func("map");
  func(key, query, head) = x;
  keep(func, keyColumns(map), haloOf(map), mapHeads(map));
  tile(func, expr, TailStrategy::RoundUp, panel(), mapHeads(map));
  MapExpr kept;
  kept.at = [func](const MapPlace &place) { return func(place.key, place.query, place.head); };
  kept.visible = expr.visible;
  kept.isLoad = true;
  return kept;
}

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

void MapFuncs::tile(Func func, const MapExpr &parts, TailStrategy tail, int64_t width, int64_t heads) {
  int columns = columnsOf(width, panel()), vector = std::min<int64_t>(columns, lanes()), tileRows = schedule.getRows();
  Var outerKey("ko"), innerKey("ki"), outerRow("ro"), innerRow("ri");
  auto vectorize = [&](Func f, Var v) { f.vectorize(v, vector).unroll(v); };
  bool overHeads = !parts.beside.empty();
  for (const Product &product : parts.products)
    overHeads |= product.overHeads;
  Var &row = overHeads ? head : query;
  if (overHeads) {
    heads = heldHeads(heads);
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
  vectorize(func, innerKey);
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
  computeBeside(func, parts, query, columns, vector);
}

/// Reductions over heads, for the places of a tile.
void MapFuncs::computeBeside(Func func, const MapExpr &parts, Var at, int columns, int vector) {
  for (const Product &beside : parts.beside) {
    Func sums = beside.sums;
    sums.bound_extent(key, columns).bound_extent(query, 1);
    sums.compute_at(func, at).vectorize(key, vector).unroll(key);
    sums.update().reorder(key, beside.terms.x, query).vectorize(key, vector).unroll(key);
  }
}

void MapFuncs::tilePlaces(Func func, const MapExpr &parts) {
  int columns = panel(), vector = lanes();
  Var outer("ko"), inner("ki");
  func.split(key, outer, inner, columns, TailStrategy::GuardWithIf).vectorize(inner, vector).unroll(inner);
  computeBeside(func, parts, outer, columns, vector);
}

} // namespace mlir::attn
