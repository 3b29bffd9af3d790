// The command line of attn-run: one table, no global options.
#pragma once

#include "compiler/reference/Interpreter.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mlir::attn::run {

struct Options {
  using Named = std::vector<std::pair<std::string, std::string>>; // NAME=VALUE, in the order given

  std::vector<std::string> models; // libraries of one model, or one model.mlir
  Named inputs, outputs, expected;
  std::string expectReference; // a model.mlir
  std::string weights;
  std::string variant; // empty: the best that runs here
  double rtol = 1e-4, atol = 1e-5;
  std::vector<int> threads = {0}; // 0: one for each CPU
  bool benchmark = false, json = false, describe = false, reference = false, guard = false, profile = false;
  std::optional<reference::Precision>
      precision; // of --reference (f64), of the naive program of --expect-reference (f32)
  bool help = false;
};

/// As --precision takes it.
llvm::StringRef wordOf(reference::Precision precision);

/// Fails with the text of a usage error: an unknown option with the nearest known one, a missing or malformed value.
llvm::Expected<Options> parseOptions(int argc, char **argv);

extern const char *const helpText;

} // namespace mlir::attn::run
