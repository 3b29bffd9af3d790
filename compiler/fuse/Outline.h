// Turning a set of ops of one block into an attn.kernel.
#pragma once

#include "dialect/AttnOps.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::attn {

using OpSet = llvm::SetVector<Operation *>;

/// Whether the ops, all of one block, can be computed together at the place of the last of them: no op in between may
/// read a result of theirs.
bool canOutline(const OpSet &ops);

/// Replaces the ops by a kernel at the place of the last. Values used outside become its results, in program order.
KernelOp outline(const OpSet &ops);

/// The split_heads that makes an operand, as a copy of its own so that it can join a kernel; null if there is none.
Operation *ownSplit(OpOperand &operand);

/// What `ownSplit` left without a reader.
void eraseUnusedSplits(Block &block);

/// Adds the merge_heads that alone reads `heads`, if the ops can still be outlined.
void joinMerge(Value heads, OpSet &ops);

/// Moves every attn.weight of a block to its beginning, in order, so that weights never stand in the way.
void hoistWeights(Block &block);

} // namespace mlir::attn
