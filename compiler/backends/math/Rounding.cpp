// Rounding to integers without roundps, and rsqrt.
//
// |x| + 2^23 - 2^23 is |x| rounded to even for |x| < 2^23; from there on x is an integer. The other roundings correct
// that by one. Every result keeps the sign of x, also when it is zero.
#include "compiler/backends/math/Lanes.h"

using namespace mlir;
using namespace mlir::attn;

static Value nearestOfMagnitude(const Lanes &lanes, Value magnitude) {
  Value shift = lanes.constant(0x1p23);
  return lanes.sub(lanes.add(magnitude, shift), shift);
}

/// x where |x| >= 2^23 or x is NaN, else `rounded` with the sign of x.
static Value unlessLarge(const Lanes &lanes, Value x, Value rounded) {
  Value hasFraction = lanes.less(lanes.absolute(x), lanes.constant(0x1p23));
  return lanes.select(hasFraction, lanes.withSignOf(rounded, x), x);
}

static Value truncated(const Lanes &lanes, Value magnitude) {
  Value nearest = nearestOfMagnitude(lanes, magnitude);
  return lanes.select(lanes.less(magnitude, nearest), lanes.sub(nearest, lanes.constant(1.0)), nearest);
}

Value mlir::attn::expandRoundEven(const Lanes &lanes, Value x) {
  return unlessLarge(lanes, x, nearestOfMagnitude(lanes, lanes.absolute(x)));
}

Value mlir::attn::expandTrunc(const Lanes &lanes, Value x) {
  return unlessLarge(lanes, x, truncated(lanes, lanes.absolute(x)));
}

Value mlir::attn::expandRound(const Lanes &lanes, Value x) {
  Value magnitude = lanes.absolute(x);
  Value down = truncated(lanes, magnitude);
  Value stays = lanes.less(lanes.sub(magnitude, down), lanes.constant(0.5));
  return unlessLarge(lanes, x, lanes.select(stays, down, lanes.add(down, lanes.constant(1.0))));
}

Value mlir::attn::expandFloor(const Lanes &lanes, Value x) {
  Value nearest = expandRoundEven(lanes, x);
  Value down = lanes.select(lanes.less(x, nearest), lanes.sub(nearest, lanes.constant(1.0)), nearest);
  return unlessLarge(lanes, x, down);
}

Value mlir::attn::expandCeil(const Lanes &lanes, Value x) {
  Value nearest = expandRoundEven(lanes, x);
  Value up = lanes.select(lanes.less(nearest, x), lanes.add(nearest, lanes.constant(1.0)), nearest);
  return unlessLarge(lanes, x, up);
}

Value mlir::attn::expandRsqrt(const Lanes &lanes, Value x) { return lanes.div(lanes.constant(1.0), lanes.sqrt(x)); }
