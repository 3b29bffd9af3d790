// The LLVM back end: kernels as loops over register tiles.
#pragma once

#include "compiler/backends/Backend.h"

namespace mlir::attn {
const Backend &llvmBackend();
} // namespace mlir::attn
