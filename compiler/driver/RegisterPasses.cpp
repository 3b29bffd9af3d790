// Every pass by its own name, for attn-opt.
#include "compiler/backends/llvm/Passes.h"
#include "compiler/driver/Stages.h"
#include "compiler/emit/Passes.h"
#include "compiler/fuse/Passes.h"
#include "compiler/lower/Passes.h"
#include "compiler/simplify/Passes.h"
#include "compiler/tile/Passes.h"

namespace mlir::attn {

void registerPassesAndStages() {
  registerAttnSimplifyPasses();
  registerAttnFusePasses();
  registerAttnTilePasses();
  registerAttnLowerPasses();
  registerAttnBackendLlvmPasses();
  registerAttnEmitPasses();
  registerStagePipelines();
}

} // namespace mlir::attn
