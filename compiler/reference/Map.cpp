// modify, combine.
#include "compiler/reference/Ops.h"

namespace mlir::attn::reference {
namespace {

/// Calls `place(b, h, i, j, at)` for every place of a map, in order.
template <class T, class Place>
void eachPlace(const Tensor<T> &map, Place place) {
  int64_t at = 0;
  for (int64_t b = 0; b < map.shape[0]; ++b)
    for (int64_t h = 0; h < map.shape[1]; ++h)
      for (int64_t i = 0; i < map.shape[2]; ++i)
        for (int64_t j = 0; j < map.shape[3]; ++j)
          place(b, h, i, j, at++);
}

template <class T>
bool isVisible(const Tensor<T> &map, int64_t at) {
  return map.visible.empty() || map.visible[at];
}

} // namespace

template <class T>
ExpectedTensor<T> modify(Tensor<T> scores, Region &region, Operands<T> captures) {
  llvm::Expected<Formula<T>> formula = Formula<T>::read(region, captures);
  if (!formula)
    return formula.takeError();
  eachPlace(scores, [&](int64_t b, int64_t h, int64_t i, int64_t j, int64_t at) {
    if (isVisible(scores, at))
      scores.reals[at] = (*formula)({{scores.reals[at], 0}, {0, b}, {0, h}, {0, i}, {0, j}});
  });
  if (llvm::Error fault = formula->fault())
    return fault;
  return scores;
}

template <class T>
ExpectedTensor<T> combine(const Tensor<T> &weights, const Tensor<T> &value) {
  int64_t batch = weights.shape[0], heads = weights.shape[1], queries = weights.shape[2], keys = weights.shape[3];
  int64_t valueHeads = value.shape[1], width = value.shape[3];
  if (value.shape[0] != batch)
    return error("weights and value have batches of " + llvm::Twine(batch) + " and " + llvm::Twine(value.shape[0]));
  if (value.shape[2] != keys)
    return error(llvm::Twine(value.shape[2]) + " values for " + llvm::Twine(keys) + " keys");
  ExpectedTensor<T> result = makeTensor<T>({batch, heads, queries, width});
  if (!result)
    return result;
  eachPlace(weights, [&](int64_t b, int64_t h, int64_t i, int64_t j, int64_t at) {
    if (!isVisible(weights, at))
      return;
    const T *v = value.reals.data() + ((b * valueHeads + h / (heads / valueHeads)) * keys + j) * width;
    T *o = result->reals.data() + ((b * heads + h) * queries + i) * width;
    for (int64_t e = 0; e < width; ++e)
      o[e] += weights.reals[at] * v[e];
  });
  return result;
}

#define INSTANTIATE(T)                                                                                                 \
  template ExpectedTensor<T> modify(Tensor<T>, Region &, Operands<T>);                                                 \
  template ExpectedTensor<T> combine(const Tensor<T> &, const Tensor<T> &);
INSTANTIATE(float)
INSTANTIATE(double)

} // namespace mlir::attn::reference
