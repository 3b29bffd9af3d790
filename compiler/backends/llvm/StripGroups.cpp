// Groups of a strip; see the header.
#include "compiler/backends/llvm/StripGroups.h"
#include "compiler/backends/llvm/StripKernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <cmath>

namespace mlir::attn {

Value StripGroup::load(const GroupPlaces &at) {
  Value x = code.loadVector(at.source);
  if (hidden != Hidden::Weight)
    return x;
  return code.select(isHidden(code, x, hidden), code.splatReal(-INFINITY), x);
}

Value StripGroup::masked(Value x) {
  if (hidden == Hidden::Never)
    return {};
  return arith::CmpFOp::create(code.b, arith::CmpFPredicate::OEQ, x, code.splatReal(-INFINITY));
}

Value StripGroup::whereValid(const GroupPlaces &at, Value x, Value other) {
  return at.valid ? code.select(at.valid, x, other) : x;
}

Value StripGroup::whereVisible(const GroupPlaces &at, Value hiddenLanes, Value x, Value other) {
  return whereValid(at, hiddenLanes ? code.select(hiddenLanes, other, x) : x, other);
}

Value StripGroup::total(Value sums) { return alongLanes ? code.splat(code.sumLanes(sums)) : sums; }

Value StripGroup::largest(Value lowest) {
  Value bottom = code.splatReal(-INFINITY);
  Value result = forEach(lowest, [&](const GroupPlaces &at, ValueRange state) {
    return SmallVector<Value>{arithmetic.max(whereValid(at, load(at), bottom), state[0])};
  })[0];
  return alongLanes ? code.splat(code.maxLanes(result)) : result;
}

Value StripGroup::logarithm() {
  ExponentialSum<VectorArithmetic> sums(arithmetic);
  Value origin = sums.origin(largest(sums.lowest()));
  Value sum = total(forEach(code.zeros(), [&](const GroupPlaces &at, ValueRange state) {
    return SmallVector<Value>{code.fadd(state[0], whereValid(at, sums.term(load(at), origin), code.zeros()))};
  })[0]);
  return sums.logarithm(sum, origin);
}

void StripKernel::forGroups(CodeBuilder &code, const Strip &strip, const GroupedMap &grouped,
                            llvm::function_ref<void(StripGroup &, const Place &)> body) {
  Value target = grouped.target ? grouped.target : grouped.map;
  auto placesOf = [&](Value head, Value row, Value column, Value valid) {
    return GroupPlaces{code.offset(rowOf(code, strip, grouped.map, head, row), column),
                       code.offset(rowOf(code, strip, target, head, row), column), valid};
  };
  auto run = [&](StripGroup::Each each, const Place &at) {
    StripGroup group(code, mathIsa(kernel.isa()), grouped.hidden, grouped.axis == MapAxis::Keys, std::move(each));
    body(group, at);
  };
  auto [from, to] = grouped.rows;
  if (grouped.axis == MapAxis::Keys)
    return forHeads(code, grouped.map, [&, from = from, to = to](Value head) {
      code.loop(from, to, 1, [&](Value row) {
        auto each = [&](ValueRange initial, StripGroup::Step step) {
          Value full = code.sub(strip.keys, code.rem(strip.keys, code.constant(lanes())));
          auto vectors = [&](Value first, Value last, ValueRange sums, bool partial) {
            return code.reduce(first, last, lanes(), sums, [&](Value column, ValueRange state) {
              Value valid = partial ? code.maskBelow(code.sub(strip.keys, column)) : Value();
              return step(placesOf(head, row, column, valid), state);
            });
          };
          return vectors(full, strip.keys, vectors(code.constant(0), full, initial, false), true);
        };
        run(each, {head, row, {}, {}});
      });
    });
  auto forColumns = [&](Value head, Value row, Value first, Value last, bool rows) {
    code.loop(code.constant(0), strip.keys, lanes(), [&](Value column) {
      auto each = [&](ValueRange initial, StripGroup::Step step) {
        return code.reduce(first, last, 1, initial, [&](Value at, ValueRange state) {
          return step(placesOf(rows ? head : at, rows ? at : row, column, Value()), state);
        });
      };
      run(each, {head, row, column, code.maskBelow(code.sub(strip.keys, column))});
    });
  };
  if (grouped.axis == MapAxis::Queries)
    return forHeads(code, grouped.map,
                    [&, from = from, to = to](Value head) { forColumns(head, {}, from, to, /*rows=*/true); });
  Value heads = code.constant(cast<RankedTensorType>(grouped.map.getType()).getDimSize(1));
  code.loop(from, to, 1, [&](Value row) { forColumns({}, row, code.constant(0), heads, /*rows=*/false); });
}

} // namespace mlir::attn
