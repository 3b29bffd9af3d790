// Which keys a tile of queries can see at all, and which all of its queries see: ranges that a kernel reads of a mask
// to skip work and tests. Stated once, over an arithmetic: a back end makes code of it, a test runs it with numbers.
//
// An arithmetic A has types A::Int and A::Bool and gives, all for one head of one sample,
//   Int constant(int64_t), queries(), keys()        N and M
//   Int offset(Alignment)                           the key on the diagonal in row 0
//   Int add(Int, Int), sub(Int, Int), min(Int, Int), max(Int, Int), mul(Int, int64_t)
//   Int floorDiv(Int, int64_t)                      by a positive constant, rounded down
//   Bool less(Int, Int), lessEq(Int, Int), both(Bool, Bool), either(Bool, Bool)
//   Int select(Bool, Int, Int)
//   Int length(int64_t operand)                     the operand's element of this sample
//   KeyInterval<Int> extremes(int64_t operand, KeyInterval<Int> tokens)   the smallest and largest element in a range
//   KeyInterval<Int> tokensBetween(int64_t operand, KeyInterval<Int> tokens, Int low, Int high)   the shortest range in
//                                                   `tokens` with all whose element is from low to high; empty if none
//   KeyInterval<Int> listedBlocks(int64_t operand, KeyInterval<Int> rows, Int low, Int high)   of the numbers from low
//   to
//                                                   high in these rows of the head's table [H, P, R], which may have
//                                                   less of them, the smallest and one more than the largest; as
//                                                   [high + 1, low) if there is none
//   Region &predicate()
#pragma once

#include "dialect/AttnAttrs.h"
#include "dialect/LinearForm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

namespace mlir::attn {

/// From `from` to before `to`; empty when that is not positive.
template <class Int>
struct KeyInterval {
  Int from, to;
};

/// Keys outside `any` are seen by no query of the tile, keys inside `full` by all.
template <class Int>
struct KeyBounds {
  KeyInterval<Int> any, full;
};

template <class A>
class MaskRanges {
public:
  using Int = typename A::Int;
  using Bool = typename A::Bool;
  using Range = KeyInterval<Int>;
  using Bounds = KeyBounds<Int>;

  /// For queries [first, last]; of the keys, only those in `window` are asked about.
  MaskRanges(A &arithmetic, Int first, Int last, Range window)
      : a(arithmetic), first(first), last(last), window(window) {}

  Bounds all() { return {window, window}; }

  Bounds of(MaskAttr mask) {
    ArrayRef<int64_t> values = mask.getValues(), operands = mask.getOperands();
    switch (mask.getKind()) {
    case MaskKind::Causal: {
      Int end = a.add(a.offset(static_cast<Alignment>(values[0])), a.constant(1));
      return {before(a.add(last, end)), before(a.add(first, end))};
    }
    case MaskKind::Window: {
      Int offset = a.offset(static_cast<Alignment>(values[2]));
      Int left = a.sub(offset, a.constant(windowReach(values[0], values[3])));
      Int right = a.add(offset, a.constant(windowReach(values[1], values[3]) + 1));
      Range any = between(a.add(first, left), a.add(last, right));
      return {any, values[3] == 1 ? between(a.add(last, left), a.add(first, right)) : none()};
    }
    case MaskKind::Prefix:
      return same(before(a.constant(values[0])));
    case MaskKind::Lengths:
      return same(before(a.length(operands[0])));
    case MaskKind::Blocks:
      return blocks(values);
    case MaskKind::Listed:
      return listed(operands[0], values[0]);
    case MaskKind::Strided:
      return {window, values[0] == 1 ? window : none()};
    case MaskKind::Fixed:
      return {values[1] > 0 ? window : none(), values[1] == values[0] ? window : none()};
    case MaskKind::Grid: {
      int64_t reach = std::min(values[2] / 2, values[0]);
      Bounds near = blocks({values[1], values[1], reach, reach});
      return {near.any, values[2] / 2 >= values[1] - 1 ? near.full : none()};
    }
    case MaskKind::Axial:
      return values[2] == 1 ? blocks({values[1], values[1], 0, 0}) : Bounds{window, values[1] == 1 ? window : none()};
    case MaskKind::Global: {
      Int count = a.constant(values[0]), from = a.constant(values[1]);
      Bounds begin{before(a.select(a.less(first, count), a.keys(), count)),
                   before(a.select(a.less(last, count), a.keys(), count))};
      if (values[1] == 0)
        return begin;
      Int query = a.sub(a.queries(), from), key = a.sub(a.keys(), from), zero = a.constant(0);
      return unite(begin, {after(a.select(a.lessEq(query, last), zero, key)),
                           after(a.select(a.lessEq(query, first), zero, key))});
    }
    case MaskKind::Flags:
      return flags(operands[0]);
    case MaskKind::Segments:
      return segments(operands.front(), operands.back());
    case MaskKind::Dense:
    case MaskKind::Graph:
      return unknown();
    case MaskKind::Predicate:
      captures = operands;
      return ofPredicate(a.predicate().front());
    case MaskKind::Not:
      return complement(of(mask.getChildren()[0]));
    case MaskKind::And:
    case MaskKind::Or:
      break;
    }
    Bounds result = of(mask.getChildren()[0]);
    for (MaskAttr child : mask.getChildren().drop_front())
      result = mask.getKind() == MaskKind::And ? intersect(result, of(child)) : unite(result, of(child));
    return result;
  }

  Bounds intersect(Bounds x, Bounds y) {
    auto both = [&](Range p, Range q) { return Range{a.max(p.from, q.from), a.min(p.to, q.to)}; };
    return {both(x.any, y.any), both(x.full, y.full)};
  }

private:
  // --- Ranges of keys, inside the window
  Range none() { return {window.to, window.from}; }
  Range before(Int end) { return {window.from, a.min(end, window.to)}; }
  Range after(Int begin) { return {a.max(begin, window.from), window.to}; }
  Range between(Int begin, Int end) { return {a.max(begin, window.from), a.min(end, window.to)}; }
  Range allIf(Bool condition) { return {a.select(condition, window.from, window.to), window.to}; }
  Bounds same(Range range) { return {range, range}; }
  Bounds unknown() { return {window, none()}; }

  // `none` is neutral for the smaller beginning and the larger end; another empty range is not.
  Range neutral(Range x) {
    Bool some = a.less(x.from, x.to);
    return {a.select(some, x.from, window.to), a.select(some, x.to, window.from)};
  }

  Range longer(Range x, Range y) {
    Bool first = a.lessEq(a.sub(y.to, y.from), a.sub(x.to, x.from));
    return {a.select(first, x.from, y.from), a.select(first, x.to, y.to)};
  }

  Bounds unite(Bounds x, Bounds y) {
    Range p = neutral(x.any), q = neutral(y.any);
    return {{a.min(p.from, q.from), a.max(p.to, q.to)}, longer(x.full, y.full)};
  }

  Bounds complement(Bounds x) {
    Bool fromStart = a.lessEq(x.full.from, window.from), toEnd = a.lessEq(window.to, x.full.to);
    Range any{a.select(fromStart, a.max(x.full.to, window.from), window.from),
              a.select(fromStart, window.to, a.select(toEnd, a.min(x.full.from, window.to), window.to))};
    return {any, longer(before(x.any.from), after(x.any.to))};
  }

  /// `values` are queries and keys of a block, and how many blocks to the left and right a key is seen.
  Bounds blocks(ArrayRef<int64_t> values) {
    Int top = a.floorDiv(first, values[0]), bottom = a.floorDiv(last, values[0]);
    auto begin = [&](Int block) { return a.mul(a.sub(block, a.constant(values[2])), values[1]); };
    auto end = [&](Int block) { return a.mul(a.add(block, a.constant(values[3] + 1)), values[1]); };
    return {between(begin(top), end(bottom)), between(begin(bottom), end(top))};
  }

  // --- Masks that operands give, read for the queries of the tile and the keys of the window
  Range queries() { return {first, a.add(last, a.constant(1))}; }

  Bounds flags(int64_t operand) {
    Range query = a.extremes(operand, queries());
    Int zero = a.constant(0), one = a.constant(1), minusOne = a.constant(-1);
    Bool some = a.either(a.less(query.from, zero), a.less(zero, query.to));
    Bool every = a.either(a.less(zero, query.from), a.less(query.to, zero));
    Range above = a.tokensBetween(operand, window, one, a.constant(INT32_MAX));
    Range below = a.tokensBetween(operand, window, a.constant(INT32_MIN), minusOne);
    Range key = unite(same(above), same(below)).any;
    return {{a.select(some, window.from, key.from), a.select(some, window.to, key.to)}, allIf(every)};
  }

  Bounds segments(int64_t queryIds, int64_t keyIds) {
    Range query = a.extremes(queryIds, queries());
    Range any = a.tokensBetween(keyIds, window, query.from, query.to), key = a.extremes(keyIds, any);
    Bool one = a.both(a.lessEq(query.to, key.from), a.lessEq(key.to, query.from));
    return {any, {a.select(one, any.from, window.to), any.to}};
  }

  /// The hull of the listed blocks that the window touches. Queries of one row that list one of them see all of it.
  Bounds listed(int64_t operand, int64_t size) {
    Int one = a.constant(1), top = a.floorDiv(first, size), bottom = a.floorDiv(last, size);
    Int low = a.floorDiv(window.from, size), high = a.floorDiv(a.sub(window.to, one), size);
    Range found = a.listedBlocks(operand, {top, a.add(bottom, one)}, low, high);
    Range hull = between(a.mul(found.from, size), a.mul(found.to, size));
    Bool single = a.both(a.lessEq(bottom, top), a.lessEq(a.sub(found.to, found.from), one));
    return {hull, {a.select(single, hull.from, window.to), hull.to}};
  }

  // --- Predicates: comparisons of linear integers, joined by and, or and not; what else there is stays unknown
  Bounds ofPredicate(Block &block) {
    llvm::DenseMap<Value, LinearForm> forms = linearForms(block);
    llvm::DenseMap<Value, Bounds> known;
    auto boundsOf = [&](Value x) {
      auto found = known.find(x);
      return found == known.end() ? unknown() : found->second;
    };
    for (Operation &op : block.without_terminator()) {
      APInt truth;
      if (op.getNumResults() != 1 || !op.getResult(0).getType().isInteger(1))
        continue;
      Value result = op.getResult(0);
      if (matchPattern(&op, m_ConstantInt(&truth)))
        known[result] = same(truth.isZero() ? none() : window);
      else if (auto compare = dyn_cast<arith::CmpIOp>(op)) {
        auto x = forms.find(compare.getLhs()), y = forms.find(compare.getRhs());
        if (x != forms.end() && y != forms.end())
          known[result] = comparison(compare.getPredicate(), x->second, y->second);
      } else if (isa<arith::AndIOp, arith::OrIOp>(op)) {
        Bounds x = boundsOf(op.getOperand(0)), y = boundsOf(op.getOperand(1));
        known[result] = isa<arith::AndIOp>(op) ? intersect(x, y) : unite(x, y);
      } else if (isa<arith::XOrIOp>(op) && matchPattern(op.getOperand(1), m_One())) {
        known[result] = complement(boundsOf(op.getOperand(0)));
      }
    }
    return boundsOf(block.getTerminator()->getOperand(0));
  }

  Bounds comparison(arith::CmpIPredicate predicate, LinearForm x, LinearForm y) {
    switch (predicate) {
    case arith::CmpIPredicate::sle:
      return atMost(x, y, 0);
    case arith::CmpIPredicate::slt:
      return atMost(x, y, -1);
    case arith::CmpIPredicate::sge:
      return atMost(y, x, 0);
    case arith::CmpIPredicate::sgt:
      return atMost(y, x, -1);
    case arith::CmpIPredicate::eq:
      return intersect(atMost(x, y, 0), atMost(y, x, 0));
    case arith::CmpIPredicate::ne:
      return complement(intersect(atMost(x, y, 0), atMost(y, x, 0)));
    default:
      return unknown();
    }
  }

  /// x <= y + more, that is key * j <= rest(i) with rest linear in i, so that its extremes are at `first` and `last`.
  Bounds atMost(LinearForm x, LinearForm y, int64_t more) {
    std::optional<LinearForm> rest = sumOf(y, x, -1);
    if (!rest)
      return unknown();
    if (!rest->times)
      return atMost(-rest->key, rest->query, a.constant(rest->constant + more));
    Int element = a.length(captures[rest->captured]);
    Bounds known =
        atMost(-rest->key, rest->query, a.add(a.mul(element, rest->times), a.constant(rest->constant + more)));
    Bool exact = a.both(a.lessEq(a.constant(-mostElement), element), a.lessEq(element, a.constant(mostElement)));
    auto either = [&](Range yes, Range no) -> Range {
      return {a.select(exact, yes.from, no.from), a.select(exact, yes.to, no.to)};
    };
    Bounds other = unknown();
    return {either(known.any, other.any), either(known.full, other.full)};
  }

  /// key * j <= query * i + constant
  Bounds atMost(int64_t key, int64_t query, Int constant) {
    Int atFirst = a.add(a.mul(first, query), constant), atLast = a.add(a.mul(last, query), constant);
    auto keys = [&](Int rest) {
      if (key == 0)
        return allIf(a.lessEq(a.constant(0), rest));
      Int whole = a.floorDiv(rest, std::abs(key));
      return key > 0 ? before(a.add(whole, a.constant(1))) : after(a.sub(a.constant(0), whole));
    };
    return {keys(query > 0 ? atLast : atFirst), keys(query > 0 ? atFirst : atLast)};
  }

  A &a;
  Int first, last;
  Range window;
  ArrayRef<int64_t> captures; // of the predicate, as operands of the mask
};

} // namespace mlir::attn
