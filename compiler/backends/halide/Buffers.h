// How a compiled Halide function is called: a halide_buffer_t on the stack for each tensor (layout: HalideRuntime.h).
#pragma once

#include "compiler/backends/code/KernelCode.h"

namespace mlir::attn {

/// One dimension of a buffer, in elements; i64.
struct BufferDimension {
  Value min, extent, stride;
};

/// A tensor as Halide sees it: `pointer` is the element with every coordinate at its minimum.
struct BufferArgument {
  Value pointer;
  SmallVector<BufferDimension, 4> dimensions; // innermost first
  Type element;                               // f32 when null, i32 or i1, a byte each
};

/// Stores a halide_buffer_t and gives its address.
Value makeBuffer(CodeBuilder &code, const BufferArgument &argument);

/// A row-major tensor from outside, as it is.
BufferArgument wholeTensor(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, BlockArgument tensor);

} // namespace mlir::attn
