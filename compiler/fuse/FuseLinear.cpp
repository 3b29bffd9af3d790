// A linear attention takes along what makes its features row by row, so that they need no memory:
//   split_heads -> pointwise ... -> features, random_features -> linear_attention -> merge_heads
#include "compiler/fuse/Outline.h"
#include "compiler/fuse/Passes.h"
#include "dialect/Captures.h"

namespace mlir::attn {
#define GEN_PASS_DEF_FUSELINEAR
#include "compiler/fuse/Passes.h.inc"

namespace {

/// Whether an operand is read a row at a time: not as values, nor by a formula that captures it.
bool readsRow(OpOperand &use) {
  if (isa<LinearAttentionOp>(use.getOwner()))
    return use.getOperandNumber() < 2;
  return isa<PointwiseOp>(use.getOwner()) ? !isCaptured(use) : use.getOperandNumber() == 0;
}

/// Adds the op that makes `value`, if only rows of the group read it and the group stays one that can be outlined.
bool join(Value value, OpSet &group) {
  Operation *producer = value.getDefiningOp();
  OpSet grown = group;
  grown.insert(producer);
  bool isOwn = llvm::all_of(producer->getUses(),
                            [&](OpOperand &use) { return group.contains(use.getOwner()) && readsRow(use); });
  if (!isOwn || !canOutline(grown))
    return false;
  group = std::move(grown);
  return true;
}

/// The rows that an operand is made of: splits, and pointwise ops of rows of the same places.
void joinRows(OpOperand &operand, OpSet &group) {
  if (Operation *split = ownSplit(operand)) {
    group.insert(split);
    return;
  }
  auto pointwise = operand.get().getDefiningOp<PointwiseOp>();
  if (!pointwise || !join(pointwise.getResult(), group))
    return;
  for (OpOperand &input : pointwise->getOpOperands())
    if (!isCaptured(input) && input.get().getType() == pointwise.getType())
      joinRows(input, group);
}

struct FuseLinear : impl::FuseLinearBase<FuseLinear> {
  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    Block &block = getOperation().getBody().front();
    hoistWeights(block);
    for (LinearAttentionOp op : llvm::make_early_inc_range(block.getOps<LinearAttentionOp>()))
      fuse(op);
    eraseUnusedSplits(block);
  }

  void fuse(LinearAttentionOp op) {
    OpSet group;
    group.insert(op);
    for (unsigned at : {0, 1}) {
      OpOperand *rows = &op->getOpOperand(at);
      Operation *producer = rows->get().getDefiningOp();
      if (isa_and_nonnull<FeaturesOp, RandomFeaturesOp>(producer)) {
        if (!join(rows->get(), group))
          continue;
        rows = &producer->getOpOperand(0);
      }
      joinRows(*rows, group);
    }
    if (Operation *split = ownSplit(op->getOpOperand(2)))
      group.insert(split);
    joinMerge(op.getResult(), group);
    outline(group);
  }
};

} // namespace
} // namespace mlir::attn
