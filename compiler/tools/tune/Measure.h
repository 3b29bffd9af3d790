// Compiles a model with given schedules, and times its kernels where they stand, so that each meets the caches, the
// layouts and the threads that it will meet in use. Libraries that are compared run in turn.
#pragma once

#include "compiler/driver/Options.h"
#include "compiler/tools/run/Library.h"
#include "compiler/tools/tune/Candidates.h"
#include "llvm/ADT/StringMap.h"

namespace mlir::attn::tune {

/// A temporary folder; what is in it goes with it.
class Folder {
public:
  Folder() = default;
  Folder(const Folder &) = delete;
  ~Folder();
  llvm::Error create();
  std::string file(const llvm::Twine &name) const;

private:
  std::string path;
};

/// A model compiled with some schedules, ready to run.
struct Compiled {
  Schedules schedules;
  run::Library library;
  llvm::StringMap<double> microseconds; ///< of the kernels of each key: the least of all timed runs
  double total = 0;                     ///< of a run: the least
};

class Measure {
public:
  Measure(const TuneOptions &options, const Folder &folder) : options(options), folder(folder) {}

  /// The path of a file of these schedules, without notes.
  llvm::Expected<std::string> write(const Schedules &schedules, MLIRContext *context);
  /// Compiles, loads, binds the inputs and runs once.
  llvm::Expected<Compiled> compile(const Schedules &schedules, MLIRContext *context);
  /// Runs all in turn, `rounds` times each, and keeps the least times. A library whose runs take little time runs
  /// several times in a turn.
  llvm::Error time(llvm::MutableArrayRef<Compiled> libraries, unsigned rounds);

  /// Whether two libraries compute the same but for rounding: what differs was not only scheduled otherwise.
  static bool agree(const Compiled &a, const Compiled &b);

private:
  const TuneOptions &options;
  const Folder &folder;
  unsigned made = 0;
};

} // namespace mlir::attn::tune
