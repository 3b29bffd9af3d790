// Normalisers of a strip: group by group (PlaceGroup.h), and rows and columns in turn.
#include "compiler/backends/llvm/StripKernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <cmath>

namespace mlir::attn {

void StripKernel::normalize(CodeBuilder &code, const Strip &strip, NormalizeOp op) {
  if (weightsFrom(op.getKind()) == WeightsFrom::WholeMap)
    return sinkhorn(code, strip, op);
  GroupedMap grouped{op.getScores(), op.getAxis(), rowsOf(code, strip, op.getWeights()), plan.of(op.getScores()).hidden,
                     op.getWeights()};
  forGroups(code, strip, grouped, [&](PlaceGroup &group, const Place &at) {
    std::optional<Value> sink;
    if (op.getSink()) {
      Value sinks = kernel.tensor(strip.scope, cast<BlockArgument>(op.getSink()));
      sink = code.splat(code.load(code.number(), code.offset(sinks, place(code, strip, at.head).head)));
    }
    normalizeGroup(code, group, op, sink);
  });
}

// In the log domain: the sum of a group becomes a difference. A masked place is -inf until the end.
void StripKernel::sinkhorn(CodeBuilder &code, const Strip &strip, NormalizeOp op) {
  Value map = op.getWeights();
  Hidden given = plan.of(op.getScores()).hidden, hidden = given == Hidden::Never ? given : Hidden::Score;
  auto rows = rowsOf(code, strip, map);
  auto rewrite = [&](Value source, llvm::function_ref<Value(Value)> make) {
    forRows(code, strip, map, [&](Value head, Value row) {
      Value from = rowOf(code, strip, source, head, row), to = rowOf(code, strip, map, head, row);
      code.loop(code.constant(0), strip.keys, lanes(), [&](Value column) {
        code.storeVector(make(code.loadVector(code.offset(from, column))), code.offset(to, column));
      });
    });
  };
  rewrite(op.getScores(), [&](Value x) {
    return given == Hidden::Weight ? code.select(isHidden(code, x, given), hiddenCode(code, hidden), x) : x;
  });
  code.loop(code.constant(0), code.constant(*op.getIterations()), 1, [&](Value) {
    for (MapAxis axis : {MapAxis::Keys, MapAxis::Queries})
      forGroups(code, strip, {map, axis, rows, hidden, Value()}, [&](PlaceGroup &group, const Place &) {
        ExponentialSum<VectorArithmetic> sums(group.arithmetic);
        Value logarithm = group.logarithm();
        group.forEach({}, [&](const GroupPlaces &at, ValueRange) {
          code.storeVector(sums.divide(group.load(at), logarithm), at.target);
          return SmallVector<Value>();
        });
      });
  });
  VectorArithmetic arithmetic(code, mathIsa(kernel.isa()));
  rewrite(map, [&](Value x) {
    Value weight = arithmetic.exp(x), masked = isHidden(code, x, hidden);
    return masked ? code.select(masked, hiddenCode(code, Hidden::Weight), weight) : weight;
  });
}

} // namespace mlir::attn
