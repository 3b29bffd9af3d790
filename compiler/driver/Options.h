// What the command line asks for.
#pragma once

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>

namespace mlir::attn {

/// Exit codes of all tools.
enum ExitCode { kSuccess = 0, kUserError = 1, kUsageError = 2, kInternalError = 70 };

enum class OutputKind { Object, Archive, Shared, Executable, Mlir, LlvmIr, Assembly, Dot, Header, None };

/// The range of a dimension, inclusive.
struct Bind {
  std::string name;
  int64_t minimum = 0, maximum = 0;
};

struct CompileOptions {
  std::string input;
  std::string output; ///< "-": stdout
  OutputKind kind = OutputKind::None;
  std::string prefix;
  llvm::SmallVector<std::string> marches; ///< empty: native
  unsigned vectorBits = 0;                ///< 0: the processor's widest
  std::string backend = "auto";           ///< auto, llvm or halide
  std::string precision = "f32";          ///< f32, bf16 or int8
  std::string weights;
  bool embedWeights = false, convertWeights = false;
  llvm::SmallVector<Bind> binds;
  unsigned level = 3;
  std::string stopAfter, dumpStages;
  bool explain = false, explainJson = false, requireFused = false;
  bool timeReport = false, printCommands = false, onlyPrintCommands = false;
};

/// Reads the command line. On --help and --version prints to stdout; on a mistake tells stderr. In both cases there is
/// nothing to compile, and `exit` is the exit code.
std::optional<CompileOptions> parseOptions(llvm::ArrayRef<const char *> arguments, int &exit);

/// The nearest of some words to a misspelt one, as `; did you mean 'x'?`; else all of them if they are few.
std::string suggestion(llvm::StringRef word, llvm::ArrayRef<llvm::StringRef> known);

} // namespace mlir::attn
