// Slots, heads and rows of strips.
#include "compiler/backends/code/StripPlan.h"
#include "dialect/GraphEdges.h"

namespace mlir::attn {

Value mapResult(Operation &op) {
  return op.hasTrait<OpTrait::attn::MakesMap>() || isa<PointwiseOp>(op) ? op.getResult(0) : Value();
}

bool isPlaceByPlace(Operation *op) { return isa<GivenScoreOp, ModifyOp, MaskOp, FillOp, PointwiseOp>(op); }

bool StripPlan::isInlined(Value map) {
  return isPlaceByPlace(map.getDefiningOp()) && map.hasOneUse() && isPlaceByPlace(*map.user_begin());
}

SmallVector<MaskOp> StripPlan::masksAfter(Value map) {
  SmallVector<MaskOp> masks;
  while (map.hasOneUse() && isa<ModifyOp, MaskOp, PointwiseOp>(*map.user_begin())) {
    Operation *reader = *map.user_begin();
    if (!isa<PointwiseOp>(reader) && map.use_begin()->getOperandNumber() != 0)
      break; // captured
    if (auto mask = dyn_cast<MaskOp>(reader))
      masks.push_back(mask);
    map = reader->getResult(0);
  }
  return masks;
}

SmallVector<MaskOp> StripPlan::masksBefore(Value map) {
  SmallVector<MaskOp> masks;
  for (Operation *op = map.getDefiningOp(); op && isa<ModifyOp, MaskOp, TopKOp, NormalizeOp, MixHeadsOp>(op);
       op = op->getOperand(0).getDefiningOp())
    if (auto mask = dyn_cast<MaskOp>(op))
      masks.push_back(mask);
  return masks;
}

/// The op that computes what `op` says: itself, or the reader it is inlined into.
static Operation *computingOp(Operation *op) {
  while (mapResult(*op) && StripPlan::isInlined(mapResult(*op)))
    op = *mapResult(*op).user_begin();
  return op;
}

/// Whether a mask may look at the head.
static bool looksAtHead(MaskAttr mask) {
  return mask.getKind() == MaskKind::Dense || mask.getKind() == MaskKind::Predicate ||
         mask.getKind() == MaskKind::Listed || llvm::any_of(mask.getChildren(), looksAtHead);
}

bool needsAllHeads(Operation &op) {
  if (auto reduce = dyn_cast<ReduceMapOp>(op))
    return reduce.getAxis() == MapAxis::Heads;
  auto normalize = dyn_cast<NormalizeOp>(op);
  return isa<MixHeadsOp, MapConvOp>(op) || (normalize && normalize.getAxis() == MapAxis::Heads);
}

/// How far a convolution reads from a row or column, in both directions.
static int64_t reach(MapConvOp conv, unsigned axis) {
  int64_t shift = conv.getShift().empty() ? 0 : conv.getShift()[axis];
  return conv.getWeight().getType().getDimSize(2 + axis) / 2 + shift;
}

StripPlan::StripPlan(KernelOp kernel) {
  Block &body = kernel.getBody().front();
  int64_t lanes = kernel.getSchedule()->getLanes();
  wholeMap = kernel.getSchedule()->getBlockRows() == 0;
  for (Operation &op : body) {
    wholeMap |= needsWholeMap(op);
    allHeads |= needsAllHeads(op);
    if (auto mask = dyn_cast<MaskOp>(op))
      masksByHead |= looksAtHead(mask.getMask());
    if (auto conv = dyn_cast<MapConvOp>(op))
      border = std::max(border, reach(conv, 1));
    if (auto score = dyn_cast<RelativeScoreOp>(op))
      relative = std::max(relative, score.getTable().getType().getDimSize(0) + 2 * lanes);
    if (auto combine = dyn_cast<CombineOp>(op); combine && combine.getRelative())
      relative = std::max(relative, combine.getRelative().getType().getDimSize(0) + 2 * lanes);
    if (auto score = dyn_cast<RelativeScore2dOp>(op)) {
      border = std::max(border, lanes); // a vector may pass the end of the row
      int64_t rows = score.getRows().getType().getDimSize(0), cols = score.getCols().getType().getDimSize(0);
      relative = std::max(relative, static_cast<int64_t>(llvm::alignTo(rows, lanes)) + cols + lanes);
    }
  }
  border = llvm::alignTo(border, lanes);
  relative = llvm::alignTo(relative, 16);
  placeValues(body);
  growRows(body);
}

/// The way `op` marks masked places, from what it reads. What leaves the kernel shows it: -inf, or 0 for a weight.
static Hidden hiddenOf(Operation &op, llvm::function_ref<Hidden(Value)> of) {
  if (isa<FillOp, MapConvOp>(op))
    return Hidden::Never;
  if (isa<MaskOp, TopKOp>(op))
    return Hidden::Score;
  Hidden hidden = Hidden::Never;
  for (Value operand : op.getOperands())
    hidden = std::max(hidden, of(operand));
  if (hidden == Hidden::Never || isa<ModifyOp>(op))
    return hidden;
  return isa<PointwiseOp>(op) ? Hidden::Score : Hidden::Weight;
}

void StripPlan::placeValues(Block &body) {
  llvm::DenseMap<Value, Operation *> lastUse;
  for (Operation &op : body)
    for (Value operand : op.getOperands()) {
      Operation *reader = computingOp(&op);
      Operation *&last = lastUse[operand];
      if (!last || last->isBeforeInBlock(reader))
        last = reader;
    }
  SmallVector<int64_t> free;
  auto take = [&] { return free.empty() ? slots++ : free.pop_back_val(); };
  for (Operation &op : body) {
    SmallVector<int64_t> ended;
    for (auto &[value, held] : values)
      if (held.slot >= 0 && lastUse[value] == &op)
        ended.push_back(held.slot);
    llvm::sort(ended);
    if (isa<NormalizeOp, TopKOp, MixHeadsOp, MapConvOp, CombineOp, ReduceMapOp>(op) &&
        isa<BlockArgument>(op.getOperand(0))) {
      Value map = given[&op] = op.getOperand(0);
      if (!isStrip(map))
        values[map] = {take(), cast<RankedTensorType>(map.getType()).getDimSize(1), Hidden::Never};
      if (lastUse[map] == &op && !llvm::is_contained(ended, of(map).slot))
        ended.push_back(of(map).slot);
      heads = allHeads ? std::max(heads, of(map).heads) : 1;
      anyMap = map;
    }
    // Places are read before they are written, one by one; where others are read, the result needs a slot of its own.
    bool inPlace = isPlaceByPlace(&op) || isa<NormalizeOp, TopKOp>(op);
    if (inPlace)
      llvm::append_range(free, ended);
    if (auto conv = dyn_cast<MapConvOp>(op); conv && of(conv.getScores()).hidden != Hidden::Never)
      ended.push_back(cleanSlot[&op] = take());
    if (Value map = mapResult(op)) {
      Hidden hidden = hiddenOf(op, [&](Value v) { return isStrip(v) ? of(v).hidden : Hidden::Never; });
      int64_t mapHeads = cast<RankedTensorType>(map.getType()).getDimSize(1);
      values[map] = {isInlined(map) ? -1 : take(), mapHeads, hidden};
      heads = allHeads ? std::max(heads, mapHeads) : 1;
      anyMap = map;
    }
    if (!inPlace)
      llvm::append_range(free, ended);
  }
}

void StripPlan::growRows(Block &body) {
  for (Operation &op : llvm::reverse(body)) {
    Value map = mapResult(op);
    if (!map)
      continue;
    StripValue result = of(map);
    if (auto conv = dyn_cast<MapConvOp>(op)) {
      int64_t shift = conv.getShift().empty() ? 0 : conv.getShift()[0];
      result.above += reach(conv, 0);
      result.below = std::max<int64_t>(result.below + reach(conv, 0) - 2 * shift, 0);
    }
    for (Value operand : op.getOperands())
      if (auto input = values.find(operand); input != values.end()) {
        input->second.above = std::max(input->second.above, result.above);
        input->second.below = std::max(input->second.below, result.below);
      }
  }
  if (wholeMap) // all rows are there
    return;
  for (auto &[map, value] : values) {
    above = std::max(above, value.above);
    below = std::max(below, value.below);
  }
}

/// Whether an operand is a map with masked places that another kernel makes: memory does not say which places are
/// masked.
static bool isMaskedMap(Value input) {
  auto producer = input.getDefiningOp<KernelOp>();
  if (!producer || !producer.getSchedule() || producer.getSchedule()->getStrategy() != Strategy::Strip)
    return false;
  unsigned number = cast<OpResult>(input).getResultNumber();
  Value made = producer.getBody().front().getTerminator()->getOperand(number);
  StripPlan plan(producer);
  return plan.isStrip(made) && plan.of(made).hidden != Hidden::Never;
}

/// The queries, keys and values that an op reads.
static SmallVector<Value> rowsRead(Operation &op) {
  if (isa<ScoreOp, PairScoreOp>(op))
    return {op.getOperand(0), op.getOperand(1)};
  if (isa<RelativeScoreOp, RelativeScore2dOp>(op))
    return {op.getOperand(0)};
  if (auto combine = dyn_cast<CombineOp>(op))
    return {combine.getValue()};
  return {};
}

LogicalResult supportsStripPlan(KernelOp kernel, std::string &why) {
  if (llvm::any_of(kernel.getInputs(), isMaskedMap)) {
    why = "a map with masked places goes from one kernel to another; give them a number first, with attn.fill";
    return failure();
  }
  if (followsEdges(kernel)) {
    why = "maps along the edges of a graph are not held in strips";
    return failure();
  }
  auto refuse = [&](Operation &op, const Twine &reason) {
    why = (op.getName().getStringRef() + ": " + reason).str();
    return failure();
  };
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (!mapResult(op) && !isa<CombineOp, ReduceMapOp, SplitHeadsOp, MergeHeadsOp>(op))
      return refuse(op, "has no place in a kernel of score maps");
    if (auto score = dyn_cast<ScoreOp>(op); score && score.getKind() != ScoreKind::Dot)
      return refuse(op, stringifyEnum(score.getKind()) + " scores are expanded by the simplify stage");
    if (!llvm::all_of(rowsRead(op), sourceOf))
      return refuse(op, "its query, key or value is computed inside the kernel");
  }
  return success();
}

SmallVector<OpOperand *> readersOf(Value operand) {
  SmallVector<OpOperand *> readers;
  for (OpOperand &use : operand.getUses())
    if (isa<SplitHeadsOp, L2NormalizeOp>(use.getOwner()))
      readers.append(readersOf(use.getOwner()->getResult(0)));
    else
      readers.push_back(&use);
  return readers;
}

Value storedKey(Value key) {
  auto norm = key.getDefiningOp<L2NormalizeOp>();
  return norm ? norm.getInput() : key;
}

BlockArgument sourceOf(Value value) {
  if (auto split = value.getDefiningOp<SplitHeadsOp>())
    value = split.getInput();
  return dyn_cast<BlockArgument>(value);
}

} // namespace mlir::attn
