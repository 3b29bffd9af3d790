// One run of attn-run, from options to verdict.
#pragma once

#include "compiler/tools/run/Options.h"

namespace mlir::attn::run {

/// Loads the model, makes its inputs, runs it, and prints, writes or compares the results. False when a comparison
/// failed.
llvm::Expected<bool> runModel(const Options &options);

} // namespace mlir::attn::run
