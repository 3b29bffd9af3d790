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
  passes.addPass(createBuildEntry(entry));
  if (options.targets.empty())
    return;
  BuildInterfaceOptions interface;
  interface.prefix = options.prefix;
  interface.targets.assign(options.targets.begin(), options.targets.end());
  interface.cpuFeatures.assign(options.cpuFeatures.begin(), options.cpuFeatures.end());
  interface.embedWeights = options.embedWeights;
  interface.program = options.program;
  passes.addPass(createBuildInterface(interface));
}

} // namespace mlir::attn
