// score, given_score, pair_score, relative_score, relative_score_2d.
#include "compiler/reference/Ops.h"
#include <cmath>

namespace mlir::attn::reference {
namespace {

/// A map of one score a query and key; `score(b, h, i, j)` gives it.
template <class T, class Score>
ExpectedTensor<T> makeMap(const Tensor<T> &query, int64_t keys, Score score) {
  int64_t batch = query.shape[0], heads = query.shape[1], queries = query.shape[2];
  ExpectedTensor<T> scores = makeTensor<T>({batch, heads, queries, keys});
  if (!scores)
    return scores;
  int64_t at = 0;
  for (int64_t b = 0; b < batch; ++b)
    for (int64_t h = 0; h < heads; ++h)
      for (int64_t i = 0; i < queries; ++i)
        for (int64_t j = 0; j < keys; ++j)
          scores->reals[at++] = score(b, h, i, j);
  return scores;
}

template <class T>
T dot(const T *x, const T *y, int64_t width) {
  T sum = 0;
  for (int64_t d = 0; d < width; ++d)
    sum += x[d] * y[d];
  return sum;
}

template <class T>
llvm::Error checkBatch(const Tensor<T> &query, const Tensor<T> &key) {
  if (key.shape.size() < 4 || key.shape[0] == query.shape[0])
    return llvm::Error::success();
  return error("query and key have batches of " + llvm::Twine(query.shape[0]) + " and " + llvm::Twine(key.shape[0]));
}

/// The number of keys.
template <class T>
int64_t lengthOf(const Tensor<T> &key) {
  return key.shape[key.shape.size() - 2];
}

/// The numbers of head `h` in a parameter of a score, [sizes...] or [H, sizes...] with `rank` sizes.
template <class T>
const T *ofHead(const Tensor<T> &parameter, int64_t rank, int64_t h) {
  bool perHead = static_cast<int64_t>(parameter.shape.size()) > rank;
  return parameter.reals.data() + (perHead ? h * parameter.size() / parameter.shape[0] : 0);
}

template <class T>
T norm(const T *x, int64_t width) {
  return std::max(std::sqrt(dot(x, x, width)), T(1e-8));
}

/// The score of one query and one key, of widths that differ only for bilinear scores.
template <class T>
T pairOf(ScoreKind kind, const T *q, const T *k, int64_t width, int64_t keyWidth, Operands<T> parameters, int64_t h) {
  T sum = 0;
  switch (kind) {
  case ScoreKind::Dot:
    return dot(q, k, width);
  case ScoreKind::Additive:
    for (int64_t d = 0; d < width; ++d)
      sum += ofHead(*parameters[0], 1, h)[d] * std::tanh(q[d] + k[d]);
    return sum;
  case ScoreKind::Bilinear:
    for (int64_t d = 0; d < width; ++d)
      sum += q[d] * dot(ofHead(*parameters[0], 2, h) + d * keyWidth, k, keyWidth);
    return sum;
  case ScoreKind::Cosine: {
    T first = norm(q, width), second = norm(k, width);
    for (int64_t d = 0; d < width; ++d)
      sum += (q[d] / first) * (k[d] / second);
    return sum;
  }
  case ScoreKind::Distance:
    for (int64_t d = 0; d < width; ++d)
      sum -= (q[d] - k[d]) * (q[d] - k[d]);
    return sum;
  case ScoreKind::Rank1:
    sum = dot(q, ofHead(*parameters[0], 1, h), width) + dot(k, ofHead(*parameters[1], 1, h), width);
    return sum < 0 ? sum / 5 : sum;
  }
  llvm_unreachable("unknown score");
}

} // namespace

template <class T>
ExpectedTensor<T> score(ScoreKind kind, const Tensor<T> &query, const Tensor<T> &key, Operands<T> parameters,
                        double scale) {
  if (llvm::Error mismatch = checkBatch(query, key))
    return mismatch;
  int64_t heads = query.shape[1], width = query.shape[3], keyWidth = key.shape.back();
  return makeMap(query, lengthOf(key), [&](int64_t b, int64_t h, int64_t i, int64_t j) {
    return T(scale) *
           pairOf(kind, rowOf(query, b, h, heads, i), rowOf(key, b, h, heads, j), width, keyWidth, parameters, h);
  });
}

template <class T>
ExpectedTensor<T> givenScore(const Tensor<T> &table, const Tensor<T> *queries, const Tensor<T> &key) {
  Tensor<T> rowsAlone;
  rowsAlone.shape = key.shape;
  rowsAlone.shape[rowsAlone.shape.size() - 2] = table.shape[table.shape.size() - 2];
  const Tensor<T> &query = queries ? *queries : rowsAlone;
  if (llvm::Error mismatch = checkBatch(query, key))
    return mismatch;
  int64_t rank = table.shape.size(), rows = table.shape[rank - 2], cols = table.shape[rank - 1];
  if (rows < query.shape[2] || cols < lengthOf(key))
    return error("a table of " + llvm::Twine(rows) + " x " + llvm::Twine(cols) + " places for " +
                 llvm::Twine(query.shape[2]) + " queries and " + llvm::Twine(lengthOf(key)) + " keys");
  auto index = [&](int64_t dimension, int64_t at) { return table.shape[dimension] == 1 ? 0 : at; };
  return makeMap(query, lengthOf(key), [&](int64_t b, int64_t h, int64_t i, int64_t j) {
    int64_t image = rank > 2 ? index(rank - 3, h) : 0;
    if (rank > 3)
      image += index(0, b) * table.shape[1];
    return table.reals[(image * rows + i) * cols + j];
  });
}

template <class T>
ExpectedTensor<T> pairScore(const Tensor<T> &query, const Tensor<T> &key, Region &region, Operands<T> captures,
                            double scale) {
  if (llvm::Error mismatch = checkBatch(query, key))
    return mismatch;
  llvm::Expected<Formula<T>> formula = Formula<T>::read(region, captures);
  if (!formula)
    return formula.takeError();
  int64_t heads = query.shape[1], width = query.shape[3];
  auto scores = makeMap(query, lengthOf(key), [&](int64_t b, int64_t h, int64_t i, int64_t j) {
    const T *q = rowOf(query, b, h, heads, i), *k = rowOf(key, b, h, heads, j);
    T sum = 0;
    for (int64_t d = 0; d < width; ++d)
      sum += (*formula)({{q[d], 0}, {k[d], 0}, {0, h}, {0, d}});
    return T(scale) * sum;
  });
  if (llvm::Error fault = formula->fault())
    return llvm::joinErrors(scores.takeError(), std::move(fault));
  return scores;
}

template <class T>
ExpectedTensor<T> relativeScore(const Tensor<T> &query, const Tensor<T> &table, int64_t keys, Alignment alignment,
                                double scale) {
  int64_t heads = query.shape[1], width = query.shape[3], reach = table.shape[0] / 2;
  int64_t offset = alignment == Alignment::TopLeft ? 0 : keys - query.shape[2];
  return makeMap(query, keys, [&](int64_t b, int64_t h, int64_t i, int64_t j) {
    int64_t distance = std::clamp(j - i - offset, -reach, reach);
    return T(scale) * dot(rowOf(query, b, h, heads, i), &table.reals[(distance + reach) * width], width);
  });
}

template <class T>
ExpectedTensor<T> relativeScore2d(const Tensor<T> &query, const Tensor<T> &rows, const Tensor<T> &cols, double scale) {
  int64_t heads = query.shape[1], depth = query.shape[3], pixels = query.shape[2];
  int64_t height = rows.shape[0] / 2 + 1, width = cols.shape[0] / 2 + 1;
  if (pixels != height * width)
    return error(llvm::Twine(pixels) + " queries for an image of " + llvm::Twine(height) + " x " + llvm::Twine(width));
  return makeMap(query, pixels, [&](int64_t b, int64_t h, int64_t i, int64_t j) {
    const T *q = rowOf(query, b, h, heads, i);
    int64_t down = j / width - i / width + height - 1, right = j % width - i % width + width - 1;
    return T(scale) * (dot(q, &rows.reals[down * depth], depth) + dot(q, &cols.reals[right * depth], depth));
  });
}

#define INSTANTIATE(T)                                                                                                 \
  template ExpectedTensor<T> score(ScoreKind, const Tensor<T> &, const Tensor<T> &, Operands<T>, double);              \
  template ExpectedTensor<T> givenScore(const Tensor<T> &, const Tensor<T> *, const Tensor<T> &);                      \
  template ExpectedTensor<T> pairScore(const Tensor<T> &, const Tensor<T> &, Region &, Operands<T>, double);           \
  template ExpectedTensor<T> relativeScore(const Tensor<T> &, const Tensor<T> &, int64_t, Alignment, double);          \
  template ExpectedTensor<T> relativeScore2d(const Tensor<T> &, const Tensor<T> &, const Tensor<T> &, double);
INSTANTIATE(float)
INSTANTIATE(double)
INSTANTIATE(long double)

} // namespace mlir::attn::reference
