// How much memory a function needs, told by functions of its own, since dimensions are known at run time:
//   <prefix>_memory.<function>.<target>(symbols)    slot 0 | slot 1 | ... | the most that one of its loops needs
//   <prefix>_scratch.<function>.<target>(symbols)   of one worker, for any kernel, in loops too
//   <prefix>_arena_bytes.<target>(symbols, threads) all of the model: its memory, then the scratch of each worker
// Each is rounded up to 64 bytes.
#include "compiler/emit/Entry.h"
#include "dialect/StepExtents.h"

namespace mlir::attn {

/// The most that `tell` says of the functions of the loops.
static FailureOr<Value> largestOfLoops(Entry &entry, SizeArithmetic &sizes,
                                       llvm::function_ref<std::string(const Entry &)> tell) {
  Value most = entry.constant(0);
  for (auto loop : entry.model.getOps<LoopOp>()) {
    FailureOr<StepExtents> step = StepExtents::compute(loop, entry.extents);
    FailureOr<Value> symbols = failed(step) ? FailureOr<Value>() : buildStepSymbols(entry, sizes, *step);
    if (failed(symbols))
      return failure();
    Entry inner{step->callee, entry.extents, entry.prefix, entry.builder};
    most = LLVM::UMaxOp::create(entry.builder, most, entry.call(tell(inner), entry.i64(), {*symbols}));
  }
  return most;
}

LogicalResult buildMemory(Entry &entry, StringRef target) {
  LLVM::LLVMFuncOp function = entry.function(entry.memoryName(target), entry.i64(), {entry.pointer()});
  SizeArithmetic sizes(entry, function.getArgument(0));
  FailureOr<Value> total = largestOfLoops(entry, sizes, [&](const Entry &inner) { return inner.memoryName(target); });
  if (failed(total))
    return failure();
  for (Attribute slot : slotsOf(entry.model)) {
    FailureOr<Value> bytes = sizes.largest(mapOf(slot));
    if (failed(bytes))
      return failure();
    total = sizes.add(*total, *bytes);
  }
  LLVM::ReturnOp::create(entry.builder, *total);

  function = entry.function(entry.scratchName(target), entry.i64(), {entry.pointer()});
  SizeArithmetic scratch(entry, function.getArgument(0));
  FailureOr<Value> most = largestOfLoops(entry, scratch, [&](const Entry &inner) { return inner.scratchName(target); });
  if (failed(most))
    return failure();
  for (Attribute kernel : entry.model->getAttrOfType<ArrayAttr>("attn.scratch")) {
    FailureOr<Value> bytes = scratch.least(mapOf(kernel));
    if (failed(bytes))
      return failure();
    most = LLVM::UMaxOp::create(entry.builder, *most, *bytes).getResult();
  }
  LLVM::ReturnOp::create(entry.builder, *most);
  return success();
}

void buildArenaBytes(Entry &entry, StringRef target) {
  LLVM::LLVMFuncOp function = entry.function(entry.arenaBytesName(target), entry.i64(), {entry.pointer(), entry.i64()});
  SizeArithmetic sizes(entry, function.getArgument(0));
  auto largest = [&](std::string (Entry::*name)(StringRef) const) -> Value {
    Value bytes = entry.call((entry.*name)(target), entry.i64(), {function.getArgument(0)});
    func::FuncOp row = rowFunction(entry.model);
    if (!row)
      return bytes;
    Entry own{row, entry.extents, entry.prefix, entry.builder};
    return LLVM::UMaxOp::create(entry.builder, bytes,
                                own.call((own.*name)(target), entry.i64(), {function.getArgument(0)}));
  };
  Value memory = largest(&Entry::memoryName), scratch = largest(&Entry::scratchName);
  Value total = sizes.add(memory, sizes.multiply(scratch, function.getArgument(1)));
  LLVM::ReturnOp::create(entry.builder, total);
}

} // namespace mlir::attn
