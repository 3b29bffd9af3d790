// Everything still outside a kernel gets one. From the last op backwards: an op takes along the row-local ops that only
// it needs, when their rows are its rows.
#include "compiler/fuse/Outline.h"
#include "compiler/fuse/Passes.h"
#include "dialect/Captures.h"

namespace mlir::attn {
#define GEN_PASS_DEF_FUSEROWS
#include "compiler/fuse/Passes.h.inc"

namespace {

/// Ops that begin a row, by a look-up or from rows elsewhere, and so take no producer along.
bool isRowSource(Operation *op) { return isa<EmbedOp, PositionsOp, PoolOp, SplitHeadsOp, MergeHeadsOp>(op); }

/// Ops whose result rows each follow from one row of their operands, or begin one.
bool isRowLocal(Operation *op) {
  return isa<PointwiseOp, LayerNormOp, RmsNormOp, L2NormalizeOp>(op) || isRowSource(op);
}

struct FuseRows : impl::FuseRowsBase<FuseRows> {
  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    Block &block = getOperation().getBody().front();
    while (Operation *sink = lastLooseOp(block)) {
      if (sink->use_empty()) {
        sink->erase();
        continue;
      }
      OpSet ops;
      ops.insert(sink);
      if (isRowLocal(sink))
        growBackwards(ops);
      outline(ops);
    }
  }

  Operation *lastLooseOp(Block &block) {
    for (Operation &op : llvm::reverse(block))
      if (isa<ExtentOpInterface>(op) && !isa<KernelOp, WeightOp, LoopOp>(op))
        return &op;
    return nullptr;
  }

  /// Adds producers whose every use is inside, until none is left.
  void growBackwards(OpSet &ops) {
    for (size_t at = 0; at < ops.size(); ++at) {
      Operation *op = ops[at];
      if (isRowSource(op))
        continue;
      for (Value operand : op->getOperands()) {
        Operation *producer = operand.getDefiningOp();
        if (producer && isRowLocal(producer) && sameRows(producer, op) &&
            llvm::all_of(producer->getUses(),
                         [&](OpOperand &use) { return ops.contains(use.getOwner()) && !isCaptured(use); }))
          ops.insert(producer);
      }
    }
  }

  /// A row of `op` needs one row of `producer`: their shapes are equal, or the producer is a table row for each token.
  static bool sameRows(Operation *producer, Operation *op) {
    auto from = cast<RankedTensorType>(producer->getResult(0).getType());
    auto to = cast<RankedTensorType>(op->getResult(0).getType());
    if (from.getShape() == to.getShape())
      return true;
    // A table of one row may be repeated over tokens that are not its own.
    return isa<PositionsOp>(producer) && from.getDimSize(0) == to.getDimSize(to.getRank() - 2);
  }
};

} // namespace
} // namespace mlir::attn
