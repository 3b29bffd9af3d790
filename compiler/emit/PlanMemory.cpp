// Where everything lives: weights at fixed offsets of the packed file, kernel results in arena slots that later results
// reuse. Sizes depend on symbols, so that a slot holds the list of the sizes it must serve and the largest is taken at
// run time:
//   %a -> slot 0 {B*S*1536}   %b -> slot 1 {B*S*6144}   %c (when %a is dead) -> slot 0 {B*S*1536}
#include "compiler/emit/Buffers.h"
#include "compiler/emit/Passes.h"
#include "mlir/IR/AffineMap.h"
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

struct PlanMemory : impl::PlanMemoryBase<PlanMemory> {
  void runOnOperation() override {
    FailureOr<func::FuncOp> model = findModel(getOperation());
    if (failed(model))
      return signalPassFailure();
    FailureOr<FunctionExtents> extents = FunctionExtents::compute(*model);
    if (failed(extents) || failed(checkOps(*model)))
      return signalPassFailure();
    if (!(*model)->hasAttr("attn.packed_bytes"))
      placeWeights(*model);
    placeResults(*model, *extents);
  }

  LogicalResult checkOps(func::FuncOp model) {
    for (Operation &op : model.getBody().front().without_terminator())
      if (auto kernel = dyn_cast<KernelOp>(op); !kernel && !isa<WeightOp>(op))
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

  void placeResults(func::FuncOp model, const FunctionExtents &extents) {
    Block &block = model.getBody().front();
    llvm::DenseMap<Operation *, int64_t> position;
    for (auto [index, op] : llvm::enumerate(block))
      position[&op] = index;
    llvm::DenseMap<Value, int64_t> output; // the first output that a value is
    for (auto [index, value] : llvm::enumerate(block.getTerminator()->getOperands()))
      output.try_emplace(value, index);

    SlotPlan plan(extents, model.getContext());
    SmallVector<AffineExpr> scratch;
    Builder builder(model.getContext());
    for (auto kernel : block.getOps<KernelOp>()) {
      SmallVector<int64_t> places;
      for (Value result : kernel.getResults()) {
        if (auto found = output.find(result); found != output.end()) {
          places.push_back(-1 - found->second);
          continue;
        }
        int64_t lastUse = position[kernel];
        for (Operation *user : result.getUsers())
          lastUse = std::max(lastUse, position[user]);
        AffineExpr size = storedBytes(cast<RankedTensorType>(result.getType()), extents.of(result));
        places.push_back(plan.assign(size, position[kernel], lastUse));
      }
      kernel->setAttr("attn.slots", builder.getDenseI64ArrayAttr(places));
      if (AffineMapAttr bytes = kernel.getScratchAttr())
        if (!llvm::is_contained(scratch, bytes.getValue().getResult(0)))
          scratch.push_back(bytes.getValue().getResult(0));
    }
    auto map = [&](ArrayRef<AffineExpr> exprs) {
      return AffineMapAttr::get(AffineMap::get(0, extents.symbols().size(), exprs, model.getContext()));
    };
    SmallVector<Attribute> slots =
        llvm::map_to_vector(plan.all(), [&](const Slot &s) -> Attribute { return map(s.sizes); });
    model->setAttr("attn.slots", builder.getArrayAttr(slots));
    model->setAttr("attn.scratch", map(scratch));
  }
};

} // namespace
} // namespace mlir::attn
