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
void MapFuncs::addRows(BufferArgument &buffer, CodeBuilder &c, const StripCall &strip, Halo halo, int64_t heads,
                       Value stride) {
  Value count = c.add(c.sub(strip.end, strip.first), halo.above + halo.below);
  Value held = c.mul(c.ceilDiv(count, schedule.getRows()), schedule.getRows());
  buffer.dimensions.push_back({c.sub(strip.first, c.constant(halo.above)), held, stride});
  buffer.dimensions.push_back({strip.head, c.constant(heldHeads(heads)), c.mul(stride, heldRows(halo))});
}

void MapFuncs::keep(Func func, const Columns &columns, Halo halo, int64_t heads) {
  int64_t border = columns.border;
  // Rows that a multiple of 4096 bytes separates would compete for the same lines of the cache.
  AffineExpr place = reserve((columns.most + (2 * border + panel())) * (heldRows(halo) * heldHeads(heads)));
  outputs.push_back(func);
  outputBuffers.push_back([=](CodeBuilder &c, const StripCall &strip) {
    KeyRange range = columns.range(c, strip);
    Value extent = c.add(c.sub(range.to, range.from), 2 * border);
    BufferArgument buffer{c.offset(strip.scratch, code.extent(c, strip.scope, place)),
                          {{c.sub(range.from, c.constant(border)), extent, c.constant(1)}}};
    addRows(buffer, c, strip, halo, heads, c.add(extent, panel()));
    return buffer;
  });
  func.output_buffer().dim(0).set_bounds(columns.first - static_cast<int>(border),
                                         columns.count + static_cast<int>(2 * border));
  boundRows(func, 1, halo, heads);
}

void MapFuncs::keepRows(Func func, Halo halo, int64_t heads) {
  AffineExpr place = reserve(getAffineConstantExpr(heldRows(halo) * heldHeads(heads), kernel.getContext()));
  outputs.push_back(func);
  outputBuffers.push_back([=](CodeBuilder &c, const StripCall &strip) {
    BufferArgument buffer{c.offset(strip.scratch, code.extent(c, strip.scope, place)), {}};
    addRows(buffer, c, strip, halo, heads, c.constant(1));
    return buffer;
  });
  boundRows(func, 0, halo, heads);
}

void MapFuncs::keepTable(Func func, int64_t columns, int64_t rowCount) {
  AffineExpr place = reserve(getAffineConstantExpr(columns * rowCount, kernel.getContext()));
  outputs.push_back(func);
  outputBuffers.push_back([=](CodeBuilder &c, const StripCall &strip) {
    return BufferArgument{c.offset(strip.scratch, code.extent(c, strip.scope, place)),
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

const KeySpan &MapFuncs::spanOf(const MaskOps &masks) {
  auto known = llvm::find(spanMasks, masks);
  unsigned index = known - spanMasks.begin();
  if (known == spanMasks.end()) {
    spanMasks.push_back(masks);
    auto first = [this, index](CodeBuilder &c, const StripCall &strip) {
      return c.div(strip.spans[index].from, c.constant(panel()));
    };
    auto end = [index](CodeBuilder &, const StripCall &strip) { return strip.spans[index].to; };
    spans.push_back(masks.empty() ? KeySpan{0, sizes.keys, index}
                                  : KeySpan{number("first_panel", first), number("end", end), index});
  }
  return spans[index];
}

/// From the beginning of a panel on; of a span without keys there is no panel.
KeyRange MapFuncs::seenKeys(CodeBuilder &c, const StripTask &task, const MaskOps &masks) const {
  ArrayRef<AffineExpr> extents = code.extents(plan.anyMap);
  Value queries = code.extent(c, task.scope, extents[2]), keys = code.extent(c, task.scope, extents[3]);
  Value zero = c.constant(0), first = c.max(c.sub(task.first, c.constant(plan.above)), zero);
  Value last = c.sub(c.min(c.add(task.end, plan.below), queries), c.constant(1));
  MaskScope scope = maskScope(c, code, task.scope, masks, {task.sample, task.head}, queries, keys);
  KeyRange seen = visibleKeys(c, scope, first, last, {zero, keys}).any;
  Value from = c.mul(c.div(seen.from, c.constant(panel())), panel());
  return {from, c.select(c.less(seen.from, seen.to), seen.to, from)};
}

MapFuncs::Columns MapFuncs::fixedColumns(int64_t count) const {
  auto range = [count](CodeBuilder &c, const StripCall &) { return KeyRange{c.constant(0), c.constant(count)}; };
  return {0, static_cast<int>(count), getAffineConstantExpr(count, kernel->getContext()), range};
}

/// The keys of a map that are read, up to a whole panel.
MapFuncs::Columns MapFuncs::keyColumns(Value map) {
  int width = panel();
  KeySpan span = spanOf(columns.masksOf(map));
  auto range = [width, span](CodeBuilder &c, const StripCall &strip) {
    KeyRange seen = strip.spans[span.number];
    return KeyRange{seen.from, c.mul(c.ceilDiv(seen.to, width), width)};
  };
  AffineExpr most = code.extents(plan.anyMap)[3].ceilDiv(width) * width;
  return {span.first * width, ((span.end + (width - 1)) / width - span.first) * width, most, range, borderOf(map)};
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
