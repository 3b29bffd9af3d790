// exp, exp2, expm1: 2^x = 2^n 2^f with n an integer and f small, 2^f a polynomial.
//
// AVX-512 splits with vreduceps and joins with vscalefps, which treats overflow, underflow, infinities and NaN as
// wanted. Elsewhere n comes out of the low bits of x + 1.5*2^23 + bias and is shifted into exponent fields; two factors
// of half the exponent each reach the subnormals and infinity.
#include "compiler/backends/math/Lanes.h"
#include "compiler/backends/math/MathCoefficients.h"

using namespace mlir;
using namespace mlir::attn;
namespace k = mlir::attn::coefficients;

namespace {
// ln 2 in two parts: products of the first with |n| <= 2^15 are exact even without fma.
constexpr double ln2High = 0.693359375;
constexpr double ln2Low = -2.121944400546905827679e-4;
constexpr double log2e = 1.442695040888963407;

/// Rounds x (|x| < 2^9) to an integer, which it also leaves, plus `bias`, in the low bits of `shifted`.
struct Rounded {
  Value shifted;
  Value integer;
};
} // namespace

static Rounded roundInBits(const Lanes &lanes, Value x, float factor, int bias) {
  Value shift = lanes.constant(roundingShift + bias);
  Value shifted = factor == 1.0f ? lanes.add(x, shift) : lanes.fma(x, lanes.constant(factor), shift);
  return {lanes.bits(shifted), lanes.sub(shifted, shift)};
}

/// value * 2^n where `biased` has n + 254 in its low bits and -254 < n < 256; overflows and underflows properly.
static Value scaleByHalves(const Lanes &lanes, Value value, Value biased) {
  Value one = lanes.integer(1), mantissa = lanes.integer(23);
  Value half = lanes.shiftRight(biased, one);
  Value rest = lanes.subInt(biased, half);
  Value scaled = lanes.mul(value, lanes.fromBits(lanes.shiftLeft(half, mantissa)));
  return lanes.mul(scaled, lanes.fromBits(lanes.shiftLeft(rest, mantissa)));
}

Value mlir::attn::expandExp2(const Lanes &lanes, Value x) {
  if (lanes.isRegister())
    return lanes.scale(lanes.polynomial(lanes.fraction(x), k::exp2Floor6), x);
  Value bounded = lanes.atMost(lanes.atLeast(x, -151.0), 129.0);
  Rounded n = roundInBits(lanes, bounded, 1.0f, 254);
  return scaleByHalves(lanes, lanes.polynomial(lanes.sub(bounded, n.integer), k::exp2Near6), n.shifted);
}

// Degree 5 is within 2 ULP only with fma and the exact reduction to [-1/2, 1/2]; vreduceps rounds for small negative x.
Value mlir::attn::expandFastExp2(const Lanes &lanes, Value x) {
  // Products with subnormal weights are slow, and add nothing to those of larger ones.
  if (lanes.isRegister())
    return lanes.select(lanes.less(x, lanes.constant(-126.0)), lanes.constant(0.0), expandExp2(lanes, x));
  // At n = -127 the exponent field is 0, so the factor is +0 and everything below underflows to 0.
  Value bounded = lanes.atLeast(x, -127.0);
  Rounded n = roundInBits(lanes, bounded, 1.0f, 127);
  Value factor = lanes.fromBits(lanes.shiftLeft(n.shifted, lanes.integer(23)));
  bool isFused = lanes.isa() != MathIsa::Generic;
  Value fraction = lanes.sub(bounded, n.integer);
  return lanes.mul(lanes.polynomial(fraction, isFused ? ArrayRef(k::exp2Near5) : ArrayRef(k::exp2Near6)), factor);
}

/// x - n ln 2.
static Value subtractLn2(const Lanes &lanes, Value x, Value n) {
  return lanes.fma(n, lanes.constant(-ln2Low), lanes.fma(n, lanes.constant(-ln2High), x));
}

Value mlir::attn::expandExp(const Lanes &lanes, Value x) {
  Value bounded = lanes.atMost(lanes.atLeast(x, -104.0), 89.0);
  if (lanes.isRegister()) {
    Value n = lanes.nearest(lanes.mul(bounded, lanes.constant(log2e)));
    return lanes.scale(lanes.polynomial(subtractLn2(lanes, bounded, n), k::exp6), n);
  }
  Rounded n = roundInBits(lanes, bounded, log2e, 254);
  Value power = lanes.polynomial(subtractLn2(lanes, bounded, n.integer), k::exp6);
  return scaleByHalves(lanes, power, n.shifted);
}

// e^x - 1 = 2 ((h f + h - 1/2) + h (e^f - 1 - f)) with h = 2^(n-1), so that h stays finite up to the overflow
// threshold. The first sum is exact where it cancels most, near ln 2 / 2: only the small rest is rounded before the
// last addition.
Value mlir::attn::expandExpM1(const Lanes &lanes, Value x) {
  Value bounded = lanes.atMost(lanes.atLeast(x, -18.0), 89.0);
  Rounded n = roundInBits(lanes, bounded, log2e, 126);
  Value f = subtractLn2(lanes, bounded, n.integer);
  Value rest = lanes.mul(lanes.mul(f, f), lanes.polynomial(f, ArrayRef(k::expm1Quotient).drop_front()));
  Value half = lanes.fromBits(lanes.shiftLeft(n.shifted, lanes.integer(23)));
  Value linear = lanes.fma(half, f, lanes.sub(half, lanes.constant(0.5)));
  Value sum = lanes.fma(half, rest, linear);
  return lanes.withSignOf(lanes.add(sum, sum), x);
}
