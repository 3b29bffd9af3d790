// Readers of maps, last first: what a reader looks through follows from the readers of what it makes.
#include "compiler/backends/halide/ReadColumns.h"
#include "compiler/backends/code/StripPlan.h"

namespace mlir::attn {

static MaskOps common(const MaskOps &x, const MaskOps &y) {
  return llvm::filter_to_vector(x, [&](MaskOp mask) { return llvm::is_contained(y, mask); });
}

ReadColumns::ReadColumns(KernelOp kernel) {
  Block &body = kernel.getBody().front();
  auto add = [&](Value map) {
    std::optional<MaskOps> ofAll;
    if (map.getDefiningOp<NormalizeOp>()) // its own sums read every visible place
      ofAll = StripPlan::masksBefore(map);
    for (OpOperand &use : map.getUses())
      ofAll = ofAll ? common(*ofAll, ofReader(use)) : ofReader(use);
    masks[map] = ofAll.value_or(MaskOps());
  };
  for (Operation &op : llvm::reverse(body.without_terminator()))
    for (Value result : op.getResults())
      add(result);
  for (BlockArgument argument : body.getArguments())
    add(argument);
}

MaskOps ReadColumns::ofReader(OpOperand &use) const {
  Operation *reader = use.getOwner();
  auto reduction = dyn_cast<ReduceMapOp>(reader);
  if (use.getOperandNumber() != 0 && !isa<PointwiseOp>(reader)) // captured
    return {};
  if (isa<CombineOp>(reader) || (reduction && reduction.getAxis() == MapAxis::Keys))
    return StripPlan::masksBefore(use.get());
  if (isa<ModifyOp, MaskOp, PointwiseOp, MixHeadsOp, NormalizeOp>(reader))
    return masksOf(reader->getResult(0));
  return {};
}

} // namespace mlir::attn
