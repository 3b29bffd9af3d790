// Names and elements of inputs and outputs; see the header.
#include "dialect/Ports.h"

namespace mlir::attn {

static constexpr StringLiteral kName = "attn.name";

std::string inputName(func::FuncOp model, unsigned index) {
  if (auto name = model.getArgAttrOfType<StringAttr>(index, kName))
    return name.str();
  return "arg" + std::to_string(index);
}

std::string outputName(func::FuncOp model, unsigned index) {
  if (auto name = model.getResultAttrOfType<StringAttr>(index, kName))
    return name.str();
  return model.getNumResults() == 1 ? "out" : "out" + std::to_string(index);
}

/// What an attribute says, if there is one.
static Type elementOf(Type type, Attribute storage) {
  if (!storage)
    return getElementTypeOrSelf(type);
  if (cast<StringAttr>(storage).getValue() == "bf16")
    return BFloat16Type::get(type.getContext());
  return Float32Type::get(type.getContext());
}

Type inputElement(func::FuncOp model, unsigned index) {
  return elementOf(model.getArgumentTypes()[index], model.getArgAttr(index, kStorage));
}

Type outputElement(func::FuncOp model, unsigned index) {
  return elementOf(model.getResultTypes()[index], model.getResultAttr(index, kStorage));
}

bool isModel(func::FuncOp function) { return function.isPublic() || function->hasAttr(kRowOf); }

bool isCompiled(func::FuncOp function) { return isModel(function) || function->hasAttr(kStep); }

} // namespace mlir::attn
