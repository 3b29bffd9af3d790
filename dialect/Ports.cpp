// Names of inputs and outputs; see the header.
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

} // namespace mlir::attn
