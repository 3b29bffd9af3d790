// The order of the lower stage: kernels to code, then what their back ends do to all of it.
#include "compiler/lower/Stage.h"
#include "compiler/backends/Backend.h"
#include "compiler/lower/Passes.h"
#include "mlir/Pass/PassManager.h"

namespace mlir::attn {

void buildLower(OpPassManager &passes, const LowerOptions &options) {
  LowerKernelsOptions kernels;
  kernels.isa = options.isa;
  kernels.extensions = options.extensions;
  passes.addPass(createLowerKernels(kernels));
  backendFor(BackendKind::LLVM).addPasses(passes, options.isa);
}

} // namespace mlir::attn
