// Values of a kernel as rows. A row value can give the vector at any column, when asked: pointwise ops compose these
// without storing anything; reductions (a layer norm) first put the row into memory. Used for whole kernels of strategy
// `rows` and for the epilogues of dense ones.
#pragma once

#include "compiler/backends/code/KernelCode.h"
#include <functional>

namespace mlir::attn {

/// The vector at column `column` (i64) of the current row, of numbers or i32; lanes outside `mask` (null: all on) are
/// unspecified.
using RowLoad = std::function<Value(CodeBuilder &, Value column, Value mask)>;

/// The row of a tensor that starts at `first`; one that is `repeated` has one number, for all columns.
RowLoad rowAt(StoredNumbers first, bool repeated = false);

class RowProgram {
public:
  RowProgram(KernelCode &kernel, const KernelScope &scope) : kernel(kernel), scope(scope) {}

  /// Declares what `value` is in the current row.
  void bind(Value value, RowLoad load) { rows[value] = std::move(load); }
  bool isBound(Value value) const { return rows.contains(value); }

  /// Row `row` of the kernel's result space, whose extents are `space` (all but the last dimension of the result).
  void setRow(CodeBuilder &code, Value row, ArrayRef<AffineExpr> space);

  /// The same, by the index in each dimension of the space.
  void setPlace(CodeBuilder &code, ArrayRef<Value> place, ArrayRef<AffineExpr> space);

  /// Computes `op` for the current row. `buffer` (f32, as wide as the row) holds the row where the op needs it in
  /// memory; it may be the memory the result goes to.
  void run(CodeBuilder &code, Operation &op, Value buffer);

  /// What `value` is in the current row; an operand of the kernel is read from memory, broadcast to the current space.
  RowLoad get(CodeBuilder &code, Value value);

  /// Writes the features of the current row, all terms, to `target`.
  void writeFeatures(CodeBuilder &code, FeaturesOp op, Value target);

  /// Writes a row of `width` columns to `target`.
  void write(CodeBuilder &code, const RowLoad &row, int64_t width, StoredNumbers target);

private:
  RowLoad operandRow(CodeBuilder &code, BlockArgument argument);
  RowLoad pointwise(CodeBuilder &code, Operation &op);
  SmallVector<Value> placeIndices(CodeBuilder &code);
  RowLoad layerNorm(CodeBuilder &code, Operation &op, Value buffer);
  RowLoad rootMeanSquareNorm(CodeBuilder &code, Operation &op, Value buffer);
  RowLoad l2Normalize(CodeBuilder &code, Operation &op, Value buffer);
  RowLoad embed(CodeBuilder &code, Operation &op);
  RowLoad positions(CodeBuilder &code, Operation &op);
  RowLoad splitHeads(CodeBuilder &code, Operation &op);
  RowLoad mergeHeads(CodeBuilder &code, Operation &op, Value buffer);
  RowLoad features(CodeBuilder &code, Operation &op, Value buffer);
  RowLoad pool(CodeBuilder &code, Operation &op, Value buffer);
  Value sumOfSquares(CodeBuilder &code, const RowLoad &row, int64_t width);

  KernelCode &kernel;
  const KernelScope &scope;
  Value currentRow;
  Extents space;
  SmallVector<Value> place; // index of the current row in each dimension of the space
  llvm::DenseMap<Value, RowLoad> rows;
};

/// Calls `body` for every vector of a row of `width` columns; `mask` is null except for a last vector that is not full.
void forColumns(CodeBuilder &code, int64_t width, llvm::function_ref<void(Value column, Value mask)> body);
/// The same for columns [first, end), which are known at run time.
void forColumns(CodeBuilder &code, Value first, Value end, llvm::function_ref<void(Value column, Value mask)> body);

/// Sum over the columns of a row of `width` columns, in an order that depends on the width alone.
Value sumColumns(CodeBuilder &code, int64_t width, llvm::function_ref<Value(Value column, Value mask)> term);

} // namespace mlir::attn
