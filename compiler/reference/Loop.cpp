// Sequences of a loop: what a step sees of one, and what it leaves in one.
#include "compiler/reference/Ops.h"

namespace mlir::attn::reference {

template <class T>
Tensor<T> partOf(const Tensor<T> &sequence, int64_t t, bool isReal) {
  Tensor<T> part;
  part.shape = sequence.shape;
  part.shape.erase(part.shape.begin() + 1);
  part.input = sequence.input;
  int64_t samples = sequence.shape[0], time = sequence.shape[1], size = samples ? part.size() / samples : 0;
  auto copy = [&](const auto &from, auto &to) {
    to.resize(part.size());
    for (int64_t b = 0; b < samples && time > 0; ++b)
      std::copy_n(from.begin() + (b * time + t) * size, size, to.begin() + b * size);
  };
  if (isReal)
    copy(sequence.reals, part.reals);
  else
    copy(sequence.integers, part.integers);
  return part;
}

template <class T>
llvm::Error collect(Tensor<T> &sequence, const Tensor<T> &part, int64_t t, int64_t time) {
  int64_t samples = part.shape[0], size = samples ? part.size() / samples : 0;
  if (sequence.shape.empty()) {
    sequence.shape = part.shape;
    sequence.shape.insert(sequence.shape.begin() + 1, time);
    llvm::Expected<int64_t> count = elementCount(sequence.shape);
    if (!count)
      return count.takeError();
    sequence.reals.resize(part.reals.empty() ? 0 : *count);
    sequence.integers.resize(part.integers.empty() ? 0 : *count);
  }
  auto copy = [&](const auto &from, auto &to) {
    for (int64_t b = 0; b < samples && !from.empty() && time > 0; ++b)
      std::copy_n(from.begin() + b * size, size, to.begin() + (b * time + t) * size);
  };
  copy(part.reals, sequence.reals);
  copy(part.integers, sequence.integers);
  return llvm::Error::success();
}

#define INSTANTIATE(T)                                                                                                 \
  template Tensor<T> partOf(const Tensor<T> &, int64_t, bool);                                                         \
  template llvm::Error collect(Tensor<T> &, const Tensor<T> &, int64_t, int64_t);
INSTANTIATE(float)
INSTANTIATE(double)
INSTANTIATE(long double)
#undef INSTANTIATE

} // namespace mlir::attn::reference
