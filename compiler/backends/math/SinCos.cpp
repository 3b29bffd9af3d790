// sin and cos of every finite f32, without a table in memory and without a slow branch.
//
// Payne and Hanek: x = m 2^e, and of m 2^e (2/pi) only the value modulo 4 matters, so 96 bits of 2/pi that start at a
// place given by e suffice. A 64-bit fixed-point product (2 quadrant bits, 62 fraction bits) gives r in
// [-pi/4, pi/4] with 30 correct bits even for the worst x.
#include "compiler/backends/math/Lanes.h"
#include "compiler/backends/math/MathCoefficients.h"

#include <limits>

using namespace mlir;
using namespace mlir::attn;
namespace k = mlir::attn::coefficients;

namespace {
struct Reduced {
  Value quadrant; // i32; two low bits count
  Value angle;    // f32
};

/// Wide operations on the lanes of a `Lanes`.
struct WideLanes {
  explicit WideLanes(const Lanes &lanes) : lanes(lanes), builder(lanes.builder), loc(lanes.loc) {
    wide = like(builder.getI64Type());
    real = like(builder.getF64Type());
  }
  Type like(Type element) const {
    if (auto vector = dyn_cast<VectorType>(lanes.type))
      return vector.clone(element);
    return element;
  }
  Value constant(Type type, TypedAttr value) const {
    if (auto vector = dyn_cast<VectorType>(type))
      return arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(vector, Attribute(value)));
    return arith::ConstantOp::create(builder, loc, value);
  }
  Value integer(int64_t value) const { return constant(wide, builder.getI64IntegerAttr(value)); }
  Value widen(Value a) const { return arith::ExtUIOp::create(builder, loc, wide, a); }
  Value narrow(Value a) const { return arith::TruncIOp::create(builder, loc, lanes.integerType, a); }
  Value add(Value a, Value b) const { return arith::AddIOp::create(builder, loc, a, b); }
  Value sub(Value a, Value b) const { return arith::SubIOp::create(builder, loc, a, b); }
  Value mul(Value a, Value b) const { return arith::MulIOp::create(builder, loc, a, b); }
  Value shiftLeft(Value a, int64_t n) const { return arith::ShLIOp::create(builder, loc, a, integer(n)); }
  Value shiftRight(Value a, int64_t n) const { return arith::ShRUIOp::create(builder, loc, a, integer(n)); }
  /// a * factor, computed in f64 and rounded to f32 once.
  Value scaled(Value a, double factor) const {
    Value value = arith::SIToFPOp::create(builder, loc, real, a);
    Value product = arith::MulFOp::create(builder, loc, value, constant(real, builder.getF64FloatAttr(factor)));
    return arith::TruncFOp::create(builder, loc, lanes.type, product);
  }

  const Lanes &lanes;
  OpBuilder &builder;
  Location loc;
  Type wide, real;
};
} // namespace

/// Four consecutive words of 0, 2/pi, starting at word `index` (0..4): three rounds of selects, one per index bit.
static SmallVector<Value, 4> wordsFrom(const Lanes &lanes, Value index) {
  SmallVector<Value> words = {lanes.integer(0)};
  for (uint32_t word : ArrayRef(k::twoOverPi).take_front(7))
    words.push_back(lanes.integer(word));
  for (unsigned step : {4u, 2u, 1u}) {
    Value bit = lanes.integer(step);
    Value skip = lanes.equalInt(lanes.andInt(index, bit), bit);
    for (unsigned i = 0, kept = 3 + step; i < kept; ++i)
      words[i] = i + step < words.size() ? lanes.select(skip, words[i + step], words[i]) : words[i];
    words.truncate(3 + step);
  }
  return SmallVector<Value, 4>(words.begin(), words.end());
}

/// Words of the 96-bit window that starts at bit `start` of 0, 2/pi.
static SmallVector<Value, 3> windowFrom(const Lanes &lanes, Value start) {
  SmallVector<Value, 4> words = wordsFrom(lanes, lanes.shiftRight(start, lanes.integer(5)));
  Value shift = lanes.andInt(start, lanes.integer(31));
  Value back = lanes.subInt(lanes.integer(31), shift);
  SmallVector<Value, 3> window;
  for (unsigned i = 0; i < 3; ++i) {
    // Shifting right by 1 and then by 31 - shift keeps both counts below 32.
    Value low = lanes.shiftRight(lanes.shiftRight(words[i + 1], lanes.integer(1)), back);
    window.push_back(lanes.orInt(lanes.shiftLeft(words[i], shift), low));
  }
  return window;
}

/// |x| = quadrant pi/2 + angle.
static Reduced reduce(const Lanes &lanes, Value magnitude) {
  WideLanes wide(lanes);
  Value bits = lanes.bits(lanes.atLeast(magnitude, 0.5));
  Value start = lanes.subInt(lanes.shiftRight(bits, lanes.integer(23)), lanes.integer(120));
  Value mantissa = lanes.orInt(lanes.andInt(bits, lanes.integer(0x7fffffu)), lanes.integer(0x800000u));
  SmallVector<Value, 3> window = windowFrom(lanes, start);

  Value high = wide.shiftLeft(wide.widen(lanes.mulInt(window[0], mantissa)), 32);
  Value middle = wide.mul(wide.widen(window[1]), wide.widen(mantissa));
  Value low = wide.shiftRight(wide.mul(wide.widen(window[2]), wide.widen(mantissa)), 32);
  Value turns = wide.add(wide.add(high, middle), low);
  Value quadrant = wide.shiftRight(wide.add(turns, wide.integer(int64_t(1) << 61)), 62);
  Value angle = wide.scaled(wide.sub(turns, wide.shiftLeft(quadrant, 62)), 1.57079632679489661923 * 0x1p-62);

  Value small = lanes.less(magnitude, lanes.constant(0.785398));
  return {lanes.select(small, lanes.integer(0), wide.narrow(quadrant)), lanes.select(small, magnitude, angle)};
}

/// sin(quadrant pi/2 + angle) with the sign bits of `sign` flipped in; NaN where x is not finite.
static Value sineOf(const Lanes &lanes, Reduced reduced, Value sign, Value x) {
  Value square = lanes.mul(reduced.angle, reduced.angle);
  Value sine = lanes.mul(reduced.angle, lanes.polynomial(square, k::sinQuotient));
  Value cosine = lanes.polynomial(square, k::cosine);
  Value one = lanes.integer(1);
  Value isOdd = lanes.equalInt(lanes.andInt(reduced.quadrant, one), one);
  Value value = lanes.bits(lanes.select(isOdd, cosine, sine));
  Value flip = lanes.xorInt(lanes.shiftLeft(reduced.quadrant, lanes.integer(30)), sign);
  value = lanes.fromBits(lanes.xorInt(value, lanes.andInt(flip, lanes.integer(0x80000000u))));
  Value finite = lanes.less(lanes.absolute(x), lanes.constant(std::numeric_limits<double>::infinity()));
  return lanes.select(finite, value, lanes.sub(x, x));
}

Value mlir::attn::expandSin(const Lanes &lanes, Value x) {
  return sineOf(lanes, reduce(lanes, lanes.absolute(x)), lanes.bits(x), x);
}

Value mlir::attn::expandCos(const Lanes &lanes, Value x) {
  Reduced reduced = reduce(lanes, lanes.absolute(x));
  reduced.quadrant = lanes.addInt(reduced.quadrant, lanes.integer(1));
  return sineOf(lanes, reduced, lanes.integer(0), x);
}
