// features, random_features, linear_attention: the state takes in one key after the other.
#include "compiler/reference/Ops.h"
#include <cmath>

namespace mlir::attn::reference {

template <class T>
ExpectedTensor<T> features(const Tensor<T> &input, int64_t terms, Region &region, Operands<T> captures) {
  llvm::Expected<Formula<T>> formula = Formula<T>::read(region, captures);
  if (!formula)
    return formula.takeError();
  const Shape &shape = input.shape;
  int64_t width = shape[3], at = 0;
  ExpectedTensor<T> result = makeTensor<T>({shape[0], shape[1], shape[2], terms * width});
  if (!result)
    return result;
  for (int64_t b = 0; b < shape[0]; ++b)
    for (int64_t h = 0; h < shape[1]; ++h)
      for (int64_t n = 0; n < shape[2]; ++n)
        for (int64_t d = 0; d < width; ++d, ++at) {
          T *row = result->reals.data() + (at - d) * terms;
          llvm::ArrayRef<Scalar<T>> values =
              formula->evaluateAll({{input.reals[at], 0}, {0, b}, {0, h}, {0, n}, {0, d}});
          for (auto [t, value] : llvm::enumerate(values))
            row[t * width + d] = value.real;
        }
  if (llvm::Error fault = formula->fault())
    return fault;
  return result;
}

/// The rows of each sample that are read: those below its length.
template <class T>
static llvm::Expected<std::vector<int64_t>> rowsRead(int64_t batch, int64_t rows, const Tensor<T> *lengths) {
  if (!lengths)
    return std::vector<int64_t>(batch, rows);
  if (lengths->size() != batch)
    return error(llvm::Twine(lengths->size()) + " lengths for " + llvm::Twine(batch) + " samples");
  if (llvm::Error bad = checkInput(*lengths, rows))
    return bad;
  std::vector<int64_t> read(lengths->integers.begin(), lengths->integers.end());
  for (int64_t &length : read)
    length = std::clamp<int64_t>(length, 0, rows);
  return read;
}

template <class T>
ExpectedTensor<T> randomFeatures(const Tensor<T> &input, const Tensor<T> &projection, Stabilizer stabilizer,
                                 const Tensor<T> *lengths, double eps) {
  int64_t heads = input.shape[1], rows = input.shape[2], width = input.shape[3], count = projection.shape[0];
  ExpectedTensor<T> result = makeTensor<T>({input.shape[0], heads, rows, count});
  llvm::Expected<std::vector<int64_t>> read = rowsRead(input.shape[0], rows, lengths);
  if (!result || !read)
    return llvm::joinErrors(result.takeError(), read.takeError());
  T scale = std::pow(T(width), T(-0.25)), root = std::sqrt(T(count));
  std::vector<T> halves(rows);
  for (int64_t head = 0; head < input.shape[0] * heads; ++head) {
    const T *x = input.reals.data() + head * rows * width;
    T *y = result->reals.data() + head * rows * count;
    int64_t end = (*read)[head / heads];
    T largest = -std::numeric_limits<T>::infinity();
    for (int64_t n = 0; n < end; ++n) {
      T squares = 0;
      for (int64_t d = 0; d < width; ++d)
        squares += x[n * width + d] * scale * (x[n * width + d] * scale);
      halves[n] = squares / 2;
      for (int64_t r = 0; r < count; ++r) {
        T u = 0;
        for (int64_t d = 0; d < width; ++d)
          u += x[n * width + d] * scale * projection.reals[r * width + d];
        y[n * count + r] = u;
        largest = std::max(largest, u);
      }
    }
    for (int64_t n = 0; n < end; ++n) {
      T *row = y + n * count;
      T most = stabilizer == Stabilizer::Row    ? *std::max_element(row, row + count)
               : stabilizer == Stabilizer::Head ? largest
                                                : T(0);
      for (int64_t r = 0; r < count; ++r)
        row[r] = (std::exp(row[r] - halves[n] - most) + T(eps)) / root;
    }
  }
  return result;
}

namespace {

/// The state of one head of keys.
template <class T>
struct State {
  std::vector<T> products, sum; // [R][E], [R]
  int64_t width;

  State(int64_t features, int64_t width) : products(features * width), sum(features), width(width) {}

  /// Takes in a key and its value; `decay` is one for each feature, null for none; so is `rate`.
  void take(const T *key, const T *value, llvm::ArrayRef<T> decay, const T *rate) {
    for (size_t r = 0; r < sum.size(); ++r) {
      T kept = decay.empty() ? T(1) : std::exp(decay[r]);
      sum[r] = kept * sum[r] + key[r];
      for (int64_t e = 0; e < width; ++e)
        products[r * width + e] *= kept;
    }
    std::vector<T> added(value, value + width);
    if (rate)
      for (int64_t e = 0; e < width; ++e) {
        T known = 0;
        for (size_t r = 0; r < sum.size(); ++r)
          known += products[r * width + e] * key[r];
        added[e] = *rate * (value[e] - known);
      }
    for (size_t r = 0; r < sum.size(); ++r)
      for (int64_t e = 0; e < width; ++e)
        products[r * width + e] += key[r] * added[e];
  }

  void answer(const T *query, Denominator kind, T eps, T *output) const {
    T total = 0;
    for (size_t r = 0; r < sum.size(); ++r)
      total += query[r] * sum[r];
    T divisor = kind == Denominator::None    ? T(1)
                : kind == Denominator::Add   ? total + eps
                : kind == Denominator::Clamp ? std::max(total, eps)
                : std::abs(total) < eps      ? (total < 0 ? -eps : eps)
                                             : total;
    for (int64_t e = 0; e < width; ++e) {
      T product = 0;
      for (size_t r = 0; r < sum.size(); ++r)
        product += query[r] * products[r * width + e];
      output[e] = divisor == 0 ? T(0) : product / divisor;
    }
  }
};

/// What a linear_attention op reads, of one head of keys.
template <class T>
struct KeyHead {
  const LinearAttentionInputs<T> &in;
  int64_t head; // b * Hk + h

  int64_t keys() const { return in.key->shape[2]; }
  int64_t features() const { return in.key->shape[3]; }
  int64_t width() const { return in.value->shape[3]; }

  void take(State<T> &state, int64_t j) const {
    int64_t at = head * keys() + j;
    llvm::SmallVector<T> decay;
    if (in.decay && in.decay->shape.size() == 3)
      decay.assign(features(), in.decay->reals[at]);
    else if (in.decay)
      decay.append(in.decay->reals.begin() + at * features(), in.decay->reals.begin() + (at + 1) * features());
    state.take(in.key->reals.data() + at * features(), in.value->reals.data() + at * width(), decay,
               in.rate ? &in.rate->reals[at] : nullptr);
  }

  State<T> first() const {
    State<T> state(features(), width());
    if (in.state)
      std::copy_n(in.state->reals.begin() + head * state.products.size(), state.products.size(),
                  state.products.begin());
    if (in.sum)
      std::copy_n(in.sum->reals.begin() + head * features(), features(), state.sum.begin());
    return state;
  }
};

} // namespace

template <class T>
llvm::Expected<std::vector<Tensor<T>>> linearAttention(const LinearAttentionInputs<T> &in, LinearAttentionKind kind) {
  int64_t batch = in.query->shape[0], heads = in.query->shape[1], queries = in.query->shape[2];
  int64_t keyHeads = in.key->shape[1], keys = in.key->shape[2], features = in.key->shape[3], width = in.value->shape[3];
  if (in.key->shape[0] != batch || in.value->shape[0] != batch)
    return error("query, key and value have batches of " + llvm::Twine(batch) + ", " + llvm::Twine(in.key->shape[0]) +
                 " and " + llvm::Twine(in.value->shape[0]));
  if (in.value->shape[2] != keys)
    return error(llvm::Twine(in.value->shape[2]) + " values for " + llvm::Twine(keys) + " keys");
  for (const Tensor<T> *other : {in.decay, in.rate})
    if (other && (other->shape[0] != batch || other->shape[2] != keys))
      return error("decay or rate " + shapeText(other->shape) + " for " + llvm::Twine(keys) + " keys of " +
                   llvm::Twine(batch) + " samples");
  for (const Tensor<T> *other : {in.state, in.sum})
    if (other && other->shape[0] != batch)
      return error("state " + shapeText(other->shape) + " for " + llvm::Twine(batch) + " samples");
  std::vector<Tensor<T>> results(3);
  Shape shapes[] = {{batch, heads, queries, width}, {batch, keyHeads, features, width}, {batch, keyHeads, features}};
  for (auto [result, shape] : llvm::zip(results, shapes)) {
    ExpectedTensor<T> made = makeTensor<T>(shape);
    if (!made)
      return made.takeError();
    result = std::move(*made);
  }
  llvm::Expected<std::vector<int64_t>> read = rowsRead(batch, keys, in.lengths);
  if (!read)
    return read.takeError();
  int64_t offset = kind.causal == Alignment::BottomRight ? keys - queries : 0, group = heads / keyHeads;
  for (int64_t head = 0; head < batch * keyHeads; ++head) {
    KeyHead<T> source{in, head};
    State<T> state = source.first();
    int64_t taken = 0, end = (*read)[head / keyHeads];
    auto takeUntil = [&](int64_t limit) {
      for (; taken < std::min(limit, end); ++taken)
        source.take(state, taken);
    };
    for (int64_t i = 0; i < queries; ++i) {
      takeUntil(kind.causal ? i + offset + 1 : end);
      for (int64_t g = 0; g < group; ++g) {
        int64_t row = ((head / keyHeads * heads) + (head % keyHeads) * group + g) * queries + i;
        state.answer(in.query->reals.data() + row * features, kind.denominator, T(kind.eps),
                     results[0].reals.data() + row * width);
      }
    }
    takeUntil(end);
    llvm::copy(state.products, results[1].reals.begin() + head * state.products.size());
    llvm::copy(state.sum, results[2].reals.begin() + head * features);
  }
  return results;
}

#define INSTANTIATE(T)                                                                                                 \
  template ExpectedTensor<T> features(const Tensor<T> &, int64_t, Region &, Operands<T>);                              \
  template ExpectedTensor<T> randomFeatures(const Tensor<T> &, const Tensor<T> &, Stabilizer, const Tensor<T> *,       \
                                            double);                                                                   \
  template llvm::Expected<std::vector<Tensor<T>>> linearAttention(const LinearAttentionInputs<T> &,                    \
                                                                  LinearAttentionKind);
INSTANTIATE(float)
INSTANTIATE(double)
INSTANTIATE(long double)

} // namespace mlir::attn::reference
