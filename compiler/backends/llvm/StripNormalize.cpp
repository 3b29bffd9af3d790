// Normalisers of a strip: the maths of NormalizerMaths.h on groups of places, in passes over the map's slot.
//   reduce scores -> numbers of the group;   score -> unscaled weight, reduced too;   weight times a factor
#include "compiler/backends/llvm/StripKernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <cmath>

namespace mlir::attn {
namespace {

class GroupNormalizer {
public:
  GroupNormalizer(CodeBuilder &code, StripGroup &group, NormalizeOp op, std::optional<Value> sink)
      : code(code), group(group), kind(op.getKind()),
        maths(group.arithmetic, kind, op.getEps().convertToDouble(), sink) {}

  void build() {
    Value origin = usesLargest(kind) ? maths.origin(group.largest(maths.lowest())) : Value();
    if (weightsFrom(kind) == WeightsFrom::Threshold)
      return project(origin);
    Value total = rewrite([&](Value x) { return maths.numerator(x, origin); });
    if (weightsFrom(kind) == WeightsFrom::Total)
      scale(maths.divisor(group.total(total), origin));
  }

private:
  /// Writes unscaled weights, -0 where they are masked; gives the sums of their terms.
  Value rewrite(llvm::function_ref<Value(Value)> weigh) {
    return group.forEach(code.zeros(), [&](const GroupPlaces &at, ValueRange state) {
      Value x = group.load(at), hidden = group.masked(x), weight = weigh(x);
      if (!usesLargest(kind))
        weight = code.fadd(weight, code.zeros()); // a visible weight is never -0
      Value stored = hidden ? code.select(hidden, hiddenCode(code, Hidden::Weight), weight) : weight;
      code.storeVector(stored, at.target);
      Value term = countsPlaces(kind) ? group.whereVisible(at, hidden, maths.term(weight), code.zeros())
                                      : group.whereValid(at, maths.term(stored), code.zeros());
      return SmallVector<Value>{code.fadd(state[0], term)};
    })[0];
  }

  void scale(Value divisor) {
    Value zero = code.zeros(), inverse = code.fdiv(code.splatReal(1), divisor);
    Value factor = group.arithmetic.ifEqual(divisor, zero, zero, inverse);
    group.forEach({}, [&](const GroupPlaces &at, ValueRange) {
      code.storeVector(code.fmul(code.loadVector(at.target), factor), at.target);
      return SmallVector<Value>();
    });
  }

  /// Sparsemax: passes over the group until its threshold stays.
  void project(Value origin) {
    Value lowest = code.splatReal(-INFINITY), one = code.splatReal(1);
    Value threshold = code.repeat(maths.firstThreshold(), [&](ValueRange state) {
      SmallVector<Value> sums =
          group.forEach({code.zeros(), code.zeros()}, [&](const GroupPlaces &at, ValueRange sums) {
            Value y = group.whereValid(at, code.fsub(group.load(at), origin), lowest);
            return SmallVector<Value>{code.fadd(sums[0], maths.above(y, state[0], y)),
                                      code.fadd(sums[1], maths.above(y, state[0], one))};
          });
      Value next = maths.grow(state[0], group.total(sums[0]), group.total(sums[1]));
      Value grew = arith::CmpFOp::create(code.b, arith::CmpFPredicate::OLT, state[0], next);
      return std::pair(code.anyLane(grew), SmallVector<Value>{next});
    })[0];
    rewrite([&](Value x) { return maths.beyond(code.fsub(x, origin), threshold); });
  }

  CodeBuilder &code;
  StripGroup &group;
  Normalizer kind;
  NormalizerMaths<VectorArithmetic> maths;
};

} // namespace

void StripKernel::normalize(CodeBuilder &code, const Strip &strip, NormalizeOp op) {
  if (weightsFrom(op.getKind()) == WeightsFrom::WholeMap)
    return sinkhorn(code, strip, op);
  GroupedMap grouped{op.getScores(), op.getAxis(), rowsOf(code, strip, op.getWeights()), plan.of(op.getScores()).hidden,
                     op.getWeights()};
  forGroups(code, strip, grouped, [&](StripGroup &group, const Place &at) {
    std::optional<Value> sink;
    if (op.getSink()) {
      Value sinks = kernel.tensor(strip.scope, cast<BlockArgument>(op.getSink()));
      sink = code.splat(code.load(code.number(), code.offset(sinks, place(code, strip, at.head).head)));
    }
    GroupNormalizer(code, group, op, sink).build();
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
      forGroups(code, strip, {map, axis, rows, hidden, Value()}, [&](StripGroup &group, const Place &) {
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
