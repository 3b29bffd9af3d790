// Which ops look at the edges of a graph, so that they are computed along these and never on the whole map.
#pragma once

#include "dialect/AttnOps.h"

namespace mlir::attn {

/// Calls `visit` with the operands of an op that are the row pointers and the columns of a graph, for each that it
/// names.
inline void forEachGraph(Operation *op, function_ref<void(OpOperand &, OpOperand &)> visit) {
  if (isa<EdgeScoreOp, EdgeValuesOp>(op))
    visit(op->getOpOperand(1), op->getOpOperand(2));
  if (auto mask = dyn_cast<MaskOp>(op))
    forEachMask(mask.getMask(), [&](MaskAttr node) {
      if (node.getKind() == MaskKind::Graph)
        visit(op->getOpOperand(1 + node.getOperands()[0]), op->getOpOperand(1 + node.getOperands()[1]));
    });
}

/// Whether a kernel has an op that does.
inline bool followsEdges(KernelOp kernel) {
  bool found = false;
  for (Operation &op : kernel.getBody().front())
    forEachGraph(&op, [&](OpOperand &, OpOperand &) { found = true; });
  return found;
}

} // namespace mlir::attn
