// attnc: compiles an attention model to native code.
#include "compiler/driver/Compile.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Signals.h"

#include <unistd.h>

/// A crash is our fault; a user gets one line and the exit code that says so, no stack dump.
static void reportCrash(void *) {
  static const char text[] = "attnc: internal error; please report this model and the command\n";
  [[maybe_unused]] ssize_t written = write(STDERR_FILENO, text, sizeof(text) - 1);
  _exit(mlir::attn::kInternalError);
}

int main(int argc, char **argv) {
  llvm::sys::AddSignalHandler(reportCrash, nullptr);
  int exit = 0;
  auto options = mlir::attn::parseOptions(llvm::ArrayRef<const char *>(argv, argc).drop_front(), exit);
  return options ? mlir::attn::compile(*options) : exit;
}
