// Masks in code: which keys a tile of queries can see at all, which every query of the tile sees (MaskRanges.h), and
// the test of one place (MaskFormula.h).
#pragma once

#include "compiler/backends/llvm/Formula.h"
#include "dialect/AttnOps.h"
#include "dialect/MaskRanges.h"

namespace mlir::attn {

using KeyRange = KeyInterval<Value>;
using VisibleKeys = KeyBounds<Value>;

/// A mask op and the tensors it names.
struct MaskInputs {
  MaskOp op;
  SmallVector<CapturedTensor> operands;
};

/// The masks of one head of one sample.
struct MaskScope {
  Value sample, head, queries, keys; // i64; N and M are the last two
  SmallVector<MaskInputs> masks;
};

/// Visible keys of queries [first, last] among those of `window`, under all masks.
VisibleKeys visibleKeys(CodeBuilder &code, const MaskScope &scope, Value first, Value last, KeyRange window);

/// i1 lanes: query `query` (i64) sees keys key, key + 1, ... (i64); off beyond M.
Value visibleLanes(CodeBuilder &code, const MaskScope &scope, Value query, Value key);

} // namespace mlir::attn
