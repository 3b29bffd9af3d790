// Where the functions of a strip lie: in the worker's scratch one after the other, or in the kernel's results; and
// which keys they have. Needs Halide.h before it.
#pragma once

#include "compiler/backends/code/StripPlan.h"
#include "compiler/backends/halide/MapExpr.h"
#include "compiler/backends/halide/ReadColumns.h"
#include "compiler/backends/halide/StripPipelines.h"

namespace mlir::attn {

/// Keys that a strip's rows see under some masks: all before `end` from that of panel `first` on.
struct KeySpan {
  Halide::Expr first, end;
  Halide::Expr panels; // from `first` on
  unsigned number;     // in StripCall
};

/// How far the first coordinate of a function in scratch goes.
struct Columns {
  Halide::Expr first, count; // as Halide knows them
  AffineExpr most;           // of `count`
  std::function<KeyRange(CodeBuilder &, const StripCall &)> range;
  int64_t border = 0; // before and after
};

/// Rows beyond the strip's own.
struct Halo {
  int64_t above = 0, below = 0;
};

class StripMemory {
public:
  StripMemory(KernelOp kernel, KernelCode &code, const StripPlan &plan, StripPipelines &pipelines);

  /// The call of a strip: what its spans are.
  StripCall callOf(CodeBuilder &code, const StripTask &task) const;

  // --- keys and rows
  const KeySpan &spanOf(const MaskOps &masks);
  Columns keyColumns(const MaskOps &masks, int64_t border = 0);
  /// The keys of a map that are read, up to a whole panel, and what a convolution reads beyond them.
  int64_t borderOf(Value map) const;
  Columns columnsOf(Value map) { return keyColumns(read.masksOf(map), borderOf(map)); }
  Columns fixedColumns(int64_t count) const;
  Halo haloOf(Value map) const { return {plan.of(map).above, plan.of(map).below}; }
  /// Rows of the map that a halo holds: not those before the first and beyond the last.
  KnownDimension rowsOf(Halo halo) const;
  /// Keys of the map that columns hold: not those beyond the last.
  KnownDimension keysOf(const Columns &columns) const;
  /// Heads that a strip has of a map, as coordinates.
  KnownDimension headDimension(int64_t heads) const;
  int64_t heldHeads(int64_t heads) const { return plan.allHeads ? heads : 1; }

  // --- scratch; with (column, query, head), (query, head), (key, head), (x, y) and (0) as coordinates
  Memory map(const Columns &columns, Halo halo, int64_t heads);
  Memory rowNumbers(Halo halo, int64_t heads);
  Memory keyNumbers(const Columns &columns, int64_t heads);
  Memory table(int64_t columns, int64_t rows);
  Memory number();

  // --- results of the kernel: [B, H, N, M], [B, H, N, E] or merged [B, N, H * E], [B, H, N], [B, H, M], [B, N, M]
  Memory mapResult(unsigned result, int64_t heads) const;
  Memory valueResult(unsigned result, int64_t heads, int64_t width, bool merged) const;
  Memory rowResult(unsigned result, int64_t heads) const;
  Memory keyResult(unsigned result, int64_t heads) const;
  Memory placeResult(unsigned result) const;

  AffineExpr bytes() const { return scratch * 4; }

  MapSizes sizes;

private:
  KeyRange seenKeys(CodeBuilder &c, const StripTask &task, const MaskOps &masks) const;
  AffineExpr reserve(AffineExpr elements);
  Value inScratch(CodeBuilder &c, const StripCall &strip, AffineExpr place) const;
  AffineExpr heldRows(Halo halo) const;
  KnownDimension rowDimension(Halo halo) const;
  void addRows(BufferArgument &buffer, CodeBuilder &c, const StripCall &strip, Halo halo, int64_t heads,
               Value stride) const;
  /// The element of a result [B, heads, lines, ...], `width` to a line, where a strip begins.
  Value startOf(CodeBuilder &c, const StripCall &strip, unsigned result, int64_t heads, Value lines, Value width) const;
  Value queries(CodeBuilder &c, const StripTask &task) const { return extent(c, task, 2); }
  Value keys(CodeBuilder &c, const StripTask &task) const { return extent(c, task, 3); }
  Value extent(CodeBuilder &c, const StripTask &task, unsigned dimension) const {
    return code.extent(c, task.scope, code.extents(plan.anyMap)[dimension]);
  }
  int64_t panel() const { return schedule.getCols(); }

  KernelOp kernel;
  KernelCode &code;
  ScheduleAttr schedule;
  const StripPlan &plan;
  StripPipelines &pipelines;
  ReadColumns read;
  Halide::Expr firstHead, firstRow, rows;
  std::vector<MaskOps> spanMasks; // by number
  std::vector<KeySpan> spans;
  AffineExpr scratch; // elements
};

} // namespace mlir::attn
