// The strategies of this back end; each in a file of its own, with what it can not do and why.
#pragma once

#include "compiler/backends/code/KernelCode.h"
#include "compiler/backends/math/MathIsa.h"

namespace mlir::attn {

LogicalResult supportsDense(KernelOp kernel, std::string &why);
void lowerDense(KernelCode &kernel);

LogicalResult supportsStream(KernelOp kernel, std::string &why);
void lowerStream(KernelCode &kernel);

/// Of what streams, too.
void lowerDecode(KernelCode &kernel);

LogicalResult supportsStrip(KernelOp kernel, std::string &why);
void lowerStrip(KernelCode &kernel);

LogicalResult supportsRows(KernelOp kernel, std::string &why);
void lowerRows(KernelCode &kernel);

} // namespace mlir::attn
