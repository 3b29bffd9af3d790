// What a mask demands of its operands and of the map it is for.
#pragma once

#include "dialect/Verify.h"

namespace mlir::attn {

/// Types, for a map [B, H, N, M] with the sizes `map`.
LogicalResult checkMask(OpError error, MaskAttr mask, ValueRange operands, ArrayRef<int64_t> map);

/// Extents: those that must be equal are known to be.
LogicalResult checkMaskExtents(Operation *op, MaskAttr mask, ArrayRef<Extents> operands, const Extents &map);

} // namespace mlir::attn
