// Lanes: f32 arithmetic written once for a scalar, a vector of any shape, or one AVX-512 register.
//
// Holds the type all values share and the instruction set, so that a function body reads like its formula. Masks are
// i1 and integers i32 of the same shape.
#pragma once

#include "compiler/backends/math/MathIsa.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

namespace mlir::attn {

class Lanes {
public:
  /// `type` is f32 or a vector of f32 and becomes the type of every float value.
  Lanes(OpBuilder &builder, Location loc, Type type, MathIsa isa);

  MathIsa isa() const { return target; }
  /// True when the type is one 512-bit register and AVX-512 instructions may be used on it.
  bool isRegister() const;

  Value constant(double value) const;
  Value integer(uint32_t value) const;
  /// A vector holding `table` (16 entries); isRegister() only.
  Value row(ArrayRef<float> table) const;

  Value add(Value a, Value b) const;
  Value sub(Value a, Value b) const;
  Value mul(Value a, Value b) const;
  Value div(Value a, Value b) const;
  Value sqrt(Value a) const;
  /// a * b + c, fused where the target can.
  Value fma(Value a, Value b, Value c) const;
  /// c[0] + x (c[1] + x (c[2] + ...)).
  Value polynomial(Value x, ArrayRef<float> c) const;

  /// max(x, low) and min(x, high) that pass NaN through: one instruction each on x86.
  Value atLeast(Value x, double low) const;
  Value atMost(Value x, double high) const;

  Value less(Value a, Value b) const;
  Value equal(Value a, Value b) const;
  Value isNan(Value a) const;
  Value select(Value mask, Value a, Value b) const;
  Value equalInt(Value a, Value b) const;

  Value bits(Value a) const;
  Value fromBits(Value a) const;
  Value toFloat(Value integer) const;
  Value addInt(Value a, Value b) const;
  Value subInt(Value a, Value b) const;
  Value mulInt(Value a, Value b) const;
  Value andInt(Value a, Value b) const;
  Value orInt(Value a, Value b) const;
  Value xorInt(Value a, Value b) const;
  Value shiftLeft(Value a, Value count) const;
  Value shiftRight(Value a, Value count) const;
  Value shiftRightSigned(Value a, Value count) const;

  Value absolute(Value a) const;
  /// `magnitude` with the sign bit of `sign` set in it; its own must be clear or the same.
  Value withSignOf(Value magnitude, Value sign) const;
  /// The nearest integer, ties to even, for |a| <= 2^22.
  Value nearest(Value a) const;

  /// vscalefps: a * 2^floor(b), 0 or inf out of range, also when a is NaN and b infinite; isRegister() only.
  Value scale(Value a, Value b) const;
  /// vreduceps: a - floor(a), 0 for infinities; isRegister() only.
  Value fraction(Value a) const;
  /// vpermps: table[low four bits of index]; isRegister() only.
  Value lookUp(ArrayRef<float> table, Value index) const;

  OpBuilder &builder;
  Location loc;
  Type type;
  Type integerType;

private:
  Value intrinsic(StringRef name, ValueRange operands) const;
  MathIsa target;
};

/// 1.5 * 2^23: adding it rounds a small float to an integer that stands in the low bits of the sum.
constexpr float roundingShift = 12582912.0f;

/// One of the functions below.
using Expansion = Value (*)(const Lanes &, Value);

/// The function that stands for a math op, `math.tanh` say, on a target that has no instruction for it; null if there
/// is none.
Expansion expansionOf(StringRef op, MathIsa isa);

// The functions; each takes and returns values of lanes.type. One file per family.
Value expandExp(const Lanes &lanes, Value x);
Value expandExp2(const Lanes &lanes, Value x);
Value expandExpM1(const Lanes &lanes, Value x);
Value expandFastExp2(const Lanes &lanes, Value x);
Value expandLog(const Lanes &lanes, Value x);
Value expandLog2(const Lanes &lanes, Value x);
Value expandLog1p(const Lanes &lanes, Value x);
Value expandTanh(const Lanes &lanes, Value x);
Value expandErf(const Lanes &lanes, Value x);
Value expandSin(const Lanes &lanes, Value x);
Value expandCos(const Lanes &lanes, Value x);
Value expandRsqrt(const Lanes &lanes, Value x);
Value expandFloor(const Lanes &lanes, Value x);
Value expandCeil(const Lanes &lanes, Value x);
Value expandTrunc(const Lanes &lanes, Value x);
Value expandRound(const Lanes &lanes, Value x);
Value expandRoundEven(const Lanes &lanes, Value x);

} // namespace mlir::attn
