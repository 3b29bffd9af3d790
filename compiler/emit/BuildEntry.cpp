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

Value Entry::call(StringRef name, Type result, ValueRange arguments) const {
  auto type = LLVM::LLVMFunctionType::get(result, SmallVector<Type>(arguments.getTypes()));
  auto call = LLVM::CallOp::create(builder, type, name, arguments);
  return call.getNumResults() ? call.getResult() : Value();
}

void Entry::callRuntime(StringRef name, ValueRange arguments) const {
  auto none = LLVM::LLVMVoidType::get(builder.getContext());
  if (!defines(name)) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(model->getBlock());
    auto declared = LLVM::LLVMFuncOp::create(
        builder, name, LLVM::LLVMFunctionType::get(none, SmallVector<Type>(arguments.getTypes())));
    declared.setVisibility_(LLVM::Visibility::Hidden);
  }
  call(name, none, arguments);
}

namespace {

struct BuildEntry : impl::BuildEntryBase<BuildEntry> {
  using BuildEntryBase::BuildEntryBase;

  void runOnOperation() override {
    FailureOr<func::FuncOp> model = findModel(getOperation());
    if (failed(model))
      return signalPassFailure();
    auto builder = ImplicitLocOpBuilder::atBlockEnd(model->getLoc(), getOperation().getBody());
    int64_t kernels = 0;
    for (func::FuncOp function : functionsOf(*model)) {
      if (failed(checkPlanned(function)))
        return signalPassFailure();
      FailureOr<FunctionExtents> extents = FunctionExtents::compute(function);
      if (failed(extents))
        return signalPassFailure();
      Entry entry{function, *extents, prefix, builder};
      if (failed(buildMemory(entry, target)) || failed(buildBody(entry, target, kernels)))
        return signalPassFailure();
      kernels += llvm::range_size(function.getOps<KernelOp>());
      if (function != *model)
        continue;
      buildArenaBytes(entry, target);
      buildMain(entry, target);
      buildKernelNames(entry, target);
    }
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
