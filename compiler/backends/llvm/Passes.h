// Passes of the LLVM back end: their options, constructors and registration, generated from Passes.td.
#pragma once

#include "compiler/backends/math/MathIsa.h"
#include "mlir/Pass/Pass.h"

namespace mlir::attn {
#define GEN_PASS_DECL
#include "compiler/backends/llvm/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "compiler/backends/llvm/Passes.h.inc"
} // namespace mlir::attn
