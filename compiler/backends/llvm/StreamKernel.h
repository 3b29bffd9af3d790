// The code of one streaming kernel, in two parts: Stream.cpp shares out blocks of queries and keeps their state,
// StreamTile.cpp takes one tile of queries through one block of keys.
#pragma once

#include "compiler/backends/llvm/MapInputs.h"
#include "compiler/backends/llvm/Strategies.h"
#include "compiler/backends/llvm/VectorArithmetic.h"
#include "dialect/NormalizerMaths.h"

namespace mlir::attn {

/// The ops of a score map chain, in order.
struct StreamChain {
  ScoreOp score;
  SmallVector<ModifyOp> formulas;
  SmallVector<MaskOp> masks;
  NormalizeOp normalize;
  CombineOp combine;
  bool merged = false;
  unsigned output = 0;               // the kernel's result that is the combined values
  std::optional<unsigned> logarithm; // that is log sum exp of the scores

  explicit StreamChain(KernelOp kernel) {
    for (Operation &op : kernel.getBody().front()) {
      if (auto found = dyn_cast<ScoreOp>(op))
        score = found;
      else if (auto found = dyn_cast<ModifyOp>(op))
        formulas.push_back(found);
      else if (auto found = dyn_cast<MaskOp>(op))
        masks.push_back(found);
      else if (auto found = dyn_cast<NormalizeOp>(op))
        normalize = found;
      else if (auto found = dyn_cast<CombineOp>(op))
        combine = found;
      merged |= isa<MergeHeadsOp>(op);
    }
    for (auto [number, value] : llvm::enumerate(kernel.getBody().front().getTerminator()->getOperands()))
      if (value.getDefiningOp<ReduceMapOp>())
        logarithm = number;
      else
        output = number;
  }
};

class StreamKernel {
public:
  explicit StreamKernel(KernelCode &kernel)
      : kernel(kernel), op(kernel.kernel()), schedule(*op.getSchedule()), chain(op) {
    auto query = chain.score.getQuery().getType();
    heads = query.getDimSize(1);
    width = query.getDimSize(3);
    valueWidth = KeyShape(chain.combine.getValue().getType()).width;
    ArrayRef<AffineExpr> map = kernel.extents(chain.score.getScores());
    batch = map[0];
    queries = map[2];
    keys = map[3];
    scale = chain.score.getScale().convertToDouble();
    kind = chain.normalize.getKind();
  }

  void build();

private:
  // What a function that handles one block of queries knows.
  struct Block {
    const KernelScope &scope;
    Value sample, head, firstQuery, endQuery; // i64
    Value queryCount, keyCount;
    HeadRows query, output;
    HeadPanels keys, values; // of this head
    Value scores;            // [MR][keyBlock] weights or scores of one tile
    Value state;             // [tiles]{max[MR], sum[MR], factor[MR], output[MR][valuePadded]}
    int64_t tileRows;
    MaskScope masks;
  };

  /// Keys of a block whose scores are weighed, from its first: whole panels; those of `full` hold no masked score.
  struct WeighedKeys {
    KeyRange any, full;
  };

  /// What a score in memory is multiplied by: a formula has already applied the scale.
  double unscaled() { return chain.formulas.empty() ? scale : 1.0; }
  int64_t lanes() { return schedule.getLanes(); }
  int64_t panelWidth() { return schedule.getCols(); }
  int64_t panelVectors() { return panelWidth() / lanes(); }
  int64_t keyBlock() { return llvm::alignTo(std::max(schedule.getKeyBlock(), panelWidth()), panelWidth()); }
  int64_t valuePadded() { return llvm::alignTo(valueWidth, lanes()); }
  int64_t stateStride() { return schedule.getRows() * (3 + valuePadded()); }
  int64_t tileLimit() { return schedule.getBlockRows() / schedule.getRows() + 2; }

  // A tile's weights times a panel of values.
  struct ValueTile {
    Value weights;   // [MR][keyBlock], of key 0
    Value factors;   // [MR]
    Value panel;     // [M][panelWidth]
    Value output;    // [MR][valuePadded], at the panel's first column
    int64_t vectors; // of the panel
  };

  Block makeBlock(CodeBuilder &code, const KernelScope &scope, ValueRange arguments, int64_t tileRows);
  void buildBlock(CodeBuilder &code, Block &block);
  void initialise(CodeBuilder &code, const Block &block, Value tiles);
  void buildTile(CodeBuilder &code, const Block &block, Value tile, Value firstKey);
  void scorePanels(CodeBuilder &code, const Block &block, Value row, Value firstKey, const VisibleKeys &visible);
  void finishScores(CodeBuilder &code, const Block &block, Value row, Value panelKey, Value target, Value isFull);
  void weigh(CodeBuilder &code, const Block &block, Value tileState, Value firstKey, const VisibleKeys &visible);
  void weighFromLargest(CodeBuilder &code, Value line, Value rowState, const WeighedKeys &keys);
  Value largestScore(CodeBuilder &code, Value line, const WeighedKeys &keys);
  Value weighKeys(CodeBuilder &code, Value line, const WeighedKeys &keys, llvm::function_ref<Value(Value)> weight);
  Value hiddenWeight(CodeBuilder &code, Value weight);
  void combineValues(CodeBuilder &code, const Block &block, Value tileState, Value firstKey,
                     const VisibleKeys &visible);
  void combinePanel(CodeBuilder &code, const Block &block, const ValueTile &tile, const VisibleKeys &visible);
  void finish(CodeBuilder &code, const Block &block, Value tiles);
  Value outputFactor(CodeBuilder &code, const Block &block, Value rowState);
  void storeLogarithm(CodeBuilder &code, const Block &block, Value rowState, Value row);
  NormalizerMaths<VectorArithmetic> maths(CodeBuilder &code, VectorArithmetic &arithmetic, const Block &block);
  Value tileRow(CodeBuilder &code, const Block &block, Value tile);
  Value exponential(CodeBuilder &code, Value x);

  KernelCode &kernel;
  KernelOp op;
  ScheduleAttr schedule;
  StreamChain chain;
  int64_t heads, width, valueWidth;
  AffineExpr batch, queries, keys;
  double scale;
  Normalizer kind;
};

} // namespace mlir::attn
