// The pass attn-build-entry: the functions that the code of one processor is called by.
#include "compiler/emit/Entry.h"
#include "compiler/emit/Passes.h"

namespace mlir::attn {

#define GEN_PASS_DEF_BUILDENTRY
#include "compiler/emit/Passes.h.inc"

LLVM::LLVMFuncOp Entry::function(StringRef name, Type result, ArrayRef<Type> arguments) const {
  builder.setInsertionPointToEnd(model->getBlock());
  auto type = LLVM::LLVMFunctionType::get(result, arguments);
  auto op = LLVM::LLVMFuncOp::create(builder, name, type, LLVM::Linkage::External, /*dsoLocal=*/true);
  op.setVisibility_(LLVM::Visibility::Hidden);
  builder.setInsertionPointToStart(op.addEntryBlock(builder));
  return op;
}

namespace {

struct BuildEntry : impl::BuildEntryBase<BuildEntry> {
  using BuildEntryBase::BuildEntryBase;

  void runOnOperation() override {
    FailureOr<func::FuncOp> model = findModel(getOperation());
    if (failed(model) || failed(checkPlanned(*model)))
      return signalPassFailure();
    FailureOr<FunctionExtents> extents = FunctionExtents::compute(*model);
    if (failed(extents))
      return signalPassFailure();
    auto builder = ImplicitLocOpBuilder::atBlockEnd(model->getLoc(), getOperation().getBody());
    Entry entry{*model, *extents, prefix, builder};
    if (failed(buildArenaBytes(entry, target)) || failed(buildMain(entry, target)))
      signalPassFailure();
    buildKernelNames(entry, target);
  }

  LogicalResult checkPlanned(func::FuncOp model) {
    if (!model->hasAttr("attn.slots") || !model->hasAttr("attn.scratch"))
      return model.emitError("has no memory plan; run attn-plan-memory before attn-build-entry");
    SymbolTable symbols(getOperation());
    for (auto kernel : model.getOps<KernelOp>()) {
      auto code = symbols.lookup<func::FuncOp>(*kernel.getCode());
      unsigned expected = 3 + kernel.getNumOperands() + kernel.getNumResults();
      if (!code || code.getNumArguments() != expected)
        return kernel.emitOpError("expected code @")
               << *kernel.getCode() << " to be a function of " << expected << " pointers";
    }
    return success();
  }
};

} // namespace
} // namespace mlir::attn
