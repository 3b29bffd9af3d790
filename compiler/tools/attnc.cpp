// attnc: compiles an attention model to native code. attnc tune: finds the schedules it compiles fastest with.
#include "compiler/driver/Compile.h"
#include "compiler/tools/tune/Tune.h"
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
  auto arguments = llvm::ArrayRef<const char *>(argv, argc).drop_front();
  if (!arguments.empty() && llvm::StringRef(arguments.front()) == "tune") {
    auto options = mlir::attn::parseTuneOptions(arguments.drop_front(), exit);
    return options ? mlir::attn::tune::tune(*options) : exit;
  }
  auto options = mlir::attn::parseOptions(arguments, exit);
  return options ? mlir::attn::compile(*options) : exit;
}
