// Connected ops on score maps become kernels in which a map is a value that no memory needs to hold, unless it leaves:
//   split_heads(q, k, v) -> score -> modify, mask, mix_heads, map_conv, pointwise ... -> normalize -> reduce_map,
//   combine
//   -> merge_heads
#include "compiler/fuse/Outline.h"
#include "compiler/fuse/Passes.h"
#include "dialect/Captures.h"
#include "dialect/GraphEdges.h"
#include "mlir/IR/IRMapping.h"

namespace mlir::attn {
#define GEN_PASS_DEF_FUSEMAPS
#include "compiler/fuse/Passes.h.inc"

namespace {

bool makesMap(Operation *op) { return op->hasTrait<OpTrait::attn::MakesMap>(); }

/// Whether an op ends a chain of maps: what it makes is no map.
bool endsMaps(Operation *op) { return isa<CombineOp, ReduceMapOp, EdgeValuesOp>(op); }

/// Whether an operand of an op on maps is a map; other operands are read whole, from outside.
bool isMapOperand(OpOperand &operand) {
  Operation *op = operand.getOwner();
  if (isa<ModifyOp, MaskOp, NormalizeOp, FillOp, TopKOp, MixHeadsOp, MapConvOp, CombineOp, ReduceMapOp, EdgeValuesOp>(
          op))
    return operand.getOperandNumber() == 0;
  return isa<PointwiseOp>(op) && !isCaptured(operand) && operand.get().getType() == op->getResult(0).getType();
}

SmallVector<Value> mapOperands(Operation *op) {
  SmallVector<Value> maps;
  for (OpOperand &operand : op->getOpOperands())
    if (isMapOperand(operand))
      maps.push_back(operand.get());
  return maps;
}

/// Whether an operand is a query, key or value, or the keys that a relative score takes its length from.
bool readsRowsByHead(OpOperand &operand) {
  Operation *op = operand.getOwner();
  unsigned index = operand.getOperandNumber();
  if (isa<ScoreOp, PairScoreOp>(op))
    return index < 2;
  if (isa<RelativeScoreOp>(op))
    return index == 0 || index == 2;
  if (isa<GivenScoreOp>(op))
    return index > 0;
  return isa<RelativeScore2dOp>(op) ? index == 0 : isa<CombineOp>(op) && index == 1;
}

/// The ops on maps of a block, in order. A pointwise op is one when it reads or makes a map.
SmallVector<Operation *> findMapOps(Block &block) {
  llvm::SetVector<Operation *> found;
  llvm::DenseSet<Value> maps;
  auto add = [&](Operation &op) {
    if (!found.insert(&op))
      return false;
    maps.insert_range(mapOperands(&op));
    if (!endsMaps(&op))
      maps.insert(op.getResult(0));
    return true;
  };
  for (bool grew = true; grew;) {
    grew = false;
    for (Operation &op : block)
      if (makesMap(&op) || endsMaps(&op))
        grew |= add(op);
      else if (isa<PointwiseOp>(op) && (maps.contains(op.getResult(0)) ||
                                        llvm::any_of(mapOperands(&op), [&](Value v) { return maps.contains(v); })))
        grew |= add(op);
  }
  SmallVector<Operation *> sorted(found.begin(), found.end());
  llvm::sort(sorted, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  return sorted;
}

/// Groups of map ops that one kernel can compute. An op joins the groups whose maps it reads, all of them if that is
/// possible.
class MapGroups {
public:
  void add(Operation *op) {
    llvm::SetVector<unsigned> read;
    bool apart = isApart(op);
    for (Value map : apart ? SmallVector<Value>() : mapOperands(op))
      if (Operation *producer = map.getDefiningOp())
        if (auto group = groupOf.find(producer); group != groupOf.end())
          read.insert(group->second);
    if (read.size() > 1 && join(op, read.getArrayRef()))
      return;
    for (unsigned group : llvm::reverse(read))
      if (join(op, group))
        return;
    OpSet own;
    remakeEdges(op, own, apart);
    for (Operation *member : own)
      groupOf[member] = groups.size();
    groups.push_back(std::move(own));
  }

  MutableArrayRef<OpSet> all() { return groups; }

private:
  /// Whether an op leaves the edges of a graph of a map that others read too: a kernel has the edges of one graph, or
  /// the whole map.
  static bool isApart(Operation *op) {
    bool namesGraph = false;
    forEachGraph(op, [&](OpOperand &, OpOperand &) { namesGraph = true; });
    return namesGraph && isa<MaskOp>(op) && !op->getOperand(0).hasOneUse() && !liesAlongEdges(op->getOperand(0));
  }

  /// Adds an op to a group of its own, with copies of all that makes the maps it reads where it is `apart`, or where
  /// these lie along the edges of a graph: such a map is made again, as none is ever in memory.
  static void remakeEdges(Operation *op, OpSet &group, bool apart) {
    IRMapping copies;
    for (OpOperand &operand : op->getOpOperands())
      if (isMapOperand(operand) && (apart || liesAlongEdges(operand.get())))
        operand.set(remake(operand.get(), op, copies, group));
    group.insert(op);
  }

  /// A copy of a map for `reader`, with copies of what it is made of.
  static Value remake(Value map, Operation *reader, IRMapping &copies, OpSet &group) {
    Operation *producer = map.getDefiningOp();
    if (!producer || copies.contains(map))
      return copies.lookupOrDefault(map);
    for (Value operand : mapOperands(producer))
      remake(operand, reader, copies, group);
    group.insert(OpBuilder(reader).clone(*producer, copies));
    return copies.lookup(map);
  }

  static bool liesAlongEdges(Value map) {
    llvm::SetVector<Value> from;
    from.insert(map);
    bool found = false;
    for (unsigned at = 0; at < from.size(); ++at)
      if (Operation *op = from[at].getDefiningOp()) {
        forEachGraph(op, [&](OpOperand &, OpOperand &) { found = true; });
        from.insert_range(mapOperands(op));
      }
    return found;
  }

  bool join(Operation *op, ArrayRef<unsigned> joined) {
    OpSet merged;
    for (unsigned group : joined)
      merged.insert_range(groups[group]);
    moveUp(op, merged);
    merged.insert(op);
    if (!canOutline(merged) || llvm::any_of(merged, [&](Operation *member) { return readsWhole(member, merged); }))
      return false;
    for (unsigned group : joined)
      groups[group].clear();
    for (Operation *member : merged)
      groupOf[member] = joined.front();
    groups[joined.front()] = std::move(merged);
    return true;
  }

  /// Whether an operand that an op does not read place by place, such as its keys or what a formula captures, is made
  /// in the group; a kernel needs all of it at once.
  static bool readsWhole(Operation *op, const OpSet &group) {
    return llvm::any_of(op->getOpOperands(), [&](OpOperand &operand) {
      return !isMapOperand(operand) && group.contains(operand.get().getDefiningOp());
    });
  }

  /// An op that stands after readers of the group, such as one that makes a map ready to be returned, may come before
  /// them.
  static void moveUp(Operation *op, const OpSet &group) {
    Operation *last = group.front();
    for (Operation *member : group)
      if (last->isBeforeInBlock(member))
        last = member;
    bool ready = llvm::all_of(op->getOperands(), [&](Value operand) {
      Operation *producer = operand.getDefiningOp();
      return !producer || producer == last || producer->isBeforeInBlock(last);
    });
    if (ready && last->isBeforeInBlock(op))
      op->moveAfter(last);
  }

  SmallVector<OpSet> groups;
  llvm::DenseMap<Operation *, unsigned> groupOf;
};

struct FuseMaps : impl::FuseMapsBase<FuseMaps> {
  void runOnOperation() override {
    if (getOperation().isExternal())
      return;
    Block &block = getOperation().getBody().front();
    hoistWeights(block);
    MapGroups groups;
    for (Operation *op : findMapOps(block))
      groups.add(op);
    for (OpSet &group : groups.all()) {
      eraseUnused(group);
      if (!group.empty())
        fuse(group);
    }
    eraseUnusedSplits(block);
  }

  /// What all readers have made again for themselves.
  static void eraseUnused(OpSet &group) {
    for (bool shrank = true; shrank;) {
      shrank = false;
      for (Operation *op : llvm::to_vector(llvm::reverse(group)))
        if (op->use_empty()) {
          group.remove(op);
          op->erase();
          shrank = true;
        }
    }
  }

  void fuse(OpSet &group) {
    SmallVector<Operation *> members(group.begin(), group.end());
    for (Operation *op : members) {
      if (isa<CombineOp>(op))
        joinMerge(op->getResult(0), group);
      for (OpOperand &operand : op->getOpOperands())
        if (readsRowsByHead(operand))
          if (Operation *split = ownSplit(operand))
            group.insert(split);
    }
    outline(group);
  }
};

} // namespace
} // namespace mlir::attn
