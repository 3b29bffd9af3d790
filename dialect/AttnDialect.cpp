// Registration, and the checks of `attn.name`, `attn.dims`, `attn.storage` and `attn.state` on function arguments and
// results.
#include "dialect/AttnDialect.h"
#include "dialect/AttnAttrs.h"
#include "dialect/AttnOps.h"
#include "dialect/Extents.h"
#include "dialect/Ports.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/FoldInterfaces.h"

#include "dialect/AttnDialect.cpp.inc"
#include "dialect/AttnInterfaces.cpp.inc"

namespace mlir::attn {

namespace {
/// Keeps folded constants inside formulas, which may not use values from outside.
struct FormulaFolds : DialectFoldInterface {
  using DialectFoldInterface::DialectFoldInterface;
  bool shouldMaterializeInto(Region *) const final { return true; }
};
} // namespace

void AttnDialect::initialize() {
  addInterfaces<FormulaFolds>();
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "dialect/AttnOps.cpp.inc"
      >();
}

static bool isIdentifier(StringRef name) {
  return !name.empty() && !llvm::isDigit(name.front()) &&
         llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

/// Checks `attn.storage`, which only what the outside world sees can have.
static LogicalResult verifyStorage(func::FuncOp function, Attribute storage, Type type) {
  Type element = getElementTypeOrSelf(type);
  auto is = [&](StringRef word) { return storage == StringAttr::get(function.getContext(), word); };
  if (!(is("bf16") && element.isF32()) && !(is("f32") && element.isF64()))
    return function.emitOpError(
               "expected attn.storage to be \"bf16\" for a tensor of f32 or \"f32\" for one of f64, got ")
           << storage << " for " << type;
  if (!isModel(function))
    return function.emitOpError("expected attn.storage on a public function, the model");
  return success();
}

/// Checks `attn.name`, `attn.dims`, `attn.storage` and `attn.state` of one argument or result.
static LogicalResult verifyPortAttribute(func::FuncOp op, NamedAttribute attribute, Type type) {
  if (attribute.getName() == "attn.name") {
    auto name = dyn_cast<StringAttr>(attribute.getValue());
    if (!name || !isIdentifier(name.getValue()))
      return op->emitOpError("expected attn.name to be a C identifier, got ") << attribute.getValue();
    return success();
  }
  if (attribute.getName() == kStorage)
    return verifyStorage(op, attribute.getValue(), type);
  if (attribute.getName() == kState) {
    auto name = dyn_cast<StringAttr>(attribute.getValue());
    if (!name || name.getValue().empty())
      return op->emitOpError("expected attn.state to be the name of a state, got ") << attribute.getValue();
    if (!isModel(op))
      return op->emitOpError("expected attn.state on a public function, the model");
    return success();
  }
  if (attribute.getName() != "attn.dims")
    return op->emitOpError("has unknown argument attribute ")
           << attribute.getName() << "; known: attn.name, attn.dims, attn.storage, attn.state";
  auto tensor = dyn_cast<RankedTensorType>(type);
  auto dims = dyn_cast<ArrayAttr>(attribute.getValue());
  if (!tensor || !dims || static_cast<int64_t>(dims.size()) != tensor.getRank())
    return op->emitOpError("expected attn.dims to name each dimension of ") << type << ", got " << attribute.getValue();
  for (Attribute dim : dims)
    if (auto name = dyn_cast<StringAttr>(dim);
        !name || !(isIdentifier(splitDimension(name.getValue()).first) ||
                   (op.isPrivate() && isIdentifier(splitMultiple(name.getValue()).second))))
      return op->emitOpError("expected attn.dims to hold C identifiers, or one and a number as in \"N + 1\", got ")
             << dim;
  return success();
}

LogicalResult AttnDialect::verifyRegionArgAttribute(Operation *op, unsigned, unsigned argument,
                                                    NamedAttribute attribute) {
  auto function = dyn_cast<func::FuncOp>(op);
  if (!function)
    return op->emitOpError("attn argument attributes belong to func.func");
  return verifyPortAttribute(function, attribute, function.getArgumentTypes()[argument]);
}

LogicalResult AttnDialect::verifyRegionResultAttribute(Operation *op, unsigned, unsigned result,
                                                       NamedAttribute attribute) {
  auto function = dyn_cast<func::FuncOp>(op);
  if (!function)
    return op->emitOpError("attn result attributes belong to func.func");
  return verifyPortAttribute(function, attribute, function.getResultTypes()[result]);
}

} // namespace mlir::attn
