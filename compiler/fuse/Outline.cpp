// Turning a set of ops of one block into an attn.kernel.
#include "compiler/fuse/Outline.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

namespace mlir::attn {

static SmallVector<Operation *> inProgramOrder(const OpSet &ops) {
  SmallVector<Operation *> sorted(ops.begin(), ops.end());
  llvm::sort(sorted, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  return sorted;
}

bool canOutline(const OpSet &ops) {
  Operation *last = inProgramOrder(ops).back();
  for (Operation *op : ops)
    for (Operation *user : op->getUsers())
      if (!ops.contains(user) && (user->getBlock() != op->getBlock() || user->isBeforeInBlock(last)))
        return false;
  return true;
}

KernelOp outline(const OpSet &ops) {
  SmallVector<Operation *> sorted = inProgramOrder(ops);
  llvm::SetVector<Value> inputs;
  SmallVector<Value> results;
  for (Operation *op : sorted) {
    for (Value operand : op->getOperands())
      if (!operand.getDefiningOp() || !ops.contains(operand.getDefiningOp()))
        inputs.insert(operand);
    for (Value result : op->getResults())
      if (llvm::any_of(result.getUsers(), [&](Operation *user) { return !ops.contains(user); }))
        results.push_back(result);
  }

  OpBuilder builder(sorted.back());
  SmallVector<Location> locations = llvm::map_to_vector(sorted, [](Operation *op) { return op->getLoc(); });
  auto kernel = KernelOp::create(builder, builder.getFusedLoc(locations), TypeRange(results), inputs.getArrayRef(),
                                 ScheduleAttr(), FlatSymbolRefAttr(), AffineMapAttr());
  Block *body = builder.createBlock(&kernel.getBody());
  IRMapping mapping;
  for (Value input : inputs)
    mapping.map(input, body->addArgument(input.getType(), input.getLoc()));
  for (Operation *op : sorted)
    builder.clone(*op, mapping);
  YieldOp::create(builder, kernel.getLoc(), llvm::map_to_vector(results, [&](Value v) { return mapping.lookup(v); }));

  for (auto [result, replacement] : llvm::zip(results, kernel.getResults()))
    result.replaceUsesWithIf(replacement, [&](OpOperand &use) { return !ops.contains(use.getOwner()); });
  for (Operation *op : llvm::reverse(sorted))
    op->erase();
  return kernel;
}

Operation *ownSplit(OpOperand &operand) {
  auto split = operand.get().getDefiningOp<SplitHeadsOp>();
  if (!split || split->hasOneUse())
    return split;
  OpBuilder builder(split);
  Operation *copy = builder.clone(*split);
  operand.set(copy->getResult(0));
  return copy;
}

void eraseUnusedSplits(Block &block) {
  for (SplitHeadsOp split : llvm::make_early_inc_range(block.getOps<SplitHeadsOp>()))
    if (split->use_empty())
      split->erase();
}

void joinMerge(Value heads, OpSet &ops) {
  auto merge = heads.hasOneUse() ? dyn_cast<MergeHeadsOp>(*heads.user_begin()) : MergeHeadsOp();
  if (!merge)
    return;
  OpSet grown = ops;
  grown.insert(merge);
  if (canOutline(grown))
    ops = std::move(grown);
}

void hoistWeights(Block &block) {
  Operation *place = nullptr;
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (!isa<WeightOp>(op))
      continue;
    if (place)
      op.moveAfter(place);
    else
      op.moveBefore(&block, block.begin());
    place = &op;
  }
}

} // namespace mlir::attn
