// rearrange, take, append_rows, scatter_add, argmax, cache_append.
#include "compiler/reference/Ops.h"
#include <cmath>

namespace mlir::attn::reference {
namespace {

/// Zeros, integers if they are `whole`.
template <class T>
ExpectedTensor<T> zeros(const Shape &shape, bool whole) {
  ExpectedTensor<T> result = makeTensor<T>(shape);
  if (result && whole)
    result->integers.resize(std::exchange(result->reals, {}).size());
  return result;
}

/// Copies `count` numbers of one tensor to another of the same kind.
template <class T>
void copy(const Tensor<T> &from, int64_t source, Tensor<T> &to, int64_t target, int64_t count) {
  if (from.integers.empty())
    std::copy_n(from.reals.begin() + source, count, to.reals.begin() + target);
  else
    std::copy_n(from.integers.begin() + source, count, to.integers.begin() + target);
}

/// Numbers of all but the first `outer` dimensions.
int64_t sizeOf(llvm::ArrayRef<int64_t> shape, size_t outer) {
  int64_t size = 1;
  for (int64_t extent : shape.drop_front(outer))
    size *= extent;
  return size;
}

/// A formula of a place, in numbers that wrap.
int64_t evaluate(AffineExpr expr, llvm::ArrayRef<int64_t> place) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return place[dim.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  int64_t x = evaluate(binary.getLHS(), place), y = evaluate(binary.getRHS(), place);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return uint64_t(x) + uint64_t(y);
  case AffineExprKind::Mul:
    return uint64_t(x) * uint64_t(y);
  case AffineExprKind::FloorDiv:
    return llvm::divideFloorSigned(x, y);
  case AffineExprKind::CeilDiv:
    return llvm::divideCeilSigned(x, y);
  default:
    return x - y * llvm::divideFloorSigned(x, y);
  }
}

Shape evaluate(AffineMap map, llvm::ArrayRef<int64_t> place) {
  return llvm::map_to_vector<4>(map.getResults(), [&](AffineExpr expr) { return evaluate(expr, place); });
}

/// An index that the model computes may name no row, one that is an input has -1 there.
template <class T>
llvm::Error checkIndex(const Tensor<T> &index, int64_t rows) {
  return checkInput(index, rows - 1, -1);
}

} // namespace

template <class T>
ExpectedTensor<T> rearrange(const Tensor<T> &input, AffineMap sizes, AffineMap from, bool whole) {
  Shape shape = evaluate(sizes, input.shape);
  ExpectedTensor<T> result = zeros<T>(shape, whole);
  if (!result)
    return result;
  Shape place(shape.size());
  for (int64_t at = 0, end = result->size(); at < end; ++at) {
    int64_t rest = at, source = 0;
    for (int64_t d = shape.size() - 1; d >= 0; rest /= shape[d--])
      place[d] = rest % shape[d];
    bool exists = true;
    for (auto [index, extent] : llvm::zip(evaluate(from, place), input.shape)) {
      exists &= index >= 0 && index < extent;
      source = exists ? source * extent + index : 0;
    }
    if (exists)
      copy(input, source, *result, at, 1);
  }
  return result;
}

template <class T>
ExpectedTensor<T> take(const Tensor<T> &input, const Tensor<T> &index, bool whole) {
  int64_t rows = input.shape[0], size = sizeOf(input.shape, 1);
  if (llvm::Error outside = checkIndex(index, rows))
    return outside;
  Shape shape = index.shape;
  shape.append(input.shape.begin() + 1, input.shape.end());
  ExpectedTensor<T> result = zeros<T>(shape, whole);
  for (int64_t at = 0; result && at < index.size(); ++at)
    if (int64_t row = index.integers[at]; row >= 0 && row < rows)
      copy(input, row * size, *result, at * size, size);
  return result;
}

template <class T>
ExpectedTensor<T> appendRows(const Tensor<T> &head, const Tensor<T> &tail, bool whole) {
  const Tensor<T> &larger = head.shape.size() >= tail.shape.size() ? head : tail;
  size_t rank = larger.shape.size();
  for (const Tensor<T> *part : {&head, &tail})
    if (part->shape.size() == rank && !std::equal(part->shape.begin(), part->shape.end() - 2, larger.shape.begin()))
      return error("rows of shapes " + shapeText(head.shape) + " and " + shapeText(tail.shape));
  Shape shape = larger.shape;
  shape[rank - 2] = head.shape[head.shape.size() - 2] + tail.shape[tail.shape.size() - 2];
  ExpectedTensor<T> result = zeros<T>(shape, whole);
  if (!result)
    return result;
  int64_t size = sizeOf(shape, rank - 2), first = sizeOf(head.shape, head.shape.size() - 2);
  for (int64_t list = 0, lists = size ? result->size() / size : 0; list < lists; ++list) {
    copy(head, head.shape.size() == rank ? list * first : 0, *result, list * size, first);
    copy(tail, tail.shape.size() == rank ? list * (size - first) : 0, *result, list * size + first, size - first);
  }
  return result;
}

template <class T>
ExpectedTensor<T> scatterAdd(Tensor<T> base, const Tensor<T> &index, const Tensor<T> &rows) {
  int64_t width = base.shape[1], count = index.shape[1];
  if (index.shape != rows.shape || index.shape[0] != base.shape[0])
    return error("indices " + shapeText(index.shape) + " and numbers " + shapeText(rows.shape) + " for " +
                 shapeText(base.shape));
  if (llvm::Error outside = checkIndex(index, width))
    return outside;
  for (int64_t at = 0; at < index.size(); ++at)
    if (int64_t column = index.integers[at]; column >= 0 && column < width)
      base.reals[at / count * width + column] += rows.reals[at];
  return base;
}

template <class T>
ExpectedTensor<T> argmax(const Tensor<T> &input) {
  Tensor<T> result;
  result.shape.assign(input.shape.begin(), input.shape.end() - 1);
  result.integers.resize(result.size());
  int64_t width = input.shape.back();
  for (int64_t row = 0; row < result.size(); ++row) {
    const T *numbers = input.reals.data() + row * width;
    int64_t &best = result.integers[row];
    for (int64_t c = 1; c < width && !std::isnan(numbers[best]); ++c)
      if (std::isnan(numbers[c]) || numbers[c] > numbers[best])
        best = c;
  }
  return result;
}

template <class T>
ExpectedTensor<T> cacheAppend(Tensor<T> cache, const Tensor<T> &rows, const Tensor<T> &places) {
  size_t rank = cache.shape.size();
  int64_t kept = cache.shape[rank - 2], added = rows.shape[rank - 2], width = cache.shape.back();
  llvm::ArrayRef<int64_t> outer = llvm::ArrayRef(cache.shape).drop_back(2);
  int64_t lists = sizeOf(outer, 0), perSample = sizeOf(outer, 1);
  if (places.shape[0] != cache.shape[0] || lists != sizeOf(llvm::ArrayRef(rows.shape).drop_back(2), 0))
    return error("rows " + shapeText(rows.shape) + " and places " + shapeText(places.shape) + " for a cache " +
                 shapeText(cache.shape));
  for (int64_t at = 0; at < lists * added; ++at) {
    int64_t list = at / added, row = places.integers[list / perSample] + at % added;
    if (row >= 0 && row < kept)
      copy(rows, at * width, cache, (list * kept + row) * width, width);
  }
  return cache;
}

#define INSTANTIATE(T)                                                                                                 \
  template ExpectedTensor<T> rearrange(const Tensor<T> &, AffineMap, AffineMap, bool);                                 \
  template ExpectedTensor<T> take(const Tensor<T> &, const Tensor<T> &, bool);                                         \
  template ExpectedTensor<T> appendRows(const Tensor<T> &, const Tensor<T> &, bool);                                   \
  template ExpectedTensor<T> scatterAdd(Tensor<T>, const Tensor<T> &, const Tensor<T> &);                              \
  template ExpectedTensor<T> argmax(const Tensor<T> &);                                                                \
  template ExpectedTensor<T> cacheAppend(Tensor<T>, const Tensor<T> &, const Tensor<T> &);
INSTANTIATE(float)
INSTANTIATE(double)
INSTANTIATE(long double)

} // namespace mlir::attn::reference
