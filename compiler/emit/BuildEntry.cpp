// The pass attn-build-entry, and the exported functions: the only names that others see.
#include "compiler/emit/Entry.h"
#include "compiler/emit/Passes.h"

namespace mlir::attn {

#define GEN_PASS_DEF_BUILDENTRY
#include "compiler/emit/Passes.h.inc"

LLVM::LLVMFuncOp Entry::function(const Twine &suffix, Type result, ArrayRef<Type> arguments) const {
  builder.setInsertionPointToEnd(model->getBlock());
  auto type = LLVM::LLVMFunctionType::get(result, arguments);
  auto op = LLVM::LLVMFuncOp::create(builder, name(suffix), type, LLVM::Linkage::Internal, /*dsoLocal=*/true);
  builder.setInsertionPointToStart(op.addEntryBlock(builder));
  return op;
}

/// `<prefix>_<suffix>` forwards its arguments to `callee`, with the address of the code inserted at `codeAt` (-1:
/// nowhere).
static void buildForward(Entry &entry, StringRef suffix, StringRef callee, Type result, ArrayRef<Type> arguments,
                         int codeAt = -1) {
  ImplicitLocOpBuilder &builder = entry.builder;
  SmallVector<Type> calleeArguments(arguments);
  if (codeAt >= 0)
    calleeArguments.insert(calleeArguments.begin() + codeAt, entry.pointer());
  builder.setInsertionPointToEnd(entry.model->getBlock());
  auto declared = LLVM::LLVMFuncOp::create(builder, callee, LLVM::LLVMFunctionType::get(result, calleeArguments));
  declared.setVisibility_(LLVM::Visibility::Hidden);

  LLVM::LLVMFuncOp function = entry.function(suffix, result, arguments);
  function.setLinkage(LLVM::Linkage::External);
  SmallVector<Value> values(function.getArguments());
  if (codeAt >= 0)
    values.insert(values.begin() + codeAt,
                  LLVM::AddressOfOp::create(builder, entry.pointer(), entry.name("code")).getResult());
  auto call = LLVM::CallOp::create(builder, declared, values);
  LLVM::ReturnOp::create(builder, call.getResults());
}

void buildInterface(Entry &entry) {
  Type p = entry.pointer(), i32 = entry.i32(), i64 = entry.i64();
  Type none = LLVM::LLVMVoidType::get(entry.builder.getContext());
  buildForward(entry, "open", "attn_model_open", i32, {p, p, p}, /*codeAt=*/1);
  buildForward(entry, "close", "attn_model_close", none, {p});
  buildForward(entry, "context_create", "attn_context_create", i32, {p, p, p});
  buildForward(entry, "context_destroy", "attn_context_destroy", none, {p});
  buildForward(entry, "output_shapes", "attn_context_output_shapes", i32, {p, p, i64, p, i64});
  buildForward(entry, "run", "attn_context_run", i32, {p, p, i64, p, i64});
  buildForward(entry, "last_error", "attn_context_last_error", p, {p});
  buildForward(entry, "arena_bytes_planned", "attn_context_arena_bytes", i64, {p});
  LLVM::LLVMFuncOp metadata = entry.function("metadata", p, {});
  metadata.setLinkage(LLVM::Linkage::External);
  Value address = LLVM::AddressOfOp::create(entry.builder, p, entry.name("metadata_value"));
  LLVM::ReturnOp::create(entry.builder, address);
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
    FailureOr<Interface> interface = Interface::compute(*model, *extents);
    if (failed(interface))
      return signalPassFailure();
    auto builder = ImplicitLocOpBuilder::atBlockEnd(model->getLoc(), getOperation().getBody());
    Entry entry{*model, *extents, std::move(*interface), prefix, target, cpuFeatures, embedWeights, program, builder};
    if (failed(buildArenaBytes(entry)) || failed(buildMain(entry)))
      return signalPassFailure();
    builder.setInsertionPointToEnd(getOperation().getBody());
    buildMetadata(entry);
    buildInterface(entry);
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
