// bf16 is how arguments and results are stored, not what is computed in: every tensor and every number of a formula
// becomes f32, which holds all bf16, and the ports of the model keep `attn.storage = "bf16"`. Later stages know f32
// only, up to the kernels that read and write the ports.
#include "compiler/simplify/Passes.h"
#include "dialect/AttnOps.h"
#include "dialect/Ports.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace mlir::attn {
#define GEN_PASS_DEF_WIDENBF16
#include "compiler/simplify/Passes.h.inc"

namespace {

/// The type with f32 for bf16.
Type widened(Type type) {
  Type real = Float32Type::get(type.getContext());
  if (type.isBF16())
    return real;
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.getElementType().isBF16() ? tensor.clone(real) : type;
}

/// The same numbers as f32, where they are written in the text.
TypedAttr widened(TypedAttr value) {
  auto exact = [](APFloat number) {
    bool losesInfo;
    number.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven, &losesInfo);
    return number;
  };
  if (auto number = dyn_cast<FloatAttr>(value))
    return FloatAttr::get(widened(number.getType()), exact(number.getValue()));
  auto numbers = dyn_cast<DenseElementsAttr>(value);
  if (!numbers)
    return value;
  return cast<TypedAttr>(cast<Attribute>(numbers.mapValues(
      widened(numbers.getElementType()), [&](const APFloat &number) { return exact(number).bitcastToAPInt(); })));
}

struct WidenBf16 : impl::WidenBf16Base<WidenBf16> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.walk([](arith::BitcastOp op) { return refuseBits(op); }).wasInterrupted())
      return signalPassFailure();
    widenPorts(function);
    function.walk([](WeightOp weight) {
      if (getElementTypeOrSelf(weight.getType()).isBF16()) // the file may hold it so
        weight->setAttr(kStorage, StringAttr::get(weight.getContext(), "bf16"));
    });
    function.walk([](Operation *op) {
      for (Region &region : op->getRegions())
        for (BlockArgument argument : region.getArguments())
          argument.setType(widened(argument.getType()));
      for (Value result : op->getResults())
        result.setType(widened(result.getType()));
      if (auto constant = dyn_cast<arith::ConstantOp>(op);
          constant && widened(constant.getValue().getType()) != constant.getValue().getType())
        constant.setValueAttr(widened(constant.getValue()));
    });
    function.walk([](Operation *op) {
      if (isa<arith::ExtFOp, arith::TruncFOp>(op) && op->getOperand(0).getType() == op->getResult(0).getType()) {
        op->getResult(0).replaceAllUsesWith(op->getOperand(0));
        op->erase();
      }
    });
  }

  static WalkResult refuseBits(arith::BitcastOp op) {
    if (!op.getIn().getType().isBF16() && !op.getType().isBF16())
      return WalkResult::advance();
    op.emitOpError("expected no bits of bf16, which is computed in f32, got ")
        << op.getIn().getType() << " to " << op.getType();
    return WalkResult::interrupt();
  }

  /// Writes down how arguments and results are stored, and gives the function its new type.
  static void widenPorts(func::FuncOp function) {
    auto storage = StringAttr::get(function.getContext(), "bf16");
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (inputElement(function, i).isBF16())
        function.setArgAttr(i, kStorage, storage);
    for (unsigned i = 0; i < function.getNumResults(); ++i)
      if (outputElement(function, i).isBF16())
        function.setResultAttr(i, kStorage, storage);
    auto all = [](TypeRange types) { return llvm::map_to_vector(types, [](Type type) { return widened(type); }); };
    function.setFunctionType(
        FunctionType::get(function.getContext(), all(function.getArgumentTypes()), all(function.getResultTypes())));
  }
};

} // namespace
} // namespace mlir::attn
