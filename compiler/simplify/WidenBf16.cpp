// bf16 is how arguments and results are stored, not what is computed in: every tensor and every number of a formula
// becomes f32, which holds all bf16, and the ports of the model keep `attn.storage = "bf16"`. Later stages know no
// bf16, up to the kernels that read and write the ports.
#include "compiler/simplify/Passes.h"
#include "compiler/simplify/Widen.h"

namespace mlir::attn {
#define GEN_PASS_DEF_WIDENBF16
#include "compiler/simplify/Passes.h.inc"

namespace {

struct WidenBf16 : impl::WidenBf16Base<WidenBf16> {
  void runOnOperation() override {
    if (failed(widen(getOperation(),
                     {BFloat16Type::get(&getContext()), Float32Type::get(&getContext()), llvm::StringLiteral("bf16")})))
      signalPassFailure();
  }
};

} // namespace
} // namespace mlir::attn
