// The ops of a score map kernel as Halide functions over (key, query, head): one strip of rows with the keys that they
// see, as the LLVM back end's strategy `strip` has it. MapFuncs.cpp visits the ops, MapProducts.cpp has those that are
// sums of products, MapRelative.cpp tables of relative positions, MapMask.cpp masks, MapNormalize.cpp normalisers,
// MapReduce.cpp numbers of groups. Needs Halide.h before it.
//
//   kept map       an output of the pipeline whose buffer lies in the worker's scratch, so that memory is planned by us
//   other maps     expressions, computed where they are read
#pragma once

#include "compiler/backends/halide/MapGroups.h"
#include "compiler/backends/halide/StripTensors.h"

namespace mlir::attn {

class MapFuncs {
public:
  MapFuncs(KernelOp kernel, KernelCode &code);

  /// The pipelines as bitcode.
  auto compile(const std::string &name) { return pipelines.compile(name, code.isa()); }

  /// Runs them for one strip.
  void run(CodeBuilder &code, const StripTask &task, StripPipelines::Call call) const {
    pipelines.run(code, memory.callOf(code, task), call);
  }

  const StripPlan &stripPlan() const { return plan; }

private:
  // --- MapFuncs.cpp
  void visit(Operation &op);
  MapExpr build(Operation &op);
  MapExpr placeOp(Operation &op);
  MapExpr valueOf(Value map);
  MapExpr keepMap(Value map, const MapExpr &expr);
  bool isComputedAtReader(Value map, const MapExpr &expr) const;
  void yield(Value value, unsigned result);
  MapGroups groups(Value value, const MapExpr &map, MapAxis axis, Value reader) {
    return MapGroups(value, map, axis, reader, memory, pipelines, tiles);
  }
  int64_t mapHeads(Value map) const { return cast<RankedTensorType>(map.getType()).getDimSize(1); }
  MathIsa math() const { return mathIsa(code.isa()); }

  // --- MapMask.cpp
  PlaceExpr maskExpr(MaskOp op);

  // --- MapProducts.cpp
  /// What a channel of a query and of a key adds to their score.
  using ChannelTerm = std::function<Halide::Expr(const Halide::Expr &, const Halide::Expr &, const Halide::Expr &)>;
  MapExpr sumOfChannels(Value query, Value key, Value scores, float scale, const ChannelTerm &term);
  MapExpr score(ScoreOp op);
  MapExpr pairScore(PairScoreOp op);
  MapExpr mixHeads(MixHeadsOp op);
  MapExpr mapConv(MapConvOp op);
  void combine(CombineOp op);

  // --- MapRelative.cpp
  PlaceExpr tableScores(Value query, Value table, Value scores, float scale, int border);
  MapExpr relativeScore(RelativeScoreOp op);
  MapExpr relativeScore2d(RelativeScore2dOp op);
  PlaceExpr weightsByDistance(CombineOp op, const MapExpr &weights);
  Product relativeValues(CombineOp op, const MapExpr &weights);

  // --- MapNormalize.cpp
  class Normaliser;
  MapExpr normalize(NormalizeOp op);
  PlaceExpr threshold(Normaliser &maths, MapGroups &groups, const PlaceExpr &distance, int64_t heads);
  MapExpr sinkhorn(NormalizeOp op, const MapExpr &scores);

  // --- MapReduce.cpp
  void reduceMap(ReduceMapOp op);
  PlaceExpr reduced(ReduceMapOp op, const MapExpr &map, MapGroups &groups);

  KernelOp kernel;
  KernelCode &code;
  StripPlan plan;
  StripPipelines pipelines;
  StripMemory memory;
  StripTensors tensors;
  MapTiles tiles;
  const Halide::Var key, query, head;
  const MapSizes &sizes;
  bool takesTurns; // a pipeline does
  llvm::DenseMap<Value, MapExpr> maps;
};

} // namespace mlir::attn
