// The kernels of a model as a picture.
#pragma once

#include "mlir/IR/BuiltinOps.h"

namespace mlir::attn {

/// Graphviz text: one box a kernel with the ops it computes, one arrow a tensor. Weights are left out.
FailureOr<std::string> kernelGraph(ModuleOp module);

} // namespace mlir::attn
