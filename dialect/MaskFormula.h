// What a mask says of one place of the map, stated once: the reference evaluates it with numbers, a back end with code.
//
// An arithmetic A has types A::Int and A::Bool and gives
//   Int constant(int64_t), queries(), keys()    N and M
//   Int batch(), head(), query(), key()         of the place
//   Int diagonal(Alignment)                     the key on the diagonal in the query's row
//   Int add(Int, Int), sub(Int, Int)
//   Int floorDiv(Int, int64_t), rem(Int, int64_t)   by a positive constant, rounded down; the remainder is not negative
//   Bool less(Int, Int), lessEq(Int, Int), equal(Int, Int)
//   Bool both(Bool, Bool), either(Bool, Bool), negate(Bool)
//   Int element(int64_t operand, ArrayRef<Int> place)   of a mask operand, whose dimensions are the last of `place`;
//                                                       a dimension of one element repeats
//   Bool listed(int64_t operand, Int row, Int block)   whether a row of the head's table [H, P, R] holds `block`; not
//   if it
//                                                      has no such row
//   Bool edge(int64_t rowptr, int64_t col)      whether the key is among the columns of the query's row
//   Bool predicate(ArrayRef<int64_t> captures)  what the op's region yields for the place
// Integers are exact. Only sums and differences of an index and a constant can leave 32 bits; a key and what is made of
// it by floorDiv and rem never do, so that lanes of i32 can hold them.
#pragma once

#include "dialect/AttnAttrs.h"

namespace mlir::attn {

template <class A>
class MaskFormula {
public:
  using Int = typename A::Int;
  using Bool = typename A::Bool;

  explicit MaskFormula(A &arithmetic) : a(arithmetic) {}

  /// Whether the place's key is visible to its query.
  Bool visible(MaskAttr mask) {
    ArrayRef<int64_t> values = mask.getValues(), operands = mask.getOperands();
    ArrayRef<MaskAttr> children = mask.getChildren();
    switch (mask.getKind()) {
    case MaskKind::Causal:
      return a.lessEq(a.key(), a.diagonal(static_cast<Alignment>(values[0])));
    case MaskKind::Window:
      return window(values);
    case MaskKind::Prefix:
      return a.less(a.key(), a.constant(values[0]));
    case MaskKind::Lengths:
      return a.less(a.key(), a.element(operands[0], {a.batch()}));
    case MaskKind::Blocks:
      return near(a.floorDiv(a.query(), values[0]), a.floorDiv(a.key(), values[1]), values[2], values[3]);
    case MaskKind::Listed:
      return a.listed(operands[0], a.floorDiv(a.query(), values[0]), a.floorDiv(a.key(), values[0]));
    case MaskKind::Strided:
      return a.equal(a.rem(a.key(), values[0]), a.rem(a.query(), values[0]));
    case MaskKind::Fixed:
      return a.lessEq(a.constant(values[0] - values[1]), a.rem(a.key(), values[0]));
    case MaskKind::Grid: { // a reach beyond the image says no more, and its sums may not fit an arithmetic
      int64_t down = std::min(values[2] / 2, values[0]), right = std::min(values[2] / 2, values[1]);
      return a.both(near(a.floorDiv(a.query(), values[1]), a.floorDiv(a.key(), values[1]), down, down),
                    near(a.rem(a.query(), values[1]), a.rem(a.key(), values[1]), right, right));
    }
    case MaskKind::Axial:
      return values[2] == 1 ? a.equal(a.floorDiv(a.key(), values[1]), a.floorDiv(a.query(), values[1]))
                            : a.equal(a.rem(a.key(), values[1]), a.rem(a.query(), values[1]));
    case MaskKind::Global: {
      Bool first = a.either(a.less(a.query(), a.constant(values[0])), a.less(a.key(), a.constant(values[0])));
      Int last = a.constant(values[1]);
      return values[1] == 0 ? first
                            : a.either(first, a.either(a.lessEq(a.sub(a.queries(), last), a.query()),
                                                       a.lessEq(a.sub(a.keys(), last), a.key())));
    }
    case MaskKind::Flags:
      return a.either(isSet(a.element(operands[0], {a.batch(), a.query()})),
                      isSet(a.element(operands[0], {a.batch(), a.key()})));
    case MaskKind::Segments:
      return a.equal(a.element(operands.back(), {a.batch(), a.key()}),
                     a.element(operands.front(), {a.batch(), a.query()}));
    case MaskKind::Dense:
      return isSet(a.element(operands[0], {a.batch(), a.head(), a.query(), a.key()}));
    case MaskKind::Predicate:
      return a.predicate(operands);
    case MaskKind::Graph:
      return a.edge(operands[0], operands[1]);
    case MaskKind::Not:
      return a.negate(visible(children[0]));
    case MaskKind::And:
    case MaskKind::Or:
      break;
    }
    Bool result = visible(children[0]);
    for (MaskAttr child : children.drop_front())
      result = mask.getKind() == MaskKind::And ? a.both(result, visible(child)) : a.either(result, visible(child));
    return result;
  }

private:
  Bool window(ArrayRef<int64_t> values) {
    Int centre = a.diagonal(static_cast<Alignment>(values[2]));
    Bool within = a.both(a.lessEq(a.sub(centre, a.constant(windowReach(values[0], values[3]))), a.key()),
                         a.lessEq(a.key(), a.add(centre, a.constant(windowReach(values[1], values[3])))));
    if (values[3] == 1)
      return within;
    return a.both(within, a.equal(a.rem(a.key(), values[3]), a.rem(centre, values[3])));
  }

  /// Whether `x`, of the key, is at most `left` below and `right` above `centre`.
  Bool near(Int centre, Int x, int64_t left, int64_t right) {
    return a.both(a.lessEq(a.sub(centre, a.constant(left)), x), a.lessEq(x, a.add(centre, a.constant(right))));
  }

  Bool isSet(Int x) { return a.negate(a.equal(x, a.constant(0))); }

  A &a;
};

} // namespace mlir::attn
