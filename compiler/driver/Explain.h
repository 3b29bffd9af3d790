// What was decided for each kernel, for people and for tools.
#pragma once

#include "compiler/backends/Target.h"
#include "mlir/IR/BuiltinOps.h"

namespace mlir::attn {

/// One entry a kernel: ops, strategy and tiles, arithmetic and memory traffic as expressions of the model's dimensions.
FailureOr<std::string> explain(ModuleOp module, const TargetInfo &target, bool json);

/// Fails with an error at each attention whose score map is not confined to one streaming kernel.
LogicalResult requireFused(ModuleOp module);

} // namespace mlir::attn
