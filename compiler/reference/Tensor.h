// A tensor of the reference: its shape and its numbers in row-major order, whatever its type says of storage.
#pragma once

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <vector>

namespace mlir::attn::reference {

using Shape = llvm::SmallVector<int64_t, 4>;

/// Real tensors fill `reals`, integer tensors `integers`; the other is empty. T is the precision of the whole run.
template <class T>
struct Tensor {
  Shape shape;
  std::vector<T> reals;
  std::vector<int64_t> integers;
  /// Of a masked map: one entry for each place, 0 where the key may not be seen. Empty: all may be seen.
  std::vector<char> visible;
  /// The input or the weight of the model that this is, for messages; empty for anything computed.
  std::string input, weight = {};

  int64_t size() const {
    int64_t count = 1;
    for (int64_t extent : shape)
      count *= extent;
    return count;
  }
};

template <class T>
using ExpectedTensor = llvm::Expected<Tensor<T>>;

/// An error with a text.
llvm::Error error(const llvm::Twine &message);

/// "[2,7,384]".
std::string shapeText(llvm::ArrayRef<int64_t> shape);

/// The number of elements, or an error when an extent is negative or the product passes what the reference may hold.
llvm::Expected<int64_t> elementCount(llvm::ArrayRef<int64_t> shape);

/// A real tensor of zeros; fails as elementCount does.
template <class T>
ExpectedTensor<T> makeTensor(llvm::ArrayRef<int64_t> shape);

/// The same numbers in another precision, rounded where it is lower.
template <class To, class From>
Tensor<To> convert(const Tensor<From> &from) {
  return {from.shape, {from.reals.begin(), from.reals.end()}, from.integers, from.visible, from.input, from.weight};
}

/// `input "x"`, `weight "w"`, or what else it is.
template <class T>
std::string nameOf(const Tensor<T> &tensor, llvm::StringRef otherwise) {
  return !tensor.input.empty()    ? "input \"" + tensor.input + "\""
         : !tensor.weight.empty() ? "weight \"" + tensor.weight + "\""
                                  : otherwise.str();
}

/// An error unless every element of an index tensor lies in [lowest, limit]; names the input, the position, the value,
/// the limit.
template <class T>
llvm::Error checkRange(const Tensor<T> &indices, int64_t limit, int64_t lowest = 0);

/// The same of an input. What a model computes may be any number: what it chooses with one that names nothing is none.
template <class T>
llvm::Error checkInput(const Tensor<T> &indices, int64_t limit, int64_t lowest = 0) {
  return indices.input.empty() ? llvm::Error::success() : checkRange(indices, limit, lowest);
}

} // namespace mlir::attn::reference
