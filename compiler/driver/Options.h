// What the command line asks for.
#pragma once

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
  std::string precision = "f32";          ///< f32, f64, bf16 or int8
  std::string schedules;                  ///< a file; empty: none
  std::string weights;
  bool embedWeights = false, convertWeights = false;
  llvm::SmallVector<Bind> binds;
  unsigned level = 3;
  std::string stopAfter, dumpStages;
  bool explain = false, explainJson = false, requireFused = false, requireLinear = false;
  bool listAlternatives = false; ///< in the IR after tile; no option
  bool timeReport = false, printCommands = false, onlyPrintCommands = false;
};

struct TuneOptions {
  CompileOptions compile; ///< of one processor, into a file of schedules
  std::vector<std::pair<std::string, std::string>> inputs;
  unsigned threads = 0; ///< 0: one for each CPU
  unsigned sweeps = 2, rounds = 7;
  bool verbose = false;
};

/// Reads the command line. On --help and --version prints to stdout; on a mistake tells stderr. In both cases there is
/// nothing to compile, and `exit` is the exit code.
std::optional<CompileOptions> parseOptions(llvm::ArrayRef<const char *> arguments, int &exit);
/// The same for what follows `attnc tune`.
std::optional<TuneOptions> parseTuneOptions(llvm::ArrayRef<const char *> arguments, int &exit);

/// The nearest of some words to a misspelt one, as `; did you mean 'x'?`; else all of them if they are few.
std::string suggestion(llvm::StringRef word, llvm::ArrayRef<llvm::StringRef> known);

} // namespace mlir::attn
