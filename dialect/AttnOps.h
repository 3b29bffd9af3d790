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

} // namespace mlir::attn
