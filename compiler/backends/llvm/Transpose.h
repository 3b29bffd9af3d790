// Squares of numbers in vector registers: turned over, or each vector made one number.
#pragma once

#include "compiler/backends/code/CodeBuilder.h"

namespace mlir::attn {

/// Lane c of vector r becomes lane r of vector c; as many vectors as they have lanes.
void transpose(CodeBuilder &code, MutableArrayRef<Value> square);

/// Lane r of the result is what `combine` makes of the lanes of vectors[r], of which there are at most as many as
/// lanes; the other lanes are of no use.
Value acrossLanes(CodeBuilder &code, ArrayRef<Value> vectors, llvm::function_ref<Value(Value, Value)> combine);

} // namespace mlir::attn
