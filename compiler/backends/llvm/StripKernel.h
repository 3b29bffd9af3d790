// The code of one strip kernel. Strip.cpp shares out strips and visits the ops; StripProducts.cpp has the ops that are
// sums of products, StripKeys.cpp scores against keys in rows, StripRelative.cpp tables of relative positions,
// StripPlaces.cpp the ops that look at one place, StripGroups.cpp loops over places that share a normalisation,
// StripNormalize.cpp, StripReduce.cpp and StripTopK.cpp what is done there.
#pragma once

#include "compiler/backends/code/StripTasks.h"
#include "compiler/backends/llvm/AskAhead.h"
#include "compiler/backends/llvm/MapInputs.h"
#include "compiler/backends/llvm/PlaceGroup.h"
#include "compiler/backends/llvm/Rows.h"
#include "compiler/backends/llvm/Strategies.h"

namespace mlir::attn {

class StripKernel {
public:
  explicit StripKernel(KernelCode &kernel);
  void build();

private:
  /// A map [B, H, N, M] in memory, not in the strip.
  struct OuterMap {
    Value memory;
    int64_t heads;
  };

  /// What the function that computes one strip knows.
  struct Strip : StripTask {
    Value queries, keys;       // N, M
    Value memory;              // slot 0
    Value relative;            // scratch for one row of relative scores
    Value rowStride, headSize; // elements
    Value slotSize;
    Value visited; // the head that ops are at; null where each goes through all
    // What steps at that head read from outside and write to it: asked for during products.
    SmallVector<OuterMap, 1> reads, writes;
  };

  /// One thing that is done to a strip: an op, or to copy a map that leaves the kernel. Those that look at one head at
  /// a time, `heads` of them, are done head by head, so that what one writes is in the cache for the next; 0 for
  /// others.
  struct Step {
    int64_t heads;
    Operation *op;   // null: to copy out
    unsigned result; // of the kernel
  };

  /// A vector of places: head of the strip, row and first column of the map; lanes outside `mask` (null: all on) do not
  /// exist.
  struct Place {
    Value head, row, column, mask;
  };

  /// A register tile of a product with values: rows from `row` on, columns from `column` on.
  struct ValueTile {
    Value head;
    HeadRows values; // from `column` on: a panel of them, or the rows that they lie in
    HeadRows output;
    Value row, column;
    int64_t rows, columns;
    AskAhead ahead;
  };

  /// A map whose places are taken group by group; what is written goes to `target`, or back where that is null.
  struct GroupedMap {
    Value map;
    MapAxis axis;
    std::pair<Value, Value> rows; // [from, to)
    Hidden hidden;
    Value target;
  };

  Strip makeStrip(CodeBuilder &code, const StripTask &task);
  SmallVector<Step> steps();
  void visit(CodeBuilder &code, const Strip &strip, const Step &step);
  void visit(CodeBuilder &code, const Strip &strip, Operation &op);
  void findMaps(Strip &strip, ArrayRef<Step> steps);
  SmallVector<AskAhead::Rows, 2> linesOf(CodeBuilder &code, const Strip &strip, ArrayRef<OuterMap> maps, Value head,
                                         Value first, Value end);
  void copyOut(CodeBuilder &code, const Strip &strip, unsigned result);

  // --- addresses
  Value slotOf(CodeBuilder &code, const Strip &strip, int64_t slot, Value head);
  Value row(CodeBuilder &code, const Strip &strip, Value base, Value row);
  Value rowOf(CodeBuilder &code, const Strip &strip, Value map, Value head, Value row);
  std::pair<Value, Value> rowsOf(CodeBuilder &code, const Strip &strip, Value map);
  Value outerRow(CodeBuilder &code, const Strip &strip, const OuterMap &map, Value head, Value row);
  HeadPlace place(CodeBuilder &code, const Strip &strip, Value head) {
    return {strip.sample, plan.allHeads ? head : strip.head};
  }
  /// Calls `body(head, row)` for every row that is needed of a map; `head` counts from 0 in the strip.
  void forRows(CodeBuilder &code, const Strip &strip, Value map, llvm::function_ref<void(Value, Value)> body);
  void forHeads(CodeBuilder &code, const Strip &strip, int64_t heads, llvm::function_ref<void(Value)> body);
  void forHeads(CodeBuilder &code, const Strip &strip, Value map, llvm::function_ref<void(Value)> body);
  /// Calls `body(column, mask)` for every vector of keys; `mask` is null but for a last vector that is not full.
  void forKeys(CodeBuilder &code, const Strip &strip, llvm::function_ref<void(Value, Value)> body);

  /// The keys that queries [first, end) can see under masks.
  KeyRange seenKeys(CodeBuilder &code, const Strip &strip, ArrayRef<MaskOp> masks, Value head, Value first, Value end);

  // --- StripProducts.cpp
  void score(CodeBuilder &code, const Strip &strip, ScoreOp op);
  void pairScore(CodeBuilder &code, const Strip &strip, PairScoreOp op);
  void mixHeads(CodeBuilder &code, const Strip &strip, MixHeadsOp op);
  Value hiddenInAny(CodeBuilder &code, const Strip &strip, Value map, Value row, Value column);
  void mapConv(CodeBuilder &code, const Strip &strip, MapConvOp op);
  void convolveTile(CodeBuilder &code, const Strip &strip, MapConvOp op, int64_t slot, Value row, Value column,
                    Value head, int64_t outHeads);
  int64_t cleanInput(CodeBuilder &code, const Strip &strip, MapConvOp op);
  void combine(CodeBuilder &code, const Strip &strip, CombineOp op);
  void forValuePanels(CodeBuilder &code, const Strip &strip, CombineOp op, HeadPlace at,
                      llvm::function_ref<void(const HeadRows &, Value column, int64_t columns)> body);
  void combineTile(CodeBuilder &code, const Strip &strip, CombineOp op, const ValueTile &tile);

  // --- StripKeys.cpp
  void scoreRows(CodeBuilder &code, const Strip &strip, ScoreOp op);
  void pairScoreRows(CodeBuilder &code, const Strip &strip, PairScoreOp op);

  // --- StripRelative.cpp
  void relativeScore(CodeBuilder &code, const Strip &strip, RelativeScoreOp op);
  void relativeScore2d(CodeBuilder &code, const Strip &strip, RelativeScore2dOp op);
  void tableScores(CodeBuilder &code, const Strip &strip, Value query, Value table, Value target, double scale);
  void addRelativeValues(CodeBuilder &code, const Strip &strip, CombineOp op, Value head, HeadRows output);
  void sumByDistance(CodeBuilder &code, const Strip &strip, CombineOp op, Value weights, Value first);

  // --- StripPlaces.cpp
  void places(CodeBuilder &code, const Strip &strip, Operation &op);
  Value placeAt(CodeBuilder &code, const Strip &strip, Operation &op, const Place &at);
  Value operandAt(CodeBuilder &code, const Strip &strip, Value operand, const Place &at);
  Value givenAt(CodeBuilder &code, const Strip &strip, Value operand, const Place &at);

  // --- StripGroups.cpp
  /// `place` lacks the index along the axis, and the column of a group along the lanes.
  void forGroups(CodeBuilder &code, const Strip &strip, const GroupedMap &grouped,
                 llvm::function_ref<void(PlaceGroup &, const Place &place)> body);

  // --- StripNormalize.cpp, StripReduce.cpp
  void normalize(CodeBuilder &code, const Strip &strip, NormalizeOp op);
  void sinkhorn(CodeBuilder &code, const Strip &strip, NormalizeOp op);
  void reduceMap(CodeBuilder &code, const Strip &strip, ReduceMapOp op);

  // --- StripTopK.cpp
  void topK(CodeBuilder &code, const Strip &strip, TopKOp op);

  int64_t lanes() { return schedule.getLanes(); }
  int64_t panelWidth() { return schedule.getCols(); }
  int64_t panelVectors() { return panelWidth() / lanes(); }
  /// Whether keys or values lie in rows, not in panels.
  static bool isInRows(Value value) {
    LayoutAttr layout = getLayout(sourceOf(storedKey(value)).getType());
    return !layout || layout.getKind() == LayoutKind::RowMajor;
  }
  /// First key of the panel that holds `key`.
  Value panelStart(CodeBuilder &code, Value key) {
    return code.mul(code.div(key, code.constant(panelWidth())), panelWidth());
  }

  KernelCode &kernel;
  KernelOp op;
  ScheduleAttr schedule;
  StripPlan plan;
};

} // namespace mlir::attn
