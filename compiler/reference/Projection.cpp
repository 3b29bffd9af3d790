// linear, split_heads, merge_heads, embed, positions.
#include "compiler/reference/Ops.h"
#include "dialect/ReducedNumbers.h"

namespace mlir::attn::reference {

template <class T>
ExpectedTensor<T> linear(const Tensor<T> &input, const Tensor<T> &weight, const Tensor<T> *bias) {
  int64_t in = weight.shape[1], out = weight.shape[0];
  Shape shape = input.shape;
  shape.back() = out;
  ExpectedTensor<T> result = makeTensor<T>(shape);
  if (!result)
    return result;
  for (int64_t row = 0, rows = out ? result->size() / out : 0; row < rows; ++row)
    for (int64_t o = 0; o < out; ++o) {
      T sum = 0;
      for (int64_t i = 0; i < in; ++i)
        sum += input.reals[row * in + i] * weight.reals[o * in + i];
      result->reals[row * out + o] = bias ? sum + bias->reals[o] : sum;
    }
  return result;
}

static Tensor<float> roundedToBf16(Tensor<float> tensor) {
  for (float &value : tensor.reals)
    value = widenBf16(roundToBf16(value));
  return tensor;
}

static std::vector<Int8Row> int8Rows(llvm::ArrayRef<float> values, int64_t rows, int64_t width) {
  std::vector<Int8Row> result;
  for (int64_t row = 0; row < rows; ++row)
    result.emplace_back(values.slice(row * width, width));
  return result;
}

static ExpectedTensor<float> int8Linear(const Tensor<float> &input, const Tensor<float> &weight,
                                        const Tensor<float> *bias) {
  int64_t in = weight.shape[1], out = weight.shape[0];
  Shape shape = input.shape;
  shape.back() = out;
  ExpectedTensor<float> result = makeTensor<float>(shape);
  if (!result)
    return result;
  int64_t rows = out ? result->size() / out : 0;
  std::vector<Int8Row> x = int8Rows(input.reals, rows, in), w = int8Rows(weight.reals, out, in);
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t o = 0; o < out; ++o) {
      int64_t sum = 0;
      for (int64_t i = 0; i < in; ++i)
        sum += x[row].numbers[i] * w[o].numbers[i];
      float worth = float(sum) * (x[row].scale * w[o].scale);
      result->reals[row * out + o] = bias ? worth + bias->reals[o] : worth;
    }
  return result;
}

ExpectedTensor<float> reducedLinear(const Tensor<float> &input, const Tensor<float> &weight, const Tensor<float> *bias,
                                    attn::Precision products) {
  return products == attn::Precision::Int8 ? int8Linear(input, weight, bias)
                                           : linear(roundedToBf16(input), roundedToBf16(weight), bias);
}

/// [B, X, Y, Z] from [B, Y, X, Z].
template <class T>
static Tensor<T> swapMiddle(const Tensor<T> &input, int64_t b, int64_t y, int64_t x, int64_t z) {
  Tensor<T> result;
  result.shape = {b, x, y, z};
  result.reals.resize(input.reals.size());
  for (int64_t ib = 0; ib < b; ++ib)
    for (int64_t ix = 0; ix < x; ++ix)
      for (int64_t iy = 0; iy < y; ++iy)
        for (int64_t iz = 0; iz < z; ++iz)
          result.reals[((ib * x + ix) * y + iy) * z + iz] = input.reals[((ib * y + iy) * x + ix) * z + iz];
  return result;
}

template <class T>
ExpectedTensor<T> splitHeads(const Tensor<T> &input, int64_t heads) {
  return swapMiddle(input, input.shape[0], input.shape[1], heads, input.shape[2] / heads);
}

template <class T>
ExpectedTensor<T> mergeHeads(const Tensor<T> &input) {
  Tensor<T> result = swapMiddle(input, input.shape[0], input.shape[1], input.shape[2], input.shape[3]);
  result.shape = {input.shape[0], input.shape[2], input.shape[1] * input.shape[3]};
  return result;
}

template <class T>
ExpectedTensor<T> embed(const Tensor<T> &table, const Tensor<T> &ids) {
  if (llvm::Error outside = checkInput(ids, table.shape[0] - 1))
    return outside;
  int64_t width = table.shape[1];
  Shape shape = ids.shape;
  shape.push_back(width);
  ExpectedTensor<T> result = makeTensor<T>(shape);
  if (!result)
    return result;
  for (auto [at, id] : llvm::enumerate(ids.integers))
    for (int64_t c = 0; c < width && id >= 0 && id < table.shape[0]; ++c)
      result->reals[at * width + c] = table.reals[id * width + c];
  return result;
}

template <class T>
ExpectedTensor<T> positions(const Tensor<T> &table, const Tensor<T> &tokens) {
  int64_t count = tokens.shape[1], width = table.shape[1];
  if (count > table.shape[0])
    return error("sequence of " + llvm::Twine(count) + " tokens, the table of positions has " +
                 llvm::Twine(table.shape[0]) + " rows");
  Tensor<T> result;
  result.shape = {count, width};
  result.reals.assign(table.reals.begin(), table.reals.begin() + count * width);
  return result;
}

#define INSTANTIATE(T)                                                                                                 \
  template ExpectedTensor<T> linear(const Tensor<T> &, const Tensor<T> &, const Tensor<T> *);                          \
  template ExpectedTensor<T> splitHeads(const Tensor<T> &, int64_t);                                                   \
  template ExpectedTensor<T> mergeHeads(const Tensor<T> &);                                                            \
  template ExpectedTensor<T> embed(const Tensor<T> &, const Tensor<T> &);                                              \
  template ExpectedTensor<T> positions(const Tensor<T> &, const Tensor<T> &);
INSTANTIATE(float)
INSTANTIATE(double)
INSTANTIATE(long double)

} // namespace mlir::attn::reference
