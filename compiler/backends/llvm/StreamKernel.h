// The code of one streaming kernel, in two parts: Stream.cpp shares out blocks of queries and keeps their state,
// StreamTile.cpp takes its tiles through one block of keys.
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
    Value scores;            // [tiles][MR][scoreStride] weights or scores
    Value state;             // [tiles][stateStride]
    Value tiles;
    int64_t tileRows;
    MaskScope masks;
  };

  // A tile of queries and what is kept of it while the block goes through the keys:
  //   state   largest score [MR], sum [MR], factor [MR], output [MR][valuePadded], visible keys of the block of keys
  struct Tile {
    Value row; // first query; the last tile moves back to be full
    Value scores, state;
    KeyRange block;      // of keys
    VisibleKeys visible; // among those of the block
  };

  // A tile's weights times a panel of values.
  struct ValueTile {
    Value weights;   // [MR][scoreStride], of key 0
    Value factors;   // [MR]
    Value panel;     // [M][panelWidth]
    Value output;    // [MR][valuePadded], at the panel's first column
    int64_t vectors; // of the panel
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
  // A line more than the keys: the rows of a tile would meet in few sets of the first-level cache.
  int64_t scoreStride() { return keyBlock() + 16; }
  int64_t outputState() { return 3 * schedule.getRows(); }
  int64_t rangeState() { return llvm::alignTo(outputState() + schedule.getRows() * valuePadded(), 2); }
  int64_t stateStride() { return llvm::alignTo(rangeState() + 8, 16); }
  int64_t tileLimit() { return schedule.getBlockRows() / schedule.getRows() + 2; }

  Block makeBlock(CodeBuilder &code, const KernelScope &scope, ValueRange arguments, int64_t tileRows);
  void buildBlock(CodeBuilder &code, const Block &block);
  void initialise(CodeBuilder &code, const Block &block);
  void buildKeys(CodeBuilder &code, const Block &block, KeyRange keys);
  Tile tileAt(CodeBuilder &code, const Block &block, Value index, KeyRange keys);
  void findVisible(CodeBuilder &code, const Block &block, Tile tile);
  VisibleKeys foundVisible(CodeBuilder &code, const Block &block, const Tile &tile);
  void forTiles(CodeBuilder &code, const Block &block, KeyRange keys, llvm::function_ref<void(const Tile &)> body);
  void scorePanel(CodeBuilder &code, const Block &block, const Tile &tile, Value key);
  void finishScores(CodeBuilder &code, const Block &block, Value row, Value panelKey, Value target, Value isFull);
  void weigh(CodeBuilder &code, const Block &block, const Tile &tile);
  void weighFromLargest(CodeBuilder &code, Value line, Value rowState, const WeighedKeys &keys);
  Value largestScore(CodeBuilder &code, Value line, const WeighedKeys &keys);
  Value weighKeys(CodeBuilder &code, Value line, const WeighedKeys &keys, llvm::function_ref<Value(Value)> weight);
  Value hiddenWeight(CodeBuilder &code, Value weight);
  void combineValues(CodeBuilder &code, const Block &block, KeyRange keys);
  void combinePanel(CodeBuilder &code, const Block &block, const ValueTile &tile, const VisibleKeys &visible);
  void finish(CodeBuilder &code, const Block &block);
  Value outputFactor(CodeBuilder &code, const Block &block, Value rowState);
  void storeLogarithm(CodeBuilder &code, const Block &block, Value rowState, Value row);
  NormalizerMaths<VectorArithmetic> maths(CodeBuilder &code, VectorArithmetic &arithmetic, const Block &block);
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
