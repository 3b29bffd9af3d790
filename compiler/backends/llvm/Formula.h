// A formula region on vectors: the same arith and math ops, with vector types where an operand is a vector.
// `index` becomes i32: extents of a compiled model are below 2^31, and 32-bit lanes match those of f32.
#pragma once

#include "compiler/backends/code/CapturedTensor.h"

namespace mlir::attn {

/// Whether every op of a formula has a vector form here; if not, `why` names the first that has none.
LogicalResult supportsFormula(Region &formula, std::string &why);

/// Builds the formula; `arguments` stand for the region's scalar arguments in order (f32 or i32, scalar or vector),
/// `captures` for the tensors after them. Gives the yielded value as a vector.
Value buildFormula(CodeBuilder &code, Region &formula, ValueRange arguments, ArrayRef<CapturedTensor> captures = {});

/// The same for one number of the formula, and only what it follows from.
Value buildFormulaValue(CodeBuilder &code, Region &formula, Value number, ValueRange arguments,
                        ArrayRef<CapturedTensor> captures = {});

/// The same for a formula that yields several values.
SmallVector<Value> buildFormulas(CodeBuilder &code, Region &formula, ValueRange arguments,
                                 ArrayRef<CapturedTensor> captures = {});

} // namespace mlir::attn
