// Emission of single operations; see Lanes.h. The AVX-512 intrinsics are called by name, because the x86vector
// wrappers pass operands on by position under other names.
#include "compiler/backends/math/Lanes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::attn;

static Type withElement(Type type, Type element) {
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.clone(element);
  return element;
}

static TypedAttr splat(Type type, Attribute value) {
  if (auto vector = dyn_cast<VectorType>(type))
    return DenseElementsAttr::get(vector, value);
  return cast<TypedAttr>(value);
}

Lanes::Lanes(OpBuilder &builder, Location loc, Type type, MathIsa isa)
    : builder(builder), loc(loc), type(type), integerType(withElement(type, builder.getI32Type())), target(isa) {}

bool Lanes::isRegister() const {
  auto vector = dyn_cast<VectorType>(type);
  return target == MathIsa::Avx512 && vector && vector.getRank() == 1 && vector.getDimSize(0) == 16;
}

Value Lanes::constant(double value) const {
  return arith::ConstantOp::create(builder, loc, splat(type, builder.getF32FloatAttr(static_cast<float>(value))));
}
Value Lanes::integer(uint32_t value) const {
  return arith::ConstantOp::create(builder, loc, splat(integerType, builder.getI32IntegerAttr(value)));
}
Value Lanes::row(ArrayRef<float> table) const {
  return arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(cast<VectorType>(type), table));
}

Value Lanes::add(Value a, Value b) const { return arith::AddFOp::create(builder, loc, a, b); }
Value Lanes::sub(Value a, Value b) const { return arith::SubFOp::create(builder, loc, a, b); }
Value Lanes::mul(Value a, Value b) const { return arith::MulFOp::create(builder, loc, a, b); }
Value Lanes::div(Value a, Value b) const { return arith::DivFOp::create(builder, loc, a, b); }
Value Lanes::sqrt(Value a) const { return math::SqrtOp::create(builder, loc, a); }
Value Lanes::fma(Value a, Value b, Value c) const {
  if (target == MathIsa::Generic)
    return add(mul(a, b), c);
  return math::FmaOp::create(builder, loc, a, b, c);
}
Value Lanes::polynomial(Value x, ArrayRef<float> c) const {
  Value sum = constant(c.back());
  for (float next : llvm::reverse(c.drop_back()))
    sum = fma(sum, x, constant(next));
  return sum;
}

// maxps and minps return their second operand when either is NaN; these compare-and-select forms match them.
Value Lanes::atLeast(Value x, double low) const {
  Value bound = constant(low);
  return select(less(x, bound), bound, x);
}
Value Lanes::atMost(Value x, double high) const {
  Value bound = constant(high);
  return select(less(bound, x), bound, x);
}

Value Lanes::less(Value a, Value b) const {
  return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OLT, a, b);
}
Value Lanes::equal(Value a, Value b) const {
  return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OEQ, a, b);
}
Value Lanes::isNan(Value a) const { return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::UNO, a, a); }
Value Lanes::select(Value mask, Value a, Value b) const { return arith::SelectOp::create(builder, loc, mask, a, b); }
Value Lanes::equalInt(Value a, Value b) const {
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, a, b);
}

Value Lanes::bits(Value a) const { return arith::BitcastOp::create(builder, loc, integerType, a); }
Value Lanes::fromBits(Value a) const { return arith::BitcastOp::create(builder, loc, type, a); }
Value Lanes::toFloat(Value a) const { return arith::SIToFPOp::create(builder, loc, type, a); }
Value Lanes::addInt(Value a, Value b) const { return arith::AddIOp::create(builder, loc, a, b); }
Value Lanes::subInt(Value a, Value b) const { return arith::SubIOp::create(builder, loc, a, b); }
Value Lanes::mulInt(Value a, Value b) const { return arith::MulIOp::create(builder, loc, a, b); }
Value Lanes::andInt(Value a, Value b) const { return arith::AndIOp::create(builder, loc, a, b); }
Value Lanes::orInt(Value a, Value b) const { return arith::OrIOp::create(builder, loc, a, b); }
Value Lanes::xorInt(Value a, Value b) const { return arith::XOrIOp::create(builder, loc, a, b); }
Value Lanes::shiftLeft(Value a, Value count) const { return arith::ShLIOp::create(builder, loc, a, count); }
Value Lanes::shiftRight(Value a, Value count) const { return arith::ShRUIOp::create(builder, loc, a, count); }
Value Lanes::shiftRightSigned(Value a, Value count) const { return arith::ShRSIOp::create(builder, loc, a, count); }

Value Lanes::absolute(Value a) const { return fromBits(andInt(bits(a), integer(0x7fffffffu))); }
Value Lanes::withSignOf(Value magnitude, Value sign) const {
  return fromBits(orInt(bits(magnitude), andInt(bits(sign), integer(0x80000000u))));
}
Value Lanes::nearest(Value a) const {
  if (target != MathIsa::Generic)
    return math::RoundEvenOp::create(builder, loc, a);
  return sub(add(a, constant(roundingShift)), constant(roundingShift));
}

Value Lanes::intrinsic(StringRef name, ValueRange operands) const {
  return LLVM::CallIntrinsicOp::create(builder, loc, type, builder.getStringAttr(name), operands).getResult(0);
}

Value Lanes::scale(Value a, Value b) const {
  Value all = arith::ConstantOp::create(builder, loc, builder.getI16IntegerAttr(-1));
  Value currentRounding = arith::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(4));
  return intrinsic("llvm.x86.avx512.mask.scalef.ps.512", {a, b, a, all, currentRounding});
}
Value Lanes::fraction(Value a) const {
  Value all = arith::ConstantOp::create(builder, loc, builder.getI16IntegerAttr(-1));
  Value towardMinusInfinity = arith::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(1));
  Value currentExceptions = arith::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(4));
  return intrinsic("llvm.x86.avx512.mask.reduce.ps.512", {a, towardMinusInfinity, a, all, currentExceptions});
}
Value Lanes::lookUp(ArrayRef<float> table, Value index) const {
  return intrinsic("llvm.x86.avx512.permvar.sf.512", {row(table), index});
}
