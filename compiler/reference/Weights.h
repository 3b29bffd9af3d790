// The weights of a model, from a safetensors file.
#pragma once

#include "compiler/reference/Interpreter.h"

namespace mlir::attn::reference {

/// Opens a file. An empty path gives a provider that asks for --weights when a weight is wanted.
llvm::Expected<WeightProvider> openWeights(llvm::StringRef path);

} // namespace mlir::attn::reference
