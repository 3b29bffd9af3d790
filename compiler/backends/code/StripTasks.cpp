// Strips as tasks.
#include "compiler/backends/code/StripTasks.h"

namespace mlir::attn {

namespace {

// Strips of all heads are few, and long: about so many of the last are halved, so that workers end together and short
// texts have strips for them.
constexpr int64_t halvedStrips = 4;

/// How the rows of a sample are cut: strips of `rows`, then of `small` rows. 300 rows by 58 and 28:
///   0 .. 58 .. 86 .. 114 ... 282 .. 300
class StripRows {
public:
  StripRows(KernelOp kernel, const StripPlan &plan)
      : rows(kernel.getSchedule()->getBlockRows()), small(rows), wholeMap(plan.wholeMap) {
    // With the rows that a strip needs beyond its own, its half is whole register tiles too.
    int64_t tile = kernel.getSchedule()->getRows(), halo = plan.above + plan.below, half = (rows + halo) / 2;
    if (plan.allHeads && !wholeMap)
      small = std::max(half - half % tile - halo, std::min(rows, tile));
  }

  Value count(CodeBuilder &code, Value queries) const {
    if (wholeMap)
      return code.constant(1);
    Value large = this->large(code, queries), left = code.sub(queries, code.mul(large, rows));
    return code.add(large, code.ceilDiv(left, small));
  }

  /// First and end row of strip `index`.
  std::pair<Value, Value> bounds(CodeBuilder &code, Value queries, Value index) const {
    if (wholeMap)
      return {code.constant(0), queries};
    Value large = this->large(code, queries), before = code.min(index, large);
    Value first = code.add(code.mul(before, rows), code.mul(code.sub(index, before), small));
    Value own = code.select(code.less(index, large), code.constant(rows), code.constant(small));
    return {first, code.min(code.add(first, own), queries)};
  }

private:
  Value large(CodeBuilder &code, Value queries) const {
    Value strips = code.div(queries, code.constant(rows));
    return code.max(code.sub(strips, code.constant(halvedStrips)), code.constant(0));
  }

  int64_t rows, small;
  bool wholeMap;
};

} // namespace

void buildStripTasks(KernelCode &kernel, const StripPlan &plan,
                     llvm::function_ref<void(CodeBuilder &, const StripTask &)> body) {
  ArrayRef<AffineExpr> extents = kernel.extents(plan.anyMap);
  StripRows strips(kernel.kernel(), plan);
  std::string strip = kernel.function("strip", 5, [&](CodeBuilder &code, const KernelScope &scope, ValueRange at) {
    body(code, {scope, at[0], at[1], at[2], at[3], kernel.workerScratch(code, scope, at[4])});
  });
  int64_t mapHeads = cast<RankedTensorType>(plan.anyMap.getType()).getDimSize(1), parts = plan.allHeads ? 1 : mapHeads;
  std::string task = kernel.function("task", 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange at) {
    Value queries = kernel.extent(code, scope, extents[2]), perHead = strips.count(code, queries);
    Value outer = code.div(at[0], perHead);
    auto [first, end] = strips.bounds(code, queries, code.rem(at[0], perHead));
    Value sample = code.div(outer, code.constant(parts)), head = code.rem(outer, code.constant(parts));
    kernel.call(code, strip, kernel.currentFrame(), {sample, head, first, end, at[1]});
  });
  kernel.define([&](CodeBuilder &code, const KernelScope &scope) {
    Value frame = kernel.makeFrame(code, scope);
    Value count = code.mul(kernel.extent(code, scope, extents[0]), parts);
    Value perHead = strips.count(code, kernel.extent(code, scope, extents[2]));
    kernel.parallel(code, scope, task, frame, code.mul(count, perHead));
  });
}

} // namespace mlir::attn
