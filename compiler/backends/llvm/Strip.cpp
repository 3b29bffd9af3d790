// Strategy `strip`: a few rows of the map with all keys, op by op, in scratch that stays in the second-level cache. It
// computes every chain of map ops; what looks at other heads makes a strip hold all heads, what looks at a few other
// rows (a convolution) makes it hold rows beyond its own, computed twice, and what looks at whole columns the whole
// map.
//   strip(b, [h], rows):  for each op of the kernel: for each row of its map: ...
//                         maps that leave the kernel are copied out, combine writes its rows
#include "compiler/backends/llvm/Rows.h"
#include "compiler/backends/llvm/StripKernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::attn {

StripKernel::StripKernel(KernelCode &kernel)
    : kernel(kernel), op(kernel.kernel()), schedule(*op.getSchedule()), plan(op) {}

Value StripKernel::narrow(CodeBuilder &code, Value x) {
  return arith::TruncIOp::create(code.b, code.b.getI32Type(), x);
}

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

void StripKernel::forHeads(CodeBuilder &code, Value map, llvm::function_ref<void(Value)> body) {
  if (!plan.allHeads)
    return body(code.constant(0));
  int64_t heads = cast<RankedTensorType>(map.getType()).getDimSize(1);
  code.loop(code.constant(0), code.constant(heads), 1, body);
}

void StripKernel::forRows(CodeBuilder &code, const Strip &strip, Value map,
                          llvm::function_ref<void(Value, Value)> body) {
  auto [from, to] = rowsOf(code, strip, map);
  forHeads(code, map,
           [&, from = from, to = to](Value head) { code.loop(from, to, 1, [&](Value row) { body(head, row); }); });
}

void StripKernel::forKeys(CodeBuilder &code, const Strip &strip, llvm::function_ref<void(Value, Value)> body) {
  Value rest = code.rem(strip.keys, code.constant(lanes())), full = code.sub(strip.keys, rest);
  code.loop(code.constant(0), full, lanes(), [&](Value column) { body(column, Value()); });
  code.branch(code.less(code.constant(0), rest), [&] { body(full, code.maskBelow(rest)); });
}

StripKernel::Strip StripKernel::makeStrip(CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
  ArrayRef<AffineExpr> extents = kernel.extents(plan.anyMap);
  Strip strip{scope, arguments[0], arguments[1], arguments[2], arguments[3], {}, {}, {}, {}, {}, {}, {}};
  strip.queries = kernel.extent(code, scope, extents[2]);
  strip.keys = kernel.extent(code, scope, extents[3]);
  strip.rowStride = code.add(code.mul(code.ceilDiv(strip.keys, panelWidth()), panelWidth()), 2 * plan.border);
  Value rows = plan.wholeMap ? strip.queries : code.constant(schedule.getBlockRows() + plan.above + plan.below);
  strip.headSize = code.mul(strip.rowStride, rows);
  strip.slotSize = code.mul(strip.headSize, plan.heads);
  strip.relative = kernel.workerScratch(code, scope, arguments[4]);
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
      .Case<GivenScoreOp, ModifyOp, MaskOp, FillOp, PointwiseOp>([&](Operation *o) { places(code, strip, *o); });
}

/// The task's rows of a map, to a result [B, H, N, M]. A masked weight leaves as +0.
void StripKernel::copyOut(CodeBuilder &code, const Strip &strip, Value map, unsigned result) {
  int64_t heads = cast<RankedTensorType>(map.getType()).getDimSize(1);
  bool weights = plan.of(map).hidden == Hidden::Weight;
  forHeads(code, map, [&](Value head) {
    Value index = code.add(code.mul(strip.sample, heads), place(code, strip, head).head);
    Value first = code.mul(index, strip.queries);
    code.loop(strip.first, strip.end, 1, [&](Value row) {
      Value source = rowOf(code, strip, map, head, row);
      Value target = code.offset(kernel.result(strip.scope, result), code.mul(code.add(first, row), strip.keys));
      forKeys(code, strip, [&](Value column, Value mask) {
        Value x = code.loadVector(code.offset(source, column));
        code.storeVector(weights ? code.fadd(x, code.zeros()) : x, code.offset(target, column), mask);
      });
    });
  });
}

void StripKernel::build() {
  ArrayRef<AffineExpr> extents = kernel.extents(plan.anyMap);
  AffineExpr stride = extents[3].ceilDiv(panelWidth()) * panelWidth() + 2 * plan.border;
  int64_t rows = schedule.getBlockRows();
  AffineExpr held = plan.wholeMap ? extents[2] : getAffineConstantExpr(rows + plan.above + plan.below, op.getContext());
  AffineExpr elements = stride * (held * (plan.heads * plan.slots)) + plan.relative;
  kernel.setScratch(elements * 4);
  std::string strips = kernel.function("strip", 5, [&](CodeBuilder &code, const KernelScope &scope, ValueRange at) {
    Strip strip = makeStrip(code, scope, at);
    for (Operation &inner : op.getBody().front().without_terminator())
      visit(code, strip, inner);
    for (auto [result, value] : llvm::enumerate(op.getBody().front().getTerminator()->getOperands()))
      if (plan.isStrip(value))
        copyOut(code, strip, value, result);
  });
  int64_t mapHeads = cast<RankedTensorType>(plan.anyMap.getType()).getDimSize(1), parts = plan.allHeads ? 1 : mapHeads;
  auto blocks = [&](CodeBuilder &code, const KernelScope &scope) {
    return plan.wholeMap ? code.constant(1) : code.ceilDiv(kernel.extent(code, scope, extents[2]), rows);
  };
  std::string task = kernel.function("task", 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange at) {
    Value perHead = blocks(code, scope), outer = code.div(at[0], perHead);
    Value first = code.mul(code.rem(at[0], perHead), rows);
    Value count = kernel.extent(code, scope, extents[2]);
    Value end = plan.wholeMap ? count : code.min(code.add(first, rows), count);
    Value sample = code.div(outer, code.constant(parts)), head = code.rem(outer, code.constant(parts));
    kernel.call(code, strips, kernel.currentFrame(), {sample, head, first, end, at[1]});
  });
  kernel.define([&](CodeBuilder &code, const KernelScope &scope) {
    Value frame = kernel.makeFrame(code, scope);
    Value count = code.mul(kernel.extent(code, scope, extents[0]), parts);
    kernel.parallel(code, scope, task, frame, code.mul(count, blocks(code, scope)));
  });
}

/// Whether the query, key or value of an op comes from outside the kernel.
static bool comesFromOutside(Value value) { return static_cast<bool>(sourceOf(value)); }

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

LogicalResult supportsStrip(KernelOp kernel, std::string &why) {
  if (llvm::any_of(kernel.getInputs(), isMaskedMap)) {
    why = "a map with masked places goes from one kernel to another; give them a number first, with attn.fill";
    return failure();
  }
  auto refuse = [&](Operation &op, const Twine &reason) {
    why = (op.getName().getStringRef() + ": " + reason).str();
    return failure();
  };
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (!mapResult(op) && !isa<CombineOp, ReduceMapOp, SplitHeadsOp, MergeHeadsOp>(op))
      return refuse(op, "has no place in a kernel of score maps");
    for (Region &region : op.getRegions())
      if (failed(supportsFormula(region, why)))
        return failure();
    if (auto score = dyn_cast<ScoreOp>(op); score && score.getKind() != ScoreKind::Dot)
      return refuse(op, stringifyEnum(score.getKind()) + " scores are expanded by the simplify stage");
    SmallVector<Value> outside;
    if (auto score = dyn_cast<ScoreOp>(op))
      outside = {score.getQuery(), score.getKey()};
    if (auto score = dyn_cast<PairScoreOp>(op))
      outside = {score.getQuery(), score.getKey()};
    if (isa<RelativeScoreOp, RelativeScore2dOp>(op))
      outside = {op.getOperand(0)};
    if (auto combine = dyn_cast<CombineOp>(op))
      outside = {combine.getValue()};
    if (!llvm::all_of(outside, comesFromOutside))
      return refuse(op, "its query, key or value is computed inside the kernel");
  }
  return success();
}

void lowerStrip(KernelCode &kernel) { StripKernel(kernel).build(); }

} // namespace mlir::attn
