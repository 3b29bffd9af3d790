// Checks that op families share: each emits the error, so that a caller only returns failure.
#pragma once

#include "dialect/AttnOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/TypeUtilities.h"

namespace mlir::attn {

/// Where and for which op a type inference complains.
struct OpError {
  std::optional<Location> location;
  llvm::StringLiteral op;

  /// Emits `'op' op message` if a location is known.
  LogicalResult operator()(const llvm::Twine &message) const;
};

/// The type of a tensor.
inline RankedTensorType typeOf(Value tensor) { return cast<RankedTensorType>(tensor.getType()); }

/// Text of a dimension for messages: its size, or `?`.
std::string dimText(int64_t size);
std::string typeText(Type type);

/// Whether two sizes can be equal: one is dynamic, or both are the same.
bool sizesAgree(int64_t a, int64_t b);
/// The more specific of two agreeing sizes.
int64_t meetSize(int64_t a, int64_t b);

/// The shape both operands broadcast to (from the last dimension; a static 1 repeats), or failure.
FailureOr<SmallVector<int64_t>> broadcastShapes(ArrayRef<int64_t> a, ArrayRef<int64_t> b);

/// Checks a formula region: argument types, the yielded types, and that every op is a scalar formula op.
LogicalResult verifyFormula(Operation *op, Region &region, ArrayRef<Type> arguments, TypeRange results);

/// Emits an error unless the two extents are known to be equal. `what` names the dimension, e.g. "key and value
/// length".
LogicalResult requireEqualExtents(Operation *op, AffineExpr a, AffineExpr b, const llvm::Twine &what);

} // namespace mlir::attn
