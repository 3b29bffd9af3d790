// How tokens are chosen: one drawn from a row of logits, or the continuations that a beam search takes.
//
// A draw weighs the tokens in f64 with an exponential of its own, one after the other, so that its result depends on
// the logits, the seed and the step alone. A beam search ranks what compiled code has summed.
#include "runtime/Choose.h"

#include "runtime/Linkage.h"

#include <math.h>
#include <string.h>

namespace attn {

static double fromBits(uint64_t bits) {
  double result;
  memcpy(&result, &bits, sizeof(result));
  return result;
}

/// e^x = 2^n e^r, |r| <= ln 2 / 2, with its series; 0 where that is less than the smallest normal number.
static double exponential(double x) {
  static const double inverseFactorials[] = {
      1,         1,          1. / 2,      1. / 6,       1. / 24,       1. / 120,       1. / 720,
      1. / 5040, 1. / 40320, 1. / 362880, 1. / 3628800, 1. / 39916800, 1. / 479001600, 1. / 6227020800};
  if (!(x >= -708))
    return 0;
  if (x > 709)
    return INFINITY;
  const double turns = x * 1.4426950408889634074;
  const int64_t n = static_cast<int64_t>(turns + (turns < 0 ? -0.5 : 0.5));
  const double whole = static_cast<double>(n);
  // ln 2 in two parts: n times the first is exact.
  const double r = (x - whole * 0.693147180369123816490) - whole * 1.90821492927058770002e-10;
  double series = inverseFactorials[13];
  for (int k = 12; k >= 0; --k)
    series = series * r + inverseFactorials[k];
  return series * fromBits(static_cast<uint64_t>(n + 1023) << 52);
}

/// ln x for x >= 1: of its mantissa in [sqrt 1/2, sqrt 2) by the series of (m - 1) / (m + 1).
static double logarithm(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof(bits));
  int64_t exponent = static_cast<int64_t>(bits >> 52) - 1023;
  double mantissa = fromBits((bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1023) << 52);
  if (mantissa > 1.4142135623730951) {
    mantissa /= 2;
    ++exponent;
  }
  const double s = (mantissa - 1) / (mantissa + 1);
  double series = 0;
  for (int k = 21; k > 0; k -= 2)
    series = series * s * s + 1.0 / k;
  return static_cast<double>(exponent) * 0.69314718055994530942 + 2 * s * series;
}

/// length^alpha for a length of 1 or more.
static double power(int64_t length, double alpha) {
  return alpha == 1 ? static_cast<double>(length) : exponential(alpha * logarithm(static_cast<double>(length)));
}

/// A number in [0, 1): of the sequence of splitmix64 (Steele et al. 2014) that begins at 0, the one of this place.
static double uniform(int32_t seed, int32_t step) {
  uint64_t place = static_cast<uint64_t>(static_cast<uint32_t>(seed)) << 32 | static_cast<uint32_t>(step);
  uint64_t x = (place + 1) * UINT64_C(0x9e3779b97f4a7c15);
  x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
  x ^= x >> 31;
  return static_cast<double>(x >> 11) * 0x1p-53;
}

/// Bits that rank as numbers do: the larger number has the larger ones. A NaN ranks as -inf.
static uint32_t rankOf(float number) {
  if (number != number)
    return rankOf(-INFINITY);
  number += 0.0f; // -0 is 0
  uint32_t bits;
  memcpy(&bits, &number, sizeof(bits));
  return bits >> 31 ? ~bits : bits | UINT32_C(1) << 31;
}
static uint64_t rankOf(double number) {
  if (number != number)
    return rankOf(-static_cast<double>(INFINITY));
  number += 0.0;
  uint64_t bits;
  memcpy(&bits, &number, sizeof(bits));
  return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

/// Keeps the weights of the fewest tokens, the largest logits and of equal ones the first, whose `shares` (null: 1
/// each) sum to `wanted`; the others become 0. What the last of them ranks is found a byte at a time from the highest:
/// no order of all tokens is needed.
template <typename T>
static void keepBest(const T *logits, int64_t count, const double *shares, double wanted, double *weights) {
  uint64_t prefix = 0;
  double sum = 0; // of what ranks before all that begins with the prefix
  for (int shift = 8 * static_cast<int>(sizeof(T)) - 8; shift >= 0; shift -= 8) {
    double sums[256] = {};
    for (int64_t i = 0; i < count; ++i) {
      const uint64_t digits = rankOf(logits[i]) >> shift;
      if (digits >> 8 == prefix)
        sums[digits & 255] += shares ? shares[i] : 1;
    }
    uint64_t digit = 255;
    for (; digit > 0 && sum + sums[digit] < wanted; --digit)
      sum += sums[digit];
    prefix = prefix << 8 | digit;
  }
  for (int64_t i = 0; i < count; ++i) {
    const uint64_t rank = rankOf(logits[i]);
    const bool isLast = rank == prefix && sum < wanted;
    if (isLast)
      sum += shares ? shares[i] : 1;
    if (rank < prefix || (rank == prefix && !isLast))
      weights[i] = 0;
  }
}

static double sumOf(const double *weights, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; ++i)
    sum += weights[i];
  return sum;
}

template <typename T>
static int32_t draw(const T *logits, int64_t count, const Sampling &how, int32_t seed, int32_t step, void *scratch) {
  int64_t first = 0;
  T largest = static_cast<T>(-INFINITY);
  for (int64_t i = 0; i < count; ++i)
    if (logits[i] > largest) {
      largest = logits[i];
      first = i;
    }
  if (how.temperature == 0 || !(largest > static_cast<T>(-INFINITY)))
    return static_cast<int32_t>(first);
  double *weights = static_cast<double *>(scratch);
  for (int64_t i = 0; i < count; ++i)
    weights[i] = 1;
  if (how.topK && how.topK < count)
    keepBest(logits, count, nullptr, static_cast<double>(how.topK), weights);
  for (int64_t i = 0; i < count; ++i)
    if (weights[i] != 0 && logits[i] != largest) // the largest weighs 1 also where it is infinite
      weights[i] = exponential((static_cast<double>(logits[i]) - static_cast<double>(largest)) / how.temperature);
  if (how.topP < 1)
    keepBest(logits, count, weights, how.topP * sumOf(weights, count), weights);
  const double target = uniform(seed, step) * sumOf(weights, count);
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    sum += weights[i];
    if (sum > target)
      return static_cast<int32_t>(i);
  }
  return static_cast<int32_t>(first); // not reached: target < total
}

ATTN_RT int32_t chooseToken(const void *logits, int64_t numberBytes, int64_t count, const Sampling &how, int32_t seed,
                            int32_t step, void *scratch) {
  return numberBytes == 8 ? draw(static_cast<const double *>(logits), count, how, seed, step, scratch)
                          : draw(static_cast<const float *>(logits), count, how, seed, step, scratch);
}

/// The `wanted` largest logits, of equal ones the first, in order; -1 for those that there are not.
template <typename T>
static void findBest(const T *logits, int64_t count, int64_t wanted, int32_t *best) {
  int64_t found = 0;
  T worst = static_cast<T>(-INFINITY);
  for (int64_t i = 0; i < count; ++i) {
    const T logit = logits[i];
    if (__builtin_expect(!(logit > worst), 1))
      continue;
    int64_t at = found < wanted ? found++ : wanted - 1;
    for (; at > 0 && logits[best[at - 1]] < logit; --at)
      best[at] = best[at - 1];
    best[at] = static_cast<int32_t>(i);
    if (found == wanted)
      worst = logits[best[wanted - 1]];
  }
  for (; found < wanted; ++found)
    best[found] = -1;
}

namespace {

/// The hypotheses of one sample: K live ones, K stored ones, T tokens each.
template <typename T>
class Beams {
public:
  Beams(const attn_beams &all, int64_t sample)
      : all(all), k(all.beams), length(all.length), first(sample * k), tokens(all.tokens + first * length),
        stored(all.stored + first * length), sums(static_cast<const T *>(all.sums) + first),
        scores(static_cast<const T *>(all.scores) + first), newStored(all.new_stored + first * length),
        newScores(static_cast<T *>(all.new_scores) + first), from(all.scratch + 2 * first), heads(from + k) {
    for (int64_t i = 0; i < k; ++i) {
      newScores[i] = static_cast<T>(-INFINITY);
      insert(i, number(scores[i]), i);
    }
  }

  /// Stores what live hypothesis r has become, behind those that are as good; the worst of K + 1 is left out.
  void store(int64_t r, T score) {
    if (score > newScores[k - 1])
      insert(k + r, score, k - 1);
  }

  /// Writes the tokens of stored hypotheses; those of new ones end in `end`, unless that is -1.
  void writeStored(int64_t end, int64_t place) {
    for (int64_t i = 0; i < k; ++i) {
      const bool isNew = from[i] >= k;
      copy(newStored, i, isNew ? tokens : stored, isNew ? from[i] - k : from[i]);
      if (isNew && end >= 0)
        newStored[i * length + place] = static_cast<int32_t>(end);
    }
  }

  /// One step; false if the sample stops here.
  bool advance(int64_t place);
  /// Live hypotheses stay as they are.
  void keepLive();
  /// Live hypotheses join those that are stored.
  void finish(int64_t reached);

private:
  /// A score moves up from the last of its places to where it belongs.
  void insert(int64_t source, T score, int64_t at) {
    for (; at > 0 && newScores[at - 1] < score; --at) {
      from[at] = from[at - 1];
      newScores[at] = newScores[at - 1];
    }
    from[at] = static_cast<int32_t>(source);
    newScores[at] = score;
  }

  static T number(T sum) { return sum == sum ? sum : static_cast<T>(-INFINITY); }
  static bool counts(T sum) { return sum > static_cast<T>(-INFINITY) && sum < static_cast<T>(INFINITY); }

  /// The best continuation that is left, by its sum and then its hypothesis; its hypothesis, or -1.
  int64_t next(T &sum, int32_t &token) {
    int64_t best = -1;
    for (int64_t r = 0; r < k; ++r) {
      const int32_t *list = all.best + (first + r) * 2 * k;
      const int64_t head = heads[r];
      if (!counts(sums[r]) || head == 2 * k || list[head] < 0)
        continue;
      const T *logits = static_cast<const T *>(all.logits) + (first + r) * all.vocabulary;
      const T candidate = sums[r] + (logits[list[head]] - static_cast<const T *>(all.totals)[first + r]);
      if (!counts(candidate) || (best >= 0 && !(candidate > sum)))
        continue;
      best = r;
      sum = candidate;
      token = list[head];
    }
    if (best >= 0)
      ++heads[best];
    return best;
  }
  void copy(int32_t *to, int64_t row, const int32_t *source, int64_t sourceRow) const {
    if (length)
      memcpy(to + row * length, source + sourceRow * length, static_cast<size_t>(length) * sizeof(int32_t));
  }
  void writeLive(int64_t row, int64_t parent, int32_t token, int64_t place);

  const attn_beams &all;
  const int64_t k, length, first;
  const int32_t *tokens, *stored;
  const T *sums, *scores;
  int32_t *newStored;
  T *newScores;
  int32_t *from;  // of each stored hypothesis: which it was, or K + the live one that it continues
  int32_t *heads; // of each live hypothesis: how many of its continuations have been read
};

template <typename T>
void Beams<T>::keepLive() {
  for (int64_t r = 0; r < k; ++r) {
    copy(all.new_tokens + first * length, r, tokens, r);
    static_cast<T *>(all.new_sums)[first + r] = number(sums[r]);
    all.rows[first + r] = static_cast<int32_t>(first + r);
    all.last[first + r] = static_cast<int32_t>(all.end);
  }
}

template <typename T>
void Beams<T>::writeLive(int64_t row, int64_t parent, int32_t token, int64_t place) {
  int32_t *to = all.new_tokens + first * length;
  copy(to, row, tokens, parent);
  to[row * length + place] = token;
  all.last[first + row] = token;
  all.rows[first + row] = static_cast<int32_t>(first + parent);
}

template <typename T>
bool Beams<T>::advance(int64_t place) {
  const double norm = power(place + 1, all.alpha);
  T *newSums = static_cast<T *>(all.new_sums) + first;
  memset(heads, 0, static_cast<size_t>(k) * sizeof(int32_t));
  int64_t live = 0;
  for (int64_t rank = 0; rank < 2 * k && live < k; ++rank) {
    T sum = 0;
    int32_t token = 0;
    const int64_t r = next(sum, token);
    if (r < 0)
      break;
    if (token != all.end) {
      writeLive(live, r, token, place);
      newSums[live++] = sum;
    } else if (rank < k) {
      store(r, static_cast<T>(static_cast<double>(sum) / norm));
    }
  }
  if (!live) {
    keepLive();
    writeStored(all.end, place);
    return false;
  }
  for (; live < k; ++live) { // there are too few tokens: what the first one is, but no hypothesis
    writeLive(live, all.rows[first] - first, all.last[first], place);
    newSums[live] = static_cast<T>(-INFINITY);
  }
  writeStored(all.end, place);
  const T worst = newScores[k - 1];
  const bool isFull = worst > static_cast<T>(-INFINITY);
  return !(isFull && (all.early || static_cast<T>(static_cast<double>(newSums[0]) / norm) <= worst));
}

template <typename T>
void Beams<T>::finish(int64_t reached) {
  const double norm = power(reached, all.alpha);
  for (int64_t r = 0; r < k; ++r)
    if (counts(sums[r]))
      store(r, static_cast<T>(static_cast<double>(sums[r]) / norm));
}

template <typename T>
void stepBeams(const attn_beams &all, int64_t sample) {
  Beams<T> beams(all, sample);
  const bool goes = all.alive[sample] && *all.step >= 0 && *all.step < all.length;
  if (goes) {
    all.goes_on[sample] = beams.advance(*all.step);
    return;
  }
  all.goes_on[sample] = all.alive[sample] != 0;
  beams.keepLive();
  beams.writeStored(-1, 0);
}

template <typename T>
void finishBeams(const attn_beams &all, int64_t sample) {
  Beams<T> beams(all, sample);
  if (all.alive[sample] && *all.step >= 1 && *all.step <= all.length)
    beams.finish(*all.step);
  beams.writeStored(-1, 0);
}

} // namespace
} // namespace attn

using namespace attn;

extern "C" ATTN_RT int32_t attn_sample(const void *logits, int64_t numberBytes, int64_t vocabulary, double temperature,
                                       int64_t topK, double topP, int32_t seed, int32_t step, void *scratch) {
  return chooseToken(logits, numberBytes, vocabulary, {temperature, topK, topP}, seed, step, scratch);
}

extern "C" ATTN_RT void attn_best_tokens(const void *logits, int64_t numberBytes, int64_t vocabulary, int64_t count,
                                         int32_t *best) {
  if (numberBytes == 8)
    findBest(static_cast<const double *>(logits), vocabulary, count, best);
  else
    findBest(static_cast<const float *>(logits), vocabulary, count, best);
}

extern "C" ATTN_RT void attn_beam_step(const attn_beams *beams, int64_t sample) {
  if (beams->number_bytes == 8)
    stepBeams<double>(*beams, sample);
  else
    stepBeams<float>(*beams, sample);
}

extern "C" ATTN_RT void attn_beam_finish(const attn_beams *beams, int64_t sample) {
  if (beams->number_bytes == 8)
    finishBeams<double>(*beams, sample);
  else
    finishBeams<float>(*beams, sample);
}
