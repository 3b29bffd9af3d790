// Where everything lives: weights at fixed offsets of the packed file, kernel results in arena slots that later results
// reuse. Sizes depend on symbols, so that a slot holds the list of the sizes it must serve and the largest is taken at
// run time:
// A tensor that ops update a part of, from one step to the next, stays where it is.
//   %a -> slot 0 {B*S*1536}   %b -> slot 1 {B*S*6144}   %c (when %a is dead) -> slot 0 {B*S*1536}
#include "compiler/emit/Buffers.h"
#include "compiler/emit/Passes.h"
#include "dialect/Ports.h"
#include "dialect/StepExtents.h"
#include "mlir/IR/AffineMap.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::attn {

#define GEN_PASS_DEF_PLANMEMORY
#include "compiler/emit/Passes.h.inc"

namespace {

struct Slot {
  SmallVector<AffineExpr> sizes; ///< of the buffers that share it, without repetition
  int64_t nominal = 0;           ///< the largest of them at the nominal symbol values
  int64_t busyUntil = -1;        ///< position of the last op that reads its buffer
};

/// Assigns slots in program order. Symbols have no values yet: candidates are compared at nominal ones.
class SlotPlan {
public:
  SlotPlan(const FunctionExtents &extents, MLIRContext *context) : context(context) {
    for (const Symbol &symbol : extents.symbols())
      nominalValues.push_back(getAffineConstantExpr(symbol.maximum ? symbol.maximum : 64, context));
  }

  /// The slot for a buffer written at position `now` and read until `lastUse`.
  int64_t assign(AffineExpr size, int64_t now, int64_t lastUse) {
    int64_t nominal = evaluate(size);
    int64_t best = -1;
    for (auto [index, slot] : llvm::enumerate(slots))
      if (slot.busyUntil < now && (best < 0 || fitsBetter(slot, slots[best], size, nominal)))
        best = index;
    if (best < 0) {
      best = slots.size();
      slots.emplace_back();
    }
    Slot &slot = slots[best];
    if (!llvm::is_contained(slot.sizes, size))
      slot.sizes.push_back(size);
    slot.nominal = std::max(slot.nominal, nominal);
    slot.busyUntil = lastUse;
    return best;
  }

  ArrayRef<Slot> all() const { return slots; }

private:
  int64_t evaluate(AffineExpr size) const {
    auto value = dyn_cast<AffineConstantExpr>(size.replaceSymbols(nominalValues));
    return value ? value.getValue() : 0;
  }

  /// A slot of just this size, else the smallest that is large enough, else the largest.
  static bool fitsBetter(const Slot &a, const Slot &b, AffineExpr size, int64_t nominal) {
    bool sameA = llvm::is_contained(a.sizes, size), sameB = llvm::is_contained(b.sizes, size);
    if (sameA != sameB)
      return sameA;
    bool holdsA = a.nominal >= nominal, holdsB = b.nominal >= nominal;
    if (holdsA != holdsB)
      return holdsA;
    return holdsA ? a.nominal < b.nominal : a.nominal > b.nominal;
  }

  MLIRContext *context;
  SmallVector<AffineExpr> nominalValues;
  SmallVector<Slot> slots;
};

/// The plan of one function: a model, or what a loop steps through.
class FunctionPlan {
public:
  FunctionPlan(func::FuncOp function, const FunctionExtents &extents)
      : function(function), block(function.getBody().front()), extents(extents), plan(extents, function.getContext()),
        builder(function.getContext()) {
    for (auto [index, op] : llvm::enumerate(block))
      position[&op] = index;
    for (auto [index, value] : llvm::enumerate(block.getTerminator()->getOperands()))
      output.try_emplace(value, index);
  }

  LogicalResult make() {
    markUpdates();
    llvm::SetVector<Attribute> scratch;
    for (Operation &op : block) {
      if (auto loop = dyn_cast<LoopOp>(op)) {
        placeResults(loop);
        if (failed(placeBuffers(loop)))
          return failure();
      }
      auto kernel = dyn_cast<KernelOp>(op);
      if (!kernel)
        continue;
      placeResults(kernel);
      if (AffineMapAttr bytes = kernel.getScratchAttr())
        scratch.insert(bytes);
    }
    SmallVector<Attribute> slots =
        llvm::map_to_vector(plan.all(), [&](const Slot &s) -> Attribute { return map(s.sizes); });
    function->setAttr("attn.slots", builder.getArrayAttr(slots));
    function->setAttr("attn.scratch", builder.getArrayAttr(scratch.getArrayRef()));
    return success();
  }

private:
  AffineMapAttr map(ArrayRef<AffineExpr> exprs) {
    return AffineMapAttr::get(AffineMap::get(0, extents.symbols().size(), exprs, function.getContext()));
  }

  /// Values that a later op reads: after this position nobody does.
  int64_t lastUse(Value value) {
    int64_t last = position[value.getDefiningOp()];
    for (Operation *user : value.getUsers())
      last = std::max(last, position[user]);
    return last;
  }

  AffineExpr bytesOf(Value value) { return storedBytes(cast<RankedTensorType>(value.getType()), extents.of(value)); }

  /// The output that a value is, or a slot for it.
  void placeResults(Operation *op) {
    SmallVector<int64_t> places;
    for (Value result : op->getResults()) {
      if (auto found = output.find(result); found != output.end())
        places.push_back(-1 - static_cast<int64_t>(found->second));
      else
        places.push_back(plan.assign(bytesOf(result), position[op], lastUse(result)));
    }
    op->setAttr("attn.slots", builder.getDenseI64ArrayAttr(places));
  }

  /// What a loop needs beside its results while it runs: for each carried tensor that is not updated in place a second
  /// place, for each sequence and each collected result its part of one step, and what says whether to go on.
  LogicalResult placeBuffers(LoopOp loop) {
    FailureOr<StepExtents> step = StepExtents::compute(loop, extents);
    if (failed(step))
      return failure();
    int64_t now = position[loop];
    SmallVector<int64_t> places;
    auto place = [&](Type type, ArrayRef<AffineExpr> sizes) {
      places.push_back(plan.assign(storedBytes(cast<RankedTensorType>(type), sizes), now, now));
    };
    auto inPlace = step->callee->getAttrOfType<DenseBoolArrayAttr>(kInPlace).asArrayRef();
    unsigned carried = loop.getCarried().size(), each = loop.getEach().size();
    for (unsigned index = 0; index < carried; ++index)
      if (!inPlace[index])
        place(loop.getOperand(index).getType(), extents.of(loop.getOperand(index)));
      else
        places.push_back(-1);
    for (unsigned index = carried; index < carried + each; ++index) {
      Extents part(extents.of(loop.getOperand(index)));
      part.erase(part.begin() + 1);
      place(step->callee.getArgumentTypes()[index], part);
    }
    for (unsigned index = carried; index < step->callee.getNumResults(); ++index) {
      FailureOr<Extents> part = step->ofResult(loop, index);
      if (failed(part))
        return failure();
      place(step->callee.getResultTypes()[index], *part);
    }
    loop->setAttr("attn.buffers", builder.getDenseI64ArrayAttr(places));
    return success();
  }

  /// Which results are an argument, updated by ops that write a part of it: a step's carried tensors, a model's states.
  /// What lies between is put where the result is.
  void markUpdates() {
    SmallVector<bool> inPlace;
    for (OpOperand &result : block.getTerminator()->getOpOperands()) {
      BlockArgument argument = statedArgument(result.getOperandNumber());
      SmallVector<Value> chain;
      bool updates = argument && output.lookup(result.get()) == result.getOperandNumber() &&
                     followsFrom(result.get(), argument, chain);
      inPlace.push_back(updates);
      for (Value value : chain)
        if (updates)
          output.try_emplace(value, result.getOperandNumber());
    }
    function->setAttr(kInPlace, builder.getDenseBoolArrayAttr(inPlace));
  }

  /// The argument whose next state a result is; null if it is none's.
  BlockArgument statedArgument(unsigned result) {
    if (function->hasAttr(kStep))
      return result < block.getNumArguments() ? block.getArgument(result) : BlockArgument();
    Attribute state = function.getResultAttr(result, kState);
    for (BlockArgument argument : block.getArguments())
      if (state && function.getArgAttr(argument.getArgNumber(), kState) == state)
        return argument;
    return {};
  }

  /// Whether `value` is made of the argument by updates, each of a value that nobody reads later; these go to `chain`.
  bool followsFrom(Value value, BlockArgument argument, SmallVectorImpl<Value> &chain) {
    while (value != argument) {
      auto kernel = value.getDefiningOp<KernelOp>();
      std::optional<unsigned> updated = kernel ? updatedInput(kernel) : std::nullopt;
      if (!updated || value.getType() != kernel.getInputs()[*updated].getType())
        return false;
      chain.push_back(value);
      value = kernel.getInputs()[*updated];
      for (OpOperand &use : value.getUses())
        if (position[use.getOwner()] > position[kernel] ||
            (use.getOwner() == kernel && use.getOperandNumber() != *updated))
          return false;
    }
    return true;
  }

  func::FuncOp function;
  Block &block;
  const FunctionExtents &extents;
  SlotPlan plan;
  Builder builder;
  llvm::DenseMap<Operation *, int64_t> position;
  llvm::DenseMap<Value, unsigned> output; // the first output that a value is
};

struct PlanMemory : impl::PlanMemoryBase<PlanMemory> {
  void runOnOperation() override {
    FailureOr<func::FuncOp> model = findModel(getOperation());
    if (failed(model))
      return signalPassFailure();
    // Steps first: a loop asks what its function updates in place.
    SmallVector<func::FuncOp> functions = functionsOf(*model);
    for (func::FuncOp function : llvm::reverse(functions)) {
      FailureOr<FunctionExtents> extents = FunctionExtents::compute(function);
      if (failed(extents) || failed(checkOps(function)) || failed(FunctionPlan(function, *extents).make()))
        return signalPassFailure();
    }
    if (!(*model)->hasAttr("attn.packed_bytes"))
      placeWeights(*model);
  }

  LogicalResult checkOps(func::FuncOp model) {
    for (Operation &op : model.getBody().front().without_terminator())
      if (auto kernel = dyn_cast<KernelOp>(op); !kernel && !isa<WeightOp, LoopOp>(op))
        return op.emitOpError("is not part of a kernel; run the fuse stage before emit");
      else if (kernel && !kernel.getCode())
        return op.emitOpError("has no code; run the lower stage before emit");
    Operation *exit = model.getBody().front().getTerminator();
    for (auto [index, value] : llvm::enumerate(exit->getOperands()))
      if (LayoutAttr layout = getLayout(value.getType()); layout && layout.getKind() != LayoutKind::RowMajor)
        return exit->emitOpError("result ")
               << index << " is stored as " << value.getType() << "; results are row-major";
    return success();
  }
};

} // namespace
} // namespace mlir::attn
