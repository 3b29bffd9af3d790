// The Halide back end: a kernel's region becomes functions, its schedule a Halide schedule, the result bitcode.
#pragma once

#include "compiler/backends/Backend.h"

namespace mlir::attn {
const Backend &halideBackend();
} // namespace mlir::attn
