// The plan of a dense kernel, and which kernels have one.
#include "compiler/backends/llvm/DensePlan.h"
#include "compiler/backends/llvm/Formula.h"
#include "compiler/backends/llvm/Strategies.h"
#include "dialect/Captures.h"
#include "dialect/ReducedNumbers.h"
#include "dialect/WeightPanels.h"

namespace mlir::attn {

static bool isRowNorm(Operation &op) { return isa<LayerNormOp, RmsNormOp, L2NormalizeOp>(op); }

DensePlan::DensePlan(KernelOp kernel) {
  int64_t cols = kernel.getSchedule()->getCols();
  Block &body = kernel.getBody().front();
  llvm::DenseSet<Value> afterNorm;
  for (Operation &op : body.without_terminator()) {
    if (auto linear = dyn_cast<LinearOp>(op)) {
      auto weight = linear.getWeight().getType();
      depth = weight.getDimSize(1);
      int64_t count = llvm::divideCeil(weight.getDimSize(0), cols);
      segment[linear.getResult()] = segments.size();
      segments.push_back({linear, weight.getDimSize(0), tiles, count});
      tiles += count;
      continue;
    }
    bool late = isRowNorm(op) || llvm::any_of(op.getOperands(), [&](Value v) { return afterNorm.contains(v); });
    if (late) {
      afterNorm.insert(op.getResult(0));
      rowOps.push_back(&op);
      continue;
    }
    tileOps.push_back(&op);
    for (Value operand : op.getOperands())
      if (segment.contains(operand))
        segment[op.getResult(0)] = segment[operand];
  }

  Operation *yield = body.getTerminator();
  unsigned lateResult = yield->getNumOperands();
  for (auto [index, value] : llvm::enumerate(yield->getOperands())) {
    if (segment.contains(value))
      stored.push_back({value, index});
    else
      lateResult = index;
  }
  for (Operation *op : rowOps)
    for (Value operand : op->getOperands())
      if (segment.contains(operand) && llvm::none_of(stored, [&](auto &entry) { return entry.first == operand; }))
        stored.push_back({operand, lateResult});
}

/// Whether the weight is known when compiling, and no other op would find panels where it expects rows.
static bool hasPackableWeight(LinearOp linear) {
  auto weight = dyn_cast<BlockArgument>(linear.getWeight());
  auto kernel = cast<KernelOp>(linear->getParentOp());
  return weight && kernel.getInputs()[weight.getArgNumber()].getDefiningOp<WeightOp>() &&
         llvm::all_of(weight.getUses(),
                      [](OpOperand &use) { return isa<LinearOp>(use.getOwner()) && use.getOperandNumber() == 1; });
}

/// Whether each linear reads operands of the kernel and what follows it reads no other linear; if not, says so in
/// `why`.
static LogicalResult supportsTiles(Block &body, std::string &why) {
  llvm::DenseMap<Value, Operation *> linearOf; // of a value made from one
  for (Operation &op : body.without_terminator()) {
    auto linear = dyn_cast<LinearOp>(op);
    if (linear && !hasPackableWeight(linear)) {
      why = "attn.linear needs an attn.weight that its kernel reads as nothing else";
      return failure();
    }
    Operation *own = linear;
    for (Value operand : op.getOperands()) {
      Operation *other = linearOf.lookup(operand);
      if (linear ? !isa<BlockArgument>(operand) : own && other && own != other) {
        why = op.getName().getStringRef().str() + " joins two linears of one kernel";
        return failure();
      }
      own = own ? own : other;
    }
    linearOf[op.getResult(0)] = own;
  }
  return success();
}

bool denseReadsNarrow(BlockArgument argument) {
  return llvm::all_of(argument.getUses(), [](OpOperand &use) {
    return (isa<PointwiseOp>(use.getOwner()) && !isCaptured(use)) || isRowNorm(*use.getOwner()) ||
           (isa<LinearOp>(use.getOwner()) && use.getOperandNumber() != 1);
  });
}

bool denseWritesNarrow(OpResult result) {
  auto kernel = cast<KernelOp>(result.getOwner());
  return llvm::none_of(kernel.getBody().front(), isRowNorm);
}

LogicalResult supportsDense(KernelOp kernel, std::string &why) {
  // A vector lies in one panel, and so does a tile that is not some whole panels.
  int64_t cols = kernel.getSchedule()->getCols(), panel = weightPanelColumns;
  if (cols % panel && panel % cols) {
    why = "cols is " + std::to_string(cols) + ", but weights are stored in panels of " + std::to_string(panel) +
          " columns: expected some of these, or a part of one";
    return failure();
  }
  if (failed(supportsTiles(kernel.getBody().front(), why)))
    return failure();
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (auto pointwise = dyn_cast<PointwiseOp>(op)) {
      if (failed(supportsFormula(pointwise.getFormula(), why)))
        return failure();
    } else if (!isa<LinearOp>(op) && !isRowNorm(op)) {
      why = op.getName().getStringRef().str() + " can not follow a linear in one kernel";
      return failure();
    }
  }
  DensePlan plan(kernel);
  if (kernel.getSchedule()->getPrecision() == Precision::Int8 && plan.depth > maxInt8Products) {
    why = "attn.linear in int8 sums up to " + std::to_string(maxInt8Products) + " products in an i32, its weight has " +
          std::to_string(plan.depth) + " columns";
    return failure();
  }
  llvm::SmallDenseSet<unsigned> used;
  for (auto [value, result] : plan.stored)
    if (result == kernel.getNumResults() || !used.insert(result).second) {
      why = "a row normalisation needs more rows in memory than the kernel has results";
      return failure();
    }
  return success();
}

} // namespace mlir::attn
