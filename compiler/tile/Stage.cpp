// The order of the tile stage: what is for one row is a function of its own before any decision; layouts follow from
// schedules; which keys are read in rows, and who reads a port stored in bf16, is known after them.
#include "compiler/tile/Stage.h"
#include "compiler/tile/Passes.h"
#include "mlir/Pass/PassManager.h"

namespace mlir::attn {

void buildTile(OpPassManager &passes, const TileOptions &options) {
  passes.addPass(createSpecializeSteps());
  OpPassManager &function = passes.nest<func::FuncOp>();
  ChooseSchedulesOptions schedules;
  schedules.vectorBits = options.vectorBits;
  schedules.backend = options.backend;
  schedules.precision = options.precision;
  schedules.listAlternatives = options.listAlternatives;
  function.addPass(createChooseSchedules(schedules));
  function.addPass(createAssignLayouts());
  function.addPass(createFuseKeyNorms());
  AssignStorageOptions storage;
  storage.vectorBits = options.vectorBits;
  function.addPass(createAssignStorage(storage));
}

} // namespace mlir::attn
