// Score map chains become kernels in which the map is a value that no memory needs to hold:
//   split_heads(q,k,v) -> score -> modify* -> mask* -> normalize -> combine -> merge_heads
#include "compiler/fuse/Outline.h"
#include "compiler/fuse/Passes.h"

namespace mlir::attn {
#define GEN_PASS_DEF_FUSEMAPS
#include "compiler/fuse/Passes.h.inc"

namespace {

/// The split_heads that makes `value`, as a copy of its own so that it can join the kernel; null if there is none.
Operation *ownSplit(OpOperand &operand) {
  auto split = operand.get().getDefiningOp<SplitHeadsOp>();
  if (!split)
    return nullptr;
  if (split->hasOneUse())
    return split;
  OpBuilder builder(split);
  Operation *copy = builder.clone(*split);
  operand.set(copy->getResult(0));
  return copy;
}

/// The chain that ends in `combine`, or an empty set when a map of it is used elsewhere.
OpSet findChain(CombineOp combine) {
  OpSet chain;
  auto normalize = combine.getWeights().getDefiningOp<NormalizeOp>();
  if (!normalize || !normalize->hasOneUse())
    return {};
  chain.insert(combine);
  chain.insert(normalize);
  Operation *op = normalize.getScores().getDefiningOp();
  while (op && op->hasOneUse() && isa<ModifyOp, MaskOp>(op)) {
    chain.insert(op);
    op = op->getOperand(0).getDefiningOp();
  }
  auto score = dyn_cast_or_null<ScoreOp>(op);
  if (!score || !score->hasOneUse())
    return {};
  chain.insert(score);
  return chain;
}

struct FuseMaps : impl::FuseMapsBase<FuseMaps> {
  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    hoistWeights(getOperation().getBody().front());
    SmallVector<CombineOp> combines(getOperation().getOps<CombineOp>());
    for (CombineOp combine : combines)
      fuse(combine);
    for (SplitHeadsOp split : llvm::make_early_inc_range(getOperation().getOps<SplitHeadsOp>()))
      if (split->use_empty())
        split->erase();
  }

  void fuse(CombineOp combine) {
    OpSet chain = findChain(combine);
    if (chain.empty())
      return;
    auto score = cast<ScoreOp>(chain.back());
    if (combine->hasOneUse())
      if (auto merge = dyn_cast<MergeHeadsOp>(*combine->user_begin()))
        chain.insert(merge);
    if (!canOutline(chain))
      return;
    for (OpOperand *operand : {&score.getQueryMutable(), &score.getKeyMutable(), &combine.getValueMutable()})
      if (Operation *split = ownSplit(*operand))
        chain.insert(split);
    outline(chain);
  }
};

} // namespace
} // namespace mlir::attn
