// What is computed along the edges of a graph, and why other kernels are not.
#include "compiler/backends/llvm/EdgesKernel.h"
#include "dialect/GraphEdges.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::attn {

namespace {

/// Whether a map has no places but those of edges and loops.
bool liesAlongEdges(Value map) {
  llvm::SetVector<Value> from;
  from.insert(map);
  for (unsigned at = 0; at < from.size(); ++at) {
    Operation *op = from[at].getDefiningOp();
    auto mask = dyn_cast_or_null<MaskOp>(op);
    if (isa_and_nonnull<EdgeScoreOp>(op) || (mask && EdgeMask::of(mask.getMask()).kind != EdgeMask::NoGraph))
      return true;
    if (isa_and_nonnull<MaskOp, ModifyOp, NormalizeOp, PointwiseOp>(op))
      from.insert_range(op->getOperands());
  }
  return false;
}

/// What is in the way of computing a kernel along edges.
class EdgesCheck {
public:
  explicit EdgesCheck(KernelOp kernel) : kernel(kernel) {}

  LogicalResult run(std::string &why) {
    bool fine = checkGraph() && llvm::all_of(kernel.getBody().front().without_terminator(),
                                             [&](Operation &op) { return checkOp(op) && checkFormulas(op); });
    for (Value result : kernel.getBody().front().getTerminator()->getOperands())
      fine =
          fine && (!mapResult(*result.getDefiningOp()) || refuse("a map along edges leaves the kernel; make it again "
                                                                 "where it is read, or take its edge_values"));
    why = reason;
    return success(fine);
  }

private:
  bool refuse(const Twine &text) {
    reason = text.str();
    return false;
  }

  /// Whether a value is an input or a weight of the model, or what each step of loops is given of one.
  static bool isGiven(Value value) {
    if (value.getDefiningOp<WeightOp>())
      return true;
    auto argument = dyn_cast<BlockArgument>(value);
    auto function = argument ? dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp()) : func::FuncOp();
    bool holds = function != nullptr;
    if (holds && function.isPrivate())
      function->getParentOfType<ModuleOp>().walk([&](LoopOp loop) {
        unsigned operand = argument.getArgNumber();
        holds &= loop.getCallee() != function.getName() ||
                 (operand >= loop.getCarried().size() && isGiven(loop->getOperand(operand)));
      });
    return holds;
  }

  /// One graph, of inputs that are checked at the entry or weights that are checked at the opening, and one set of
  /// loops.
  bool checkGraph() {
    Value rowptr, col;
    bool isOne = true, given = false, masked = false, looped = false, isSquare = true;
    for (Operation &op : kernel.getBody().front()) {
      forEachGraph(&op, [&](OpOperand &rows, OpOperand &columns) {
        isOne &= !rowptr || (rowptr == rows.get() && col == columns.get());
        rowptr = rows.get(), col = columns.get();
      });
      given |= isa<EdgeScoreOp>(op);
      auto mask = dyn_cast<MaskOp>(op);
      if (!mask)
        continue;
      EdgeMask::Kind kind = EdgeMask::of(mask.getMask()).kind;
      if (kind == EdgeMask::Other)
        return refuse("a mask has places that are no edges; expected graph(..) or graph(..) or window(0, 0, ..), and "
                      "other masks joined to it by `and`");
      masked |= kind == EdgeMask::Edges;
      looped |= kind == EdgeMask::EdgesAndLoops;
      isSquare &= mask.getType().getDimSize(2) == mask.getType().getDimSize(3);
    }
    auto isChecked = [&](Value value) {
      auto argument = dyn_cast<BlockArgument>(value);
      return argument && isGiven(kernel.getInputs()[argument.getArgNumber()]);
    };
    if (!rowptr)
      return refuse("no op follows the edges of a graph");
    if (!isOne)
      return refuse("the maps of one kernel lie along the edges of two graphs");
    if (!isChecked(rowptr) || !isChecked(col))
      return refuse(
          "the model computes the graph; expected row pointers and columns to be inputs or weights, which are checked");
    if (looped && (masked || given || !isSquare))
      return refuse("some of its maps have loops, others have not");
    return true;
  }

  bool checkOp(Operation &op) {
    if (Value map = mapResult(op)) {
      int64_t own = cast<RankedTensorType>(map.getType()).getDimSize(1);
      if (heads && own != heads)
        return refuse("its maps have different numbers of heads");
      heads = own;
    }
    return llvm::TypeSwitch<Operation *, bool>(&op)
        .Case([&](ScoreOp o) { return checkRows({o.getQuery(), o.getKey()}); })
        .Case([&](PairScoreOp o) { return checkRows({o.getQuery(), o.getKey()}); })
        .Case([&](PointwiseOp o) {
          bool plain =
              llvm::all_of(o.getOperands(), [&](Value x) { return x.getType() == o.getType() && x.getDefiningOp(); });
          return plain || refuse("a map along edges meets a tensor that is none");
        })
        .Case([&](NormalizeOp o) {
          bool byRow = !needsWholeMap(*o) && o.getAxis() == MapAxis::Keys;
          return checkAlong(o.getScores()) && (byRow || refuse("only the edges of a node are normalised together"));
        })
        .Case([&](ReduceMapOp o) {
          bool byRow = o.getAxis() == MapAxis::Keys;
          return checkAlong(o.getMap()) && (byRow || refuse("only the edges of a node are reduced together"));
        })
        .Case([&](CombineOp o) {
          return checkAlong(o.getWeights()) && checkRows({o.getValue()}) &&
                 (!o.getRelative() || refuse("values by distance are not combined along edges"));
        })
        .Case([&](EdgeValuesOp o) { return checkAlong(o.getMap()); })
        .Case<EdgeScoreOp, ModifyOp, MaskOp, SplitHeadsOp, MergeHeadsOp>([](Operation *) { return true; })
        .Default([&](Operation *o) { return refuse(o->getName().getStringRef() + " is not computed along edges"); });
  }

  bool checkRows(ArrayRef<Value> rows) {
    return llvm::all_of(rows, sourceOf) || refuse("query, key or value is computed inside the kernel");
  }

  bool checkAlong(Value map) {
    return (map.getDefiningOp() && liesAlongEdges(map)) || refuse("a map has places that are no edges");
  }

  bool checkFormulas(Operation &op) {
    return llvm::all_of(op.getRegions(), [&](Region &region) {
      std::string why;
      return succeeded(supportsFormula(region, why)) || refuse(why);
    });
  }

  KernelOp kernel;
  std::string reason;
  int64_t heads = 0;
};

} // namespace

LogicalResult supportsEdges(KernelOp kernel, std::string &why) { return EdgesCheck(kernel).run(why); }

} // namespace mlir::attn
