// The ops of a score map kernel as Halide functions over (key, query, head): one strip of rows with all keys, as the
// LLVM back end's strategy `strip` has it. MapFuncs.cpp visits the ops, MapProducts.cpp has those that are sums of
// products, MapNormalize.cpp the normalisers, MapMask.cpp masks, MapReduce.cpp numbers of rows, MapSchedule.cpp what is
// computed where. Needs Halide.h before it.
//
//   kept map       an output of the pipeline whose buffer lies in the worker's scratch, so that memory is planned by us
//   other maps     expressions, computed where they are read
#pragma once

#include "compiler/backends/code/StripTasks.h"
#include "compiler/backends/code/VisibleKeys.h"
#include "compiler/backends/halide/Buffers.h"
#include "compiler/backends/halide/ReadColumns.h"
#include "llvm/Support/Error.h"
#include <functional>
#include <vector>

namespace mlir::attn {

/// A place of a map. `head` is the map's, also in a strip of one head.
struct MapPlace {
  Halide::Expr key, query, head;
};
/// What else a place is measured by: N, M and the sample.
struct MapSizes {
  Halide::Expr queries, keys, sample;
};
/// Keys that a strip's rows see under some masks: all before `end` from that of panel `first` on.
struct KeySpan {
  Halide::Expr first, end;
  unsigned number; // in StripCall
};
/// Where a strip is computed, and the keys of each KeySpan.
struct StripCall : StripTask {
  SmallVector<KeyRange> spans;
};
using PlaceExpr = std::function<Halide::Expr(const MapPlace &)>;

/// Sums that a map is made of, to be computed tile by tile with it: rows of the tile are queries, or heads.
struct Product {
  Halide::Func sums;
  Halide::RDom terms; // innermost last
  bool overHeads;
};

/// A map as an expression. `at` means nothing at masked places; a weight is `at` times `factor`.
struct MapExpr {
  PlaceExpr at;
  PlaceExpr visible; // null: every place
  PlaceExpr factor;  // null: 1; does not depend on the key
  std::vector<Product> products;
  std::vector<Product> beside; // reductions over heads of (key, query), for each place of a tile
  bool isLoad = false;         // `at` reads memory, so that it may be read often
};

/// The weight or score at a visible place.
PlaceExpr whole(const MapExpr &map);

class MapFuncs {
public:
  MapFuncs(KernelOp kernel, KernelCode &code);

  /// The pipeline as bitcode of function `name`; sets the kernel's scratch.
  llvm::Expected<std::string> compile(const std::string &name);

  /// The arguments of a call of it for one strip, in order.
  SmallVector<Value> arguments(CodeBuilder &code, const StripTask &task) const;

  const StripPlan &stripPlan() const { return plan; }

private:
  using Number = std::function<Value(CodeBuilder &, const StripCall &)>;
  using MakeBuffer = std::function<BufferArgument(CodeBuilder &, const StripCall &)>;

  using Step = std::function<Halide::Expr(Halide::Expr, Halide::Expr)>;

  /// How far the first coordinate of a kept function goes.
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

  // --- MapFuncs.cpp
  void visit(Operation &op);
  MapExpr build(Operation &op);
  MapExpr placeOp(Operation &op);
  MapExpr given(Value tensor);
  MapExpr valueOf(Value map);
  PlaceExpr maskExpr(MaskOp op);
  void yield(Value value, unsigned result);
  Halide::Expr number(const char *name, Number value);
  Halide::ImageParam input(const char *name, int rank, MakeBuffer make, Type element = {});
  Halide::ImageParam tensor(Value argument);
  std::vector<Halide::ImageParam> tensors(ValueRange captures);

  // --- MapProducts.cpp
  Halide::ImageParam rowsOf(Value value, int64_t heads, int64_t &group);
  Halide::ImageParam panelsOf(Value key, int64_t heads, int64_t &group);
  /// What a channel of a query and of a key adds to their score.
  using ChannelTerm = std::function<Halide::Expr(const Halide::Expr &, const Halide::Expr &, const Halide::Expr &)>;
  MapExpr sumOfChannels(Value query, Value key, int64_t heads, float scale, const ChannelTerm &term);
  MapExpr score(ScoreOp op);
  MapExpr pairScore(PairScoreOp op);
  MapExpr relativeScore(RelativeScoreOp op);
  MapExpr relativeScore2d(RelativeScore2dOp op);
  PlaceExpr tableScores(Value query, Value table, Value scores);
  MapExpr mixHeads(MixHeadsOp op);
  MapExpr mapConv(MapConvOp op);
  void combine(CombineOp op);

  // --- MapNormalize.cpp
  class Normaliser;
  MapExpr normalize(NormalizeOp op);
  MapExpr normalizeKeys(NormalizeOp op, const MapExpr &scores);
  MapExpr normalizeHeads(NormalizeOp op, const MapExpr &scores);
  PlaceExpr reduceKeys(const char *name, Halo halo, Value value, const MapExpr &map, Halide::Expr start, Step step,
                       PlaceExpr term, std::function<Halide::Expr(Halide::Expr, const MapPlace &)> finish);
  PlaceExpr sinkOf(NormalizeOp op);

  // --- MapReduce.cpp
  void reduceMap(ReduceMapOp op);
  void yieldRows(ReduceMapOp op, unsigned result);
  void yieldPlaces(ReduceMapOp op, unsigned result);

  // --- MapSchedule.cpp
  /// Keeps a function of (x, query, head), or of (query, head), or of (x, y).
  void keep(Halide::Func func, const Columns &columns, Halo halo, int64_t heads);
  void keepRows(Halide::Func func, Halo halo, int64_t heads);
  void keepTable(Halide::Func func, int64_t columns, int64_t rowCount);
  const KeySpan &spanOf(const MaskOps &masks);
  KeyRange seenKeys(CodeBuilder &c, const StripTask &task, const MaskOps &masks) const;
  Columns fixedColumns(int64_t count) const;
  MapExpr keepMap(Value map, MapExpr expr);
  /// Schedules a function whose rows are `width` wide, or panels, and what it is made of.
  void tile(Halide::Func func, const MapExpr &parts, Halide::TailStrategy tail, int64_t width, int64_t heads);
  /// Schedules a function of (key, query) that is yielded.
  void tilePlaces(Halide::Func func, const MapExpr &parts);
  void computeBeside(Halide::Func func, const MapExpr &parts, Halide::Var at, int columns, int vector);
  AffineExpr reserve(AffineExpr elements);
  void boundRows(Halide::Func func, int rowDimension, Halo halo, int64_t heads);
  void addRows(BufferArgument &buffer, CodeBuilder &c, const StripCall &strip, Halo halo, int64_t heads, Value stride);
  int64_t borderOf(Value map) const;
  Columns keyColumns(Value map);
  int64_t heldRows(Halo halo) const;
  int64_t heldHeads(int64_t heads) const;
  Halo haloOf(Value map) const { return {plan.of(map).above, plan.of(map).below}; }
  int64_t mapHeads(Value map) const { return cast<RankedTensorType>(map.getType()).getDimSize(1); }
  int64_t lanes() const { return schedule.getLanes(); }
  int64_t panel() const { return schedule.getCols(); }

  KernelOp kernel;
  KernelCode &code;
  ScheduleAttr schedule;
  StripPlan plan;
  ReadColumns columns;
  Halide::Var key{"key"}, query{"query"}, head{"head"};
  MapSizes sizes;
  Halide::Expr firstHead, rows;
  llvm::DenseMap<Value, MapExpr> maps;
  llvm::DenseMap<Value, Halide::ImageParam> wholeTensors;
  std::vector<MaskOps> spanMasks; // by number
  std::vector<KeySpan> spans;
  std::vector<Halide::Argument> formals;
  std::vector<Number> actuals; // a scalar i32, or the address of a buffer
  std::vector<Halide::Func> outputs;
  std::vector<MakeBuffer> outputBuffers;
  AffineExpr scratch; // elements
};

} // namespace mlir::attn
