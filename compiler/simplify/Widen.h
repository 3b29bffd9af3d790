// Numbers of one type computed in another that holds all of them: what attn-widen-bf16 and attn-widen-f32 share.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::attn {

struct Widening {
  FloatType from, to;
  llvm::StringLiteral storage; ///< `from` as `attn.storage` says it
};

/// Makes every tensor and every number of a formula that is `from` one of `to`, and writes down at arguments, results
/// and weights that they are stored in `from`. Fails on a formula that looks at the bits of `from`.
LogicalResult widen(func::FuncOp function, const Widening &widening);

} // namespace mlir::attn
