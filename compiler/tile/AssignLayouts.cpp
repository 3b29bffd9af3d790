// Writes each schedule's wishes into the types: weight panels for dense kernels, key and value panels for score maps.
#include "compiler/tile/CopyKernel.h"
#include "compiler/tile/Passes.h"
#include "compiler/tile/ScheduleRules.h"
#include "dialect/AttnOps.h"
#include "dialect/WeightPanels.h"
#include "mlir/IR/Builders.h"

namespace mlir::attn {
#define GEN_PASS_DEF_ASSIGNLAYOUTS
#include "compiler/tile/Passes.h.inc"

namespace {

RankedTensorType withLayout(Type type, LayoutAttr layout) {
  auto tensor = cast<RankedTensorType>(type);
  return RankedTensorType::get(tensor.getShape(), tensor.getElementType(), layout);
}

/// Replaces operand `index` of a kernel, with the block argument that stands for it.
void setInput(KernelOp kernel, unsigned index, Value value) {
  kernel->setOperand(index, value);
  kernel.getBody().getArgument(index).setType(value.getType());
}

struct AssignLayouts : impl::AssignLayoutsBase<AssignLayouts> {
  void runOnOperation() override {
    SmallVector<KernelOp> kernels(getOperation().getOps<KernelOp>());
    QueryLimits limits(getOperation());
    for (KernelOp kernel : kernels) {
      keepsRows = readsKeyRows(kernel, limits.of(kernel));
      if (kernel.getSchedule()->getStrategy() == Strategy::Dense)
        packWeights(kernel);
      if (llvm::is_contained({Strategy::Stream, Strategy::Strip, Strategy::Linear},
                             kernel.getSchedule()->getStrategy()))
        for (Operation &op : llvm::make_early_inc_range(kernel.getBody().front()))
          for (OpOperand &operand : op.getOpOperands())
            if (std::optional<LayoutKind> wanted = wantedLayout(kernel, operand))
              assignPanels(kernel, operand, *wanted);
    }
    for (WeightOp weight : llvm::make_early_inc_range(getOperation().getOps<WeightOp>()))
      if (weight->use_empty())
        weight.erase();
  }

  void packWeights(KernelOp kernel) {
    auto layout = LayoutAttr::get(&getContext(), LayoutKind::WeightPanels, weightPanelColumns, 1,
                                  kernel.getSchedule()->getPrecision());
    for (LinearOp linear : kernel.getBody().front().getOps<LinearOp>()) {
      unsigned index = cast<BlockArgument>(linear.getWeight()).getArgNumber();
      auto weight = kernel.getInputs()[index].getDefiningOp<WeightOp>();
      if (!weight || getLayout(kernel.getInputs()[index].getType()))
        continue;
      // Each use has a weight op of its own; equal ones are stored once by emit.
      OpBuilder builder(weight);
      auto packed = WeightOp::create(builder, weight.getLoc(), withLayout(weight.getType(), layout), weight.getName(),
                                     weight.getSlice());
      packed->setDiscardableAttrs(weight->getDiscardableAttrDictionary());
      setInput(kernel, index, packed);
    }
  }

  /// How an op of a score map kernel wants an operand stored; nothing for row-major.
  static std::optional<LayoutKind> wantedLayout(KernelOp kernel, OpOperand &operand) {
    if (isa<ScoreOp, PairScoreOp>(operand.getOwner()) && operand.getOperandNumber() == 1)
      return LayoutKind::KeyPanels;
    if (isa<RandomFeaturesOp>(operand.getOwner()) && operand.getOperandNumber() == 1)
      return LayoutKind::KeyPanels; // what is multiplied with each row, as keys are
    bool isValue = isa<CombineOp>(operand.getOwner()) && operand.getOperandNumber() == 1;
    if (isValue && kernel.getSchedule()->getBackend() == BackendKind::LLVM)
      return LayoutKind::ValuePanels;
    return std::nullopt;
  }

  /// Columns of a register tile; of values, in whole vectors, not more than a head has.
  static int64_t panelWidth(ScheduleAttr schedule, Value source, LayoutKind kind, int64_t heads) {
    int64_t width = cast<RankedTensorType>(source.getType()).getShape().back() / heads;
    int64_t own = llvm::alignTo(std::max<int64_t>(width, 1), schedule.getLanes());
    return kind == LayoutKind::ValuePanels ? std::min(schedule.getCols(), own) : schedule.getCols();
  }

  void assignPanels(KernelOp kernel, OpOperand &operand, LayoutKind kind) {
    auto split = operand.get().getDefiningOp<SplitHeadsOp>();
    unsigned index = cast<BlockArgument>(split ? split.getInput() : operand.get()).getArgNumber();
    Value source = kernel.getInputs()[index];
    if (getLayout(source.getType()))
      return;
    int64_t heads = split ? split.getType().getDimSize(1) : 1;
    auto layout = LayoutAttr::get(&getContext(), kind, panelWidth(*kernel.getSchedule(), source, kind, heads), heads,
                                  Precision::Own);
    // A kernel names an operand once, however often its region reads it: as query too, say.
    bool readOnce =
        source.hasOneUse() && llvm::all_of(kernel.getBody().getArgument(index).getUses(), [&](OpOperand &use) {
          return &use == &operand || (split && use.getOwner() == split) || readsLength(use);
        });
    auto producer = source.getDefiningOp<KernelOp>();
    if (readOnce && producer && producer.getSchedule()->getStrategy() == Strategy::Dense && endsInLinear(source)) {
      source.setType(withLayout(source.getType(), layout));
      kernel.getBody().getArgument(index).setType(source.getType());
      return;
    }
    if (keepsRows)
      return;
    Value copy = copyInto(kernel, source, layout);
    // What else reads the tensor finds it in rows: only this operand gets the copy.
    BlockArgument argument = kernel.getBody().addArgument(copy.getType(), copy.getLoc());
    kernel.getInputsMutable().append(copy);
    (split ? split->getOpOperand(0) : operand).set(argument);
    dropUnusedInputs(kernel);
  }

  /// Whether a key is read for its length alone, which no layout changes.
  static bool readsLength(OpOperand &use) {
    if (auto split = dyn_cast<SplitHeadsOp>(use.getOwner()))
      return llvm::all_of(split->getUses(), readsLength);
    if (isa<GivenScoreOp>(use.getOwner()))
      return use.getOperandNumber() > 0;
    return isa<RelativeScoreOp>(use.getOwner()) && use.getOperandNumber() == 2;
  }

  /// Whether the producer makes `result` [B, M, heads*D] tile by tile, without a row normalisation at the end.
  static bool endsInLinear(Value result) {
    if (cast<RankedTensorType>(result.getType()).getRank() != 3)
      return false;
    auto producer = result.getDefiningOp<KernelOp>();
    Value yielded = producer.getBody().front().getTerminator()->getOperand(cast<OpResult>(result).getResultNumber());
    return isa_and_nonnull<LinearOp, PointwiseOp>(yielded.getDefiningOp()) &&
           producer.getBody().front().getOps<LayerNormOp>().empty() &&
           producer.getBody().front().getOps<RmsNormOp>().empty() &&
           producer.getBody().front().getOps<L2NormalizeOp>().empty();
  }

  /// A kernel before `user` that yields its operand, stored in `layout`.
  Value copyInto(KernelOp user, Value source, LayoutAttr layout) {
    ScheduleAttr schedule = *user.getSchedule();
    auto rows = ScheduleAttr::get(&getContext(), BackendKind::LLVM, Strategy::Rows, schedule.getLanes(),
                                  schedule.getRows(), schedule.getCols(), 0, 0, 0, Precision::Own);
    KernelOp kernel = copyBefore(user, source, withLayout(source.getType(), layout), rows);
    if (Attribute key = user->getAttr("attn.key")) // its time is the user's
      kernel->setAttr("attn.key", key);
    return kernel.getResult(0);
  }

  static void dropUnusedInputs(KernelOp kernel) {
    for (unsigned index = kernel.getInputs().size(); index-- > 0;) {
      if (!kernel.getBody().getArgument(index).use_empty())
        continue;
      kernel.getBody().eraseArgument(index);
      kernel.getInputsMutable().erase(index);
    }
  }

  bool keepsRows = false; // the kernel at hand, rather than a copy
};

} // namespace
} // namespace mlir::attn
