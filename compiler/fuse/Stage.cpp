// The order of the fuse stage: score maps and linear attention first, since they claim the splits and merges around
// them; then projections, then the rest.
#include "compiler/fuse/Stage.h"
#include "compiler/fuse/Passes.h"
#include "mlir/Pass/PassManager.h"

namespace mlir::attn {

void buildFuse(OpPassManager &passes) {
  OpPassManager &function = passes.nest<func::FuncOp>();
  function.addPass(createFuseMaps());
  function.addPass(createFuseLinear());
  function.addPass(createFuseProjections());
  function.addPass(createFuseRows());
}

} // namespace mlir::attn
