// Cosine scores of few queries: against each, a pass that writes normalised keys costs more than to divide by the norms
// as keys are read.
//   kernel { l2_normalize k }, kernel { score dot q, n }  ==>  kernel { score dot q, l2_normalize k }
#include "compiler/tile/Passes.h"
#include "dialect/AttnOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

namespace mlir::attn {
#define GEN_PASS_DEF_FUSEKEYNORMS
#include "compiler/tile/Passes.h.inc"

namespace {

/// The kernel that makes `key` and does nothing but normalise it, for nobody else; null if there is none.
KernelOp ownNorm(Value key) {
  auto producer = key.getDefiningOp<KernelOp>();
  if (!producer || !key.hasOneUse() || producer->getNumResults() != 1)
    return {};
  auto ops = producer.getBody().front().without_terminator();
  bool onlyNorm = llvm::all_of(ops, [](Operation &op) { return isa<SplitHeadsOp, L2NormalizeOp>(op); });
  Value made = producer.getBody().front().getTerminator()->getOperand(0);
  return onlyNorm && made.getDefiningOp<L2NormalizeOp>() ? producer : KernelOp();
}

struct FuseKeyNorms : impl::FuseKeyNormsBase<FuseKeyNorms> {
  void runOnOperation() override {
    for (KernelOp kernel : llvm::make_early_inc_range(getOperation().getOps<KernelOp>())) {
      ScheduleAttr schedule = kernel.getSchedule().value_or(ScheduleAttr());
      if (!schedule || schedule.getBackend() != BackendKind::LLVM ||
          !llvm::is_contained({Strategy::Decode, Strategy::Strip}, schedule.getStrategy()))
        continue;
      for (ScoreOp score : kernel.getBody().front().getOps<ScoreOp>())
        fuse(kernel, score);
    }
  }

  void fuse(KernelOp kernel, ScoreOp score) {
    auto key = dyn_cast<BlockArgument>(score.getKey());
    if (!key || !key.hasOneUse() || getLayout(key.getType()))
      return;
    KernelOp norm = ownNorm(kernel.getInputs()[key.getArgNumber()]);
    if (!norm)
      return;
    OpBuilder builder(score);
    IRMapping inside;
    Block &body = norm.getBody().front();
    kernel->setOperand(key.getArgNumber(), norm.getInputs()[0]);
    key.setType(norm.getInputs()[0].getType());
    inside.map(body.getArgument(0), key);
    for (Operation &op : body.without_terminator())
      builder.clone(op, inside);
    score.getKeyMutable().assign(inside.lookup(body.getTerminator()->getOperand(0)));
    norm.erase();
  }
};

} // namespace
} // namespace mlir::attn
