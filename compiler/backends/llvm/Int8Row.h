// A row of a dense kernel's input in the numbers of int8, as dialect/ReducedNumbers.h states them: rotated into f32, of
// which the largest gives the scale, then scaled and rounded.
#pragma once

#include "compiler/backends/llvm/Rows.h"

namespace mlir::attn {

/// What `writeInt8Row` needs for a rotated row: whole vectors.
constexpr int64_t rotatedRowBytes(int64_t depth) { return (depth + 15) / 16 * 64; }

/// Calls `write(numbers, column)` for each vector of the row: i32 lanes whose lower 16 bits are the numbers from
/// `column` on, 0 beyond `depth`; of a row with an infinity or a NaN, anything. Gives the scale.
Value writeInt8Row(CodeBuilder &code, const RowLoad &row, int64_t depth, Value rotated,
                   llvm::function_ref<void(Value numbers, Value column)> write);

} // namespace mlir::attn
