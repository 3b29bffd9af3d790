// The ops of the attn dialect.
#pragma once

#include "dialect/AttnAttrs.h"
#include "dialect/AttnInterfaces.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace mlir::OpTrait::attn {
/// The first result is a score or weight map.
template <typename Op>
class MakesMap : public TraitBase<Op, MakesMap> {};
} // namespace mlir::OpTrait::attn

#define GET_OP_CLASSES
#include "dialect/AttnOps.h.inc"

namespace mlir::attn {

/// The layout of a tensor type, or null when it is stored row-major.
LayoutAttr getLayout(Type type);

/// The same tensor type without its layout.
RankedTensorType withoutLayout(Type type);

/// The sizes of keys or values [B, Hk, M, D]. Those of rank 3 have no batch, those of rank 2 have one head: all samples
/// and heads share them.
struct KeyShape {
  explicit KeyShape(Type type);

  bool perSample;
  int64_t batch; // dynamic where samples share them
  int64_t heads, length, width;
};

/// The extent of the batch of keys or values, null where samples share them; and of their number.
AffineExpr batchOfKeys(ArrayRef<AffineExpr> extents);
AffineExpr lengthOfKeys(ArrayRef<AffineExpr> extents);

/// The input of a kernel that result 0 is but for a part: where nobody needs it any more, the result may take its
/// memory and only the part is written.
std::optional<unsigned> updatedInput(KernelOp kernel);

/// Whether an op on maps looks at whole columns: no row of its result follows from a few rows of its operand.
bool needsWholeMap(Operation &op);

} // namespace mlir::attn
