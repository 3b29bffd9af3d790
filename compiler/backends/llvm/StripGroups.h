// Groups of a strip: the places that share a normalisation or a reduction. The keys of a query run through the lanes of
// vectors; for the heads of a place and the queries of a key, every lane is a group of its own.
#pragma once

#include "compiler/backends/code/StripPlan.h"
#include "compiler/backends/llvm/VectorArithmetic.h"
#include "dialect/NormalizerMaths.h"

namespace mlir::attn {

/// What stands in a masked place.
Value hiddenCode(CodeBuilder &code, Hidden hidden);

/// Lanes that are masked; null where none can be.
Value isHidden(CodeBuilder &code, Value x, Hidden hidden);

/// Where a vector of a group's places is read and written; lanes outside `valid` (null: all are) do not exist.
struct GroupPlaces {
  Value source, target, valid;
};

class StripGroup {
public:
  using Step = llvm::function_ref<SmallVector<Value>(const GroupPlaces &, ValueRange state)>;
  using Each = std::function<SmallVector<Value>(ValueRange initial, Step step)>;

  StripGroup(CodeBuilder &code, MathIsa isa, Hidden hidden, bool alongLanes, Each each)
      : arithmetic(code, isa), code(code), hidden(hidden), alongLanes(alongLanes), each(std::move(each)) {}

  /// Calls `step` for every vector of places, in order; gives the last state.
  SmallVector<Value> forEach(ValueRange initial, Step step) { return each(initial, step); }

  /// The score at a place, -inf where it is masked.
  Value load(const GroupPlaces &at);
  /// The masked lanes of what `load` gives, null where there are none.
  Value masked(Value x);
  Value whereValid(const GroupPlaces &at, Value x, Value other);
  Value whereVisible(const GroupPlaces &at, Value hiddenLanes, Value x, Value other);

  /// One number for the group, in all of its lanes, from what each lane has.
  Value total(Value sums);
  Value largest(Value lowest);
  /// log sum exp of the scores.
  Value logarithm();

  VectorArithmetic arithmetic;

private:
  CodeBuilder &code;
  Hidden hidden;
  bool alongLanes;
  Each each;
};

} // namespace mlir::attn
