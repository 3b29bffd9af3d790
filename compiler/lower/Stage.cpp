// The order of the lower stage: kernels to code, then elementary functions to arithmetic.
#include "compiler/lower/Stage.h"
#include "compiler/backends/llvm/Passes.h"
#include "compiler/lower/Passes.h"
#include "mlir/Pass/PassManager.h"

namespace mlir::attn {

void buildLower(OpPassManager &passes, const LowerOptions &options) {
  passes.addPass(createLowerKernels());
  ExpandMathPassOptions math;
  math.isa = options.isa;
  passes.nest<func::FuncOp>().addPass(createExpandMath(math));
}

} // namespace mlir::attn
