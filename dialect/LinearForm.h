// Which integers of a predicate are linear in the query and the key, so that ranges of visible keys can be read off it.
#pragma once

#include "mlir/IR/Block.h"
#include "llvm/ADT/DenseMap.h"

namespace mlir::attn {

/// query * i + key * j + constant
struct LinearForm {
  int64_t query = 0, key = 0, constant = 0;
};

/// The linear integers of the region of a predicate, whose arguments begin with b, h, i, j. Their coefficients are
/// small enough for 32-bit arithmetic to be exact on sequences of less than 2^24 tokens.
llvm::DenseMap<Value, LinearForm> linearForms(Block &predicate);

} // namespace mlir::attn
