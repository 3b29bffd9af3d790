// Keys in rows against one query. A row of keys runs through the lanes of vectors, so that a dot product ends as a sum
// over lanes: as many keys as there are lanes go together, and what remains of them is a square of numbers, whose
// columns are added as it is transposed.
#pragma once

#include "compiler/backends/llvm/MapInputs.h"

namespace mlir::attn {

/// `lanes` keys of one head, from `first` on; beyond `last` that one again.
class KeyRows {
public:
  KeyRows(CodeBuilder &code, const HeadRows &keys, Value first, Value last, int64_t width);

  /// f[j] sum_d q[d] k[j, d]; lane j is key `first` + j. Null factors are 1.
  Value dots(CodeBuilder &code, StoredNumbers query, Value factors) const;
  /// The factors of a norm in the kernel, of which `key` is the result; null where there is none.
  Value inverseNorms(CodeBuilder &code, Value key) const;

private:
  /// Of products with a query, or (null) of each key with itself.
  Value sums(CodeBuilder &code, const StoredNumbers *query) const;

  SmallVector<StoredNumbers> rows;
  int64_t stride, width;
};

} // namespace mlir::attn
