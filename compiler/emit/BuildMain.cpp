// The code of a function, the model or what its loops step through: it calls each kernel with the places that the plan
// gave its operands and results, and the runtime for each loop.
#include "compiler/emit/Constants.h"
#include "compiler/emit/LoopCall.h"
#include "llvm/ADT/StringExtras.h"

namespace mlir::attn {

namespace {

/// `<prefix>_body.<function>.<target>(invocation, inputs, outputs, symbols, arena, scratch)`.
class BodyBuilder {
public:
  BodyBuilder(Entry &entry, StringRef target, int64_t firstKernel)
      : entry(entry), builder(entry.builder), memory(entry), target(target), kernels(firstKernel) {}

  LogicalResult build() {
    LLVM::LLVMFuncOp body = entry.function(entry.bodyName(target), LLVM::LLVMVoidType::get(builder.getContext()),
                                           SmallVector<Type>(6, entry.pointer()));
    invocation = body.getArgument(0);
    symbols = body.getArgument(3);
    arena = body.getArgument(4);
    scratch = body.getArgument(5);
    weights = memory.load(invocation, offsetof(attn_invocation, weights));
    pool = memory.load(invocation, offsetof(attn_invocation, pool));
    if (failed(placeSlots()))
      return failure();
    for (BlockArgument argument : entry.model.getArguments())
      place[argument] = memory.load(body.getArgument(1), argument.getArgNumber() * sizeof(void *));
    for (unsigned o = 0; o < entry.model.getNumResults(); ++o)
      outputPlaces.push_back(memory.load(body.getArgument(2), o * sizeof(void *)));
    for (Operation &op : entry.model.getBody().front())
      if (failed(visit(&op)))
        return failure();
    LLVM::ReturnOp::create(builder, ValueRange());
    return success();
  }

private:
  LogicalResult placeSlots() {
    SizeArithmetic sizes(entry, symbols);
    Value next = arena;
    for (Attribute slot : slotsOf(entry.model)) {
      slotPlaces.push_back(next);
      FailureOr<Value> bytes = sizes.largest(mapOf(slot));
      if (failed(bytes))
        return failure();
      next = memory.shifted(next, *bytes);
    }
    arena = next; // of the loops' functions
    return success();
  }

  LogicalResult visit(Operation *op) {
    if (auto weight = dyn_cast<WeightOp>(op)) {
      place[weight] = memory.shifted(weights, entry.constant(weightOffset(weight)));
      return success();
    }
    if (auto kernel = dyn_cast<KernelOp>(op)) {
      callCode(kernel);
      return success();
    }
    if (auto loop = dyn_cast<LoopOp>(op)) {
      placeResults(loop);
      auto at = [&](int64_t slot) { return slot >= 0 ? slotPlaces[slot] : Value(); };
      SmallVector<Value> buffers =
          llvm::map_to_vector(loop->getAttrOfType<DenseI64ArrayAttr>("attn.buffers").asArrayRef(), at);
      return buildLoopCall(entry, loop, target, {invocation, symbols, arena, scratch}, place, buffers);
    }
    return copyResults(op);
  }

  SmallVector<Value> placeResults(Operation *op) {
    SmallVector<Value> places;
    auto slots = op->getAttrOfType<DenseI64ArrayAttr>("attn.slots").asArrayRef();
    for (auto [result, slot] : llvm::zip_equal(op->getResults(), slots)) {
      place[result] = slot >= 0 ? slotPlaces[slot] : outputPlaces[-1 - slot];
      places.push_back(place[result]);
    }
    return places;
  }

  void callCode(KernelOp kernel) {
    SmallVector<Value> arguments = {pool, symbols, scratch};
    for (Value input : kernel.getInputs())
      arguments.push_back(place.lookup(input));
    llvm::append_range(arguments, placeResults(kernel));
    func::CallOp::create(builder, kernel.getLoc(), *kernel.getCode(), TypeRange(), arguments);
    entry.callRuntime("attn_kernel_end", {invocation, entry.constant(kernels++)});
  }

  /// What is returned but was not written by a kernel just there: an input, a weight, or a second copy.
  LogicalResult copyResults(Operation *exit) {
    SizeArithmetic sizes(entry, symbols);
    ArrayRef<bool> inPlace = entry.model->getAttrOfType<DenseBoolArrayAttr>(kInPlace).asArrayRef();
    for (auto [index, value] : llvm::enumerate(exit->getOperands())) {
      // An argument that is its own next state lies there, or its caller gives it another place.
      if (place.lookup(value) == outputPlaces[index] || (inPlace[index] && entry.model->hasAttr(kStep)))
        continue;
      FailureOr<Value> bytes =
          sizes.evaluate(storedBytes(cast<RankedTensorType>(value.getType()), entry.extents.of(value)));
      if (failed(bytes))
        return failure();
      LLVM::MemmoveOp::create(builder, outputPlaces[index], place.lookup(value), *bytes, /*isVolatile=*/false);
    }
    return success();
  }

  Entry &entry;
  ImplicitLocOpBuilder &builder;
  Memory memory;
  StringRef target;
  int64_t kernels; // called so far, in all functions
  Value invocation, symbols, weights, pool, arena, scratch;
  SmallVector<Value> slotPlaces, outputPlaces;
  llvm::DenseMap<Value, Value> place;
};

} // namespace

LogicalResult buildBody(Entry &entry, StringRef target, int64_t firstKernel) {
  return BodyBuilder(entry, target, firstKernel).build();
}

/// A run of the model: its arena has the slots, what its loops need, then the scratch of each worker. For one row
/// another function may be faster.
void buildMain(Entry &entry, StringRef target) {
  ImplicitLocOpBuilder &builder = entry.builder;
  Type none = LLVM::LLVMVoidType::get(builder.getContext());
  LLVM::LLVMFuncOp main = entry.function(entry.mainName(target), none, {entry.pointer()});
  Value invocation = main.getArgument(0);
  Memory memory(entry);
  auto field = [&](int64_t offset) { return memory.load(invocation, offset); };
  Value symbols = field(offsetof(attn_invocation, symbols)), arena = field(offsetof(attn_invocation, arena));
  auto run = [&](const Entry &own) {
    Value bytes = own.call(own.memoryName(target), own.i64(), {symbols});
    own.call(own.bodyName(target), none,
             {invocation, field(offsetof(attn_invocation, inputs)), field(offsetof(attn_invocation, outputs)), symbols,
              arena, memory.shifted(arena, bytes)});
    LLVM::ReturnOp::create(builder, ValueRange());
  };
  if (func::FuncOp row = rowFunction(entry.model)) {
    int64_t symbol = entry.model->getAttrOfType<IntegerAttr>(kRowSymbol).getInt();
    Value rows = LLVM::LoadOp::create(builder, entry.i64(), memory.at(symbols, symbol * sizeof(int64_t)));
    Value isOne = LLVM::ICmpOp::create(builder, LLVM::ICmpPredicate::eq, rows, entry.constant(1));
    Block *one = main.addBlock(), *many = main.addBlock();
    LLVM::CondBrOp::create(builder, isOne, one, many);
    builder.setInsertionPointToStart(one);
    run({row, entry.extents, entry.prefix, builder});
    builder.setInsertionPointToStart(many);
  }
  run(entry);
}

/// `linear-256-5c1de84a90b3f726: linear, layer_norm`: the key of its schedule, if it has one, and what it computes.
static std::string nameOf(KernelOp kernel) {
  std::string name;
  if (auto key = kernel->getAttrOfType<StringAttr>("attn.key"))
    name = key.str() + ": ";
  SmallVector<StringRef> ops;
  for (Operation &op : kernel.getBody().front().without_terminator())
    if (!isa<SplitHeadsOp, MergeHeadsOp>(op)) // which only say how a tensor is read
      ops.push_back(op.getName().stripDialect());
  return name + (ops.empty() ? "copy" : llvm::join(ops, ", "));
}

void buildKernelNames(Entry &entry, StringRef target) {
  entry.builder.setInsertionPointToEnd(entry.model->getBlock());
  ConstantBuilder c(entry, "kernel");
  SmallVector<std::string> names;
  for (func::FuncOp function : functionsOf(entry.model))
    for (auto kernel : function.getOps<KernelOp>())
      names.push_back(c.text(nameOf(kernel)));
  Type array = LLVM::LLVMArrayType::get(entry.pointer(), names.size() + 1);
  c.global(
      "kernels." + target, array,
      [&] {
        SmallVector<Value> values =
            llvm::map_to_vector(names, [&](const std::string &name) { return c.addressOf(name); });
        values.push_back(c.null());
        return c.aggregate(array, values);
      },
      LLVM::Linkage::External);
}

} // namespace mlir::attn
