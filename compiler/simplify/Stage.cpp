// The order of the simplify stage. Checks come before shorthands are expanded, so that errors name the ops the user
// wrote. Formulas are of what is computed in before any is written or folded: narrower types would round their
// constants.
#include "compiler/simplify/Stage.h"
#include "compiler/simplify/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

namespace mlir::attn {

void buildSimplify(OpPassManager &passes, const SimplifyOptions &options) {
  passes.addPass(createExpandRepeat());
  passes.addPass(createCheckInterface());
  OpPassManager &function = passes.nest<func::FuncOp>();
  function.addPass(createCheckExtents());
  function.addPass(createWidenBf16());
  if (options.inF64)
    function.addPass(createWidenF32());
  function.addPass(createExpandShorthands());
  function.addPass(createFoldIdentities());
  function.addPass(createFindLinear());
  function.addPass(createCanonicalizerPass());
  function.addPass(createCSEPass());
}

} // namespace mlir::attn
