// A model written in f32, computed in f64: every tensor and every number of a formula becomes f64, and the ports of the
// model keep `attn.storage = "f32"`, so that the interface is the one that was written.
#include "compiler/simplify/Passes.h"
#include "compiler/simplify/Widen.h"
#include "dialect/Ports.h"

namespace mlir::attn {
#define GEN_PASS_DEF_WIDENF32
#include "compiler/simplify/Passes.h.inc"

namespace {

struct WidenF32 : impl::WidenF32Base<WidenF32> {
  void runOnOperation() override {
    if (failed(checkPorts()) ||
        failed(widen(getOperation(),
                     {Float32Type::get(&getContext()), Float64Type::get(&getContext()), llvm::StringLiteral("f32")})))
      signalPassFailure();
  }

  /// A result of bf16 would be rounded twice.
  LogicalResult checkPorts() {
    func::FuncOp model = getOperation();
    auto check = [&](Type element, const std::string &name) -> LogicalResult {
      if (!element.isBF16())
        return success();
      return model.emitOpError("expected arguments and results of f32 or f64 for precision f64, got bf16 for \"")
             << name << "\"";
    };
    for (unsigned i = 0; i < model.getNumArguments(); ++i)
      if (failed(check(inputElement(model, i), inputName(model, i))))
        return failure();
    for (unsigned i = 0; i < model.getNumResults(); ++i)
      if (failed(check(outputElement(model, i), outputName(model, i))))
        return failure();
    return success();
  }
};

} // namespace
} // namespace mlir::attn
