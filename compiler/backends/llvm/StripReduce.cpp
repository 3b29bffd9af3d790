// reduce_map in a strip: one number for each group of places, straight into the kernel's result.
#include "compiler/backends/llvm/StripKernel.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace mlir::attn {

void StripKernel::reduceMap(CodeBuilder &code, const Strip &strip, ReduceMapOp op) {
  int64_t heads = op.getMap().getType().getDimSize(1);
  GroupedMap grouped{op.getMap(), op.getAxis(), {strip.first, strip.end}, plan.of(op.getMap()).hidden, Value()};
  for (auto [number, value] : llvm::enumerate(op->getBlock()->getTerminator()->getOperands())) {
    if (value != op.getResult())
      continue;
    Value result = kernel.result(strip.scope, number);
    forGroups(code, strip, grouped, [&](PlaceGroup &group, const Place &at) {
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
