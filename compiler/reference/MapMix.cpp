// fill, top_k; mix_heads, map_conv: maps as images whose channels are the heads.
#include "compiler/reference/Ops.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace mlir::attn::reference {

template <class T>
ExpectedTensor<T> fill(Tensor<T> scores, double value) {
  for (size_t at = 0; at < scores.visible.size(); ++at)
    if (!scores.visible[at])
      scores.reals[at] = static_cast<T>(value);
  scores.visible.clear();
  return scores;
}

template <class T>
ExpectedTensor<T> topK(Tensor<T> scores, int64_t count) {
  int64_t keys = scores.shape[3];
  scores.visible.resize(scores.reals.size(), 1);
  for (int64_t first = 0; first < scores.size(); first += keys) {
    std::vector<int64_t> places;
    for (int64_t at = first; at < first + keys; ++at)
      if (scores.visible[at])
        places.push_back(at);
    auto larger = [&](int64_t x, int64_t y) {
      T a = scores.reals[x], b = scores.reals[y];
      return std::isnan(a) ? !std::isnan(b) : a > b;
    };
    std::stable_sort(places.begin(), places.end(), larger);
    for (size_t rank = count; rank < places.size(); ++rank) {
      scores.visible[places[rank]] = 0;
      scores.reals[places[rank]] = -std::numeric_limits<T>::infinity();
    }
  }
  return scores;
}

template <class T>
ExpectedTensor<T> mixHeads(const Tensor<T> &scores, const Tensor<T> &weight) {
  int64_t batch = scores.shape[0], heads = scores.shape[1], places = scores.shape[2] * scores.shape[3];
  int64_t out = weight.shape[0];
  ExpectedTensor<T> result = makeTensor<T>({batch, out, scores.shape[2], scores.shape[3]});
  if (!result)
    return result;
  if (!scores.visible.empty())
    result->visible.assign(result->reals.size(), 1);
  for (int64_t b = 0; b < batch; ++b)
    for (int64_t g = 0; g < out; ++g)
      for (int64_t at = 0; at < places; ++at) {
        int64_t to = (b * out + g) * places + at;
        T sum = 0;
        for (int64_t h = 0; h < heads; ++h) {
          int64_t from = (b * heads + h) * places + at;
          sum += weight.reals[g * heads + h] * scores.reals[from];
          if (!scores.visible.empty() && !scores.visible[from])
            result->visible[to] = 0;
        }
        result->reals[to] = result->visible.empty() || result->visible[to] ? sum : T(0);
      }
  return result;
}

template <class T>
ExpectedTensor<T> mapConv(const Tensor<T> &scores, const Tensor<T> &weight, const Tensor<T> *bias,
                          llvm::ArrayRef<int64_t> shift) {
  int64_t batch = scores.shape[0], heads = scores.shape[1], rows = scores.shape[2], cols = scores.shape[3];
  int64_t out = weight.shape[0], height = weight.shape[2], width = weight.shape[3];
  int64_t down = shift.empty() ? 0 : shift[0], right = shift.empty() ? 0 : shift[1];
  ExpectedTensor<T> result = makeTensor<T>({batch, out, rows, cols});
  if (!result)
    return result;
  auto pixel = [&](int64_t b, int64_t h, int64_t i, int64_t j) -> T {
    if (i < 0 || i >= rows || j < 0 || j >= cols)
      return 0;
    int64_t at = ((b * heads + h) * rows + i) * cols + j;
    return scores.visible.empty() || scores.visible[at] ? scores.reals[at] : T(0);
  };
  auto convolved = [&](int64_t b, int64_t g, int64_t i, int64_t j) {
    T sum = bias ? bias->reals[g] : T(0);
    for (int64_t h = 0; h < heads; ++h)
      for (int64_t u = 0; u < height; ++u)
        for (int64_t t = 0; t < width; ++t)
          sum += weight.reals[((g * heads + h) * height + u) * width + t] *
                 pixel(b, h, i + u - height / 2, j + t - width / 2);
    return sum;
  };
  int64_t at = 0;
  for (int64_t b = 0; b < batch; ++b)
    for (int64_t g = 0; g < out; ++g)
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < cols; ++j, ++at)
          result->reals[at] = i < down || j < right ? T(0) : convolved(b, g, i - down, j - right);
  return result;
}

#define INSTANTIATE(T)                                                                                                 \
  template ExpectedTensor<T> topK(Tensor<T>, int64_t);                                                                 \
  template ExpectedTensor<T> fill(Tensor<T>, double);                                                                  \
  template ExpectedTensor<T> mixHeads(const Tensor<T> &, const Tensor<T> &);                                           \
  template ExpectedTensor<T> mapConv(const Tensor<T> &, const Tensor<T> &, const Tensor<T> *, llvm::ArrayRef<int64_t>);
INSTANTIATE(float)
INSTANTIATE(double)
INSTANTIATE(long double)

} // namespace mlir::attn::reference
