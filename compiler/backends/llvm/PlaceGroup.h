// Groups of places: those of a map that share a normalisation or a reduction, in vectors. Lanes may be places of one
// group, such as the keys of a query; each a group of its own, such as the queries of a key; or both: a few places of
// each of a few heads.
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

class PlaceGroup {
public:
  using Step = llvm::function_ref<SmallVector<Value>(const GroupPlaces &, ValueRange state)>;
  using Each = std::function<SmallVector<Value>(ValueRange initial, Step step)>;

  /// Lanes l and l + `groups` are of one group.
  PlaceGroup(CodeBuilder &code, MathIsa isa, Hidden hidden, int64_t groups, Each each)
      : arithmetic(code, isa), code(code), hidden(hidden), groups(groups), each(std::move(each)) {}

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
  Value fold(Value vector, llvm::function_ref<Value(Value, Value)> combine);

  CodeBuilder &code;
  Hidden hidden;
  int64_t groups;
  Each each;
};

/// Writes the weights of a group to its targets, of the maths of NormalizerMaths.h: kinds whose weights follow from a
/// place, a total or a threshold. `sink` are those of the lanes' heads, if the op has sinks.
void normalizeGroup(CodeBuilder &code, PlaceGroup &group, NormalizeOp op, std::optional<Value> sink);

/// The number that stands for a group, in all of its lanes.
Value reduceGroup(CodeBuilder &code, PlaceGroup &group, MapReduction kind);

} // namespace mlir::attn
