// attn-opt: MLIR's opt tool with the attn dialect, passes and stages.
#include "compiler/driver/Stages.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::attn::registerDialects(registry);
  mlir::attn::registerPassesAndStages();
  mlir::registerCanonicalizer();
  mlir::registerCSE();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "attn-opt: tests single passes and stages\n", registry));
}
