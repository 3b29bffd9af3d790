// The pass attn-build-interface: what a binary tells of itself, and the exported functions, the only names that others
// see. One module of a binary has them, whatever the number of processors that it holds code for.
#include "compiler/emit/Entry.h"
#include "compiler/emit/Passes.h"

namespace mlir::attn {

#define GEN_PASS_DEF_BUILDINTERFACE
#include "compiler/emit/Passes.h.inc"

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

  LLVM::LLVMFuncOp function = entry.function(entry.name(suffix), result, arguments);
  function.setVisibility_(LLVM::Visibility::Default);
  SmallVector<Value> values(function.getArguments());
  if (codeAt >= 0)
    values.insert(values.begin() + codeAt,
                  LLVM::AddressOfOp::create(builder, entry.pointer(), entry.name("code")).getResult());
  auto call = LLVM::CallOp::create(builder, declared, values);
  LLVM::ReturnOp::create(builder, call.getResults());
}

/// Each of the exported functions forwards to the runtime.
static void buildFunctions(Entry &entry, bool hasStates) {
  Type p = entry.pointer(), i32 = entry.i32(), i64 = entry.i64();
  Type none = LLVM::LLVMVoidType::get(entry.builder.getContext());
  buildForward(entry, "open", "attn_model_open", i32, {p, p, p}, /*codeAt=*/1);
  buildForward(entry, "close", "attn_model_close", none, {p});
  buildForward(entry, "variant", "attn_model_variant", p, {p}, /*codeAt=*/0);
  buildForward(entry, "kernels", "attn_model_kernels", p, {p});
  buildForward(entry, "context_create", "attn_context_create", i32, {p, p, p});
  buildForward(entry, "context_destroy", "attn_context_destroy", none, {p});
  buildForward(entry, "output_shapes", "attn_context_output_shapes", i32, {p, p, i64, p, i64});
  buildForward(entry, "run", "attn_context_run", i32, {p, p, i64, p, i64});
  buildForward(entry, "last_error", "attn_context_last_error", p, {p});
  buildForward(entry, "arena_bytes_planned", "attn_context_arena_bytes", i64, {p});
  if (hasStates) {
    buildForward(entry, "step", "attn_context_step", i32, {p, p, i64, p, i64});
    buildForward(entry, "reset", "attn_context_reset", i32, {p, i64});
    buildForward(entry, "state", "attn_context_state", i32, {p, i32, p});
    buildForward(entry, "cache_length", "attn_context_cache_length", i64, {p, i64});
    buildForward(entry, "truncate", "attn_context_truncate", i32, {p, i64, i64});
    buildForward(entry, "generate", "attn_context_generate", i32, {p, p, p, p, p});
  }
  LLVM::LLVMFuncOp metadata = entry.function(entry.name("metadata"), p, {});
  metadata.setVisibility_(LLVM::Visibility::Default);
  Value address = LLVM::AddressOfOp::create(entry.builder, p, entry.name("metadata_value"));
  LLVM::ReturnOp::create(entry.builder, address);
}

namespace {

struct BuildInterface : impl::BuildInterfaceBase<BuildInterface> {
  using BuildInterfaceBase::BuildInterfaceBase;

  void runOnOperation() override {
    FailureOr<func::FuncOp> model = findModel(getOperation());
    if (failed(model))
      return signalPassFailure();
    if (targets.empty() || targets.size() != cpuFeatures.size()) {
      model->emitError("expected at least one target and the features of each, got ")
          << targets.size() << " and " << cpuFeatures.size();
      return signalPassFailure();
    }
    FailureOr<FunctionExtents> extents = FunctionExtents::compute(*model);
    if (failed(extents))
      return signalPassFailure();
    FailureOr<Interface> interface = Interface::compute(*model, *extents);
    FailureOr<SmallVector<GraphWeight>> graphs = graphWeights(*model);
    if (failed(interface) || failed(graphs))
      return signalPassFailure();
    auto builder = ImplicitLocOpBuilder::atBlockEnd(model->getLoc(), getOperation().getBody());
    Entry entry{*model, *extents, prefix, builder};
    bool hasStates = !interface->states.empty();
    buildMetadata(entry, {std::move(*interface), std::move(*graphs), targets, cpuFeatures, embedWeights, program});
    buildFunctions(entry, hasStates);
  }
};

} // namespace
} // namespace mlir::attn
