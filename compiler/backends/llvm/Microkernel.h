// The register tile that every product shares: rows x vectors accumulators, one broadcast a row and one load a vector
// for each k.
#pragma once

#include "compiler/backends/code/CodeBuilder.h"

namespace mlir::attn {

/// The sums after `step(k, sums)` for each k in [from, to), several of them written out where the count is known.
SmallVector<Value> forSteps(CodeBuilder &code, Value from, Value to, ValueRange sums,
                            llvm::function_ref<SmallVector<Value>(Value k, ValueRange sums)> step);

/// sums[r * vectors + v] += left(k, r) * right(k, v) for k in [from, to); `left` gives a scalar, `right` a vector.
/// Lanes that `skipped` (may be null, as may what it gives) says of a splatted left number add nothing, whatever they
/// would be multiplied by.
SmallVector<Value> accumulate(CodeBuilder &code, Value from, Value to, int64_t rows, int64_t vectors, ValueRange sums,
                              llvm::function_ref<Value(Value k, int64_t r)> left,
                              llvm::function_ref<Value(Value k, int64_t v)> right,
                              llvm::function_ref<Value(Value x)> skipped = {});

/// Calls `tile(row, rows)` for [from, to) in tiles of `rows`; the last tile moves back to be full, so rows may be done
/// twice. Where there are fewer than `rows`, tiles of one row.
void forTiles(CodeBuilder &code, Value from, Value to, int64_t rows, llvm::function_ref<void(Value, int64_t)> tile);

} // namespace mlir::attn
