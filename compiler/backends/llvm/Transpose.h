// A square of numbers in vector registers, turned over.
#pragma once

#include "compiler/backends/code/CodeBuilder.h"

namespace mlir::attn {

/// Lane c of vector r becomes lane r of vector c; as many vectors as they have lanes.
void transpose(CodeBuilder &code, MutableArrayRef<Value> square);

} // namespace mlir::attn
