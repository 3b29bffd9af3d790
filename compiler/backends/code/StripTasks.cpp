// Strips as tasks.
#include "compiler/backends/code/StripTasks.h"

namespace mlir::attn {

void buildStripTasks(KernelCode &kernel, const StripPlan &plan,
                     llvm::function_ref<void(CodeBuilder &, const StripTask &)> body) {
  ArrayRef<AffineExpr> extents = kernel.extents(plan.anyMap);
  int64_t rows = kernel.kernel().getSchedule()->getBlockRows();
  std::string strip = kernel.function("strip", 5, [&](CodeBuilder &code, const KernelScope &scope, ValueRange at) {
    body(code, {scope, at[0], at[1], at[2], at[3], kernel.workerScratch(code, scope, at[4])});
  });
  int64_t mapHeads = cast<RankedTensorType>(plan.anyMap.getType()).getDimSize(1), parts = plan.allHeads ? 1 : mapHeads;
  auto blocks = [&](CodeBuilder &code, const KernelScope &scope) {
    return plan.wholeMap ? code.constant(1) : code.ceilDiv(kernel.extent(code, scope, extents[2]), rows);
  };
  std::string task = kernel.function("task", 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange at) {
    Value perHead = blocks(code, scope), outer = code.div(at[0], perHead);
    Value first = code.mul(code.rem(at[0], perHead), rows);
    Value count = kernel.extent(code, scope, extents[2]);
    Value end = plan.wholeMap ? count : code.min(code.add(first, rows), count);
    Value sample = code.div(outer, code.constant(parts)), head = code.rem(outer, code.constant(parts));
    kernel.call(code, strip, kernel.currentFrame(), {sample, head, first, end, at[1]});
  });
  kernel.define([&](CodeBuilder &code, const KernelScope &scope) {
    Value frame = kernel.makeFrame(code, scope);
    Value count = code.mul(kernel.extent(code, scope, extents[0]), parts);
    kernel.parallel(code, scope, task, frame, code.mul(count, blocks(code, scope)));
  });
}

} // namespace mlir::attn
