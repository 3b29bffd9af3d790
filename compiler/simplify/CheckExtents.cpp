// Every op states its extents from those of its operands; what an op needs to be equal must be equal as an expression.
// Ops that cannot state them do not belong into a model.
#include "compiler/simplify/Passes.h"
#include "dialect/AttnOps.h"
#include "dialect/Extents.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace mlir::attn {
#define GEN_PASS_DEF_CHECKEXTENTS
#include "compiler/simplify/Passes.h.inc"

namespace {
struct CheckExtents : impl::CheckExtentsBase<CheckExtents> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (!llvm::hasSingleElement(function.getBody())) {
      function.emitOpError("expected a body of one block");
      return signalPassFailure();
    }
    // Before the extents: an op without them would leave holes that its users read.
    for (Operation &op : llvm::make_early_inc_range(function.getBody().front())) {
      if (isa<ExtentOpInterface, func::ReturnOp>(op))
        continue;
      if (isOpTriviallyDead(&op)) {
        op.erase();
        continue;
      }
      op.emitOpError("can not stand in a model; its function holds attn ops only");
      return signalPassFailure();
    }
    if (failed(FunctionExtents::compute(function)))
      return signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
} // namespace mlir::attn
