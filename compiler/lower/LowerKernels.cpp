// Asks the back end of each distinct kernel for code. Two kernels are the same when their text and the extents of their
// operands are.
#include "compiler/backends/Backend.h"
#include "compiler/lower/Passes.h"
#include "dialect/Ports.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/AsmState.h"
#include "llvm/ADT/StringMap.h"

namespace mlir::attn {
#define GEN_PASS_DEF_LOWERKERNELS
#include "compiler/lower/Passes.h.inc"

namespace {

/// A text that two kernels share exactly when they can share code.
std::string fingerprint(KernelOp kernel, const FunctionExtents &extents) {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (Value input : kernel.getInputs())
    for (AffineExpr extent : extents.of(input))
      os << extent << " ";
  // Values from outside print alike, values inside by their place.
  kernel->print(os, OpPrintingFlags().useLocalScope());
  return text;
}

struct LowerKernels : impl::LowerKernelsBase<LowerKernels> {
  using LowerKernelsBase::LowerKernelsBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<arith::ArithDialect, func::FuncDialect, LLVM::LLVMDialect, math::MathDialect, scf::SCFDialect,
                    vector::VectorDialect>();
  }

  void runOnOperation() override {
    for (func::FuncOp function : llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>()))
      if (isCompiled(function) && !function.isExternal() && failed(lower(function)))
        return signalPassFailure();
  }

  LogicalResult lower(func::FuncOp function) {
    FailureOr<FunctionExtents> extents = FunctionExtents::compute(function);
    if (failed(extents))
      return failure();
    llvm::StringMap<KernelOp> known;
    for (KernelOp kernel : function.getOps<KernelOp>()) {
      if (kernel.getCode())
        continue;
      auto [entry, isNew] = known.try_emplace(fingerprint(kernel, *extents), kernel);
      if (!isNew) {
        kernel.setCodeAttr(entry->second.getCodeAttr());
        kernel.setScratchAttr(entry->second.getScratchAttr());
        continue;
      }
      LowerContext context{getOperation(), (function.getName() + "_k" + Twine(known.size() - 1)).str(), &*extents, isa,
                           extensions};
      if (failed(backendFor(kernel.getSchedule()->getBackend()).lower(kernel, context)))
        return failure();
    }
    return success();
  }
};

} // namespace
} // namespace mlir::attn
