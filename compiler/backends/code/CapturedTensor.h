// The tensors from outside that a formula or a mask reads, as code knows them.
#pragma once

#include "compiler/backends/code/KernelCode.h"

namespace mlir::attn {

/// Row-major f32, i32 or i1 (bytes) at `pointer`.
struct CapturedTensor {
  RankedTensorType type;
  Value pointer;
  SmallVector<Value> extents; // i64
};

/// `captures` are operands of the kernel.
SmallVector<CapturedTensor> captured(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope,
                                     ValueRange captures);

} // namespace mlir::attn
