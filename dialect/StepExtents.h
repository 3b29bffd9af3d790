// The extents of a loop's function, seen from where the loop stands, by its signature alone: dimension k of the
// function is `outer[k]`, an expression of the dimensions outside.
#pragma once

#include "dialect/AttnOps.h"
#include "dialect/Extents.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::attn {

struct StepExtents {
  func::FuncOp callee;
  SmallVector<Symbol> symbols;   ///< the function's dimensions, in the order of its FunctionExtents
  SmallVector<AffineExpr> outer; ///< what each is outside

  /// `operands` are the extents of the loop's operands. Fails after an error where a dimension would have two sizes.
  static FailureOr<StepExtents> compute(LoopOp loop, ArrayRef<Extents> operands);
  static FailureOr<StepExtents> compute(LoopOp loop, const FunctionExtents &extents);

  /// The extents of what the function returns, outside; fails after an error if its signature does not tell them.
  FailureOr<Extents> ofResult(LoopOp loop, unsigned result) const;

  /// Has the symbols outside be such that those inside are as the function needs them. Fails after an error where no
  /// symbol tells.
  LogicalResult demandOutside(LoopOp loop, llvm::ArrayRef<Symbol> inside, llvm::MutableArrayRef<Symbol> outside) const;
};

} // namespace mlir::attn
