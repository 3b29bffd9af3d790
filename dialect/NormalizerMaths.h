// The maths of normalisers and map reductions, stated once: the reference and every back end give it an arithmetic.
//
// A group is the visible scores that share a normalisation. Most kinds are
//   weight_j = numerator(x_j, origin) / divisor(total, origin), 0 where the divisor is 0
//   total    = sum of term(numerator_j), with 0 to begin with
// and origin is what scores are measured from before an exponential: the largest, so that none overflows. Numerators
// and totals of one origin become those of a larger one by the factor term(old, new). An arithmetic `A` has a type
// `Real` and
//   constant(double) add sub mul div exp log
//   max(x, y), which is y where y is NaN
//   expBelow(x): exp(x) for x that is not positive
//   ifEqual(x, y, yes, no), ifLess(x, y, yes, no)
#pragma once

#include "dialect/AttnAttrs.h"
#include <limits>
#include <optional>

namespace mlir::attn {

/// What the weights of a group follow from.
enum class WeightsFrom {
  Place,     // the score alone
  Total,     // two passes; or one that streams, with weights that are scaled later
  Threshold, // as many passes as it takes for grow() to change nothing
  WholeMap   // rows and columns in turn
};

constexpr WeightsFrom weightsFrom(Normalizer kind) {
  switch (kind) {
  case Normalizer::Sigmoid:
  case Normalizer::None:
    return WeightsFrom::Place;
  case Normalizer::Sparsemax:
    return WeightsFrom::Threshold;
  case Normalizer::Sinkhorn:
    return WeightsFrom::WholeMap;
  default:
    return WeightsFrom::Total;
  }
}

/// Whether scores are measured from the largest of their group.
constexpr bool usesLargest(Normalizer kind) {
  return kind == Normalizer::Softmax || kind == Normalizer::SoftmaxOne || kind == Normalizer::Sparsemax ||
         kind == Normalizer::Sinkhorn;
}

/// Whether the total is the number of visible scores.
constexpr bool countsPlaces(Normalizer kind) { return kind == Normalizer::ReluMean || kind == Normalizer::Relu2Mean; }

/// Sums of exponentials: the step that softmax, sinkhorn and logsumexp share.
template <class A>
class ExponentialSum {
public:
  using Real = typename A::Real;
  explicit ExponentialSum(A &arithmetic) : a(arithmetic) {}

  Real lowest() { return a.constant(-std::numeric_limits<double>::infinity()); }
  /// With every score at -inf a difference would be NaN: measure from 0 instead.
  Real origin(Real largest) { return a.ifEqual(largest, lowest(), a.constant(0), largest); }
  Real term(Real x, Real origin) { return a.expBelow(a.sub(x, origin)); }
  /// log sum exp(x); -inf of nothing.
  Real logarithm(Real total, Real origin) { return a.add(origin, a.log(total)); }
  /// x - logarithm, and x where the sum is 0.
  Real divide(Real x, Real logarithm) { return a.sub(x, a.ifEqual(logarithm, lowest(), a.constant(0), logarithm)); }

private:
  A &a;
};

template <class A>
class NormalizerMaths {
public:
  using Real = typename A::Real;

  /// `sink` is that of the head for softmax_one, if the op has sinks.
  NormalizerMaths(A &arithmetic, Normalizer kind, double eps, std::optional<Real> sink = std::nullopt)
      : a(arithmetic), sums(arithmetic), kind(kind), eps(eps), sink(sink) {
    if (kind == Normalizer::SoftmaxOne && !sink)
      this->sink = a.constant(0);
  }

  /// What the largest score is compared with first.
  Real lowest() { return sink ? *sink : sums.lowest(); }
  Real origin(Real largest) { return sums.origin(largest); }

  Real numerator(Real x, Real origin) {
    switch (kind) {
    case Normalizer::Softmax:
    case Normalizer::SoftmaxOne:
      return sums.term(x, origin);
    case Normalizer::ReluSum:
    case Normalizer::ReluMean:
      return a.max(a.constant(0), x);
    case Normalizer::Relu2Mean: {
      Real rectified = a.max(a.constant(0), x);
      return a.mul(rectified, rectified);
    }
    case Normalizer::Sigmoid:
      return a.div(a.constant(1), a.add(a.constant(1), a.exp(a.sub(a.constant(0), x))));
    default:
      return x;
    }
  }

  /// What a visible score adds to the total.
  Real term(Real numerator) { return countsPlaces(kind) ? a.constant(1) : numerator; }

  Real divisor(Real total, Real origin) {
    if (sink)
      return a.add(total, a.expBelow(a.sub(*sink, origin)));
    bool bounded = kind == Normalizer::Sum || kind == Normalizer::ReluSum;
    return bounded ? a.max(a.constant(eps), total) : total;
  }

  // Sparsemax: with y = x - largest the threshold t of sum max(y - t, 0) = 1 lies in [-1, 0). From t = -1 on,
  //   t' = (sum of y above t - 1) / number of y above t
  // grows and leaves fewer y above it, so that after at most a group's size of steps it stays (Michelot 1986).
  Real firstThreshold() { return a.constant(-1); }
  Real above(Real y, Real threshold, Real value) { return a.ifLess(threshold, y, value, a.constant(0)); }
  Real grow(Real threshold, Real sum, Real count) {
    Real next = a.div(a.sub(sum, a.constant(1)), count);
    return a.ifLess(threshold, next, next, threshold); // with nothing above it: -1 / 0, which is less
  }
  Real beyond(Real y, Real threshold) { return a.max(a.constant(0), a.sub(y, threshold)); }

private:
  A &a;
  ExponentialSum<A> sums;
  Normalizer kind;
  double eps;
  std::optional<Real> sink;
};

} // namespace mlir::attn
