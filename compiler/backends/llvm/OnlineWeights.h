// From the scores of a query in memory to its weights, block of keys by block of keys: formulas, masks, an online
// normaliser, and what it carries from block to block. How scores come about and what is done with weights is the
// business of the kernels that build on this: many queries against panels (StreamKernel.h), few against rows
// (DecodeKernel.h).
#pragma once

#include "compiler/backends/llvm/MapInputs.h"
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

/// A tile of `schedule.rows` queries keeps, for each of them,
///   state   largest score [stateRows], sum [stateRows], factor [stateRows], output [rows][valuePadded]
/// and weights in lines of `scoreStride`, of which `panelWidth` are handled at a time. What a tile's rows have each, a
/// largest score or a sum, goes over lanes for all of them at once.
class OnlineWeights {
protected:
  explicit OnlineWeights(KernelCode &kernel)
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

  /// Keys of a block whose scores are weighed, from its first: whole panels; those of `full` hold no masked score.
  struct WeighedKeys {
    KeyRange any, full;
  };

  /// Rows of a tile, as they lie in memory.
  struct WeighedRows {
    Value lines; // [rows][scoreStride]
    Value state;
    int64_t rows;
  };

  /// What a score in memory is multiplied by: a formula has already applied the scale.
  double unscaled() { return chain.formulas.empty() ? scale : 1.0; }
  int64_t lanes() { return schedule.getLanes(); }
  int64_t panelWidth() { return schedule.getCols(); }
  int64_t panelVectors() { return panelWidth() / lanes(); }
  int64_t keyBlock() { return llvm::alignTo(std::max(schedule.getKeyBlock(), panelWidth()), panelWidth()); }
  int64_t valuePadded() { return llvm::alignTo(valueWidth, lanes()); }
  // A vector more than the keys: the rows of a tile would meet in few sets of the first-level cache. It holds what a
  // row has in each lane before lanes are taken together: the largest score, then the sum.
  int64_t scoreStride() { return keyBlock() + 16; }
  Value keptOf(CodeBuilder &code, Value line) { return code.offset(line, keyBlock()); }
  int64_t stateRows() { return llvm::alignTo(schedule.getRows(), lanes()); }
  int64_t outputState() { return 3 * stateRows(); }
  int64_t outputEnd() { return outputState() + schedule.getRows() * valuePadded(); }

  /// Queries that have seen no key.
  void initialise(CodeBuilder &code, const WeighedRows &tile);
  /// Formulas, then -inf where a key is not visible, for the panel from `key` on, at `panelAt` in the line of query
  /// `query`'s scores; head and sample are those of `masks`. Notes the largest.
  void finishScores(CodeBuilder &code, const KernelScope &scope, const MaskScope &masks, Value query, Value key,
                    Value line, Value panelAt, bool masked);
  /// Of scores that are finished, by one who has them in registers.
  void noteLargest(CodeBuilder &code, Value line, ArrayRef<Value> scores);
  /// The keys that are weighed in the block that begins with `firstKey`.
  WeighedKeys weighedKeys(CodeBuilder &code, Value firstKey, const VisibleKeys &visible);
  /// Makes rows of scores into weights, -0 where they are masked, and brings the rows' state up to date.
  void weigh(CodeBuilder &code, const WeighedRows &tile, const WeighedKeys &keys);
  /// Lanes of a splatted weight that is a masked place's.
  Value hiddenWeight(CodeBuilder &code, Value weight);
  /// What a row's earlier sums are multiplied by before the block's are added, in all lanes; null for 1.
  Value rescaling(CodeBuilder &code, Value rowState);
  /// Rescales the sums of `rows` queries at `output(r, v)`, in memory, and adds weight(key, r), a number, times
  /// value(key, v), a vector, for every key that is visible.
  void addValues(CodeBuilder &code, Value state, int64_t rows, int64_t vectors, const VisibleKeys &visible,
                 llvm::function_ref<Value(int64_t r, int64_t v)> output,
                 llvm::function_ref<Value(Value key, int64_t r)> weight,
                 llvm::function_ref<Value(Value key, int64_t v)> value);
  /// Writes a row: o / l, 0 without a visible key; and the log sum exp of its scores.
  void finishRow(CodeBuilder &code, const KernelScope &scope, Value rowState, Value sums, const HeadRows &output,
                 const HeadPlace &place, Value query);
  /// Adds to one row's state and sums those of another part of its keys.
  void merge(CodeBuilder &code, Value rowState, Value sums, Value partState, Value partSums);

  KernelCode &kernel;
  KernelOp op;
  ScheduleAttr schedule;
  StreamChain chain;
  int64_t heads, width, valueWidth;
  AffineExpr batch, queries, keys;
  double scale;
  Normalizer kind;

private:
  void forgetLargest(CodeBuilder &code, const WeighedRows &tile);
  void findLargest(CodeBuilder &code, const WeighedRows &tile);
  using Combine = llvm::function_ref<Value(Value, Value)>;
  void forStateVectors(CodeBuilder &code, const WeighedRows &tile, Combine combine,
                       llvm::function_ref<void(Value state, Value combined)> body);
  KeyRange unguardedKeys(CodeBuilder &code, const VisibleKeys &visible, int64_t vectors,
                         llvm::function_ref<Value(Value key, int64_t v)> value);
  Value weighKeys(CodeBuilder &code, Value line, const WeighedKeys &keys, llvm::function_ref<Value(Value)> weight);
  Value outputFactor(CodeBuilder &code, const KernelScope &scope, Value head, Value rowState);
  Value logarithm(CodeBuilder &code, Value rowState);
  NormalizerMaths<VectorArithmetic> maths(CodeBuilder &code, VectorArithmetic &arithmetic, const KernelScope &scope,
                                          Value head);
  Value exponential(CodeBuilder &code, Value x);
  Value exponentialFactor(CodeBuilder &code);
  Value orZero(CodeBuilder &code, Value largest);
};

} // namespace mlir::attn
