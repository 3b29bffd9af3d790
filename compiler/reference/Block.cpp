// pointwise, activation, add, layer_norm, rms_norm, l2_normalize, pool.
#include "compiler/reference/Ops.h"
#include <cmath>
#include <limits>

namespace mlir::attn::reference {

/// The shape all operands broadcast to, from the last dimension backwards.
template <class T>
static llvm::Expected<Shape> broadcast(Operands<T> inputs) {
  Shape shape;
  for (const Tensor<T> *input : inputs) {
    if (input->shape.size() > shape.size())
      shape.insert(shape.begin(), input->shape.size() - shape.size(), 1);
    for (size_t d = shape.size() - input->shape.size(), i = 0; i < input->shape.size(); ++d, ++i) {
      if (shape[d] == 1)
        shape[d] = input->shape[i];
      else if (input->shape[i] != 1 && input->shape[i] != shape[d])
        return error("operands do not broadcast to one shape: " + shapeText(shape) + " and " + shapeText(input->shape));
    }
  }
  return shape;
}

/// The place in `input` that belongs to the place `at` of the shape it is broadcast to.
template <class T>
static int64_t broadcastIndex(const Tensor<T> &input, const Shape &shape, int64_t at) {
  int64_t index = 0, stride = 1;
  for (int64_t d = shape.size() - 1, i = input.shape.size() - 1; i >= 0; --d, --i) {
    index += input.shape[i] == 1 ? 0 : at % shape[d] * stride;
    stride *= input.shape[i];
    at /= shape[d];
  }
  return index;
}

/// A place of a map is visible when it is in every operand that has it.
template <class T>
static void meetVisibility(Operands<T> inputs, Tensor<T> &result) {
  for (const Tensor<T> *input : inputs) {
    if (input->visible.empty())
      continue;
    result.visible.resize(result.reals.size(), 1);
    for (int64_t at = 0, end = result.size(); at < end; ++at)
      result.visible[at] &= input->visible[broadcastIndex(*input, result.shape, at)];
  }
}

/// Nothing is computed where a place is masked; the result is -inf there.
template <class T>
static bool isMasked(Tensor<T> &result, int64_t at) {
  if (result.visible.empty() || result.visible[at])
    return false;
  result.reals[at] = -std::numeric_limits<T>::infinity();
  return true;
}

/// What a formula sees of its inputs at place `at`, then, if it is `indexed`, of the place itself.
template <class T>
static void readPlace(Operands<T> inputs, const Shape &shape, int64_t at, bool indexed,
                      llvm::MutableArrayRef<Scalar<T>> scalars) {
  for (auto [scalar, input] : llvm::zip(scalars, inputs)) {
    int64_t index = broadcastIndex(*input, shape, at);
    scalar = input->integers.empty() ? Scalar<T>{input->reals[index], 0} : Scalar<T>{0, input->integers[index]};
  }
  for (int64_t d = shape.size() - 1; indexed && d >= 0; at /= shape[d--])
    scalars[inputs.size() + d].integer = at % shape[d];
}

template <class T>
ExpectedTensor<T> pointwise(Operands<T> inputs, Region &region, Operands<T> captures, PointwiseKind kind) {
  llvm::Expected<Shape> shape = broadcast(inputs);
  if (!shape)
    return shape.takeError();
  ExpectedTensor<T> result = makeTensor<T>(*shape);
  llvm::Expected<Formula<T>> formula = Formula<T>::read(region, captures);
  if (!result || !formula)
    return llvm::joinErrors(result.takeError(), formula.takeError());
  if (kind.whole)
    result->integers.resize(std::exchange(result->reals, {}).size());
  else
    meetVisibility(inputs, *result);
  llvm::SmallVector<Scalar<T>, 4> scalars(inputs.size() + (kind.indexed ? shape->size() : 0));
  for (int64_t at = 0, end = result->size(); at < end; ++at) {
    if (isMasked(*result, at))
      continue;
    readPlace<T>(inputs, *shape, at, kind.indexed, scalars);
    Scalar<T> value = formula->evaluate(scalars);
    if (kind.whole)
      result->integers[at] = value.integer;
    else
      result->reals[at] = value.real;
  }
  if (llvm::Error fault = formula->fault())
    return fault;
  return result;
}

template <class T>
static T activate(Activation kind, T x) {
  switch (kind) {
  case Activation::Relu:
    return x < 0 ? T(0) : x; // NaN stays NaN
  case Activation::Gelu:
    return x / 2 * (1 + std::erf(x / std::sqrt(T(2))));
  case Activation::GeluTanh:
    return x / 2 * (1 + std::tanh(std::sqrt(2 / T(M_PI)) * (x + T(0.044715) * x * x * x)));
  case Activation::Tanh:
    return std::tanh(x);
  case Activation::Sigmoid:
    return 1 / (1 + std::exp(-x));
  case Activation::Silu:
    return x / (1 + std::exp(-x));
  }
  llvm_unreachable("unknown activation");
}

template <class T>
ExpectedTensor<T> activation(Activation kind, const Tensor<T> &input) {
  Tensor<T> result{input.shape, std::vector<T>(input.reals.size()), {}, input.visible, {}, {}};
  for (int64_t at = 0, end = result.size(); at < end; ++at)
    if (!isMasked(result, at))
      result.reals[at] = activate(kind, input.reals[at]);
  return result;
}

/// Two operands broadcast to one shape.
template <class T, class Binary>
static ExpectedTensor<T> eachPair(const Tensor<T> &lhs, const Tensor<T> &rhs, Binary binary) {
  llvm::Expected<Shape> shape = broadcast<T>({&lhs, &rhs});
  if (!shape)
    return shape.takeError();
  ExpectedTensor<T> result = makeTensor<T>(*shape);
  if (!result)
    return result;
  meetVisibility<T>({&lhs, &rhs}, *result);
  for (int64_t at = 0, end = result->size(); at < end; ++at)
    if (!isMasked(*result, at))
      result->reals[at] =
          binary(lhs.reals[broadcastIndex(lhs, *shape, at)], rhs.reals[broadcastIndex(rhs, *shape, at)]);
  return result;
}

template <class T>
ExpectedTensor<T> add(const Tensor<T> &lhs, const Tensor<T> &rhs) {
  return eachPair(lhs, rhs, [](T x, T y) { return x + y; });
}

template <class T>
ExpectedTensor<T> blend(const Tensor<T> &lhs, const Tensor<T> &rhs, double alpha) {
  return eachPair(lhs, rhs, [&](T x, T y) { return T(alpha) * x + T(1 - alpha) * y; });
}

/// Applies `row(x, y, width)` to every row of the last dimension.
template <class T, class Row>
static Tensor<T> eachRow(const Tensor<T> &input, Row row) {
  Tensor<T> result;
  result.shape = input.shape;
  result.reals.resize(input.reals.size());
  int64_t width = input.shape.back();
  for (int64_t at = 0, end = input.reals.size(); at < end; at += width)
    row(&input.reals[at], &result.reals[at], width);
  return result;
}

template <class T>
ExpectedTensor<T> layerNorm(const Tensor<T> &input, const Tensor<T> &gamma, const Tensor<T> &beta, double eps) {
  return eachRow(input, [&](const T *x, T *y, int64_t width) {
    T sum = 0, squares = 0;
    for (int64_t c = 0; c < width; ++c)
      sum += x[c];
    T mean = sum / width;
    for (int64_t c = 0; c < width; ++c)
      squares += (x[c] - mean) * (x[c] - mean);
    T deviation = std::sqrt(squares / width + T(eps));
    for (int64_t c = 0; c < width; ++c)
      y[c] = (x[c] - mean) / deviation * gamma.reals[c] + beta.reals[c];
  });
}

template <class T>
static T sumOfSquares(const T *x, int64_t width) {
  T sum = 0;
  for (int64_t c = 0; c < width; ++c)
    sum += x[c] * x[c];
  return sum;
}

template <class T>
ExpectedTensor<T> rmsNorm(const Tensor<T> &input, const Tensor<T> &gamma, double eps) {
  return eachRow(input, [&](const T *x, T *y, int64_t width) {
    T root = std::sqrt(sumOfSquares(x, width) / width + T(eps));
    for (int64_t c = 0; c < width; ++c)
      y[c] = x[c] / root * gamma.reals[c];
  });
}

template <class T>
ExpectedTensor<T> l2Normalize(const Tensor<T> &input, double eps) {
  return eachRow(input, [&](const T *x, T *y, int64_t width) {
    T norm = std::sqrt(sumOfSquares(x, width));
    for (int64_t c = 0; c < width; ++c)
      y[c] = x[c] / (norm < T(eps) ? T(eps) : norm);
  });
}

/// The larger; a NaN is larger than all numbers.
template <class T>
static T larger(T x, T y) {
  return x > y || std::isnan(x) ? x : y;
}

template <class T>
ExpectedTensor<T> pool(PoolKind kind, const Tensor<T> &input, const Tensor<T> *lengths) {
  int64_t batch = input.shape[0], tokens = input.shape[1], width = input.shape[2];
  if (lengths && lengths->shape[0] != batch)
    return error(llvm::Twine(lengths->shape[0]) + " lengths for " + llvm::Twine(batch) + " samples");
  if (lengths)
    if (llvm::Error outside = checkInput(*lengths, tokens))
      return outside;
  ExpectedTensor<T> result = makeTensor<T>({batch, width});
  if (!result)
    return result;
  for (int64_t b = 0; b < batch; ++b) {
    int64_t count = lengths ? std::clamp<int64_t>(lengths->integers[b], 0, tokens) : tokens;
    for (int64_t c = 0; c < width && count; ++c) {
      const T *column = input.reals.data() + b * tokens * width + c;
      T pooled = kind == PoolKind::Max ? column[0] : T(0);
      for (int64_t t = 0; t < count; ++t)
        pooled = kind == PoolKind::Max ? larger(pooled, column[t * width]) : pooled + column[t * width];
      result->reals[b * width + c] = kind == PoolKind::Mean ? pooled / count : pooled;
    }
  }
  return result;
}

#define INSTANTIATE(T)                                                                                                 \
  template ExpectedTensor<T> pointwise(Operands<T>, Region &, Operands<T>, PointwiseKind);                             \
  template ExpectedTensor<T> activation(Activation, const Tensor<T> &);                                                \
  template ExpectedTensor<T> add(const Tensor<T> &, const Tensor<T> &);                                                \
  template ExpectedTensor<T> blend(const Tensor<T> &, const Tensor<T> &, double);                                      \
  template ExpectedTensor<T> layerNorm(const Tensor<T> &, const Tensor<T> &, const Tensor<T> &, double);               \
  template ExpectedTensor<T> rmsNorm(const Tensor<T> &, const Tensor<T> &, double);                                    \
  template ExpectedTensor<T> l2Normalize(const Tensor<T> &, double);                                                   \
  template ExpectedTensor<T> pool(PoolKind, const Tensor<T> &, const Tensor<T> *);
INSTANTIATE(float)
INSTANTIATE(double)
INSTANTIATE(long double)

} // namespace mlir::attn::reference
