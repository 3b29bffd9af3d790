// Linears become kernels: those of one input together, each with the pointwise ops after it; a lone linear also with the row
// normalisations after it, since one task then owns whole rows.
#include "compiler/fuse/Outline.h"
#include "compiler/fuse/Passes.h"

namespace mlir::attn {
#define GEN_PASS_DEF_FUSEPROJECTIONS
#include "compiler/fuse/Passes.h.inc"

namespace {

bool isRowNorm(Operation *op) { return isa<LayerNormOp, RmsNormOp, L2NormalizeOp>(op); }

/// Whether `op` may follow `value` in an epilogue: it keeps the shape, so that a register tile or row of it needs the same tile or row only.
bool isEpilogueOf(Operation *op, Value value) {
  if (!isa<PointwiseOp>(op) && !isRowNorm(op))
    return false;
  return op->getResult(0).getType() == value.getType() &&
         (isa<PointwiseOp>(op) || op->getOperand(0) == value);
}

/// Adds the epilogue of `value` to `ops`; stops where an op could not move there.
void growEpilogue(OpSet &ops, Value value, bool allowNorms) {
  while (true) {
    Operation *next = nullptr;
    for (Operation *user : value.getUsers())
      if (!ops.contains(user) && isEpilogueOf(user, value) && (allowNorms || !isRowNorm(user)) &&
          (!next || user->isBeforeInBlock(next)))
        next = user;
    if (!next)
      return;
    // A value beside the tile that only this kernel could give stays outside: one row or tile of it would not be enough.
    OpSet grown = ops;
    grown.insert(next);
    if (!canOutline(grown))
      return;
    ops = std::move(grown);
    value = next->getResult(0);
  }
}

struct FuseProjections : impl::FuseProjectionsBase<FuseProjections> {
  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    llvm::SetVector<Operation *> pending;
    for (LinearOp linear : getOperation().getOps<LinearOp>())
      pending.insert(linear);
    while (!pending.empty()) {
      auto linear = cast<LinearOp>(pending.front());
      OpSet ops = linearsOf(linear, pending);
      for (Operation *member : ops)
        pending.remove(member);
      SmallVector<Operation *> anchors(ops.begin(), ops.end());
      for (Operation *anchor : anchors)
        growEpilogue(ops, anchor->getResult(0), /*allowNorms=*/anchors.size() == 1);
      outline(ops);
    }
  }

  /// `linear` and the pending linears of the same input that can be computed at one place.
  OpSet linearsOf(LinearOp linear, const llvm::SetVector<Operation *> &pending) {
    OpSet ops;
    ops.insert(linear);
    for (Operation *other : pending) {
      if (other == linear || cast<LinearOp>(other).getInput() != linear.getInput())
        continue;
      OpSet grown = ops;
      grown.insert(other);
      if (canOutline(grown))
        ops = std::move(grown);
    }
    return ops;
  }
};

} // namespace
} // namespace mlir::attn
