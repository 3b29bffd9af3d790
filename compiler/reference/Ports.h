// What a function takes and gives, and whether inputs agree with it.
#pragma once

#include "compiler/reference/Interpreter.h"

namespace mlir::attn::reference {

/// Compares inputs with a function's arguments: count, kind of number, rank, extents, dimensions of one name.
llvm::Error checkInputs(llvm::ArrayRef<Port> ports, llvm::ArrayRef<Tensor<double>> inputs);

} // namespace mlir::attn::reference
