// A math op expanded, compiled for this machine and measured against libm in double precision.
#pragma once

#include "compiler/backends/llvm/ExpandMath.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"

#include <string>

namespace mlir::attn {

/// Values per call of a kernel, whatever its shape.
constexpr int kernelLanes = 64;

/// The expansion of one op on kernelLanes values.
class MathKernel {
public:
  /// `op` is a unary op of the math dialect without its prefix, or "fast_exp2"; `shape` is "f32" or a vector type of
  /// kernelLanes elements or a divisor of it. Where this machine has no AVX-512, its intrinsics are emulated. Prints
  /// why and returns null on failure.
  static std::unique_ptr<MathKernel> compile(StringRef op, MathIsa isa, StringRef shape);

  void operator()(const float *x, float *y) const {
    for (int i = 0; i < kernelLanes; i += step)
      entry(x + i, y + i);
  }

private:
  std::unique_ptr<MLIRContext> context;
  std::unique_ptr<ExecutionEngine> engine;
  void (*entry)(const float *, float *) = nullptr;
  int step = 0;
};

/// Whether this machine runs code for `isa`, with AVX-512 emulated.
bool canRun(MathIsa isa);

/// Error of `y` as the value of `op` at `x`, in units in the last place of f32. Infinite when NaN, the sign of zero,
/// or a promise of buildFastExp2 is broken.
double ulpError(StringRef op, float x, float y);

} // namespace mlir::attn
