// The ops that say where a row or a number goes: each is a kernel of its own, of strategy `order`.
#pragma once

#include "dialect/AttnOps.h"

namespace mlir::attn {

inline bool ordersRows(Operation &op) {
  return isa<BucketOp, SortOp, InvertOp, WrapOp, GatherOp, ScatterOp, MergePartsOp, GroupRowsOp, UngroupRowsOp,
             BlockSumOp, ConcatOp, RearrangeOp, TakeOp, AppendRowsOp, ScatterAddOp, ArgmaxOp, CacheAppendOp>(op);
}

} // namespace mlir::attn
