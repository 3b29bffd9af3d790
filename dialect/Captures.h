// What a formula reads a number at a time, and what it sees whole.
#pragma once

#include "dialect/AttnOps.h"

namespace mlir::attn {

/// Whether a use is by the formula of a pointwise op that sees the whole tensor.
inline bool isCaptured(OpOperand &use) {
  auto pointwise = dyn_cast<PointwiseOp>(use.getOwner());
  return pointwise && use.getOperandNumber() >= pointwise.getInputs().size();
}

/// The operands that modify, mask, fill or pointwise reads at the place of its result; the others it sees whole.
inline OperandRange placeOperands(Operation &op) {
  if (auto pointwise = dyn_cast<PointwiseOp>(op))
    return pointwise.getInputs();
  return isa<ModifyOp, MaskOp>(op) ? op.getOperands().take_front(1) : op.getOperands();
}

} // namespace mlir::attn
