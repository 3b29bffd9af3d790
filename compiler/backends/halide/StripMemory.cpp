// Scratch, results and keys of a strip; see the header.
#include <Halide.h>

#include "compiler/backends/halide/StripMemory.h"

namespace mlir::attn {

using Halide::Expr;

StripMemory::StripMemory(KernelOp kernel, KernelCode &code, const StripPlan &plan, StripPipelines &pipelines)
    : kernel(kernel), code(code), schedule(*kernel.getSchedule()), plan(plan), pipelines(pipelines), read(kernel),
      scratch(getAffineConstantExpr(0, kernel.getContext())) {
  using C = CodeBuilder;
  sizes.queries = pipelines.number("queries", [this](C &c, const StripCall &strip) { return queries(c, strip); });
  sizes.keys = pipelines.number("keys", [this](C &c, const StripCall &strip) { return keys(c, strip); });
  sizes.sample = pipelines.number("sample", [](C &, const StripCall &strip) { return strip.sample; });
  firstHead = pipelines.number("first_head", [](C &, const StripCall &strip) { return strip.head; });
  firstRow = pipelines.number("first_row", [](C &, const StripCall &strip) { return strip.first; });
  rows = pipelines.number("rows", [](C &c, const StripCall &strip) { return c.sub(strip.end, strip.first); });
}

StripCall StripMemory::callOf(CodeBuilder &c, const StripTask &task) const {
  StripCall strip{task, {}, c.constant(0)};
  for (const MaskOps &masks : spanMasks)
    strip.spans.push_back(seenKeys(c, task, masks));
  return strip;
}

const KeySpan &StripMemory::spanOf(const MaskOps &masks) {
  auto known = llvm::find(spanMasks, masks);
  unsigned index = known - spanMasks.begin();
  if (known != spanMasks.end())
    return spans[index];
  spanMasks.push_back(masks);
  Expr first = 0, end = sizes.keys;
  if (!masks.empty()) {
    first = pipelines.number("first_panel", [this, index](CodeBuilder &c, const StripCall &strip) {
      return c.div(strip.spans[index].from, c.constant(panel()));
    });
    end = pipelines.number("end", [index](CodeBuilder &, const StripCall &strip) { return strip.spans[index].to; });
  }
  int width = panel();
  spans.push_back({first, end, (end + (width - 1)) / width - first, index});
  return spans[index];
}

/// From the beginning of a panel on; of a span without keys there is no panel.
KeyRange StripMemory::seenKeys(CodeBuilder &c, const StripTask &task, const MaskOps &masks) const {
  Value count = queries(c, task), all = keys(c, task), zero = c.constant(0);
  if (masks.empty())
    return {zero, all};
  Value first = c.max(c.sub(task.first, c.constant(plan.above)), zero);
  Value last = c.sub(c.min(c.add(task.end, plan.below), count), c.constant(1));
  MaskScope scope = maskScope(c, code, task.scope, masks, {task.sample, task.head}, count, all);
  KeyRange seen = visibleKeys(c, scope, first, last, {zero, all}).any;
  Value from = c.mul(c.div(seen.from, c.constant(panel())), panel());
  return {from, c.select(c.less(seen.from, seen.to), seen.to, from)};
}

Columns StripMemory::keyColumns(const MaskOps &masks, int64_t border) {
  int width = panel();
  const KeySpan &span = spanOf(masks);
  auto range = [width, number = span.number](CodeBuilder &c, const StripCall &strip) {
    KeyRange seen = strip.spans[number];
    return KeyRange{seen.from, c.mul(c.ceilDiv(seen.to, width), width)};
  };
  AffineExpr most = code.extents(plan.anyMap)[3].ceilDiv(width) * width;
  return {span.first * width, span.panels * width, most, range, border};
}

Columns StripMemory::fixedColumns(int64_t count) const {
  auto range = [count](CodeBuilder &c, const StripCall &) { return KeyRange{c.constant(0), c.constant(count)}; };
  return {0, static_cast<int>(count), getAffineConstantExpr(count, code.extents(plan.anyMap)[3].getContext()), range};
}

/// Columns before and after a map that its readers reach: a convolution beyond its own, others as far as themselves.
int64_t StripMemory::borderOf(Value map) const {
  int64_t border = 0;
  for (Operation *user : map.getUsers()) {
    if (!attn::mapResult(*user))
      continue;
    auto conv = dyn_cast<MapConvOp>(user);
    border = std::max(border, borderOf(user->getResult(0)) + (conv ? plan.border : 0));
  }
  return llvm::alignTo(border, panel());
}

KnownDimension StripMemory::rowsOf(Halo halo) const {
  Expr from = Halide::max(firstRow - static_cast<int>(halo.above), 0);
  Expr to = Halide::min(firstRow + rows + static_cast<int>(halo.below), sizes.queries);
  return {from, to - from, {}};
}

KnownDimension StripMemory::keysOf(const Columns &columns) const {
  return {columns.first, Halide::min(columns.count, sizes.keys - columns.first), {}};
}

KnownDimension StripMemory::headDimension(int64_t heads) const {
  return {plan.allHeads ? Expr(0) : firstHead, static_cast<int>(heldHeads(heads)), {}};
}

/// Rows that scratch has for a function: whole tiles, and as many more as readers with a halo of their own ask for when
/// they compute rows of a last tile that nobody reads.
AffineExpr StripMemory::heldRows(Halo halo) const {
  int64_t tileRows = schedule.getRows();
  KernelOp op = kernel;
  AffineExpr own = code.extents(plan.anyMap)[2];
  if (!plan.wholeMap)
    own = getAffineConstantExpr(schedule.getBlockRows(), own.getContext());
  int64_t readers = 1 + llvm::range_size(op.getBody().front().getOps<MapConvOp>());
  return ((own + (halo.above + halo.below)).ceilDiv(tileRows) + readers) * tileRows;
}

/// Rows of a function, rounded up to tiles.
KnownDimension StripMemory::rowDimension(Halo halo) const {
  int tileRows = schedule.getRows(), beyond = halo.above + halo.below;
  return {{}, (rows + (beyond + tileRows - 1)) / tileRows * tileRows, {}};
}

/// The same in code, and the heads after them.
void StripMemory::addRows(BufferArgument &buffer, CodeBuilder &c, const StripCall &strip, Halo halo, int64_t heads,
                          Value stride) const {
  Value count = c.add(c.sub(strip.end, strip.first), halo.above + halo.below);
  Value held = c.mul(c.ceilDiv(count, schedule.getRows()), schedule.getRows());
  Value ofHead = c.mul(stride, code.extent(c, strip.scope, heldRows(halo)));
  buffer.dimensions.push_back({c.sub(strip.first, c.constant(halo.above)), held, stride});
  buffer.dimensions.push_back({strip.head, c.constant(heldHeads(heads)), ofHead});
}

/// Places `elements` after what is in scratch already.
AffineExpr StripMemory::reserve(AffineExpr elements) {
  AffineExpr first = scratch;
  scratch = scratch + elements.ceilDiv(schedule.getLanes()) * schedule.getLanes();
  return first;
}

Value StripMemory::inScratch(CodeBuilder &c, const StripCall &strip, AffineExpr place) const {
  return c.offset(strip.scratch, code.extent(c, strip.scope, place));
}

Memory StripMemory::map(const Columns &columns, Halo halo, int64_t heads) {
  int border = columns.border;
  // Rows that a multiple of 4096 bytes separates would compete for the same lines of the cache.
  int64_t apart = 2 * border + panel();
  AffineExpr place = reserve((columns.most + apart) * (heldRows(halo) * heldHeads(heads)));
  auto buffer = [=](CodeBuilder &c, const StripCall &strip) {
    KeyRange range = columns.range(c, strip);
    Value count = c.sub(range.to, range.from);
    BufferArgument buffer{inScratch(c, strip, place),
                          {{c.sub(range.from, c.constant(border)), c.add(count, 2 * border), c.constant(1)}},
                          {}};
    addRows(buffer, c, strip, halo, heads, c.add(count, apart));
    return buffer;
  };
  return {{{columns.first - border, columns.count + 2 * border, {}}, rowDimension(halo), headDimension(heads)}, buffer};
}

Memory StripMemory::rowNumbers(Halo halo, int64_t heads) {
  AffineExpr place = reserve(heldRows(halo) * heldHeads(heads));
  auto buffer = [=](CodeBuilder &c, const StripCall &strip) {
    BufferArgument buffer{inScratch(c, strip, place), {}, {}};
    addRows(buffer, c, strip, halo, heads, c.constant(1));
    return buffer;
  };
  return {{rowDimension(halo), headDimension(heads)}, buffer};
}

Memory StripMemory::keyNumbers(const Columns &columns, int64_t heads) {
  AffineExpr place = reserve(columns.most * heldHeads(heads));
  auto buffer = [=](CodeBuilder &c, const StripCall &strip) {
    KeyRange range = columns.range(c, strip);
    Value count = c.sub(range.to, range.from);
    return BufferArgument{inScratch(c, strip, place),
                          {{range.from, count, c.constant(1)}, {strip.head, c.constant(heldHeads(heads)), count}},
                          {}};
  };
  return {{{columns.first, columns.count, {}}, headDimension(heads)}, buffer};
}

Memory StripMemory::table(int64_t columns, int64_t rowCount) {
  AffineExpr place = reserve(getAffineConstantExpr(columns * rowCount, scratch.getContext()));
  auto buffer = [=](CodeBuilder &c, const StripCall &strip) {
    return BufferArgument{inScratch(c, strip, place),
                          {{c.constant(0), c.constant(columns), c.constant(1)},
                           {c.constant(0), c.constant(rowCount), c.constant(columns)}},
                          {}};
  };
  return {{{0, static_cast<int>(columns), {}}, {0, static_cast<int>(rowCount), {}}}, buffer};
}

Memory StripMemory::number() {
  AffineExpr place = reserve(getAffineConstantExpr(1, scratch.getContext()));
  auto buffer = [=](CodeBuilder &c, const StripCall &strip) {
    return BufferArgument{inScratch(c, strip, place), {{c.constant(0), c.constant(1), c.constant(1)}}, {}};
  };
  return {{{0, 1, {}}}, buffer};
}

Value StripMemory::startOf(CodeBuilder &c, const StripCall &strip, unsigned result, int64_t heads, Value lines,
                           Value width) const {
  Value line = c.mul(c.add(c.mul(strip.sample, heads), strip.head), lines);
  return c.offset(code.result(strip.scope, result), c.mul(line, width));
}

Memory StripMemory::mapResult(unsigned result, int64_t heads) const {
  auto buffer = [=](CodeBuilder &c, const StripCall &strip) {
    Value n = queries(c, strip), m = keys(c, strip);
    return BufferArgument{c.offset(startOf(c, strip, result, heads, n, m), c.mul(strip.first, m)),
                          {{c.constant(0), m, c.constant(1)},
                           {strip.first, c.sub(strip.end, strip.first), m},
                           {strip.head, c.constant(heldHeads(heads)), c.mul(n, m)}},
                          {}};
  };
  return {{{0, sizes.keys, {}}, {{}, rows, {}}, headDimension(heads)}, buffer};
}

Memory StripMemory::valueResult(unsigned result, int64_t heads, int64_t width, bool merged) const {
  int64_t row = merged ? heads * width : width;
  auto buffer = [=](CodeBuilder &c, const StripCall &strip) {
    Value n = queries(c, strip), ofHead = merged ? c.constant(width) : c.mul(n, width);
    Value sample = c.offset(code.result(strip.scope, result), c.mul(c.mul(strip.sample, n), heads * width));
    return BufferArgument{c.offset(sample, c.add(c.mul(strip.first, row), c.mul(strip.head, ofHead))),
                          {{c.constant(0), c.constant(width), c.constant(1)},
                           {strip.first, c.sub(strip.end, strip.first), c.constant(row)},
                           {strip.head, c.constant(heldHeads(heads)), ofHead}},
                          {}};
  };
  return {{{0, static_cast<int>(width), {}}, {{}, rows, static_cast<int>(row)}, headDimension(heads)}, buffer};
}

Memory StripMemory::rowResult(unsigned result, int64_t heads) const {
  auto buffer = [=](CodeBuilder &c, const StripCall &strip) {
    Value n = queries(c, strip), one = c.constant(1);
    return BufferArgument{
        c.offset(startOf(c, strip, result, heads, n, one), strip.first),
        {{strip.first, c.sub(strip.end, strip.first), one}, {strip.head, c.constant(heldHeads(heads)), n}},
        {}};
  };
  return {{{{}, rows, {}}, headDimension(heads)}, buffer};
}

Memory StripMemory::keyResult(unsigned result, int64_t heads) const {
  auto buffer = [=](CodeBuilder &c, const StripCall &strip) {
    Value m = keys(c, strip), one = c.constant(1);
    return BufferArgument{startOf(c, strip, result, heads, one, m),
                          {{c.constant(0), m, one}, {strip.head, c.constant(heldHeads(heads)), m}},
                          {}};
  };
  return {{{0, sizes.keys, {}}, headDimension(heads)}, buffer};
}

Memory StripMemory::placeResult(unsigned result) const {
  auto buffer = [=](CodeBuilder &c, const StripCall &strip) {
    Value m = keys(c, strip), row = c.add(c.mul(strip.sample, queries(c, strip)), strip.first);
    return BufferArgument{c.offset(code.result(strip.scope, result), c.mul(row, m)),
                          {{c.constant(0), m, c.constant(1)}, {strip.first, c.sub(strip.end, strip.first), m}},
                          {}};
  };
  return {{{0, sizes.keys, {}}, {{}, rows, {}}}, buffer};
}

} // namespace mlir::attn
