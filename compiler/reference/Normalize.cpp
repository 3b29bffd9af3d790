// normalize: every kind, over keys, queries or heads.
#include "compiler/reference/Ops.h"
#include <cmath>
#include <limits>

namespace mlir::attn::reference {
namespace {

/// The visible scores that share one normalisation, in order; they become their weights.
template <class T>
using Group = std::vector<T>;

/// exp(x - max) / (exp(sink - max) + sum exp(x - max)); without a sink its term is 0. Scores that are all -inf have
/// weights 0.
template <class T>
void softmax(Group<T> &x, std::optional<T> sink) {
  const T infinity = std::numeric_limits<T>::infinity();
  T maximum = sink ? *sink : -infinity, sum = 0;
  for (T score : x)
    if (!(score <= maximum)) // a NaN becomes the maximum, and stays it
      maximum = std::isnan(maximum) ? maximum : score;
  for (T &score : x) {
    score = maximum != -infinity ? std::exp(score - maximum) : T(0);
    sum += score;
  }
  if (maximum == -infinity)
    return;
  if (sink)
    sum += std::exp(*sink - maximum);
  for (T &weight : x)
    weight /= sum;
}

template <class T>
T relu(T x) {
  return x < 0 ? T(0) : x; // NaN stays NaN
}

/// x_j / max(sum x, eps)
template <class T>
void divideBySum(Group<T> &x, T eps) {
  T sum = 0;
  for (T value : x)
    sum += value;
  T divisor = sum <= eps ? eps : sum;
  for (T &value : x)
    value = divisor == 0 ? T(0) : value / divisor;
}

template <class T>
void normalizeGroup(Group<T> &x, Normalizer kind, std::optional<T> sink, T eps) {
  switch (kind) {
  case Normalizer::Softmax:
  case Normalizer::SoftmaxOne:
    return softmax(x, sink);
  case Normalizer::ReluSum:
    llvm::transform(x, x.begin(), relu<T>);
    return divideBySum(x, eps);
  case Normalizer::Sum:
    return divideBySum(x, eps);
  case Normalizer::ReluMean:
  case Normalizer::Relu2Mean:
    for (T &value : x) {
      T rectified = relu(value);
      value = (kind == Normalizer::ReluMean ? rectified : rectified * rectified) / T(x.size());
    }
    return;
  case Normalizer::Sigmoid:
    for (T &value : x)
      value = T(1) / (T(1) + std::exp(-value));
    return;
  case Normalizer::None:
    return;
  }
}

} // namespace

template <class T>
ExpectedTensor<T> normalize(Tensor<T> scores, Normalizer kind, MapAxis axis, const Tensor<T> *sink, double eps) {
  // The group of a place runs along one dimension: places `stride` apart.
  int64_t dim = static_cast<int64_t>(axis), extent = scores.shape[dim], stride = 1;
  for (int64_t d = dim + 1; d < 4; ++d)
    stride *= scores.shape[d];
  if (extent == 0)
    return scores;
  Group<T> group;
  for (int64_t start = 0, count = scores.size() / extent; start < count; ++start) {
    int64_t first = start / stride * stride * extent + start % stride;
    auto visible = [&](int64_t at) { return scores.visible.empty() || scores.visible[first + at * stride]; };
    group.clear();
    for (int64_t at = 0; at < extent; ++at)
      if (visible(at))
        group.push_back(scores.reals[first + at * stride]);
    std::optional<T> denominator;
    if (kind == Normalizer::SoftmaxOne) {
      int64_t head = first / (scores.shape[2] * scores.shape[3]) % scores.shape[1];
      denominator = sink ? sink->reals[head] : T(0);
    }
    normalizeGroup(group, kind, denominator, static_cast<T>(eps));
    auto weight = group.begin();
    for (int64_t at = 0; at < extent; ++at)
      scores.reals[first + at * stride] = visible(at) ? *weight++ : T(0);
  }
  return scores;
}

template ExpectedTensor<float> normalize(Tensor<float>, Normalizer, MapAxis, const Tensor<float> *, double);
template ExpectedTensor<double> normalize(Tensor<double>, Normalizer, MapAxis, const Tensor<double> *, double);

} // namespace mlir::attn::reference
