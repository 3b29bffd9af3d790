// One compilation, from the command line's wishes to an exit code.
#pragma once

#include "compiler/driver/Options.h"

namespace mlir::attn {

/// Reports on stderr; on failure nothing is written. Returns one of ExitCode.
int compile(const CompileOptions &options);

} // namespace mlir::attn
