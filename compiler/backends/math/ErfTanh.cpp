// erf and tanh: odd functions that saturate at 1.
//
// On one AVX-512 register, [0, limit] is cut into 16 equal pieces; the coefficients of a piece are looked up with
// vpermps (its table is a memory operand), so there is no division, no exponential and no second branch. Elsewhere:
//   |x| small: x P(x^2);   else erf = 1 - 2^T(|x|), T = log2(erfc), and tanh = 1 - 2 / (e^(2|x|) + 1).
#include "compiler/backends/math/Lanes.h"
#include "compiler/backends/math/MathCoefficients.h"

using namespace mlir;
using namespace mlir::attn;
namespace k = mlir::attn::coefficients;

/// The polynomial of the piece nearest to `x` in 0 <= x <= 15 spacing.
template <size_t rows>
static Value pieceOf(const Lanes &lanes, Value x, const float (&table)[rows][16], float spacing) {
  Value shift = lanes.constant(roundingShift);
  Value shifted = lanes.fma(x, lanes.constant(1.0 / spacing), shift);
  Value piece = lanes.sub(shifted, shift);
  Value distance = lanes.fma(piece, lanes.constant(-spacing), x);
  Value index = lanes.bits(shifted);
  Value sum = lanes.lookUp(table[rows - 1], index);
  for (size_t row = rows - 1; row > 1;)
    sum = lanes.fma(sum, distance, lanes.lookUp(table[--row], index));
  // The first piece is x + x P(x): exact for the leading term, so that small results keep their relative accuracy.
  Value isFirst = lanes.equal(piece, lanes.constant(0.0));
  return lanes.fma(sum, distance, lanes.select(isFirst, x, lanes.lookUp(table[0], index)));
}

/// 2^y for -126 < y < 127, with the sign bit of the result set when `negative`; the factors are returned apart, so
/// that the caller can fuse their product into a sum.
static std::pair<Value, Value> powerOfTwo(const Lanes &lanes, Value y, ArrayRef<float> polynomial, bool negative) {
  // Bit 8 of n + bias lands on the sign bit.
  Value shift = lanes.constant(roundingShift + 127 + (negative ? 256 : 0));
  Value shifted = lanes.add(y, shift);
  Value fraction = lanes.sub(y, lanes.sub(shifted, shift));
  Value factor = lanes.fromBits(lanes.shiftLeft(lanes.bits(shifted), lanes.integer(23)));
  return {lanes.polynomial(fraction, polynomial), factor};
}

Value mlir::attn::expandErf(const Lanes &lanes, Value x) {
  // erf rounds to 1 from 3.92 on; the last piece of the table ends at 15.5 spacings = 3.935.
  Value magnitude = lanes.atMost(lanes.absolute(x), 3.93);
  if (lanes.isRegister())
    return lanes.withSignOf(pieceOf(lanes, magnitude, k::erfTable, k::erfTableSpacing), x);
  Value square = lanes.mul(magnitude, magnitude);
  Value near = lanes.fma(magnitude, lanes.polynomial(square, k::erfSmall), magnitude);
  auto [power, factor] = powerOfTwo(lanes, lanes.polynomial(magnitude, k::erfTail), k::exp2Near5, true);
  Value far = lanes.fma(power, factor, lanes.constant(1.0));
  Value isNear = lanes.less(magnitude, lanes.constant(0.925));
  return lanes.withSignOf(lanes.select(isNear, near, far), x);
}

Value mlir::attn::expandTanh(const Lanes &lanes, Value x) {
  Value magnitude = lanes.atMost(lanes.absolute(x), 15.0 * k::tanhTableSpacing);
  if (lanes.isRegister())
    return lanes.withSignOf(pieceOf(lanes, magnitude, k::tanhTable, k::tanhTableSpacing), x);
  Value square = lanes.mul(magnitude, magnitude);
  Value near = lanes.mul(magnitude, lanes.polynomial(square, k::tanhSmall));
  Value exponent = lanes.mul(magnitude, lanes.constant(2.88539008177792681));
  auto [power, factor] = powerOfTwo(lanes, exponent, k::exp2Near6, false);
  Value one = lanes.constant(1.0);
  Value far = lanes.sub(one, lanes.div(lanes.constant(2.0), lanes.fma(power, factor, one)));
  Value isNear = lanes.less(magnitude, lanes.constant(0.625));
  return lanes.withSignOf(lanes.select(isNear, near, far), x);
}
