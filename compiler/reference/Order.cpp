// bucket, sort, invert, wrap, gather, scatter, merge_parts, group_rows, ungroup_rows, block_sum, concat.
#include "compiler/reference/Ops.h"
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace mlir::attn::reference {

/// The number of rows of a tensor whose last `inner` dimensions make a row.
template <class T>
static int64_t rowsOf(const Tensor<T> &tensor, int64_t inner) {
  int64_t rows = 1;
  for (int64_t extent : llvm::ArrayRef(tensor.shape).drop_back(inner))
    rows *= extent;
  return rows;
}

template <class T>
static Tensor<T> integersLike(const Shape &shape) {
  Tensor<T> result;
  result.shape = shape;
  result.integers.resize(result.size());
  return result;
}

/// The row that an element of an index names; -1 for none.
template <class T>
static int64_t rowNamed(const Tensor<T> &index, int64_t at, int64_t rows) {
  int64_t row = index.integers[at];
  return row < rows ? std::max<int64_t>(row, -1) : -1;
}

/// An index that the model computes may name no row, one that is an input has -1 there.
template <class T>
static llvm::Error checkIndex(const Tensor<T> &index, int64_t rows) {
  return checkInput(index, rows - 1, -1);
}

template <class T>
ExpectedTensor<T> bucket(const Tensor<T> &input, const Tensor<T> &rotations, const Tensor<T> *lengths) {
  int64_t heads = input.shape[1], tokens = input.shape[2], width = input.shape[3];
  int64_t rounds = rotations.shape[2], half = rotations.shape[3];
  if (lengths)
    if (llvm::Error outside = checkInput(*lengths, tokens))
      return outside;
  Tensor<T> result = integersLike<T>({input.shape[0], heads * rounds, tokens});
  for (int64_t at = 0; at < result.size(); ++at) {
    int64_t n = at % tokens, list = at / tokens, r = list % rounds, h = list / rounds % heads,
            b = list / rounds / heads;
    if (lengths && n >= lengths->integers[b]) {
      result.integers[at] = 2 * half;
      continue;
    }
    std::vector<T> numbers(2 * half);
    for (int64_t f = 0; f < half; ++f) {
      T sum = 0;
      for (int64_t d = 0; d < width; ++d)
        sum += input.reals[((b * heads + h) * tokens + n) * width + d] *
               rotations.reals[((h * width + d) * rounds + r) * half + f];
      numbers[f] = sum;
      numbers[half + f] = -sum;
    }
    result.integers[at] = std::max_element(numbers.begin(), numbers.end()) - numbers.begin();
  }
  return result;
}

template <class T>
ExpectedTensor<T> sort(const Tensor<T> &ids) {
  Tensor<T> result = integersLike<T>(ids.shape);
  int64_t tokens = ids.shape[2];
  for (int64_t list = 0, lists = rowsOf(ids, 1); list < lists; ++list) {
    auto first = result.integers.begin() + list * tokens;
    std::iota(first, first + tokens, 0);
    std::stable_sort(first, first + tokens, [&](int64_t x, int64_t y) {
      return ids.integers[list * tokens + x] < ids.integers[list * tokens + y];
    });
  }
  return result;
}

template <class T>
ExpectedTensor<T> invert(const Tensor<T> &order) {
  int64_t tokens = order.shape[2];
  if (llvm::Error outside = checkIndex(order, tokens))
    return outside;
  Tensor<T> result = integersLike<T>(order.shape);
  std::fill(result.integers.begin(), result.integers.end(), -1);
  for (int64_t at = 0; at < order.size(); ++at)
    if (int64_t token = rowNamed(order, at, tokens); token >= 0)
      result.integers[at / tokens * tokens + token] = at % tokens;
  return result;
}

template <class T>
ExpectedTensor<T> wrap(const Tensor<T> &lists, int64_t rounds, int64_t chunk, int64_t before, int64_t after) {
  int64_t tokens = lists.shape[2], ring = rounds * tokens;
  if (tokens % chunk)
    return error("lists of " + llvm::Twine(tokens) + " tokens, expected a multiple of " + llvm::Twine(chunk));
  int64_t length = tokens + (before + after) * chunk;
  ExpectedTensor<T> sized = makeTensor<T>({lists.shape[0], lists.shape[1], length});
  if (!sized)
    return sized;
  Tensor<T> result = integersLike<T>(sized->shape);
  for (int64_t at = 0; tokens && at < result.size(); ++at) {
    int64_t p = at % length, list = at / length, r = list % rounds, first = (list - r) * tokens;
    int64_t place = (r * tokens + p - before * chunk) % ring;
    result.integers[at] = lists.integers[first + (place < 0 ? place + ring : place)];
  }
  if (!tokens) // what surrounds an empty list is no token
    std::fill(result.integers.begin(), result.integers.end(), -1);
  return result;
}

template <class T>
ExpectedTensor<T> gather(const Tensor<T> &input, const Tensor<T> &index) {
  int64_t heads = input.shape[1], tokens = input.shape[2], lists = index.shape[1], count = index.shape[2];
  int64_t width = input.shape.size() == 4 ? input.shape[3] : 1;
  if (input.shape[0] != index.shape[0])
    return error("index of shape " + shapeText(index.shape) + " for rows " + shapeText(input.shape));
  if (llvm::Error outside = checkIndex(index, tokens))
    return outside;
  Shape shape = index.shape;
  if (input.shape.size() == 4)
    shape.push_back(width);
  ExpectedTensor<T> result = makeTensor<T>(shape);
  if (!result)
    return result;
  bool real = input.integers.empty();
  if (!real)
    *result = integersLike<T>(shape);
  for (int64_t at = 0; at < index.size(); ++at) {
    int64_t list = at / count, head = list / lists * heads + list % lists / (lists / heads),
            row = rowNamed(index, at, tokens);
    for (int64_t c = 0; row >= 0 && c < width; ++c)
      if (real)
        result->reals[at * width + c] = input.reals[(head * tokens + row) * width + c];
      else
        result->integers[at * width + c] = input.integers[(head * tokens + row) * width + c];
  }
  return result;
}

template <class T>
ExpectedTensor<T> scatter(Tensor<T> base, const Tensor<T> &index, const Tensor<T> &rows) {
  int64_t heads = base.shape[1], tokens = base.shape[2], width = base.shape[3], lists = index.shape[1];
  int64_t count = rows.shape[2];
  if (base.shape[0] != index.shape[0] || base.shape[0] != rows.shape[0] || count != index.shape[2])
    return error("rows of shape " + shapeText(rows.shape) + " at an index " + shapeText(index.shape) + " of rows " +
                 shapeText(base.shape));
  if (llvm::Error outside = checkIndex(index, tokens))
    return outside;
  for (int64_t head = 0; head < base.shape[0] * heads; ++head)
    for (int64_t p = 0; p < count; ++p) {
      int64_t list = head / heads * lists + head % heads / (heads / lists),
              row = rowNamed(index, list * count + p, tokens);
      for (int64_t c = 0; row >= 0 && c < width; ++c)
        base.reals[(head * tokens + row) * width + c] = rows.reals[(head * count + p) * width + c];
    }
  return base;
}

template <class T>
ExpectedTensor<T> mergeParts(const Tensor<T> &outputs, const Tensor<T> &logarithms, int64_t parts) {
  int64_t tokens = outputs.shape[2], width = outputs.shape[3];
  if (llvm::ArrayRef<int64_t>(outputs.shape).drop_back() != llvm::ArrayRef<int64_t>(logarithms.shape))
    return error("logarithms of shape " + shapeText(logarithms.shape) + " for outputs " + shapeText(outputs.shape));
  Shape shape = outputs.shape;
  shape[1] /= parts;
  ExpectedTensor<T> result = makeTensor<T>(shape);
  if (!result)
    return result;
  for (int64_t row = 0, rows = shape[0] * shape[1] * tokens; row < rows; ++row) {
    auto place = [&](int64_t part) { return (row / tokens * parts + part) * tokens + row % tokens; };
    T largest = -std::numeric_limits<T>::infinity(), total = 0;
    for (int64_t part = 0; part < parts; ++part)
      largest = std::max(largest, logarithms.reals[place(part)]);
    if (std::isinf(largest) && largest < 0)
      continue;
    std::vector<T> weights;
    for (int64_t part = 0; part < parts; ++part)
      total += weights.emplace_back(std::exp(logarithms.reals[place(part)] - largest));
    for (int64_t part = 0; part < parts; ++part)
      for (int64_t e = 0; weights[part] != 0 && e < width; ++e)
        result->reals[row * width + e] += weights[part] / total * outputs.reals[place(part) * width + e];
  }
  return result;
}

/// An error unless the rows are whole blocks.
template <class T>
static llvm::Error checkBlocks(const Tensor<T> &input, int64_t size) {
  int64_t rows = input.shape[input.shape.size() - 2];
  return rows % size == 0 ? llvm::Error::success()
                          : error(llvm::Twine(rows) + " rows, expected a multiple of " + llvm::Twine(size));
}

template <class T>
ExpectedTensor<T> groupRows(Tensor<T> input, int64_t size) {
  if (llvm::Error odd = checkBlocks(input, size))
    return odd;
  input.shape[input.shape.size() - 2] /= size;
  input.shape.back() *= size;
  return input;
}

template <class T>
ExpectedTensor<T> ungroupRows(Tensor<T> input, int64_t size) {
  input.shape[input.shape.size() - 2] *= size;
  input.shape.back() /= size;
  return input;
}

template <class T>
ExpectedTensor<T> blockSum(const Tensor<T> &input, int64_t size, bool running) {
  if (llvm::Error odd = checkBlocks(input, size))
    return odd;
  int64_t rows = input.shape[input.shape.size() - 2], width = input.shape.back();
  Shape shape = input.shape;
  shape[shape.size() - 2] /= size;
  ExpectedTensor<T> result = makeTensor<T>(shape);
  if (!result)
    return result;
  for (int64_t list = 0, lists = rowsOf(input, 2); list < lists; ++list)
    for (int64_t c = 0; c < width; ++c) {
      T sum = 0;
      for (int64_t n = 0; n < rows; ++n) {
        sum = (running || n % size ? sum : 0) + input.reals[(list * rows + n) * width + c];
        if (running ? n % size == 0 : n % size == size - 1)
          result->reals[(list * (rows / size) + n / size) * width + c] = sum;
      }
    }
  return result;
}

template <class T>
ExpectedTensor<T> concat(const Tensor<T> &lhs, const Tensor<T> &rhs) {
  int64_t left = lhs.shape.back(), right = rhs.shape.back();
  Shape shape = lhs.shape;
  shape.back() += right;
  ExpectedTensor<T> result = makeTensor<T>(shape);
  if (!result || rowsOf(lhs, 1) != rowsOf(rhs, 1))
    return result ? error("rows of shapes " + shapeText(lhs.shape) + " and " + shapeText(rhs.shape))
                  : std::move(result);
  for (int64_t row = 0, rows = rowsOf(lhs, 1); row < rows; ++row) {
    auto to = result->reals.begin() + row * (left + right);
    std::copy_n(lhs.reals.begin() + row * left, left, to);
    std::copy_n(rhs.reals.begin() + row * right, right, to + left);
  }
  return result;
}

#define INSTANTIATE(T)                                                                                                 \
  template ExpectedTensor<T> bucket(const Tensor<T> &, const Tensor<T> &, const Tensor<T> *);                          \
  template ExpectedTensor<T> sort(const Tensor<T> &);                                                                  \
  template ExpectedTensor<T> invert(const Tensor<T> &);                                                                \
  template ExpectedTensor<T> wrap(const Tensor<T> &, int64_t, int64_t, int64_t, int64_t);                              \
  template ExpectedTensor<T> gather(const Tensor<T> &, const Tensor<T> &);                                             \
  template ExpectedTensor<T> scatter(Tensor<T>, const Tensor<T> &, const Tensor<T> &);                                 \
  template ExpectedTensor<T> mergeParts(const Tensor<T> &, const Tensor<T> &, int64_t);                                \
  template ExpectedTensor<T> groupRows(Tensor<T>, int64_t);                                                            \
  template ExpectedTensor<T> ungroupRows(Tensor<T>, int64_t);                                                          \
  template ExpectedTensor<T> blockSum(const Tensor<T> &, int64_t, bool);                                               \
  template ExpectedTensor<T> concat(const Tensor<T> &, const Tensor<T> &);
INSTANTIATE(float)
INSTANTIATE(double)
INSTANTIATE(long double)

} // namespace mlir::attn::reference
