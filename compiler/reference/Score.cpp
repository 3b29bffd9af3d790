// score dot, pair_score, relative_score, relative_score_2d.
#include "compiler/reference/Ops.h"

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

/// Row `i` of head `h`; grouped heads share the rows of one.
template <class T>
const T *rowOf(const Tensor<T> &tensor, int64_t b, int64_t h, int64_t heads, int64_t i) {
  int64_t own = tensor.shape[1], head = h / (heads / own);
  return tensor.reals.data() + ((b * own + head) * tensor.shape[2] + i) * tensor.shape[3];
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
  if (key.shape[0] == query.shape[0])
    return llvm::Error::success();
  return error("query and key have batches of " + llvm::Twine(query.shape[0]) + " and " + llvm::Twine(key.shape[0]));
}

} // namespace

template <class T>
ExpectedTensor<T> scoreDot(const Tensor<T> &query, const Tensor<T> &key, double scale) {
  if (llvm::Error mismatch = checkBatch(query, key))
    return mismatch;
  int64_t heads = query.shape[1], width = query.shape[3];
  return makeMap(query, key.shape[2], [&](int64_t b, int64_t h, int64_t i, int64_t j) {
    return T(scale) * dot(rowOf(query, b, h, heads, i), rowOf(key, b, h, heads, j), width);
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
  auto scores = makeMap(query, key.shape[2], [&](int64_t b, int64_t h, int64_t i, int64_t j) {
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
  template ExpectedTensor<T> scoreDot(const Tensor<T> &, const Tensor<T> &, double);                                   \
  template ExpectedTensor<T> pairScore(const Tensor<T> &, const Tensor<T> &, Region &, Operands<T>, double);           \
  template ExpectedTensor<T> relativeScore(const Tensor<T> &, const Tensor<T> &, int64_t, Alignment, double);          \
  template ExpectedTensor<T> relativeScore2d(const Tensor<T> &, const Tensor<T> &, const Tensor<T> &, double);
INSTANTIATE(float)
INSTANTIATE(double)

} // namespace mlir::attn::reference
