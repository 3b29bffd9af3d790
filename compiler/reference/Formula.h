// A region of arith and math ops on scalars, evaluated one element at a time.
//
// The region is read once into a list of steps over numbered slots; evaluating is then a walk down the list. Reals have
// the precision T of the run, whatever float type the region names; integers wrap to the width of their type.
#pragma once

#include "compiler/reference/Tensor.h"
#include "mlir/IR/Region.h"
#include <functional>

namespace mlir::attn::reference {

/// One value of a formula. i1 holds 0 or -1, as a signed number of one bit does.
template <class T>
struct Scalar {
  T real = 0;
  int64_t integer = 0;
};

template <class T>
class Formula {
public:
  /// Fails on an op the reference does not know. `captures` are the tensors among the region's arguments, in order.
  static llvm::Expected<Formula> read(Region &region, llvm::ArrayRef<const Tensor<T> *> captures);

  /// The yielded value for the region's scalar arguments, in order. After a fault (division by zero, an index outside a
  /// captured tensor) the result is 0 and `fault()` tells.
  T operator()(llvm::ArrayRef<Scalar<T>> arguments) { return evaluate(arguments).real; }

  /// The same, for a formula that may yield an integer.
  Scalar<T> evaluate(llvm::ArrayRef<Scalar<T>> arguments) { return evaluateAll(arguments).front(); }

  /// Every yielded value, until the next call.
  llvm::ArrayRef<Scalar<T>> evaluateAll(llvm::ArrayRef<Scalar<T>> arguments);

  /// The first fault so far.
  llvm::Error fault() const { return faultText.empty() ? llvm::Error::success() : error(faultText); }

  /// What a step computes from the gathered operands; a text in the last argument is a fault.
  using Compute = std::function<Scalar<T>(llvm::ArrayRef<Scalar<T>>, std::string &)>;

private:
  struct Step {
    llvm::SmallVector<unsigned, 3> operands;
    unsigned result;
    Compute compute;
  };

  unsigned scalarCount = 0;
  llvm::SmallVector<unsigned, 1> yielded; // slots
  llvm::SmallVector<Scalar<T>, 1> values; // yielded last
  std::vector<Scalar<T>> slots;
  std::vector<Step> steps;
  std::string faultText;
};

/// The meaning of one arith, math, tensor.extract or tensor.dim op. `capture` is the tensor that the latter two read,
/// else null.
/// Null for an op the reference does not know.
template <class T>
typename Formula<T>::Compute formulaOp(Operation &op, const Tensor<T> *capture);

} // namespace mlir::attn::reference
