// Rows in the numbers of int8; see the header.
#include "compiler/backends/llvm/Int8Row.h"
#include "dialect/ReducedNumbers.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <limits>

namespace mlir::attn {

static Value asIntegers(CodeBuilder &code, Value vector) {
  return arith::BitcastOp::create(code.b, VectorType::get(code.lanes(), code.b.getI32Type()), vector);
}

static Value integer(CodeBuilder &code, int32_t value) { return arith::ConstantIntOp::create(code.b, value, 32); }

/// A step of the rotation between lanes: x[k] + x[k + distance], and x[k - distance] - x[k]. The product is exact.
static Value rotateLanes(CodeBuilder &code, Value x, int64_t distance) {
  SmallVector<int64_t> order;
  SmallVector<float> signs;
  for (int64_t lane = 0; lane < code.lanes(); ++lane) {
    order.push_back(lane ^ distance);
    signs.push_back(lane & distance ? -1 : 1);
  }
  Value sign = arith::ConstantOp::create(code.b, DenseElementsAttr::get(code.vec(), ArrayRef(signs)));
  return code.fma(x, sign, vector::ShuffleOp::create(code.b, x, x, order));
}

/// Vectors of neighbours that are rotated together, or of several such groups.
static void rotate(CodeBuilder &code, MutableArrayRef<Value> vectors, int64_t together) {
  for (Value &x : vectors)
    x = code.fmul(x, code.splatReal(rotationScale(together)));
  for (int64_t distance = 1; distance < std::min(together, code.lanes()); distance *= 2)
    for (Value &x : vectors)
      x = rotateLanes(code, x, distance);
  for (size_t distance = 1; distance < vectors.size(); distance *= 2)
    for (size_t v = 0; v < vectors.size(); ++v)
      if (!(v & distance)) {
        Value low = vectors[v], high = vectors[v + distance];
        vectors[v] = code.fadd(low, high);
        vectors[v + distance] = code.fsub(low, high);
      }
}

/// Rotates a row into `rotated`. Gives the largest |x| as an i32, in whose order a NaN is above infinity.
static Value rotateRow(CodeBuilder &code, const RowLoad &row, int64_t depth, Value rotated) {
  int64_t together = rotatedTogether(depth), step = std::max(together, code.lanes()), full = depth - depth % step;
  auto rotateFrom = [&](Value column, Value mask, Value largest) {
    SmallVector<Value> vectors;
    for (int64_t at = 0; at < step; at += code.lanes())
      vectors.push_back(row(code, code.add(column, at), mask));
    rotate(code, vectors, together);
    for (auto [v, x] : llvm::enumerate(vectors)) {
      code.storeVector(x, code.offset(code.offset(rotated, column), v * code.lanes()));
      Value size = arith::AndIOp::create(code.b, asIntegers(code, x),
                                         code.splat(integer(code, std::numeric_limits<int32_t>::max())));
      largest = arith::MaxSIOp::create(code.b, largest, size);
    }
    return largest;
  };
  Value largest = code.splat(integer(code, 0));
  largest = code.reduce(code.constant(0), code.constant(full), step, largest, [&](Value column, ValueRange state) {
    return SmallVector<Value>{rotateFrom(column, Value(), state[0])};
  })[0];
  if (full != depth) // only where groups end with a vector or inside it
    largest = rotateFrom(code.constant(full), code.maskBelow(code.constant(depth - full)), largest);
  return vector::ReductionOp::create(code.b, vector::CombiningKind::MAXSI, largest);
}

Value writeInt8Row(CodeBuilder &code, const RowLoad &row, int64_t depth, Value rotated,
                   llvm::function_ref<void(Value, Value)> write) {
  Value bits = rotateRow(code, row, depth, rotated);
  Value isFinite =
      arith::CmpIOp::create(code.b, arith::CmpIPredicate::slt, bits,
                            integer(code, llvm::bit_cast<int32_t>(std::numeric_limits<float>::infinity())));
  bits = arith::MaxSIOp::create(code.b, bits, integer(code, llvm::bit_cast<int32_t>(leastInt8Largest)));
  Value largest = arith::BitcastOp::create(code.b, code.number(), bits);
  Value inverse = code.splat(code.fdiv(code.real(maxInt8Number), largest));
  // Added to a small number, this leaves its nearest whole number, ties to even, in the lowest bits.
  Value rounding = code.splatReal(3 << 22);
  forColumns(code, llvm::alignTo(depth, code.lanes()), [&](Value column, Value) {
    Value x = code.fmul(code.loadVector(code.offset(rotated, column)), inverse);
    write(asIntegers(code, code.fadd(x, rounding)), column);
  });
  return code.select(isFinite, code.fdiv(largest, code.real(maxInt8Number)),
                     code.real(std::numeric_limits<double>::quiet_NaN()));
}

} // namespace mlir::attn
