// Attributes and enums of the attn dialect, and the text form of masks.
#pragma once

#include "dialect/AttnDialect.h"
#include "mlir/IR/OpImplementation.h"

#include "dialect/AttnEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialect/AttnAttrs.h.inc"

namespace mlir::attn {

/// Parses a mask expression. `operand` is called for what stands in `lengths(...)` and gives its index among the op's
/// mask operands.
FailureOr<MaskAttr> parseMask(AsmParser &parser, llvm::function_ref<FailureOr<int64_t>()> operand);

/// Prints a mask expression; `operand` prints the operand of the given index.
void printMask(llvm::raw_ostream &os, MaskAttr mask, llvm::function_ref<void(int64_t)> operand);

/// The number of operands that a mask refers to: one more than the largest index, 0 if none.
int64_t maskOperandCount(MaskAttr mask);

} // namespace mlir::attn
