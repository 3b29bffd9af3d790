// sample, beam_step, beam_finish.
#include "compiler/reference/Ops.h"
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

namespace mlir::attn::reference {
namespace {

/// The number of splitmix64, begun at 0, at the place seed * 2^32 + step; in [0, 1).
double uniform(int64_t seed, int64_t step) {
  uint64_t place = uint64_t(uint32_t(seed)) << 32 | uint32_t(step);
  uint64_t z = (place + 1) * 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return std::ldexp(double((z ^ (z >> 31)) >> 11), -53);
}

/// The token that a row of logits and a number in [0, 1) choose. Weights are f64 in every precision.
int64_t choose(std::vector<double> logits, SampleKind how, double random) {
  for (double &logit : logits)
    logit = std::isnan(logit) ? -INFINITY : logit;
  std::vector<int64_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return logits[a] > logits[b]; });
  double largest = logits[order[0]];
  if (how.temperature == 0 || largest == -INFINITY)
    return order[0];
  auto weight = [&](int64_t token) {
    return logits[token] == largest ? 1 : std::exp((logits[token] - largest) / how.temperature);
  };
  if (how.topK && how.topK < static_cast<int64_t>(order.size()))
    order.resize(how.topK);
  if (how.topP < 1) {
    double total = 0, sum = 0;
    for (int64_t token : order)
      total += weight(token);
    size_t count = 0;
    while (count < order.size() && sum < how.topP * total)
      sum += weight(order[count++]);
    order.resize(count);
  }
  std::sort(order.begin(), order.end());
  double total = 0, sum = 0;
  for (int64_t token : order)
    total += weight(token);
  for (int64_t token : order)
    if ((sum += weight(token)) > random * total)
      return token;
  return order.back();
}

/// A hypothesis of a beam search: what it continues, and the token that it ends in. A sum, or a score, of -inf stands
/// for none.
template <class T>
struct Hypothesis {
  std::vector<int64_t> tokens;
  T sum;
  int64_t parent, token;
};

template <class T>
constexpr T none = -std::numeric_limits<T>::infinity();

template <class T>
bool counts(T sum) {
  return std::isfinite(sum);
}

/// The K hypotheses of a sample; they have been continued by nothing, `end`.
template <class T>
std::vector<Hypothesis<T>> read(const Tensor<T> &tokens, const Tensor<T> &sums, int64_t sample, int64_t end = -1) {
  int64_t beams = tokens.shape[1], length = tokens.shape[2];
  std::vector<Hypothesis<T>> result;
  for (int64_t r = 0; r < beams; ++r) {
    auto first = tokens.integers.begin() + (sample * beams + r) * length;
    T sum = sums.reals[sample * beams + r];
    result.push_back({{first, first + length}, std::isnan(sum) ? none<T> : sum, r, end});
  }
  return result;
}

template <class T>
void append(const std::vector<Hypothesis<T>> &from, Tensor<T> &tokens, Tensor<T> &sums) {
  for (const Hypothesis<T> &hypothesis : from) {
    tokens.integers.insert(tokens.integers.end(), hypothesis.tokens.begin(), hypothesis.tokens.end());
    sums.reals.push_back(hypothesis.sum);
  }
}

/// Adds what is complete, the best first, and keeps as many as there were.
template <class T>
void store(std::vector<Hypothesis<T>> &stored, std::vector<Hypothesis<T>> complete) {
  size_t beams = stored.size();
  stored.insert(stored.end(), complete.begin(), complete.end());
  std::stable_sort(stored.begin(), stored.end(), [](const auto &a, const auto &b) { return a.sum > b.sum; });
  stored.resize(beams);
}

template <class T>
T logSumExp(const T *logits, int64_t count) {
  T largest = none<T>, sum = 0;
  for (int64_t i = 0; i < count; ++i)
    if (std::isnan(logits[i]))
      return logits[i];
    else
      largest = std::max(largest, logits[i]);
  for (int64_t i = 0; i < count; ++i)
    sum += std::exp(logits[i] - largest);
  return largest + std::log(sum);
}

template <class T>
struct Continuation {
  T sum, logit;
  int64_t parent, token;
};

/// All that may follow, best first.
template <class T>
std::vector<Continuation<T>> continuations(const std::vector<Hypothesis<T>> &live, const T *logits, int64_t count) {
  std::vector<Continuation<T>> all;
  for (const Hypothesis<T> &hypothesis : live) {
    const T *row = logits + hypothesis.parent * count;
    T total = logSumExp(row, count);
    for (int64_t token = 0; token < count && counts(hypothesis.sum); ++token)
      if (T sum = hypothesis.sum + (row[token] - total); counts(sum))
        all.push_back({sum, row[token], hypothesis.parent, token});
  }
  // Sums of one hypothesis that only rounding makes equal leave the order of logits as it is.
  std::stable_sort(all.begin(), all.end(), [](const auto &a, const auto &b) {
    return std::tuple(-a.sum, a.parent, -a.logit) < std::tuple(-b.sum, b.parent, -b.logit);
  });
  return all;
}

/// One step of a sample that goes on; whether it goes on after it. `stored` and `live` become those of after.
template <class T>
bool advance(std::vector<Hypothesis<T>> &live, std::vector<Hypothesis<T>> &stored, const T *logits, int64_t vocabulary,
             BeamKind how, int64_t place) {
  size_t beams = live.size();
  T norm = std::pow(T(place + 1), T(how.alpha));
  std::vector<Hypothesis<T>> next, complete;
  std::vector<Continuation<T>> all = continuations(live, logits, vocabulary);
  for (size_t rank = 0; rank < std::min(all.size(), 2 * beams); ++rank) {
    Hypothesis<T> extended{live[all[rank].parent].tokens, all[rank].sum, all[rank].parent, all[rank].token};
    extended.tokens[place] = all[rank].token;
    if (all[rank].token != how.end) {
      if (next.size() < beams)
        next.push_back(extended);
    } else if (rank < beams) {
      extended.sum /= norm;
      complete.push_back(extended);
    }
  }
  store(stored, complete);
  if (next.empty())
    return false;
  Hypothesis<T> missing = next[0];
  missing.sum = none<T>;
  next.resize(beams, missing);
  live = next;
  bool isFull = stored.back().sum > none<T>;
  return !isFull || !(how.early || live[0].sum / norm <= stored.back().sum);
}

} // namespace

template <class T>
ExpectedTensor<T> sample(const Tensor<T> &logits, const Tensor<T> &seed, const Tensor<T> &step, SampleKind how) {
  int64_t vocabulary = logits.shape[1];
  Tensor<T> result;
  result.shape = {logits.shape[0]};
  for (int64_t b = 0; b < logits.shape[0]; ++b) {
    auto row = logits.reals.begin() + b * vocabulary;
    result.integers.push_back(choose({row, row + vocabulary}, how, uniform(seed.integers[b], step.integers[b])));
  }
  return result;
}

template <class T>
std::vector<Tensor<T>> beamStep(Operands<T> x, BeamKind how) {
  const Tensor<T> &logits = *x[0], &tokens = *x[1], &sums = *x[2], &stored = *x[3], &scores = *x[4], &alive = *x[5];
  int64_t samples = tokens.shape[0], beams = tokens.shape[1], vocabulary = logits.shape[1];
  int64_t place = x[6]->integers[0];
  std::vector<Tensor<T>> results(7);
  const Shape rows{samples * beams};
  const Shape shapes[] = {tokens.shape, sums.shape, tokens.shape, sums.shape, alive.shape, rows, rows};
  for (auto [result, shape] : llvm::zip(results, shapes))
    result.shape = shape;
  for (int64_t b = 0; b < samples; ++b) {
    std::vector<Hypothesis<T>> live = read(tokens, sums, b, how.end), done = read(stored, scores, b);
    store(done, {}); // also of a sample that has stopped
    bool goesOn = alive.integers[b];
    if (goesOn && place >= 0 && place < tokens.shape[2])
      goesOn = advance(live, done, logits.reals.data() + b * beams * vocabulary, vocabulary, how, place);
    append(live, results[0], results[1]);
    append(done, results[2], results[3]);
    results[4].integers.push_back(goesOn);
    for (const Hypothesis<T> &hypothesis : live) {
      results[5].integers.push_back(b * beams + hypothesis.parent);
      results[6].integers.push_back(hypothesis.token);
    }
  }
  return results;
}

template <class T>
std::vector<Tensor<T>> beamFinish(Operands<T> x, double alpha) {
  const Tensor<T> &tokens = *x[0], &sums = *x[1];
  int64_t length = x[5]->integers[0];
  std::vector<Tensor<T>> results(2);
  results[0].shape = tokens.shape;
  results[1].shape = sums.shape;
  for (int64_t b = 0; b < tokens.shape[0]; ++b) {
    std::vector<Hypothesis<T>> done = read(*x[2], *x[3], b), complete;
    if (x[4]->integers[b] && length >= 1 && length <= tokens.shape[2])
      for (Hypothesis<T> hypothesis : read(tokens, sums, b))
        if (counts(hypothesis.sum)) {
          hypothesis.sum /= std::pow(T(length), T(alpha));
          complete.push_back(hypothesis);
        }
    store(done, complete);
    append(done, results[0], results[1]);
  }
  return results;
}

#define INSTANTIATE(T)                                                                                                 \
  template ExpectedTensor<T> sample(const Tensor<T> &, const Tensor<T> &, const Tensor<T> &, SampleKind);              \
  template std::vector<Tensor<T>> beamStep(Operands<T>, BeamKind);                                                     \
  template std::vector<Tensor<T>> beamFinish(Operands<T>, double);
INSTANTIATE(float)
INSTANTIATE(double)
INSTANTIATE(long double)

} // namespace mlir::attn::reference
