// Masks in code: the test of one query and a vector of keys (MaskFormula.h). Which keys need no test says
// VisibleKeys.h.
#pragma once

#include "compiler/backends/code/VisibleKeys.h"

namespace mlir::attn {

/// i1 lanes: query `query` (i64) sees keys key, key + 1, ... (i64); off beyond M.
Value visibleLanes(CodeBuilder &code, const MaskScope &scope, Value query, Value key);

} // namespace mlir::attn
