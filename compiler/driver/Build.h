// From emitted IR to files: weights packed and code generated side by side, then linked.
#pragma once

#include "compiler/driver/Options.h"
#include "compiler/driver/Outputs.h"
#include "compiler/driver/Timing.h"
#include "compiler/driver/Variant.h"

namespace mlir::attn {

struct BuildJob {
  const CompileOptions &options;
  llvm::ArrayRef<Variant> variants; ///< text is made of one only
  Outputs &outputs;
  Timing &timing;
};

/// Writes LLVM IR, assembly, or a binary with its header and weights. Errors in the model are diagnostics at its ops;
/// others are returned through `error`.
LogicalResult buildFiles(BuildJob &job, std::string &error);

/// The text of the C header.
FailureOr<std::string> headerText(const BuildJob &job);

} // namespace mlir::attn
