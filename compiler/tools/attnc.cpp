// attnc: compiles an attention model to native code.
#include "compiler/driver/Compile.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/PrettyStackTrace.h"

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::setBugReportMsg("attnc: internal error; please report this model and the command\n");
  int exit = 0;
  auto options = mlir::attn::parseOptions(llvm::ArrayRef<const char *>(argv, argc).drop_front(), exit);
  return options ? mlir::attn::compile(*options) : exit;
}
