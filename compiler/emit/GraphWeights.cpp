// Follows weights into kernels and loops to the ops that go along the edges of a graph.
#include "compiler/emit/GraphWeights.h"
#include "compiler/emit/Buffers.h"
#include "dialect/GraphEdges.h"
#include "llvm/ADT/DenseSet.h"

namespace mlir::attn {

namespace {

class GraphWeightFinder {
public:
  LogicalResult follow(Value value, WeightOp weight) {
    if (!followed.insert({value, weight}).second)
      return success();
    for (OpOperand &use : value.getUses()) {
      LogicalResult status = success();
      if (auto kernel = dyn_cast<KernelOp>(use.getOwner()))
        status = follow(kernel.getBody().getArgument(use.getOperandNumber()), weight);
      else if (auto loop = dyn_cast<LoopOp>(use.getOwner()))
        status = follow(calleeOf(loop).getArgument(use.getOperandNumber()), weight);
      forEachGraph(use.getOwner(), [&](OpOperand &rowptr, OpOperand &col) {
        if (succeeded(status) && &use == &rowptr)
          status = add(weight, use, sizeOf(col.get(), 0), /*less=*/0);
        if (succeeded(status) && &use == &col)
          status = isa<MaskOp>(use.getOwner()) ? add(weight, use, sizeOf(use.getOwner()->getResult(0), 3), /*less=*/1)
                                               : add(weight, use, sizeOf(rowptr.get(), 0), /*less=*/2);
      });
      if (failed(status))
        return failure();
    }
    return success();
  }

  SmallVector<GraphWeight> found;

private:
  static func::FuncOp calleeOf(LoopOp loop) {
    return SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(loop, loop.getCalleeAttr());
  }

  static int64_t sizeOf(Value value, unsigned dim) { return cast<RankedTensorType>(value.getType()).getDimSize(dim); }

  /// Row pointers rise to `size`; columns are below it, or below the number of nodes that so many row pointers have.
  LogicalResult add(WeightOp weight, OpOperand &use, int64_t size, int64_t less) {
    if (ShapedType::isDynamic(size))
      return use.getOwner()->emitOpError("limits weight '")
             << weight.getName() << "' by a size that is known at run time only; expected weights for row pointers and "
             << "columns, and a map of a static size";
    GraphWeight graph{weight, size - less, less == 0};
    bool known = llvm::any_of(found, [&](const GraphWeight &other) {
      return weightOffset(other.weight) == weightOffset(weight) && other.upper == graph.upper &&
             other.rising == graph.rising;
    });
    if (!known)
      found.push_back(graph);
    return success();
  }

  llvm::DenseSet<std::pair<Value, Operation *>> followed;
};

} // namespace

FailureOr<SmallVector<GraphWeight>> graphWeights(func::FuncOp model) {
  GraphWeightFinder finder;
  for (func::FuncOp function : functionsOf(model))
    for (auto weight : function.getOps<WeightOp>())
      if (failed(finder.follow(weight, weight)))
        return failure();
  return std::move(finder.found);
}

} // namespace mlir::attn
