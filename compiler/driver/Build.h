// From emitted IR to files: weights packed and code generated side by side, then linked.
#pragma once

#include "compiler/backends/Target.h"
#include "compiler/driver/Options.h"
#include "compiler/driver/Outputs.h"
#include "compiler/driver/Timing.h"
#include "mlir/IR/BuiltinOps.h"

namespace mlir::attn {

struct BuildJob {
  const CompileOptions &options;
  const TargetInfo &target;
  Outputs &outputs;
  Timing &timing;
};

/// Writes LLVM IR, assembly, or a binary with its header and weights. Errors in the model are diagnostics at its ops;
/// others are returned through `error`.
LogicalResult buildFiles(ModuleOp module, BuildJob &job, std::string &error);

/// The text of the C header.
FailureOr<std::string> headerText(ModuleOp module, const BuildJob &job);

} // namespace mlir::attn
