// Types, constants and ports of a function in wider numbers; see the header.
#include "compiler/simplify/Widen.h"
#include "dialect/AttnOps.h"
#include "dialect/Ports.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace mlir::attn {
namespace {

class Widener {
public:
  Widener(func::FuncOp function, const Widening &widening) : function(function), widening(widening) {}

  LogicalResult run() {
    if (function.walk([&](arith::BitcastOp op) { return refuseBits(op); }).wasInterrupted())
      return failure();
    auto storage = StringAttr::get(function.getContext(), widening.storage);
    widenPorts(function.isPublic() ? storage : StringAttr());
    function.walk([&](WeightOp weight) {
      // The file may hold it so; or in still narrower numbers, which an earlier pass has written down.
      if (getElementTypeOrSelf(weight.getType()) == widening.from && !weight->hasAttr(kStorage))
        weight->setAttr(kStorage, storage);
    });
    function.walk([&](Operation *op) { widenTypes(op); });
    function.walk([](Operation *op) {
      if (isa<arith::ExtFOp, arith::TruncFOp>(op) && op->getOperand(0).getType() == op->getResult(0).getType()) {
        op->getResult(0).replaceAllUsesWith(op->getOperand(0));
        op->erase();
      }
    });
    return success();
  }

private:
  Type widened(Type type) {
    if (type == widening.from)
      return widening.to;
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && tensor.getElementType() == widening.from ? tensor.clone(widening.to) : type;
  }

  /// The same numbers, where they are written in the text.
  TypedAttr widened(TypedAttr value) {
    auto exact = [&](APFloat number) {
      bool losesInfo;
      number.convert(widening.to.getFloatSemantics(), APFloat::rmNearestTiesToEven, &losesInfo);
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

  void widenTypes(Operation *op) {
    for (Region &region : op->getRegions())
      for (BlockArgument argument : region.getArguments())
        argument.setType(widened(argument.getType()));
    for (Value result : op->getResults())
      result.setType(widened(result.getType()));
    if (auto constant = dyn_cast<arith::ConstantOp>(op);
        constant && widened(constant.getValue().getType()) != constant.getValue().getType())
      constant.setValueAttr(widened(constant.getValue()));
    if (auto pointwise = dyn_cast<PointwiseOp>(op); pointwise && pointwise.getElement())
      pointwise.setElement(widened(*pointwise.getElement()));
  }

  WalkResult refuseBits(arith::BitcastOp op) {
    if (op.getIn().getType() != widening.from && op.getType() != widening.from)
      return WalkResult::advance();
    op.emitOpError("expected no bits of ") << widening.from << ", which is computed in " << widening.to << ", got "
                                           << op.getIn().getType() << " to " << op.getType();
    return WalkResult::interrupt();
  }

  /// Writes down how a model's arguments and results are stored (not what steps hand on: `storage` is null), and gives
  /// the function its new type.
  void widenPorts(StringAttr storage) {
    for (unsigned i = 0; storage && i < function.getNumArguments(); ++i)
      if (inputElement(function, i) == widening.from)
        function.setArgAttr(i, kStorage, storage);
    for (unsigned i = 0; storage && i < function.getNumResults(); ++i)
      if (outputElement(function, i) == widening.from)
        function.setResultAttr(i, kStorage, storage);
    auto all = [&](TypeRange types) { return llvm::map_to_vector(types, [&](Type type) { return widened(type); }); };
    function.setFunctionType(
        FunctionType::get(function.getContext(), all(function.getArgumentTypes()), all(function.getResultTypes())));
  }

  func::FuncOp function;
  const Widening &widening;
};

} // namespace

LogicalResult widen(func::FuncOp function, const Widening &widening) { return Widener(function, widening).run(); }

} // namespace mlir::attn
