// The function a run executes, and the one that tells how much memory it needs. Both lay the arena out in the same way:
//   slot 0 | slot 1 | ... | scratch of worker 0 | scratch of worker 1 | ...        each rounded up to 64 bytes
#include "compiler/emit/Constants.h"
#include "llvm/ADT/StringExtras.h"

namespace mlir::attn {

namespace {

ArrayRef<Attribute> slotsOf(func::FuncOp model) { return model->getAttrOfType<ArrayAttr>("attn.slots").getValue(); }

AffineMap mapOf(Attribute attribute) { return cast<AffineMapAttr>(attribute).getValue(); }

/// Builds the body of `<prefix>_main.<target>`.
class MainBuilder {
public:
  explicit MainBuilder(Entry &entry) : entry(entry), builder(entry.builder) {}

  LogicalResult build(StringRef target) {
    builder.setInsertionPointToEnd(entry.model->getBlock());
    Type none = LLVM::LLVMVoidType::get(builder.getContext());
    kernelEnd = LLVM::LLVMFuncOp::create(builder, "attn_kernel_end",
                                         LLVM::LLVMFunctionType::get(none, {entry.pointer(), entry.i64()}));
    kernelEnd.setVisibility_(LLVM::Visibility::Hidden);
    LLVM::LLVMFuncOp main = entry.function(entry.mainName(target), none, {entry.pointer()});
    invocation = main.getArgument(0);
    Value inputs = field(offsetof(attn_invocation, inputs));
    Value outputs = field(offsetof(attn_invocation, outputs));
    symbols = field(offsetof(attn_invocation, symbols));
    weights = field(offsetof(attn_invocation, weights));
    pool = field(offsetof(attn_invocation, pool));
    if (failed(placeSlots(field(offsetof(attn_invocation, arena)))))
      return failure();
    for (BlockArgument argument : entry.model.getArguments())
      place[argument] = element(inputs, argument.getArgNumber());
    for (unsigned o = 0; o < entry.model.getNumResults(); ++o)
      outputPlaces.push_back(element(outputs, o));
    for (Operation &op : entry.model.getBody().front())
      if (failed(visit(&op)))
        return failure();
    LLVM::ReturnOp::create(builder, ValueRange());
    return success();
  }

private:
  Value at(Value base, int64_t bytes) {
    return LLVM::GEPOp::create(builder, entry.pointer(), builder.getI8Type(), base,
                               ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(bytes)});
  }
  Value field(int64_t offset) { return LLVM::LoadOp::create(builder, entry.pointer(), at(invocation, offset)); }
  Value element(Value array, int64_t index) {
    return LLVM::LoadOp::create(builder, entry.pointer(), at(array, index * sizeof(void *)));
  }
  Value shifted(Value base, Value bytes) {
    return LLVM::GEPOp::create(builder, entry.pointer(), builder.getI8Type(), base, ArrayRef<LLVM::GEPArg>{bytes});
  }

  LogicalResult placeSlots(Value arena) {
    SizeArithmetic sizes(entry, symbols);
    Value next = arena;
    for (Attribute slot : slotsOf(entry.model)) {
      slotPlaces.push_back(next);
      FailureOr<Value> bytes = sizes.largest(mapOf(slot));
      if (failed(bytes))
        return failure();
      next = shifted(next, *bytes);
    }
    scratch = next;
    return success();
  }

  LogicalResult visit(Operation *op) {
    if (auto weight = dyn_cast<WeightOp>(op)) {
      place[weight] = shifted(weights, entry.constant(weightOffset(weight)));
      return success();
    }
    if (auto kernel = dyn_cast<KernelOp>(op)) {
      callCode(kernel);
      return success();
    }
    return copyResults(op);
  }

  void callCode(KernelOp kernel) {
    SmallVector<Value> arguments = {pool, symbols, scratch};
    for (Value input : kernel.getInputs())
      arguments.push_back(place.lookup(input));
    auto slots = kernel->getAttrOfType<DenseI64ArrayAttr>("attn.slots").asArrayRef();
    for (auto [result, slot] : llvm::zip_equal(kernel.getResults(), slots)) {
      place[result] = slot >= 0 ? slotPlaces[slot] : outputPlaces[-1 - slot];
      arguments.push_back(place[result]);
    }
    func::CallOp::create(builder, kernel.getLoc(), *kernel.getCode(), TypeRange(), arguments);
    LLVM::CallOp::create(builder, kernelEnd, ValueRange{invocation, entry.constant(kernels++)});
  }

  /// What is returned but was not written by a kernel just there: an input, a weight, or a second copy.
  LogicalResult copyResults(Operation *exit) {
    SizeArithmetic sizes(entry, symbols);
    for (auto [index, value] : llvm::enumerate(exit->getOperands())) {
      if (place.lookup(value) == outputPlaces[index])
        continue;
      FailureOr<Value> bytes =
          sizes.evaluate(storedBytes(cast<RankedTensorType>(value.getType()), entry.extents.of(value)));
      if (failed(bytes))
        return failure();
      LLVM::MemcpyOp::create(builder, outputPlaces[index], place.lookup(value), *bytes, /*isVolatile=*/false);
    }
    return success();
  }

  Entry &entry;
  ImplicitLocOpBuilder &builder;
  LLVM::LLVMFuncOp kernelEnd;
  int64_t kernels = 0; // called so far
  Value invocation, symbols, weights, pool, scratch;
  SmallVector<Value> slotPlaces, outputPlaces;
  llvm::DenseMap<Value, Value> place;
};

} // namespace

LogicalResult buildMain(Entry &entry, StringRef target) { return MainBuilder(entry).build(target); }

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
  for (auto kernel : entry.model.getOps<KernelOp>())
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

LogicalResult buildArenaBytes(Entry &entry, StringRef target) {
  LLVM::LLVMFuncOp function = entry.function(entry.arenaBytesName(target), entry.i64(), {entry.pointer(), entry.i64()});
  SizeArithmetic sizes(entry, function.getArgument(0));
  Value total = entry.constant(0);
  for (Attribute slot : slotsOf(entry.model)) {
    FailureOr<Value> bytes = sizes.largest(mapOf(slot));
    if (failed(bytes))
      return failure();
    total = sizes.add(total, *bytes);
  }
  FailureOr<Value> scratch = sizes.largest(mapOf(entry.model->getAttr("attn.scratch")));
  if (failed(scratch))
    return failure();
  total = sizes.add(total, sizes.multiply(*scratch, function.getArgument(1)));
  LLVM::ReturnOp::create(entry.builder, total);
  return success();
}

} // namespace mlir::attn
