// score dot.
#include "compiler/reference/Ops.h"

namespace mlir::attn::reference {

template <class T>
ExpectedTensor<T> scoreDot(const Tensor<T> &query, const Tensor<T> &key, double scale) {
  int64_t batch = query.shape[0], heads = query.shape[1], queries = query.shape[2], width = query.shape[3];
  int64_t keyHeads = key.shape[1], keys = key.shape[2];
  if (key.shape[0] != batch)
    return error("query and key have batches of " + llvm::Twine(batch) + " and " + llvm::Twine(key.shape[0]));
  ExpectedTensor<T> scores = makeTensor<T>({batch, heads, queries, keys});
  if (!scores)
    return scores;
  for (int64_t b = 0; b < batch; ++b)
    for (int64_t h = 0; h < heads; ++h)
      for (int64_t i = 0; i < queries; ++i)
        for (int64_t j = 0; j < keys; ++j) {
          const T *q = query.reals.data() + ((b * heads + h) * queries + i) * width;
          const T *k = key.reals.data() + ((b * keyHeads + h / (heads / keyHeads)) * keys + j) * width;
          T sum = 0;
          for (int64_t d = 0; d < width; ++d)
            sum += q[d] * k[d];
          scores->reals[((b * heads + h) * queries + i) * keys + j] = T(scale) * sum;
        }
  return scores;
}

template ExpectedTensor<float> scoreDot(const Tensor<float> &, const Tensor<float> &, double);
template ExpectedTensor<double> scoreDot(const Tensor<double> &, const Tensor<double> &, double);

} // namespace mlir::attn::reference
