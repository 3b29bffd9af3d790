// What a compiled model promises in C: one function, names that a header can hold, types that the runtime knows,
// sizes that 64-bit arithmetic cannot overflow. Later stages rely on all of it.
#include "compiler/simplify/Passes.h"
#include "dialect/AttnOps.h"
#include "dialect/Ports.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::attn {
#define GEN_PASS_DEF_CHECKINTERFACE
#include "compiler/simplify/Passes.h.inc"

namespace {

constexpr int64_t maxTensorBytes = int64_t(1) << 47; // what an address can reach

bool isIdentifier(StringRef name) {
  return !name.empty() && !llvm::isDigit(name.front()) &&
         llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

/// The one public function of a module, beside steps of its loops, or null after an error.
func::FuncOp modelFunction(ModuleOp module) {
  func::FuncOp model;
  for (Operation &op : *module.getBody()) {
    auto function = dyn_cast<func::FuncOp>(op);
    if (!function) {
      op.emitOpError("can not stand beside a model; expected functions only");
      return {};
    }
    if (function->hasAttr(kStep))
      continue;
    if (model) {
      InFlightDiagnostic error = function.emitOpError("is a second public function; a model is exactly one");
      error.attachNote(model.getLoc()) << "the first is @" << model.getName();
      return {};
    }
    model = function;
  }
  if (!model)
    module.emitError("expected a public function, the model; found none");
  return model;
}

class Checker {
public:
  explicit Checker(func::FuncOp model) : model(model) {}

  LogicalResult check() {
    if (!isIdentifier(model.getName()))
      return model.emitOpError("expected a C identifier as name, since C functions start with it");
    if (model.isDeclaration())
      return model.emitOpError("expected a body");
    if (model.getNumResults() == 0)
      return model.emitOpError("expected at least one result");
    return success(succeeded(checkPorts()) && succeeded(checkStates()) && succeeded(checkTypes()));
  }

private:
  LogicalResult checkPorts() {
    StringAttr key = StringAttr::get(model.getContext(), "attn.name");
    for (auto [i, type] : llvm::enumerate(model.getArgumentTypes())) {
      if (!model.getArgAttr(i, key))
        model.setArgAttr(i, key, StringAttr::get(model.getContext(), inputName(model, i)));
      if (failed(checkPort(type, model.getArgAttrOfType<StringAttr>(i, key), model.getArgAttr(i, "attn.dims"))))
        return failure();
    }
    for (auto [i, type] : llvm::enumerate(model.getResultTypes())) {
      if (!model.getResultAttr(i, key))
        model.setResultAttr(i, key, StringAttr::get(model.getContext(), outputName(model, i)));
      if (failed(checkPort(type, model.getResultAttrOfType<StringAttr>(i, key), {})))
        return failure();
    }
    return success();
  }

  LogicalResult checkPort(Type type, StringAttr name, Attribute dims) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || tensor.getRank() > 8)
      return model.emitOpError("expected ") << name << " to be a tensor of rank 8 or less, got " << type;
    if (!names.insert(name.getValue()).second)
      return model.emitOpError("has two arguments or results of the name ") << name;
    if (!dims)
      return success();
    for (auto [dim, size] : llvm::zip(cast<ArrayAttr>(dims), tensor.getShape())) {
      auto [known, isNew] = sizes.try_emplace(cast<StringAttr>(dim).getValue(), size);
      if (!isNew && known->second != size)
        return model.emitOpError("dimension ") << dim << " has one size in every call, got " << text(known->second)
                                               << " and, for " << name << ", " << text(size);
    }
    return success();
  }

  /// A state: the argument and the result of one `attn.state`.
  struct State {
    std::optional<unsigned> argument, result;
  };

  /// States are pairs of one type, behind all that is no state.
  LogicalResult checkStates() {
    llvm::MapVector<StringAttr, State> states;
    unsigned arguments = 0, results = 0; // that are states
    for (unsigned i = 0; i < model.getNumArguments(); ++i) {
      auto name = model.getArgAttrOfType<StringAttr>(i, kState);
      if (failed(checkPlace(name, states[name].argument, i, arguments, "argument", inputName(model, i))))
        return failure();
    }
    for (unsigned i = 0; i < model.getNumResults(); ++i) {
      auto name = model.getResultAttrOfType<StringAttr>(i, kState);
      if (failed(checkPlace(name, states[name].result, i, results, "result", outputName(model, i))))
        return failure();
    }
    for (auto &[name, state] : states)
      if (name && failed(checkPair(name, state)))
        return failure();
    return success();
  }

  LogicalResult checkPlace(StringAttr state, std::optional<unsigned> &place, unsigned index, unsigned &count,
                           StringRef kind, std::string name) {
    if (!state && count)
      return model.emitOpError("expected states to stand behind all other ")
             << kind << "s, got '" << name << "' behind one";
    if (!state)
      return success();
    if (place)
      return model.emitOpError("has two ") << kind << "s of the state " << state;
    place = index;
    ++count;
    return success();
  }

  LogicalResult checkPair(StringAttr name, const State &state) {
    if (!state.argument || !state.result)
      return model.emitOpError("expected an argument and a result of the state ")
             << name << ", got no " << (state.argument ? "result" : "argument");
    Type before = model.getArgumentTypes()[*state.argument], after = model.getResultTypes()[*state.result];
    if (before != after)
      return model.emitOpError("expected the state ")
             << name << " to keep its type, got " << before << " and " << after;
    if (inputElement(model, *state.argument) != outputElement(model, *state.result))
      return model.emitOpError("expected the state ") << name << " to have one attn.storage";
    return success();
  }

  static std::string text(int64_t size) { return ShapedType::isDynamic(size) ? "?" : std::to_string(size); }

  /// Every tensor of the module's functions, arguments first.
  LogicalResult checkTypes() {
    for (auto function : model->getParentOfType<ModuleOp>().getOps<func::FuncOp>()) {
      for (Type type : function.getArgumentTypes())
        if (failed(checkType(function, type)))
          return failure();
      for (Operation &op : function.getBody().getOps())
        for (Type type : op.getResultTypes())
          if (failed(checkType(&op, type)))
            return failure();
    }
    return success();
  }

  static LogicalResult checkType(Operation *op, Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor)
      return success();
    Type element = tensor.getElementType();
    if (!element.isF32() && !element.isF64() && !element.isBF16() && !element.isSignlessInteger(32) &&
        !element.isSignlessInteger(1))
      return op->emitOpError("expected elements f32, f64, bf16, i32 or i1, got ") << type;
    if (tensor.getEncoding())
      return op->emitOpError("expected a tensor without a layout, which the tile stage chooses, got ") << type;
    int64_t bytes = llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
    for (int64_t size : tensor.getShape()) {
      if (size == 0)
        return op->emitOpError("expected no dimension of size 0, got ") << type;
      if (!ShapedType::isDynamic(size) && (llvm::MulOverflow(bytes, size, bytes) || bytes >= maxTensorBytes))
        return op->emitOpError("expected less than 2^47 bytes, got ") << type;
    }
    return success();
  }

  func::FuncOp model;
  llvm::StringSet<> names;
  llvm::StringMap<int64_t> sizes;
};

struct CheckInterface : impl::CheckInterfaceBase<CheckInterface> {
  void runOnOperation() override {
    func::FuncOp model = modelFunction(getOperation());
    if (!model || failed(Checker(model).check()))
      return signalPassFailure();
  }
};

} // namespace
} // namespace mlir::attn
