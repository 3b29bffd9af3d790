// normalize and reduce_map: what the places that share all indices but one become; the maths is in
// dialect/NormalizerMaths.h.
#include "compiler/reference/Ops.h"
#include "dialect/NormalizerMaths.h"
#include <cmath>

namespace mlir::attn::reference {
namespace {

template <class T>
struct ScalarArithmetic {
  using Real = T;
  T constant(double value) { return static_cast<T>(value); }
  T add(T x, T y) { return x + y; }
  T sub(T x, T y) { return x - y; }
  T mul(T x, T y) { return x * y; }
  T div(T x, T y) { return x / y; }
  T max(T x, T y) { return std::isnan(y) || x < y ? y : x; } // a NaN stays
  T exp(T x) { return std::exp(x); }
  T expBelow(T x) { return std::exp(x); }
  T log(T x) { return std::log(x); }
  T ifEqual(T x, T y, T yes, T no) { return x == y ? yes : no; }
  T ifLess(T x, T y, T yes, T no) { return x < y ? yes : no; }
};

/// The visible scores of one group, in order; they become their weights.
template <class T>
using Group = std::vector<T>;

template <class T>
T largestOf(const Group<T> &x, T largest) {
  for (T score : x)
    largest = ScalarArithmetic<T>().max(largest, score);
  return largest;
}

template <class T>
class GroupNormalizer {
public:
  GroupNormalizer(Normalizer kind, double eps, std::optional<T> sink) : kind(kind), maths(a, kind, eps, sink) {}

  void operator()(Group<T> &x) {
    T origin = usesLargest(kind) ? maths.origin(largestOf(x, maths.lowest())) : T(0);
    if (weightsFrom(kind) == WeightsFrom::Threshold)
      return project(x, origin);
    T total = 0;
    for (T &value : x) {
      value = maths.numerator(value, origin);
      total += maths.term(value);
    }
    if (weightsFrom(kind) == WeightsFrom::Place)
      return;
    T divisor = maths.divisor(total, origin);
    for (T &value : x)
      value = divisor == 0 ? T(0) : value / divisor;
  }

private:
  void project(Group<T> &x, T origin) {
    for (T &value : x)
      value -= origin;
    T threshold = maths.firstThreshold();
    for (bool grew = true; grew;) {
      T sum = 0, count = 0;
      for (T y : x) {
        sum += maths.above(y, threshold, y);
        count += maths.above(y, threshold, T(1));
      }
      T next = maths.grow(threshold, sum, count);
      grew = next > threshold;
      threshold = next;
    }
    for (T &value : x)
      value = maths.beyond(value, threshold);
  }

  Normalizer kind;
  ScalarArithmetic<T> a;
  NormalizerMaths<ScalarArithmetic<T>> maths;
};

template <class T>
T logSumExp(const Group<T> &x) {
  ScalarArithmetic<T> a;
  ExponentialSum<ScalarArithmetic<T>> sums(a);
  T origin = sums.origin(largestOf(x, sums.lowest())), total = 0;
  for (T score : x)
    total += sums.term(score, origin);
  return sums.logarithm(total, origin);
}

/// Places [first + at * stride] of a map, for `at` in [0, extent).
struct Line {
  int64_t first, extent, stride;
};

/// Calls `body` for each line along an axis of the map, in the order of its other places.
template <class T>
void forLines(const Tensor<T> &map, MapAxis axis, llvm::function_ref<void(const Line &)> body) {
  int64_t dim = static_cast<int64_t>(axis), extent = map.shape[dim], outer = 1, stride = 1;
  for (int64_t d = 0; d < dim; ++d)
    outer *= map.shape[d];
  for (int64_t d = dim + 1; d < 4; ++d)
    stride *= map.shape[d];
  for (int64_t start = 0; start < outer * stride; ++start)
    body({start / stride * stride * extent + start % stride, extent, stride});
}

template <class T>
bool isVisible(const Tensor<T> &map, int64_t at) {
  return map.visible.empty() || map.visible[at];
}

template <class T>
Group<T> visibleScores(const Tensor<T> &map, const Line &line) {
  Group<T> group;
  for (int64_t at = 0; at < line.extent; ++at)
    if (int64_t place = line.first + at * line.stride; isVisible(map, place))
      group.push_back(map.reals[place]);
  return group;
}

/// exp of the map with its rows, then its columns divided by their sums, in turn; in the log domain.
template <class T>
void sinkhorn(Tensor<T> &scores, int64_t iterations) {
  ScalarArithmetic<T> a;
  ExponentialSum<ScalarArithmetic<T>> sums(a);
  for (int64_t turn = 0; turn < 2 * iterations; ++turn)
    forLines<T>(scores, turn % 2 ? MapAxis::Queries : MapAxis::Keys, [&](const Line &line) {
      T logarithm = logSumExp(visibleScores(scores, line));
      for (int64_t at = 0; at < line.extent; ++at) {
        T &score = scores.reals[line.first + at * line.stride];
        score = sums.divide(score, logarithm);
      }
    });
  for (size_t at = 0; at < scores.reals.size(); ++at)
    scores.reals[at] = isVisible(scores, at) ? std::exp(scores.reals[at]) : T(0);
}

template <class T>
T reduceGroup(const Group<T> &x, MapReduction kind) {
  if (kind == MapReduction::LogSumExp)
    return logSumExp(x);
  if (kind == MapReduction::Max)
    return largestOf(x, -std::numeric_limits<T>::infinity());
  T sum = 0;
  for (T value : x)
    sum += value;
  return kind == MapReduction::Mean && !x.empty() ? sum / static_cast<T>(x.size()) : sum;
}

} // namespace

template <class T>
ExpectedTensor<T> normalize(Tensor<T> scores, NormalizerKind how, const Tensor<T> *sink) {
  if (scores.reals.empty())
    return scores;
  if (how.kind == Normalizer::Sinkhorn) {
    sinkhorn(scores, how.iterations);
    return scores;
  }
  forLines<T>(scores, how.axis, [&](const Line &line) {
    Group<T> group = visibleScores(scores, line);
    std::optional<T> own;
    if (sink)
      own = sink->reals[line.first / (scores.shape[2] * scores.shape[3]) % scores.shape[1]];
    GroupNormalizer<T>(how.kind, how.eps, own)(group);
    auto weight = group.begin();
    for (int64_t at = 0; at < line.extent; ++at) {
      int64_t place = line.first + at * line.stride;
      scores.reals[place] = isVisible(scores, place) ? *weight++ : T(0);
    }
  });
  return scores;
}

template <class T>
ExpectedTensor<T> reduceMap(const Tensor<T> &map, MapReduction kind, MapAxis axis) {
  Shape shape = map.shape;
  shape.erase(shape.begin() + static_cast<int64_t>(axis));
  ExpectedTensor<T> result = makeTensor<T>(shape);
  if (!result)
    return result;
  int64_t at = 0;
  forLines<T>(map, axis, [&](const Line &line) { result->reals[at++] = reduceGroup(visibleScores(map, line), kind); });
  return result;
}

#define INSTANTIATE(T)                                                                                                 \
  template ExpectedTensor<T> normalize(Tensor<T>, NormalizerKind, const Tensor<T> *);                                  \
  template ExpectedTensor<T> reduceMap(const Tensor<T> &, MapReduction, MapAxis);
INSTANTIATE(float)
INSTANTIATE(double)
INSTANTIATE(long double)

} // namespace mlir::attn::reference
