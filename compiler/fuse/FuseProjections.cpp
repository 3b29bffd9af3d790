// Linears become kernels: those of one input together, each with the pointwise ops after it; a lone linear also with
// the row normalisations after it, since one task then owns whole rows.
#include "compiler/fuse/Outline.h"
#include "compiler/fuse/Passes.h"
#include "dialect/Captures.h"

namespace mlir::attn {
#define GEN_PASS_DEF_FUSEPROJECTIONS
#include "compiler/fuse/Passes.h.inc"

namespace {

bool isRowNorm(Operation *op) { return isa<LayerNormOp, RmsNormOp, L2NormalizeOp>(op); }

/// Whether `op` may follow `value` in an epilogue: it keeps the shape, so that a register tile or row of it needs the
/// same tile or row only.
bool isEpilogueOf(Operation *op, Value value) {
  if (!isa<PointwiseOp>(op) && !isRowNorm(op))
    return false;
  return op->getResult(0).getType() == value.getType() && (isa<PointwiseOp>(op) || op->getOperand(0) == value);
}

/// Whether `op` reads a value of `ops` other than those of `own`, or sees one whole, or reads the weight of a linear
/// among them, which is no tensor of rows once it is packed.
bool readsOthersOf(const OpSet &ops, Operation *op, const OpSet &own) {
  return llvm::any_of(op->getOpOperands(), [&](OpOperand &operand) {
    Operation *producer = operand.get().getDefiningOp();
    if (producer && ops.contains(producer) && (!own.contains(producer) || isCaptured(operand)))
      return true;
    return llvm::any_of(ops, [&](Operation *member) {
      auto linear = dyn_cast<LinearOp>(member);
      return linear && linear.getWeight() == operand.get() && !isa<LinearOp>(op);
    });
  });
}

/// The first op after `value` that may join the chain `own`, which ends in it; null if there is none.
Operation *nextOfEpilogue(const OpSet &ops, const OpSet &own, Value value, bool allowNorms) {
  // A normalised row lives in the memory of the one result it ends in: nothing else may read it or what it was made of.
  bool normalised = llvm::any_of(own, isRowNorm);
  if (normalised && !llvm::hasSingleElement(value.getUsers()))
    return nullptr;
  OpSet last;
  last.insert(value.getDefiningOp());
  Operation *next = nullptr;
  for (Operation *user : value.getUsers())
    if (!ops.contains(user) && isEpilogueOf(user, value) && (allowNorms || !isRowNorm(user)) &&
        !readsOthersOf(ops, user, normalised ? last : own) && (!next || user->isBeforeInBlock(next)))
      next = user;
  return next;
}

/// Adds the epilogue of `linear` to `ops`; stops where an op could not move there.
void growEpilogue(OpSet &ops, Operation *linear, bool allowNorms) {
  OpSet own;
  own.insert(linear);
  // A tile has the columns of one linear: what a sibling makes is elsewhere, and its readers stay outside.
  while (Operation *next = nextOfEpilogue(ops, own, own.back()->getResult(0), allowNorms)) {
    OpSet grown = ops;
    grown.insert(next);
    if (!canOutline(grown))
      return;
    ops = std::move(grown);
    own.insert(next);
  }
}

struct FuseProjections : impl::FuseProjectionsBase<FuseProjections> {
  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    llvm::SetVector<Operation *> pending;
    for (LinearOp linear : getOperation().getOps<LinearOp>())
      if (!linear->use_empty())
        pending.insert(linear);
    while (!pending.empty()) {
      auto linear = cast<LinearOp>(pending.front());
      OpSet ops = linearsOf(linear, pending);
      for (Operation *member : ops)
        pending.remove(member);
      SmallVector<Operation *> anchors(ops.begin(), ops.end());
      for (Operation *anchor : anchors)
        growEpilogue(ops, anchor, /*allowNorms=*/anchors.size() == 1);
      outline(ops);
    }
  }

  /// `linear` and the pending linears of the same input that can be computed at one place, moved there.
  OpSet linearsOf(LinearOp linear, const llvm::SetVector<Operation *> &pending) {
    OpSet ops;
    ops.insert(linear);
    for (Operation *other : pending) {
      // A sibling may also be a weight or bias of `other`; it must be complete then.
      if (other == linear || cast<LinearOp>(other).getInput() != linear.getInput() || readsOthersOf(ops, other, {}))
        continue;
      bool ready = llvm::all_of(other->getOperands(), [&](Value operand) {
        Operation *producer = operand.getDefiningOp();
        return !producer || producer->isBeforeInBlock(linear);
      });
      if (!ready)
        continue;
      other->moveAfter(ops.back());
      ops.insert(other);
    }
    return ops;
  }
};

} // namespace
} // namespace mlir::attn
