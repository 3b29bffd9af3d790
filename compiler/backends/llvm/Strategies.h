// The strategies of this back end; each in a file of its own, with what it can not do and why.
#pragma once

#include "compiler/backends/code/KernelCode.h"
#include "compiler/backends/llvm/MathIsa.h"

namespace mlir::attn {

/// The instruction set of a target's name: generic, avx2, avx512.
inline MathIsa mathIsa(llvm::StringRef isa) {
  return isa == "avx512" ? MathIsa::Avx512 : isa == "avx2" ? MathIsa::Avx2 : MathIsa::Generic;
}

LogicalResult supportsDense(KernelOp kernel, std::string &why);
void lowerDense(KernelCode &kernel);

LogicalResult supportsStream(KernelOp kernel, std::string &why);
void lowerStream(KernelCode &kernel);

LogicalResult supportsStrip(KernelOp kernel, std::string &why);
void lowerStrip(KernelCode &kernel);

LogicalResult supportsRows(KernelOp kernel, std::string &why);
void lowerRows(KernelCode &kernel);

} // namespace mlir::attn
