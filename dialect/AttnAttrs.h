// Attributes and enums of the attn dialect, and the text form of masks.
#pragma once

#include "dialect/AttnDialect.h"
#include "mlir/IR/OpImplementation.h"

#include "dialect/AttnEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialect/AttnAttrs.h.inc"

namespace mlir::attn {

/// Parses a mask expression. `operand` parses the operand that may stand next, if one does, and gives its index among
/// the op's mask operands.
FailureOr<MaskAttr> parseMask(AsmParser &parser, llvm::function_ref<OptionalParseResult(int64_t &)> operand);

/// Prints a mask expression; `operand` prints the operand of the given index.
void printMask(llvm::raw_ostream &os, MaskAttr mask, llvm::function_ref<void(int64_t)> operand);

/// Calls `visit` for a mask and everything inside it.
void forEachMask(MaskAttr mask, llvm::function_ref<void(MaskAttr)> visit);

/// The number of operands that a mask refers to: one more than the largest index, 0 if none.
int64_t maskOperandCount(MaskAttr mask);

/// The predicate inside a mask; null if there is none.
MaskAttr findPredicate(MaskAttr mask);

/// The same mask with every operand index replaced.
MaskAttr renumberOperands(MaskAttr mask, llvm::function_ref<int64_t(int64_t)> number);

/// How many keys a window of `size` steps reaches: no more than 2^32, which is beyond every key.
int64_t windowReach(int64_t size, int64_t step);

/// The dimensions of the map, [B, H, N, M], that an operand of a mask has: operand `position` of those the mask itself
/// names. None for operands whose dimensions the mask does not fix (dense, predicate).
ArrayRef<int64_t> maskOperandDims(MaskAttr mask, unsigned position);

/// Whether the queries of a mask are its keys.
bool isOverOneSequence(MaskAttr mask);

/// The number of pixels that a mask on images takes queries and keys for; none for other masks.
std::optional<int64_t> maskPixels(MaskAttr mask);

} // namespace mlir::attn
