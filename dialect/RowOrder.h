// The ops that say where a row or a number goes, or which is chosen: each is a kernel of its own, of strategy `order`.
#pragma once

#include "dialect/AttnOps.h"

namespace mlir::attn {

inline bool ordersRows(Operation &op) {
  return isa<BucketOp, SortOp, InvertOp, WrapOp, GatherOp, ScatterOp, MergePartsOp, GroupRowsOp, UngroupRowsOp,
             BlockSumOp, ConcatOp, SegmentPoolOp, RearrangeOp, TakeOp, AppendRowsOp, ScatterAddOp, ArgmaxOp,
             CacheAppendOp, SampleOp, BeamStepOp, BeamFinishOp>(op);
}

} // namespace mlir::attn
