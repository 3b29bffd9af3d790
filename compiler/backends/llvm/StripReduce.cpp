// reduce_map in a strip: one number for each group of places, straight into the kernel's result.
#include "compiler/backends/llvm/StripKernel.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include <cmath>

namespace mlir::attn {

/// The number of each group, in all of its lanes.
static Value reduceGroup(CodeBuilder &code, StripGroup &group, MapReduction kind) {
  if (kind == MapReduction::LogSumExp)
    return group.logarithm();
  if (kind == MapReduction::Max)
    return group.largest(code.splatReal(-INFINITY));
  SmallVector<Value> sums = group.forEach({code.zeros(), code.zeros()}, [&](const GroupPlaces &at, ValueRange state) {
    Value x = group.load(at), hidden = group.masked(x), zero = code.zeros();
    return SmallVector<Value>{code.fadd(state[0], group.whereVisible(at, hidden, x, zero)),
                              code.fadd(state[1], group.whereVisible(at, hidden, code.splatReal(1), zero))};
  });
  Value sum = group.total(sums[0]), count = group.total(sums[1]), zero = code.zeros();
  return kind == MapReduction::Sum ? sum : group.arithmetic.ifEqual(count, zero, zero, code.fdiv(sum, count));
}

void StripKernel::reduceMap(CodeBuilder &code, const Strip &strip, ReduceMapOp op) {
  int64_t heads = op.getMap().getType().getDimSize(1);
  GroupedMap grouped{op.getMap(), op.getAxis(), {strip.first, strip.end}, plan.of(op.getMap()).hidden, Value()};
  for (auto [number, value] : llvm::enumerate(op->getBlock()->getTerminator()->getOperands())) {
    if (value != op.getResult())
      continue;
    Value result = kernel.result(strip.scope, number);
    forGroups(code, strip, grouped, [&](StripGroup &group, const Place &at) {
      Value reduced = reduceGroup(code, group, op.getKind());
      bool byRow = op.getAxis() == MapAxis::Heads;
      Value line = byRow ? code.add(code.mul(strip.sample, strip.queries), at.row)
                         : code.add(code.mul(strip.sample, heads), place(code, strip, at.head).head);
      if (op.getAxis() != MapAxis::Keys)
        return code.storeVector(reduced, code.offset(result, code.add(code.mul(line, strip.keys), at.column)), at.mask);
      Value scalar = vector::ExtractOp::create(code.b, reduced, ArrayRef<int64_t>{0});
      code.store(scalar, code.offset(result, code.add(code.mul(line, strip.queries), at.row)));
    });
  }
}

} // namespace mlir::attn
