// What was decided for each kernel, for people and for tools.
#pragma once

#include "compiler/driver/Variant.h"

namespace mlir::attn {

/// One entry a kernel: ops, strategy and tiles, arithmetic and memory traffic as expressions of the model's dimensions.
/// Several variants are told in turn; as JSON, they are an array.
FailureOr<std::string> explain(llvm::ArrayRef<Variant> variants, bool json);

/// Fails with an error at each attention whose score map is not confined to one streaming kernel.
LogicalResult requireFused(ModuleOp module);

/// Fails with an error at each attention whose time grows with queries times keys: no state stands for its map, and no
/// mask leaves a query a bounded number of keys.
LogicalResult requireLinear(ModuleOp module);

} // namespace mlir::attn
