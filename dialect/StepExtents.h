// The extents of a loop's function, seen from where the loop stands: dimension k of the function is `symbols[k]`, an
// expression of the dimensions outside.
#pragma once

#include "dialect/AttnOps.h"
#include "dialect/Extents.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::attn {

struct StepExtents {
  func::FuncOp callee;
  FunctionExtents extents;
  SmallVector<AffineExpr> symbols; ///< of the function's dimensions

  /// `operands` are the extents of the loop's operands. Fails after an error where a dimension would have two sizes.
  static FailureOr<StepExtents> compute(LoopOp loop, ArrayRef<Extents> operands);

  /// An expression of the function's dimensions as one of those outside.
  AffineExpr outside(AffineExpr expr) const;
};

} // namespace mlir::attn
