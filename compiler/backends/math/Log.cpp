// log, log2, log1p: x = 2^e (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), so log x = e ln 2 + f Q(f).
//
// The interval is centred on 1, so nothing cancels for x near 1, where e = 0 and f is exact.
#include "compiler/backends/math/Lanes.h"
#include "compiler/backends/math/MathCoefficients.h"

#include <limits>

using namespace mlir;
using namespace mlir::attn;
namespace k = mlir::attn::coefficients;

static constexpr double infinity = std::numeric_limits<double>::infinity();
static constexpr double ln2High = 0.693359375;
static constexpr double ln2Low = -2.121944400546905827679e-4;

namespace {
/// A positive normal number as 2^exponent * mantissa.
struct Split {
  Value exponent; // i32
  Value mantissa; // in [sqrt(1/2), sqrt(2))
};
} // namespace

static Split split(const Lanes &lanes, Value x) {
  Value bits = lanes.bits(x), width = lanes.integer(23);
  Value rootHalf = lanes.integer(0x3f3504f3u);
  Value exponent = lanes.shiftRightSigned(lanes.subInt(bits, rootHalf), width);
  return {exponent, lanes.fromBits(lanes.subInt(bits, lanes.shiftLeft(exponent, width)))};
}

/// The limits of a logarithm with its pole at `pole`: -inf there, NaN below, x itself for inf and NaN.
static Value atLimits(const Lanes &lanes, Value x, double pole, Value inside) {
  Value result = lanes.select(lanes.less(x, lanes.constant(infinity)), inside, x);
  result = lanes.select(lanes.equal(x, lanes.constant(pole)), lanes.constant(-infinity), result);
  Value nan = lanes.constant(std::numeric_limits<double>::quiet_NaN());
  return lanes.select(lanes.less(x, lanes.constant(pole)), nan, result);
}

/// Splits any positive x; subnormals are scaled into the normal range first. The exponent comes as a float.
static Split splitAny(const Lanes &lanes, Value x) {
  Value tiny = lanes.less(x, lanes.constant(0x1p-126));
  Split parts = split(lanes, lanes.select(tiny, lanes.mul(x, lanes.constant(0x1p23)), x));
  Value lift = lanes.select(tiny, lanes.constant(23.0), lanes.constant(0.0));
  return {lanes.sub(lanes.toFloat(parts.exponent), lift), parts.mantissa};
}

/// e ln 2 + log(1 + f). The sum of e times the high part and f is exact where it cancels most, at e = 1: only the small
/// rest is rounded before the last addition.
static Value naturalLog(const Lanes &lanes, Value exponent, Value f) {
  Value linear = lanes.fma(exponent, lanes.constant(ln2High), f);
  Value rest = lanes.mul(lanes.mul(f, f), lanes.polynomial(f, ArrayRef(k::logQuotient).drop_front()));
  return lanes.add(linear, lanes.fma(exponent, lanes.constant(ln2Low), rest));
}

Value mlir::attn::expandLog(const Lanes &lanes, Value x) {
  Split parts = splitAny(lanes, x);
  Value f = lanes.sub(parts.mantissa, lanes.constant(1.0));
  return atLimits(lanes, x, 0.0, naturalLog(lanes, parts.exponent, f));
}

Value mlir::attn::expandLog2(const Lanes &lanes, Value x) {
  Split parts = splitAny(lanes, x);
  Value f = lanes.sub(parts.mantissa, lanes.constant(1.0));
  return atLimits(lanes, x, 0.0, lanes.fma(f, lanes.polynomial(f, k::log2Quotient), parts.exponent));
}

// f = 2^-e (1 + x) - 1 = 2^-e x + (2^-e - 1) loses nothing to the rounding of 1 + x, which only chooses e. From
// 2^64 on, where 2^-e could leave the normal range, 1 + x and x are the same number.
Value mlir::attn::expandLog1p(const Lanes &lanes, Value x) {
  Value one = lanes.constant(1.0);
  Value sum = lanes.add(x, one);
  Split parts = split(lanes, sum);
  Value inverse = lanes.subInt(lanes.integer(0x3f800000u), lanes.shiftLeft(parts.exponent, lanes.integer(23)));
  Value scale = lanes.fromBits(inverse);
  Value exact = lanes.fma(scale, x, lanes.sub(scale, one));
  Value moderate = lanes.less(x, lanes.constant(0x1p64));
  Value f = lanes.select(moderate, exact, lanes.sub(parts.mantissa, one));
  Value result = atLimits(lanes, x, -1.0, naturalLog(lanes, lanes.toFloat(parts.exponent), f));
  return lanes.withSignOf(result, x);
}
