// Masks in code: which keys a tile of queries can see at all, which every query of the tile sees, and the test of one
// place.
#pragma once

#include "compiler/backends/code/CodeBuilder.h"
#include "dialect/AttnAttrs.h"

namespace mlir::attn {

/// Keys [from, to).
struct KeyRange {
  Value from, to;
};

/// For the queries of one tile: keys outside `any` are seen by none, keys inside `full` by all.
struct VisibleKeys {
  KeyRange any, full;
};

/// The run-time numbers that masks refer to.
struct MaskScope {
  Value queries, keys;                       // N, M
  llvm::function_ref<Value(int64_t)> length; // of the current sample, by mask operand
};

/// Visible keys of queries [first, last] under all masks, clamped to [0, M).
VisibleKeys visibleKeys(CodeBuilder &code, ArrayRef<MaskAttr> masks, const MaskScope &scope, Value first, Value last);

/// i1 lanes: query `query` (i64) sees keys key, key + 1, ... (i64); also off beyond M.
Value visibleLanes(CodeBuilder &code, ArrayRef<MaskAttr> masks, const MaskScope &scope, Value query, Value key);

} // namespace mlir::attn
