// Elementary functions as straight vector code.
//
// Code of f32 imports no libm symbol, and LLVM would call libm lane by lane, so every math.* op with no
// machine instruction is rewritten into arith ops, math.fma and (on AVX-512) a few intrinsics. Every f32 result is
// within 2 ULP of the true value for all 2^32 inputs; tests/unit/backends/MathAccuracyTest.cpp checks it.
// ExpandMathOptions (its one field: `MathIsa isa`) is generated with the pass.
#pragma once

#include "compiler/backends/llvm/Passes.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::attn {

/// Rewrites exp, exp2, expm1, log, log2, log1p, tanh, erf, sin, cos, rsqrt and round on f32 (f16 and bf16 through f32),
/// for scalars and vectors of any fixed shape. On Generic also fma, floor, ceil, trunc and roundeven. sqrt, absf,
/// copysign and the like map to instructions and stay.
void populateExpandMathPatterns(RewritePatternSet &patterns, const ExpandMathOptions &options);

/// 2^x for x <= 0 in as few instructions as possible; `x` is f32 or a vector of it. Within 2 ULP for x >= -126,
/// exactly 1 at 0, exactly 0 for x <= -150 and -inf, NaN for NaN; between -150 and -126 it may flush to 0.
Value buildFastExp2(OpBuilder &builder, Location loc, Value x, const ExpandMathOptions &options);

} // namespace mlir::attn
