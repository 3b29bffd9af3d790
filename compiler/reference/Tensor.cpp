// Sizes that fit, and the texts of shapes and positions.
#include "compiler/reference/Tensor.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::attn::reference {

// 4 GiB in f64: far above what a slow interpreter can serve, far below what would exhaust a machine by one wrong shape.
static constexpr int64_t maxElements = int64_t(1) << 29;

llvm::Error error(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

std::string shapeText(llvm::ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "[";
  llvm::interleave(shape, os, ",");
  os << "]";
  return text;
}

llvm::Expected<int64_t> elementCount(llvm::ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t extent : shape)
    if (extent < 0)
      return error("shape " + shapeText(shape) + " has a negative extent");
  if (llvm::is_contained(shape, 0))
    return 0;
  for (int64_t extent : shape) {
    if (extent > maxElements / count)
      return error("shape " + shapeText(shape) + " is larger than the " + llvm::Twine(maxElements) +
                   " elements the reference may hold in one tensor");
    count *= extent;
  }
  return count;
}

template <class T>
ExpectedTensor<T> makeTensor(llvm::ArrayRef<int64_t> shape) {
  llvm::Expected<int64_t> count = elementCount(shape);
  if (!count)
    return count.takeError();
  Tensor<T> tensor;
  tensor.shape.assign(shape.begin(), shape.end());
  tensor.reals.assign(*count, T(0));
  return tensor;
}

template <class T>
llvm::Error checkRange(const Tensor<T> &indices, int64_t limit, int64_t lowest) {
  for (auto [at, value] : llvm::enumerate(indices.integers)) {
    if (value >= lowest && value <= limit)
      continue;
    Shape position(indices.shape.size());
    int64_t rest = at;
    for (int64_t d = position.size() - 1; d >= 0; --d) {
      position[d] = rest % indices.shape[d];
      rest /= indices.shape[d];
    }
    return error(nameOf(indices, "index tensor") + shapeText(position) + ": " + llvm::Twine(value) + " is outside [" +
                 llvm::Twine(lowest) + ", " + llvm::Twine(limit) + "]");
  }
  return llvm::Error::success();
}

template ExpectedTensor<float> makeTensor(llvm::ArrayRef<int64_t>);
template ExpectedTensor<double> makeTensor(llvm::ArrayRef<int64_t>);
template ExpectedTensor<long double> makeTensor(llvm::ArrayRef<int64_t>);
template llvm::Error checkRange(const Tensor<float> &, int64_t, int64_t);
template llvm::Error checkRange(const Tensor<double> &, int64_t, int64_t);
template llvm::Error checkRange(const Tensor<long double> &, int64_t, int64_t);

} // namespace mlir::attn::reference
