// An attn_loop on the stack of the function that the loop stands in, member by member as attn/abi.h lays it out.
#include "compiler/emit/LoopCall.h"
#include "dialect/StepExtents.h"

namespace mlir::attn {

namespace {

class LoopCall {
public:
  LoopCall(Entry &entry, LoopOp loop, StringRef target, const BodyScope &scope,
           const llvm::DenseMap<Value, Value> &place, ArrayRef<Value> buffers)
      : entry(entry), memory(entry), loop(loop), target(target), scope(scope), place(place), buffers(buffers),
        sizes(entry, scope.symbols), carried(loop.getCarried().size()), each(loop.getEach().size()) {}

  LogicalResult build() {
    FailureOr<StepExtents> step = StepExtents::compute(loop, entry.extents);
    if (failed(step))
      return failure();
    unsigned inputs = loop->getNumOperands(), outputs = step->callee.getNumResults();
    unsigned collected = outputs - carried - loop.getConditional();
    tensors = memory.stack((inputs + collected + loop.getConditional()) * sizeof(attn_loop_tensor));
    if (failed(fillOperands()) || failed(fillCollected()) || (loop.getConditional() && failed(fillAlive(*step))))
      return failure();
    FailureOr<Value> symbols = buildStepSymbols(entry, sizes, *step), time = timeOf();
    if (failed(symbols) || failed(time))
      return failure();
    Value frame = memory.stack(sizeof(attn_loop));
    auto set = [&](int64_t offset, Value value) { memory.store(value, frame, offset); };
    std::string name = Entry{step->callee, entry.extents, entry.prefix, entry.builder}.bodyName(target);
    set(offsetof(attn_loop, step), LLVM::AddressOfOp::create(entry.builder, entry.pointer(), name));
    set(offsetof(attn_loop, symbols), *symbols);
    set(offsetof(attn_loop, arena), scope.arena);
    set(offsetof(attn_loop, scratch), scope.scratch);
    set(offsetof(attn_loop, steps), *time);
    set(offsetof(attn_loop, reverse), entry.constant(loop.getReverse()));
    set(offsetof(attn_loop, conditional), entry.constant(loop.getConditional()));
    set(offsetof(attn_loop, carried), entry.constant(carried));
    set(offsetof(attn_loop, each), entry.constant(each));
    set(offsetof(attn_loop, with), entry.constant(inputs - carried - each));
    set(offsetof(attn_loop, collected), entry.constant(collected));
    set(offsetof(attn_loop, tensors), tensors);
    set(offsetof(attn_loop, inputs), memory.stack(inputs * sizeof(void *)));
    set(offsetof(attn_loop, outputs), memory.stack(outputs * sizeof(void *)));
    entry.callRuntime("attn_run_loop", {scope.invocation, frame});
    return success();
  }

private:
  void fill(unsigned index, Value from, Value to, Value buffer, Value samples, Value bytes) {
    auto set = [&](int64_t offset, Value value) {
      if (value)
        memory.store(value, tensors, index * sizeof(attn_loop_tensor) + offset);
    };
    Value null = LLVM::ZeroOp::create(entry.builder, entry.pointer());
    set(offsetof(attn_loop_tensor, from), from ? from : null);
    set(offsetof(attn_loop_tensor, to), to ? to : null);
    set(offsetof(attn_loop_tensor, buffer), buffer ? buffer : null);
    set(offsetof(attn_loop_tensor, samples), samples ? samples : entry.constant(1));
    set(offsetof(attn_loop_tensor, bytes), bytes ? bytes : entry.constant(0));
  }

  LogicalResult fillOperands() {
    for (auto [index, operand] : llvm::enumerate(loop->getOperands())) {
      auto type = cast<RankedTensorType>(operand.getType());
      if (index >= carried && index < carried + each) {
        if (failed(fillSequence(index, operand, place.lookup(operand), {}, buffers[index])))
          return failure();
        continue;
      }
      FailureOr<Value> bytes = sizes.evaluate(storedBytes(type, entry.extents.of(operand)));
      if (failed(bytes))
        return failure();
      bool carries = index < carried;
      fill(index, place.lookup(operand), carries ? place.lookup(loop.getResult(index)) : Value(),
           carries ? buffers[index] : Value(), {}, *bytes);
    }
    return success();
  }

  LogicalResult fillCollected() {
    for (unsigned index = carried; index < loop.getNumResults(); ++index) {
      Value result = loop.getResult(index);
      if (failed(fillSequence(loop->getNumOperands() + index - carried, result, {}, place.lookup(result),
                              buffers[each + index])))
        return failure();
    }
    return success();
  }

  /// A sequence [B, T, ...]: B samples, and the bytes that a step has of one.
  LogicalResult fillSequence(unsigned index, Value value, Value from, Value to, Value buffer) {
    auto type = cast<RankedTensorType>(value.getType());
    ArrayRef<AffineExpr> extents = entry.extents.of(value);
    auto part = RankedTensorType::get(type.getShape().drop_front(2), type.getElementType());
    FailureOr<Value> samples = sizes.evaluate(extents[0]),
                     bytes = sizes.evaluate(storedBytes(part, extents.drop_front(2)));
    if (failed(samples) || failed(bytes))
      return failure();
    fill(index, from, to, buffer, *samples, *bytes);
    return success();
  }

  LogicalResult fillAlive(const StepExtents &step) {
    unsigned last = func::FuncOp(step.callee).getNumResults() - 1;
    FailureOr<Extents> extents = step.ofResult(loop, last);
    auto type = cast<RankedTensorType>(func::FuncOp(step.callee).getResultTypes()[last]);
    FailureOr<Value> bytes = failed(extents) ? FailureOr<Value>() : sizes.evaluate(storedBytes(type, *extents));
    if (failed(bytes))
      return failure();
    fill(loop->getNumOperands() + last - carried, {}, {}, buffers.back(), {}, *bytes);
    return success();
  }

  FailureOr<Value> timeOf() {
    if (loop.getSteps())
      return entry.constant(*loop.getSteps());
    return sizes.evaluate(entry.extents.of(loop.getEach()[0])[1]);
  }

  Entry &entry;
  Memory memory;
  LoopOp loop;
  StringRef target;
  const BodyScope &scope;
  const llvm::DenseMap<Value, Value> &place;
  ArrayRef<Value> buffers;
  SizeArithmetic sizes;
  unsigned carried, each;
  Value tensors;
};

} // namespace

FailureOr<Value> buildStepSymbols(Entry &entry, SizeArithmetic &sizes, const StepExtents &step) {
  Memory memory(entry);
  Value symbols = memory.stack(std::max<size_t>(step.outer.size(), 1) * sizeof(int64_t));
  for (auto [index, extent] : llvm::enumerate(step.outer)) {
    FailureOr<Value> value = sizes.evaluate(extent);
    if (failed(value))
      return failure();
    memory.store(*value, symbols, index * sizeof(int64_t));
  }
  return symbols;
}

LogicalResult buildLoopCall(Entry &entry, LoopOp loop, StringRef target, const BodyScope &scope,
                            const llvm::DenseMap<Value, Value> &place, ArrayRef<Value> buffers) {
  return LoopCall(entry, loop, target, scope, place, buffers).build();
}

} // namespace mlir::attn
