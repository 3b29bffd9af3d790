// The order of the emit passes.
#include "compiler/emit/Stage.h"
#include "compiler/emit/Passes.h"
#include "mlir/Pass/PassManager.h"

namespace mlir::attn {

void buildEmit(OpPassManager &passes, const EmitOptions &options) {
  passes.addPass(createPlanMemory());
  BuildEntryOptions entry;
  entry.prefix = options.prefix;
  entry.target = options.target;
  entry.cpuFeatures = options.cpuFeatures;
  entry.embedWeights = options.embedWeights;
  entry.program = options.program;
  passes.addPass(createBuildEntry(entry));
}

} // namespace mlir::attn
