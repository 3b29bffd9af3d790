// A place among the elements of a row-major tensor, numbers or i32. Where the tensor is stored in narrower ones, bf16
// for f32 or f32 for f64, loads widen and stores round. bf16 is the upper half of an f32, so that both are a few
// operations on whole numbers: the same bits with every instruction set, subnormals included.
#pragma once

#include "compiler/backends/code/CodeBuilder.h"
#include "dialect/AttnOps.h"
#include "mlir/IR/TypeUtilities.h"

namespace mlir::attn {

struct StoredNumbers {
  Value pointer;
  Precision storage = Precision::Own; // or Bf16, F32
  bool isWhole = false;               // i32

  /// The place `elements` (i64) further on.
  StoredNumbers at(CodeBuilder &code, Value elements) const;
  StoredNumbers at(CodeBuilder &code, int64_t elements) const {
    return elements ? at(code, code.constant(elements)) : *this;
  }

  /// Of one element.
  int64_t bytes(CodeBuilder &code) const;

  /// A vector of elements; where `mask` (may be null) is off nothing is read and the lane is 0.
  Value load(CodeBuilder &code, Value mask = {}) const;
  /// One element.
  Value loadOne(CodeBuilder &code) const;
  /// Rounds to the nearest, ties to even; a NaN stays one.
  void store(CodeBuilder &code, Value vector, Value mask = {}) const;
};

/// How the elements of a tensor of this type are stored, in rows: as they are, or in narrower numbers.
Precision storageOf(Type type);

/// The first of them.
inline StoredNumbers firstOf(Value pointer, Type type) {
  return {pointer, storageOf(type), getElementTypeOrSelf(type).isInteger(32)};
}

} // namespace mlir::attn
