// Groups of places, and what is done with one: normalised, in passes, or reduced.
//   reduce scores -> numbers of the group;   score -> unscaled weight, reduced too;   weight times a factor
#include "compiler/backends/llvm/PlaceGroup.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include <cmath>

namespace mlir::attn {

Value hiddenCode(CodeBuilder &code, Hidden hidden) {
  return code.splatReal(hidden == Hidden::Score ? -INFINITY : -0.0);
}

// -0 equals 0, so weights are compared by their bits.
Value isHidden(CodeBuilder &code, Value x, Hidden hidden) {
  if (hidden == Hidden::Never)
    return {};
  if (hidden == Hidden::Score)
    return arith::CmpFOp::create(code.b, arith::CmpFPredicate::OEQ, x, hiddenCode(code, hidden));
  auto asBits = [&](Value value) { return arith::BitcastOp::create(code.b, code.bits(), value); };
  return arith::CmpIOp::create(code.b, arith::CmpIPredicate::eq, asBits(x), asBits(hiddenCode(code, hidden)));
}

Value PlaceGroup::load(const GroupPlaces &at) {
  Value x = code.loadVector(at.source);
  if (hidden != Hidden::Weight)
    return x;
  return code.select(isHidden(code, x, hidden), code.splatReal(-INFINITY), x);
}

Value PlaceGroup::masked(Value x) {
  if (hidden == Hidden::Never)
    return {};
  return arith::CmpFOp::create(code.b, arith::CmpFPredicate::OEQ, x, code.splatReal(-INFINITY));
}

Value PlaceGroup::whereValid(const GroupPlaces &at, Value x, Value other) {
  return at.valid ? code.select(at.valid, x, other) : x;
}

Value PlaceGroup::whereVisible(const GroupPlaces &at, Value hiddenLanes, Value x, Value other) {
  return whereValid(at, hiddenLanes ? code.select(hiddenLanes, other, x) : x, other);
}

/// In each lane what the lanes of its group have together.
Value PlaceGroup::fold(Value vector, llvm::function_ref<Value(Value, Value)> combine) {
  for (int64_t distance = code.lanes() / 2; distance >= groups; distance /= 2) {
    SmallVector<int64_t> turned;
    for (int64_t lane = 0; lane < code.lanes(); ++lane)
      turned.push_back((lane + distance) % code.lanes());
    vector = combine(vector, vector::ShuffleOp::create(code.b, vector, vector, turned));
  }
  return vector;
}

Value PlaceGroup::total(Value sums) {
  return fold(sums, [&](Value x, Value y) { return code.fadd(x, y); });
}

Value PlaceGroup::largest(Value lowest) {
  Value bottom = code.splatReal(-INFINITY);
  Value result = forEach(lowest, [&](const GroupPlaces &at, ValueRange state) {
    return SmallVector<Value>{arithmetic.max(whereValid(at, load(at), bottom), state[0])};
  })[0];
  return fold(result, [&](Value x, Value y) { return code.fmaxFast(x, y); });
}

Value PlaceGroup::logarithm() {
  ExponentialSum<VectorArithmetic> sums(arithmetic);
  Value origin = sums.origin(largest(sums.lowest()));
  Value sum = total(forEach(code.zeros(), [&](const GroupPlaces &at, ValueRange state) {
    return SmallVector<Value>{code.fadd(state[0], whereValid(at, sums.term(load(at), origin), code.zeros()))};
  })[0]);
  return sums.logarithm(sum, origin);
}

namespace {

class GroupNormalizer {
public:
  GroupNormalizer(CodeBuilder &code, PlaceGroup &group, NormalizeOp op, std::optional<Value> sink)
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
  PlaceGroup &group;
  Normalizer kind;
  NormalizerMaths<VectorArithmetic> maths;
};

} // namespace

void normalizeGroup(CodeBuilder &code, PlaceGroup &group, NormalizeOp op, std::optional<Value> sink) {
  GroupNormalizer(code, group, op, sink).build();
}

Value reduceGroup(CodeBuilder &code, PlaceGroup &group, MapReduction kind) {
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

} // namespace mlir::attn
