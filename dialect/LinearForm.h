// Which integers of a predicate are linear in the query and the key, so that ranges of visible keys can be read off it.
#pragma once

#include "mlir/IR/Block.h"
#include "llvm/ADT/DenseMap.h"
#include <optional>

namespace mlir::attn {

/// query * i + key * j + constant + times * e, where e is the sample's element of capture `captured`; times is 0
/// without one.
struct LinearForm {
  int64_t query = 0, key = 0, constant = 0, times = 0;
  unsigned captured = 0;

  bool isConstant() const { return !query && !key && !times; }
};

/// x + factor * y; nothing where that would have elements of two captures.
std::optional<LinearForm> sumOf(LinearForm x, LinearForm y, int64_t factor);

/// An element beyond this may not be summed exactly in 32 bits.
constexpr int64_t mostElement = int64_t(1) << 24;

/// The linear integers of the region of a predicate, whose arguments begin with b, h, i, j. Their coefficients are
/// small enough for 32-bit arithmetic to be exact on sequences of less than 2^24 tokens and elements of that size.
llvm::DenseMap<Value, LinearForm> linearForms(Block &predicate);

} // namespace mlir::attn
