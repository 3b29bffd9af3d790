// Strategy `strip`: a few rows of the map with all keys, op by op, in scratch that stays in the second-level cache. It
// computes every chain of map ops; what looks at other heads makes a strip hold all heads, what looks at a few other
// rows (a convolution) makes it hold rows beyond its own, computed twice, and what looks at whole columns the whole
// map.
//   strip(b, [h], rows):  for each op of the kernel: for each row of its map: ...
//                         maps that leave the kernel are copied out, combine writes its rows
#include "compiler/backends/llvm/Rows.h"
#include "compiler/backends/llvm/StripKernel.h"
#include "dialect/Captures.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::attn {

StripKernel::StripKernel(KernelCode &kernel)
    : kernel(kernel), op(kernel.kernel()), schedule(*op.getSchedule()), plan(op) {}

Value StripKernel::slotOf(CodeBuilder &code, const Strip &strip, int64_t slot, Value head) {
  Value base = code.offset(strip.memory, code.mul(strip.slotSize, slot));
  return code.offset(base, code.mul(head, strip.headSize));
}

/// Column 0 of a row, given where the rows of its head begin.
Value StripKernel::row(CodeBuilder &code, const Strip &strip, Value base, Value row) {
  Value held = code.add(code.sub(row, strip.first), plan.above);
  return code.offset(base, code.add(code.mul(held, strip.rowStride), plan.border));
}

Value StripKernel::rowOf(CodeBuilder &code, const Strip &strip, Value map, Value head, Value row) {
  return this->row(code, strip, slotOf(code, strip, plan.of(map).slot, head), row);
}

/// The rows [from, to) of a map that this strip computes.
std::pair<Value, Value> StripKernel::rowsOf(CodeBuilder &code, const Strip &strip, Value map) {
  const StripValue &value = plan.of(map);
  return {code.max(code.sub(strip.first, code.constant(value.above)), code.constant(0)),
          code.min(code.add(strip.end, value.below), strip.queries)};
}

Value StripKernel::outerRow(CodeBuilder &code, const Strip &strip, const OuterMap &map, Value head, Value row) {
  Value index = code.add(code.mul(strip.sample, map.heads), place(code, strip, head).head);
  return code.offset(map.memory, code.mul(code.add(code.mul(index, strip.queries), row), strip.keys));
}

static int64_t headsOf(Value map) { return cast<RankedTensorType>(map.getType()).getDimSize(1); }

void StripKernel::forHeads(CodeBuilder &code, const Strip &strip, int64_t heads, llvm::function_ref<void(Value)> body) {
  if (strip.visited)
    return body(strip.visited);
  code.loop(code.constant(0), code.constant(heads), 1, body);
}

void StripKernel::forHeads(CodeBuilder &code, const Strip &strip, Value map, llvm::function_ref<void(Value)> body) {
  forHeads(code, strip, headsOf(map), body);
}

void StripKernel::forRows(CodeBuilder &code, const Strip &strip, Value map,
                          llvm::function_ref<void(Value, Value)> body) {
  auto [from, to] = rowsOf(code, strip, map);
  forHeads(code, strip, map,
           [&, from = from, to = to](Value head) { code.loop(from, to, 1, [&](Value row) { body(head, row); }); });
}

void StripKernel::forKeys(CodeBuilder &code, const Strip &strip, llvm::function_ref<void(Value, Value)> body) {
  Value rest = code.rem(strip.keys, code.constant(lanes())), full = code.sub(strip.keys, rest);
  code.loop(code.constant(0), full, lanes(), [&](Value column) { body(column, Value()); });
  code.branch(code.less(code.constant(0), rest), [&] { body(full, code.maskBelow(rest)); });
}

KeyRange StripKernel::seenKeys(CodeBuilder &code, const Strip &strip, ArrayRef<MaskOp> masks, Value head, Value first,
                               Value end) {
  HeadPlace at = place(code, strip, head);
  MaskScope scope = maskScope(code, kernel, strip.scope, masks, at, strip.queries, strip.keys);
  Value last = code.sub(end, code.constant(1));
  return visibleKeys(code, scope, first, last, {code.constant(0), strip.keys}).any;
}

StripKernel::Strip StripKernel::makeStrip(CodeBuilder &code, const StripTask &task) {
  ArrayRef<AffineExpr> extents = kernel.extents(plan.anyMap);
  Strip strip{task, {}, {}, {}, task.scratch, {}, {}, {}, plan.allHeads ? Value() : code.constant(0), {}, {}};
  strip.queries = kernel.extent(code, task.scope, extents[2]);
  strip.keys = kernel.extent(code, task.scope, extents[3]);
  strip.rowStride = code.add(code.mul(code.ceilDiv(strip.keys, panelWidth()), panelWidth()), 2 * plan.border);
  Value rows = plan.wholeMap ? strip.queries : code.constant(schedule.getBlockRows() + plan.above + plan.below);
  strip.headSize = code.mul(strip.rowStride, rows);
  strip.slotSize = code.mul(strip.headSize, plan.heads);
  strip.memory = code.offset(strip.relative, plan.relative);
  return strip;
}

void StripKernel::visit(CodeBuilder &code, const Strip &strip, Operation &inner) {
  if (Value map = plan.given.lookup(&inner))
    forRows(code, strip, map, [&](Value head, Value row) {
      Value target = rowOf(code, strip, map, head, row);
      forKeys(code, strip, [&](Value column, Value mask) {
        code.storeVector(givenAt(code, strip, map, {head, row, column, mask}), code.offset(target, column));
      });
    });
  llvm::TypeSwitch<Operation *>(&inner)
      .Case([&](ScoreOp o) { score(code, strip, o); })
      .Case([&](PairScoreOp o) { pairScore(code, strip, o); })
      .Case([&](RelativeScoreOp o) { relativeScore(code, strip, o); })
      .Case([&](RelativeScore2dOp o) { relativeScore2d(code, strip, o); })
      .Case([&](MixHeadsOp o) { mixHeads(code, strip, o); })
      .Case([&](MapConvOp o) { mapConv(code, strip, o); })
      .Case([&](NormalizeOp o) { normalize(code, strip, o); })
      .Case([&](CombineOp o) { combine(code, strip, o); })
      .Case([&](ReduceMapOp o) { reduceMap(code, strip, o); })
      .Case([&](TopKOp o) { topK(code, strip, o); })
      .Case<GivenScoreOp, ModifyOp, MaskOp, FillOp, PointwiseOp>([&](Operation *o) { places(code, strip, *o); });
}

/// The task's rows of a map, to a result [B, H, N, M]. A masked weight leaves as +0.
void StripKernel::copyOut(CodeBuilder &code, const Strip &strip, unsigned result) {
  Value map = op.getBody().front().getTerminator()->getOperand(result);
  OuterMap outer{kernel.result(strip.scope, result), headsOf(map)};
  bool weights = plan.of(map).hidden == Hidden::Weight;
  forHeads(code, strip, map, [&](Value head) {
    code.loop(strip.first, strip.end, 1, [&](Value row) {
      Value source = rowOf(code, strip, map, head, row), target = outerRow(code, strip, outer, head, row);
      forKeys(code, strip, [&](Value column, Value mask) {
        Value x = code.loadVector(code.offset(source, column));
        code.storeVector(weights ? code.fadd(x, code.zeros()) : x, code.offset(target, column), mask);
      });
    });
  });
}

SmallVector<StripKernel::Step> StripKernel::steps() {
  SmallVector<Step> steps;
  Block &body = op.getBody().front();
  for (Operation &inner : body.without_terminator())
    if (!isa<SplitHeadsOp, MergeHeadsOp, L2NormalizeOp>(inner)) {
      Value map = mapResult(inner);
      steps.push_back({needsAllHeads(inner) ? 0 : headsOf(map ? map : inner.getOperand(0)), &inner, 0});
    }
  for (auto [result, value] : llvm::enumerate(body.getTerminator()->getOperands()))
    if (plan.isStrip(value))
      steps.push_back({headsOf(value), nullptr, static_cast<unsigned>(result)});
  return steps;
}

/// The maps [B, H, N, M] that steps read from outside or write to it.
void StripKernel::findMaps(Strip &strip, ArrayRef<Step> steps) {
  for (const Step &step : steps) {
    if (!step.op) {
      strip.writes.push_back({kernel.result(strip.scope, step.result), step.heads});
      continue;
    }
    if (!isPlaceByPlace(step.op))
      continue;
    // What a given score has beside its table tells lengths alone.
    OperandRange read = isa<GivenScoreOp>(step.op) ? step.op->getOperands().take_front(1) : placeOperands(*step.op);
    for (Value operand : read) {
      auto map = dyn_cast<BlockArgument>(operand);
      auto type = cast<RankedTensorType>(operand.getType());
      if (map && type.getRank() == 4 && !llvm::is_contained(type.getShape(), 1))
        strip.reads.push_back({kernel.tensor(strip.scope, map), step.heads});
    }
  }
}

/// Rows [first, end) of a head of maps, in cache lines.
SmallVector<AskAhead::Rows, 2> StripKernel::linesOf(CodeBuilder &code, const Strip &strip, ArrayRef<OuterMap> maps,
                                                    Value head, Value first, Value end) {
  SmallVector<AskAhead::Rows, 2> rows;
  Value bytes = code.mul(code.mul(code.sub(end, first), strip.keys), kernel.numberBytes());
  for (const OuterMap &map : maps)
    rows.push_back(AskAhead::lines(code, outerRow(code, strip, map, head, first), bytes));
  return rows;
}

void StripKernel::visit(CodeBuilder &code, const Strip &strip, const Step &step) {
  if (step.op)
    visit(code, strip, *step.op);
  else
    copyOut(code, strip, step.result);
}

void StripKernel::build() {
  ArrayRef<AffineExpr> extents = kernel.extents(plan.anyMap);
  AffineExpr stride = extents[3].ceilDiv(panelWidth()) * panelWidth() + 2 * plan.border;
  int64_t rows = schedule.getBlockRows();
  AffineExpr held = plan.wholeMap ? extents[2] : getAffineConstantExpr(rows + plan.above + plan.below, op.getContext());
  AffineExpr elements = stride * (held * (plan.heads * plan.slots)) + plan.relative;
  kernel.setScratch(elements * kernel.numberBytes());
  buildStripTasks(kernel, plan, [&](CodeBuilder &code, const StripTask &task) {
    Strip strip = makeStrip(code, task);
    SmallVector<Step> steps = this->steps();
    for (ArrayRef<Step> left = steps; !left.empty();) {
      int64_t heads = left.front().heads;
      ArrayRef<Step> together = left.take_while([&](const Step &step) { return heads && step.heads == heads; });
      if (together.empty()) {
        visit(code, strip, left.front());
        left = left.drop_front();
        continue;
      }
      forHeads(code, strip, heads, [&](Value head) {
        Strip own = strip;
        own.visited = head;
        findMaps(own, together);
        for (const Step &step : together)
          visit(code, own, step);
      });
      left = left.drop_front(together.size());
    }
  });
}

LogicalResult supportsStrip(KernelOp kernel, std::string &why) {
  for (Operation &op : kernel.getBody().front().without_terminator())
    for (Region &region : op.getRegions())
      if (failed(supportsFormula(region, why)))
        return failure();
  return supportsStripPlan(kernel, why);
}

bool stripReadsNarrow(BlockArgument argument) {
  return llvm::all_of(readersOf(argument), [](OpOperand *reader) {
    return isa<ScoreOp, PairScoreOp, CombineOp>(reader->getOwner()) && reader->getOperandNumber() == 1;
  });
}

void lowerStrip(KernelCode &kernel) { StripKernel(kernel).build(); }

} // namespace mlir::attn
