// Ports of bf16 take their layout, after every other tensor has its own. A kernel whose back end reads or writes bf16
// is given the port as it lies in memory; elsewhere a kernel that yields its operand stands between:
//   read    %k = attn.kernel (%a = %arg : tensor<..., rows of bf16>) -> tensor<...f32>      once, before the first user
//   write   %r = attn.kernel (%a = %value : tensor<...f32>) -> tensor<..., rows of bf16>    before the return
// Only the model's result is rounded: a value that others read too stays f32.
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
      if (model.getArgAttr(argument.getArgNumber(), kStorage))
        store(model, argument);
    for (OpOperand &result : exit->getOpOperands())
      if (model.getResultAttr(result.getOperandNumber(), kStorage))
        write(result);
    model.setFunctionType(
        FunctionType::get(&getContext(), model.getBody().getArgumentTypes(), exit->getOperandTypes()));
  }

  RankedTensorType rowsOfBf16(Type type) {
    auto tensor = cast<RankedTensorType>(type);
    auto layout = LayoutAttr::get(&getContext(), LayoutKind::RowMajor, 1, 1, Precision::Bf16);
    return RankedTensorType::get(tensor.getShape(), tensor.getElementType(), layout);
  }

  /// Gives an argument its layout, and each of its users the argument or the copy in f32.
  void store(func::FuncOp model, BlockArgument argument) {
    SmallVector<OpOperand *> others;
    RankedTensorType stored = rowsOfBf16(argument.getType());
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
    return backendFor(kernel.getSchedule()->getBackend()).readsBf16(kernel.getBody().getArgument(operand));
  }

  /// Makes a result of the model one that is stored in bf16.
  void write(OpOperand &result) {
    Value value = result.get();
    if (storesBf16(value.getType()))
      return;
    auto kernel = value.getDefiningOp<KernelOp>();
    if (kernel && value.hasOneUse() && backendFor(kernel.getSchedule()->getBackend()).writesBf16(cast<OpResult>(value)))
      value.setType(rowsOfBf16(value.getType()));
    else
      result.set(copyAs(result.getOwner(), value, rowsOfBf16(value.getType())));
  }

  static bool storesBf16(Type type) {
    LayoutAttr layout = getLayout(type);
    return layout && layout.getStorage() == Precision::Bf16;
  }

  /// A kernel before `user` that yields `source` as `type`.
  Value copyAs(Operation *user, Value source, Type type) {
    int64_t lanes = vectorBits / 32;
    auto schedule =
        ScheduleAttr::get(&getContext(), BackendKind::LLVM, Strategy::Rows, lanes, 1, lanes, 0, 0, 0, Precision::Own);
    return copyBefore(user, source, type, schedule).getResult(0);
  }
};

} // namespace
} // namespace mlir::attn
