// The code of one linear-attention kernel, in parts: Linear.cpp shares out the heads and walks over their keys and
// queries, LinearFeatures.cpp makes rows of features, LinearProducts.cpp multiplies them, LinearSteps.cpp takes in one
// key at a time.
#pragma once

#include "compiler/backends/llvm/MapInputs.h"
#include "compiler/backends/llvm/Rows.h"
#include "compiler/backends/llvm/Strategies.h"

namespace mlir::attn {

/// Where the features of queries or keys come from: rows of the kernel's operands, through pointwise ops, and what is
/// made of a row at last.
struct FeatureSource {
  Value rows;                      // [B, H, N, D], of which a row follows from rows of operands
  SmallVector<Operation *> rowOps; // that make it, in order
  FeaturesOp features;             // or
  RandomFeaturesOp random;         // or neither
  int64_t heads, rowWidth;

  explicit FeatureSource(Value made);
  /// Whether rows lie in memory as they are needed.
  bool isInMemory() const { return rowOps.empty() && !features && !random; }
};

class LinearKernel {
public:
  explicit LinearKernel(KernelCode &kernel);

  void build();

private:
  // A head of keys, and what belongs to it.
  struct Head {
    const KernelScope &scope;
    Value sample, keyHead, worker;
    Value scratch;
    Value keyCount; // that are read
    HeadRows values;
  };

  // --- Linear.cpp
  Head makeHead(CodeBuilder &code, const KernelScope &scope, Value sample, Value keyHead, Value worker);
  void buildHead(CodeBuilder &code, const Head &head);
  void buildWhole(CodeBuilder &code, const Head &head);
  void buildCausal(CodeBuilder &code, const Head &head);
  void callTake(CodeBuilder &code, const Head &head, Value from, Value to);
  void callAnswer(CodeBuilder &code, const Head &head, Value from, Value to);
  void buildTake(CodeBuilder &code, const Head &head, Value from, Value to);
  void buildAnswer(CodeBuilder &code, const Head &head, Value group, Value from, Value to);
  void buildChunk(CodeBuilder &code, const Head &head, Value query, Value key, Value count, Value keyCount);
  void startState(CodeBuilder &code, const Head &head);
  void finishState(CodeBuilder &code, const Head &head);
  void forGroup(CodeBuilder &code, llvm::function_ref<void(Value group)> body);
  Value firstOf(CodeBuilder &code, const Head &head, int64_t width);
  Value queryHead(CodeBuilder &code, const Head &head, Value group);
  HeadRows outputRows(CodeBuilder &code, const Head &head, Value group);

  // --- LinearFeatures.cpp
  /// Rows [first, first + count) of a head's queries or keys; in memory, or made at `target`.
  HeadRows featureRows(CodeBuilder &code, const Head &head, FeatureSource &source, Value sourceHead, Value first,
                       Value count, Value target, Value largest);
  void prepareRandom(CodeBuilder &code, const Head &head, FeatureSource &source, Value sourceHead, Value target,
                     Value largest);
  Value largestOfRows(CodeBuilder &code, Value rows, Value count, Value known);
  void raiseLargest(CodeBuilder &code, const Head &head, Value rows, Value first, Value count);
  Value rowsMade(CodeBuilder &code, const Head &head, FeatureSource &source);
  Value featureFactor(CodeBuilder &code);
  void makeRow(CodeBuilder &code, const Head &head, FeatureSource &source, Value sourceHead, Value row,
               llvm::function_ref<void(RowProgram &)> use);
  void project(CodeBuilder &code, const Head &head, FeatureSource &source, Value sourceHead, Value first, Value count,
               Value target);
  void finishRandomRow(CodeBuilder &code, const Head &head, FeatureSource &source, Value index, Value position,
                       Value target, Value largest);
  /// The rows of a sample that lie below its length, if it has one.
  Value rowsRead(CodeBuilder &code, const KernelScope &scope, AffineExpr rows, Value lengths, Value sample);
  /// Rows of features of queries of one head of the group.
  HeadRows queryRows(CodeBuilder &code, const Head &head, Value member, Value first, Value count, Value target);

  // --- LinearProducts.cpp
  /// S += k v^T and z += k for `count` keys from row 0 of `keys` on; their values begin at key `first`.
  void addKeys(CodeBuilder &code, const Head &head, const HeadRows &keys, Value first, Value count);
  void addPlainValues(CodeBuilder &code, const Head &head, Value first, Value count);
  void settleState(CodeBuilder &code, const Head &head);
  /// weights[i][j] = q_i . k_j for j <= i, else 0.
  void weighKeys(CodeBuilder &code, const Head &head, const HeadRows &queries, Value count, Value keyCount);
  void transposeKeys(CodeBuilder &code, const Head &head, const HeadRows &keys, Value keyCount);
  /// Writes `count` rows of the output: queries times S, and weights times the values from `key` on if `keyCount` is
  /// given.
  void answer(CodeBuilder &code, const Head &head, const HeadRows &queries, Value count, const HeadRows &output,
              Value key = {}, Value keyCount = {});
  void findInverses(CodeBuilder &code, const Head &head, const HeadRows &queries, Value count, Value keyCount);
  Value inverseOf(CodeBuilder &code, Value total);
  using Tile = llvm::function_ref<void(Value first, int64_t size)>;
  void forFeatureTiles(CodeBuilder &code, Tile tile);
  void forValueTiles(CodeBuilder &code, Tile tile);
  Value valueVector(CodeBuilder &code, const HeadRows &values, Value key, Value column, int64_t v, int64_t columns);

  // --- LinearSteps.cpp
  void buildSteps(CodeBuilder &code, const Head &head, Value query, Value key, Value count, Value keyCount);
  void takeStep(CodeBuilder &code, const Head &head, const StoredNumbers &key, Value index);

  int64_t lanes() { return schedule.getLanes(); }
  int64_t panelWidth() { return schedule.getCols(); }
  int64_t panelVectors() { return panelWidth() / lanes(); }
  int64_t chunk() { return schedule.getKeyBlock(); }
  int64_t group() { return heads / keyHeads; }
  // A line more than the numbers: rows whose distance is a power of two would meet in few sets of the first-level
  // cache.
  int64_t padded(int64_t elements) { return llvm::alignTo(elements, panelWidth()) + 16; }
  int64_t featureStride() { return padded(features); }
  int64_t valueStride() { return padded(width); }
  int64_t weightStride() { return padded(chunk()); }
  bool needsSum() { return attention.getDenominator() != Denominator::None || results[2]; }
  bool isStepwise() { return attention.getUpdate() != StateUpdate::Additive; }
  /// Whether the largest exponent of a head's keys is found as they go by, and the state carried to it. A chunk of a
  /// causal attention would need that of keys to come, and a state at the start is measured from none.
  bool findsLargest() {
    return keySource.random && keySource.random.getStabilizer() == Stabilizer::Head && !attention.getCausal() &&
           !isStepwise() && !attention.getState() && !attention.getSum() &&
           (!attention.getLengths() || attention.getLengths() == keySource.random.getLengths());
  }

  // A worker's scratch, in elements from its begin.
  struct Places {
    int64_t state, sum, keys, queries, keyColumns, weights, inverses, rows, largest, kept, carried, plain, end;
  };
  Places places();
  Value at(CodeBuilder &code, const Head &head, int64_t place) { return code.offset(head.scratch, place); }

  KernelCode &kernel;
  ScheduleAttr schedule;
  LinearAttentionOp attention;
  FeatureSource querySource, keySource;
  int64_t heads, keyHeads, features, width;
  AffineExpr batch, queries, keys;
  bool merged = false;
  std::optional<unsigned> results[3]; // the kernel's that are the op's
  std::string takeName, answerName, chunkName;
};

/// The linear attention of a kernel.
inline LinearAttentionOp linearAttentionOf(KernelOp kernel) {
  auto ops = kernel.getBody().front().getOps<LinearAttentionOp>();
  return llvm::hasSingleElement(ops) ? *ops.begin() : LinearAttentionOp();
}

} // namespace mlir::attn
