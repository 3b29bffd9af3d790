// What a function takes and gives, and whether inputs agree with it.
#include "compiler/reference/Ports.h"
#include "dialect/AttnOps.h"
#include "dialect/Ports.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::attn::reference {

llvm::Expected<func::FuncOp> modelFunction(ModuleOp module) {
  llvm::SmallVector<func::FuncOp> found;
  for (auto function : module.getOps<func::FuncOp>())
    if (function.isPublic() && !function.isDeclaration())
      found.push_back(function);
  if (found.size() == 1)
    return found[0];
  std::string names;
  for (func::FuncOp function : found)
    names += (names.empty() ? "@" : ", @") + function.getName().str();
  return error(found.empty()
                   ? "the module has no public func.func, so there is nothing to run"
                   : "the module has several public functions (" + names + "); make all but the model private");
}

static std::string typeText(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

static llvm::Expected<Port> portOf(Type type, Type element, std::string name, ArrayAttr dims) {
  Port port{std::move(name), dyn_cast<RankedTensorType>(type), {}};
  if (!port.type || !port.type.getElementType().isIntOrIndexOrFloat())
    return error("\"" + port.name + "\" is " + typeText(type) + "; the reference takes ranked tensors of numbers");
  port.type = RankedTensorType::get(port.type.getShape(), element);
  for (int64_t d = 0; d < port.type.getRank(); ++d)
    port.dims.push_back(dims ? cast<StringAttr>(dims[d]).str() : "");
  return port;
}

llvm::Expected<std::vector<Port>> inputPorts(func::FuncOp function) {
  std::vector<Port> ports;
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    llvm::Expected<Port> port = portOf(function.getArgumentTypes()[i], inputElement(function, i),
                                       inputName(function, i), function.getArgAttrOfType<ArrayAttr>(i, "attn.dims"));
    if (!port)
      return port.takeError();
    ports.push_back(std::move(*port));
  }
  return ports;
}

llvm::Expected<std::vector<Port>> outputPorts(func::FuncOp function) {
  std::vector<Port> ports;
  for (unsigned i = 0; i < function.getNumResults(); ++i) {
    llvm::Expected<Port> port =
        portOf(function.getResultTypes()[i], outputElement(function, i), outputName(function, i),
               function.getResultAttrOfType<ArrayAttr>(i, "attn.dims"));
    if (!port)
      return port.takeError();
    ports.push_back(std::move(*port));
  }
  return ports;
}

std::optional<int64_t> indexLimit(BlockArgument argument) {
  std::optional<int64_t> limit;
  auto tighten = [&](std::optional<int64_t> other) {
    if (other)
      limit = limit ? std::min(*limit, *other) : *other;
  };
  for (OpOperand &use : argument.getUses()) {
    Operation *op = use.getOwner();
    if (auto embed = dyn_cast<EmbedOp>(op); embed && use.getOperandNumber() == 1)
      tighten(cast<RankedTensorType>(embed.getTable().getType()).getDimSize(0) - 1);
    else if (auto kernel = dyn_cast<KernelOp>(op))
      tighten(indexLimit(kernel.getBody().getArgument(use.getOperandNumber())));
    StringAttr callee;
    if (auto call = dyn_cast<func::CallOp>(op))
      callee = call.getCalleeAttr().getAttr();
    else if (auto repeat = dyn_cast<RepeatOp>(op))
      callee = repeat.getCalleeAttr().getAttr();
    else if (auto loop = dyn_cast<LoopOp>(op))
      callee = loop.getCalleeAttr().getAttr();
    auto function = callee ? SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(op, callee) : func::FuncOp();
    if (function && !function.isDeclaration() && !function->isAncestor(op))
      tighten(indexLimit(function.getArgument(use.getOperandNumber())));
  }
  return limit;
}

static std::string expectedShape(const Port &port) {
  std::string text = "[";
  for (int64_t d = 0; d < port.type.getRank(); ++d)
    text += (d ? "," : "") + (!port.type.isDynamicDim(d) ? std::to_string(port.type.getDimSize(d))
                              : port.dims[d].empty()     ? "?"
                                                         : port.dims[d]);
  return text + "]";
}

llvm::Error checkInputs(llvm::ArrayRef<Port> ports, llvm::ArrayRef<Tensor<double>> inputs) {
  if (ports.size() != inputs.size())
    return error(llvm::Twine(inputs.size()) + " inputs given, the model has " + llvm::Twine(ports.size()));
  llvm::MapVector<llvm::StringRef, std::pair<int64_t, llvm::StringRef>> bound;
  for (auto [port, input] : llvm::zip(ports, inputs)) {
    std::string what = "input \"" + port.name + "\": ";
    bool isReal = isa<FloatType>(port.type.getElementType());
    llvm::Expected<int64_t> count = elementCount(input.shape);
    if (!count)
      return error(what + llvm::toString(count.takeError()));
    if (static_cast<int64_t>(isReal ? input.reals.size() : input.integers.size()) != *count)
      return error(what + "expected " + (isReal ? "real numbers" : "integers") + ", as it is " + typeText(port.type));
    bool agrees = static_cast<int64_t>(input.shape.size()) == port.type.getRank();
    for (int64_t d = 0; agrees && d < port.type.getRank(); ++d)
      agrees = port.type.isDynamicDim(d) || port.type.getDimSize(d) == input.shape[d];
    if (!agrees)
      return error(what + "shape " + shapeText(input.shape) + ", expected " + expectedShape(port));
    for (auto [d, name] : llvm::enumerate(port.dims)) {
      if (name.empty())
        continue;
      auto [symbol, more] = splitDimension(name);
      if (input.shape[d] < more)
        return error(what + "shape " + shapeText(input.shape) + ", expected " + expectedShape(port));
      auto [entry, isNew] = bound.try_emplace(symbol, input.shape[d] - more, port.name);
      if (entry->second.first != input.shape[d] - more)
        return error(what + "shape " + shapeText(input.shape) + ", expected " + expectedShape(port) + " (dimension " +
                     symbol + " is " + llvm::Twine(entry->second.first) + ", from input \"" + entry->second.second +
                     "\")");
    }
  }
  return llvm::Error::success();
}

} // namespace mlir::attn::reference
