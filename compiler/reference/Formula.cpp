// Reading a region into steps, and walking them.
#include "compiler/reference/Formula.h"
#include "mlir/IR/Block.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"

namespace mlir::attn::reference {

template <class T>
llvm::Expected<Formula<T>> Formula<T>::read(Region &region, llvm::ArrayRef<const Tensor<T> *> captures) {
  Formula formula;
  llvm::DenseMap<Value, unsigned> slotOf;
  llvm::DenseMap<Value, const Tensor<T> *> captureOf;
  Block &block = region.front();
  for (BlockArgument argument : block.getArguments())
    if (isa<RankedTensorType>(argument.getType()))
      captureOf[argument] = captures[captureOf.size()];
    else
      slotOf[argument] = formula.scalarCount++;
  unsigned slotCount = formula.scalarCount;
  for (Operation &op : block.without_terminator()) {
    Step step;
    const Tensor<T> *capture = nullptr;
    for (Value operand : op.getOperands())
      if (const Tensor<T> *tensor = captureOf.lookup(operand))
        capture = tensor;
      else
        step.operands.push_back(slotOf.lookup(operand));
    step.compute = op.getNumResults() == 1 ? formulaOp<T>(op, capture) : nullptr;
    if (!step.compute)
      return error("the reference does not know '" + op.getName().getStringRef() + "' in a formula");
    step.result = slotOf[op.getResult(0)] = slotCount++;
    formula.steps.push_back(std::move(step));
  }
  for (Value value : block.getTerminator()->getOperands())
    formula.yielded.push_back(slotOf.lookup(value));
  formula.slots.resize(slotCount);
  return formula;
}

template <class T>
llvm::ArrayRef<Scalar<T>> Formula<T>::evaluateAll(llvm::ArrayRef<Scalar<T>> arguments) {
  std::copy(arguments.begin(), arguments.begin() + scalarCount, slots.begin());
  llvm::SmallVector<Scalar<T>, 3> operands;
  for (const Step &step : steps) {
    operands.clear();
    for (unsigned slot : step.operands)
      operands.push_back(slots[slot]);
    slots[step.result] = step.compute(operands, faultText);
  }
  values.clear();
  for (unsigned slot : yielded)
    values.push_back(slots[slot]);
  return values;
}

template class Formula<float>;
template class Formula<double>;
template class Formula<long double>;

} // namespace mlir::attn::reference
