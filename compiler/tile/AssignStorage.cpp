// Ports stored in narrower numbers, bf16 of f32 or f32 of f64, take their layout, after every other tensor has its own.
// A kernel whose back end reads or writes these is given the port as it lies in memory; elsewhere a kernel that yields
// its operand stands between:
//   read    %k = attn.kernel (%a = %arg : tensor<..., rows of bf16>) -> tensor<...f32>      once, before the first user
//   write   %r = attn.kernel (%a = %value : tensor<...f32>) -> tensor<..., rows of bf16>    before the return
// Only the model's result is rounded: a value that others read too stays as it is computed.
#include "compiler/backends/Backend.h"
#include "compiler/tile/CopyKernel.h"
#include "compiler/tile/Passes.h"
#include "dialect/Ports.h"
#include "mlir/IR/Builders.h"

namespace mlir::attn {
#define GEN_PASS_DEF_ASSIGNSTORAGE
#include "compiler/tile/Passes.h.inc"

namespace {

struct AssignStorage : impl::AssignStorageBase<AssignStorage> {
  using AssignStorageBase::AssignStorageBase;

  void runOnOperation() override {
    func::FuncOp model = getOperation();
    if (model.isExternal())
      return;
    Operation *exit = model.getBody().front().getTerminator();
    for (BlockArgument argument : model.getArguments())
      if (auto storage = model.getArgAttrOfType<StringAttr>(argument.getArgNumber(), kStorage))
        store(model, argument, storage);
    for (OpOperand &result : exit->getOpOperands())
      if (auto storage = model.getResultAttrOfType<StringAttr>(result.getOperandNumber(), kStorage))
        write(result, storage);
    model.setFunctionType(
        FunctionType::get(&getContext(), model.getBody().getArgumentTypes(), exit->getOperandTypes()));
  }

  RankedTensorType rowsOf(StringAttr storage, Type type) {
    auto tensor = cast<RankedTensorType>(type);
    auto layout = LayoutAttr::get(&getContext(), LayoutKind::RowMajor, 1, 1, *symbolizePrecision(storage.getValue()));
    return RankedTensorType::get(tensor.getShape(), tensor.getElementType(), layout);
  }

  /// Gives an argument its layout, and each of its users the argument or the copy in what is computed in.
  void store(func::FuncOp model, BlockArgument argument, StringAttr storage) {
    SmallVector<OpOperand *> others;
    RankedTensorType stored = rowsOf(storage, argument.getType());
    for (OpOperand &use : argument.getUses()) {
      auto kernel = dyn_cast<KernelOp>(use.getOwner());
      if (kernel && reads(kernel, use.getOperandNumber()))
        kernel.getBody().getArgument(use.getOperandNumber()).setType(stored);
      else if (kernel || !model.getResultAttr(use.getOperandNumber(), kStorage))
        others.push_back(&use);
    }
    Type type = argument.getType();
    argument.setType(stored);
    if (others.empty())
      return;
    Operation *first = others.front()->getOwner();
    for (OpOperand *use : others)
      if (use->getOwner()->isBeforeInBlock(first))
        first = use->getOwner();
    Value copy = copyAs(first, argument, type);
    for (OpOperand *use : others)
      use->set(copy);
  }

  static bool reads(KernelOp kernel, unsigned operand) {
    return backendFor(kernel.getSchedule()->getBackend()).readsNarrow(kernel.getBody().getArgument(operand));
  }

  /// Makes a result of the model one that is stored in narrower numbers.
  void write(OpOperand &result, StringAttr storage) {
    Value value = result.get();
    if (getLayout(value.getType())) // an argument, or written for another result
      return;
    auto kernel = value.getDefiningOp<KernelOp>();
    if (kernel && value.hasOneUse() &&
        backendFor(kernel.getSchedule()->getBackend()).writesNarrow(cast<OpResult>(value)))
      value.setType(rowsOf(storage, value.getType()));
    else
      result.set(copyAs(result.getOwner(), value, rowsOf(storage, value.getType())));
  }

  /// A kernel before `user` that yields `source` as `type`.
  Value copyAs(Operation *user, Value source, Type type) {
    int64_t lanes = vectorBits / getElementTypeOrSelf(type).getIntOrFloatBitWidth();
    auto schedule =
        ScheduleAttr::get(&getContext(), BackendKind::LLVM, Strategy::Rows, lanes, 1, lanes, 0, 0, 0, Precision::Own);
    return copyBefore(user, source, type, schedule).getResult(0);
  }
};

} // namespace
} // namespace mlir::attn
