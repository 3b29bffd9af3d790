// Weights that are a graph. Code follows them as it follows inputs that are, which are checked at the entry: so these
// are checked when they are read from their file, and when a packed file is opened.
#pragma once

#include "dialect/AttnOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::attn {

/// What code takes for granted of a weight, as in attn_weight_check: elements are from 0 to `upper`, or rise so.
struct GraphWeight {
  WeightOp weight;
  int64_t upper;
  bool rising;
};

/// Each use of a weight as row pointers or columns that differs from others. Emits an error where a limit is known at
/// run time only.
FailureOr<SmallVector<GraphWeight>> graphWeights(func::FuncOp model);

} // namespace mlir::attn
