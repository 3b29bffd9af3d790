// attn-run: runs a compiled model or the reference, prints, writes and compares. See --help.
#include "compiler/tools/run/RunModel.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir::attn::run;

int main(int argc, char **argv) {
  llvm::Expected<Options> options = parseOptions(argc, argv);
  if (!options) {
    llvm::errs() << "attn-run: error: " << llvm::toString(options.takeError()) << "\n";
    return 2;
  }
  if (options->help) {
    llvm::outs() << helpText;
    return 0;
  }
  llvm::Expected<bool> holds = runModel(*options);
  if (!holds)
    llvm::errs() << "attn-run: error: " << llvm::toString(holds.takeError()) << "\n";
  return holds && *holds ? 0 : 1;
}
