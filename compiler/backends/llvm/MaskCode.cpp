// Masks in code.
#include "compiler/backends/llvm/MaskCode.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace mlir::attn {
namespace {

/// Where the diagonal is: key = query + offset.
Value diagonal(CodeBuilder &code, const MaskScope &scope, int64_t alignment) {
  return static_cast<Alignment>(alignment) == Alignment::TopLeft ? code.constant(0)
                                                                 : code.sub(scope.keys, scope.queries);
}

KeyRange intersect(CodeBuilder &code, KeyRange x, KeyRange y) {
  return {code.max(x.from, y.from), code.min(x.to, y.to)};
}

/// The longer of two ranges: a range inside their union.
KeyRange longer(CodeBuilder &code, KeyRange x, KeyRange y) {
  Value first = code.lessEq(code.sub(y.to, y.from), code.sub(x.to, x.from));
  return {code.select(first, x.from, y.from), code.select(first, x.to, y.to)};
}

VisibleKeys ranges(CodeBuilder &code, MaskAttr mask, const MaskScope &scope, Value first, Value last) {
  ArrayRef<int64_t> values = mask.getValues();
  Value zero = code.constant(0);
  switch (mask.getKind()) {
  case MaskKind::Causal: {
    Value offset = code.add(diagonal(code, scope, values[0]), 1);
    return {{zero, code.add(last, offset)}, {zero, code.add(first, offset)}};
  }
  case MaskKind::Window: {
    Value offset = diagonal(code, scope, values[2]);
    Value left = code.sub(offset, code.constant(values[0])), right = code.add(offset, values[1] + 1);
    return {{code.add(first, left), code.add(last, right)}, {code.add(last, left), code.add(first, right)}};
  }
  case MaskKind::Prefix:
    return {{zero, code.constant(values[0])}, {zero, code.constant(values[0])}};
  case MaskKind::Lengths: {
    Value length = scope.length(values[0]);
    return {{zero, length}, {zero, length}};
  }
  case MaskKind::Not:
    return {{zero, scope.keys}, {zero, zero}};
  case MaskKind::And:
  case MaskKind::Or:
    break;
  }
  VisibleKeys result = ranges(code, mask.getChildren()[0], scope, first, last);
  for (MaskAttr child : mask.getChildren().drop_front()) {
    VisibleKeys other = ranges(code, child, scope, first, last);
    if (mask.getKind() == MaskKind::And)
      result = {intersect(code, result.any, other.any), intersect(code, result.full, other.full)};
    else
      result = {{code.min(result.any.from, other.any.from), code.max(result.any.to, other.any.to)},
                longer(code, result.full, other.full)};
  }
  return result;
}

Value compare(CodeBuilder &code, arith::CmpIPredicate predicate, Value x, Value y) {
  return arith::CmpIOp::create(code.b, predicate, x, y);
}

/// A number as i32 in every lane.
Value lanes32(CodeBuilder &code, Value number) {
  return code.splat(arith::TruncIOp::create(code.b, code.b.getI32Type(), number));
}

Value lanesOf(CodeBuilder &code, MaskAttr mask, const MaskScope &scope, Value query, Value keys) {
  ArrayRef<int64_t> values = mask.getValues();
  auto sle = arith::CmpIPredicate::sle, slt = arith::CmpIPredicate::slt;
  switch (mask.getKind()) {
  case MaskKind::Causal:
    return compare(code, sle, keys, lanes32(code, code.add(query, diagonal(code, scope, values[0]))));
  case MaskKind::Window: {
    Value centre = code.add(query, diagonal(code, scope, values[2]));
    Value left = compare(code, sle, lanes32(code, code.sub(centre, code.constant(values[0]))), keys);
    Value right = compare(code, sle, keys, lanes32(code, code.add(centre, values[1])));
    return code.both(left, right);
  }
  case MaskKind::Prefix:
    return compare(code, slt, keys, lanes32(code, code.constant(values[0])));
  case MaskKind::Lengths:
    return compare(code, slt, keys, lanes32(code, scope.length(values[0])));
  case MaskKind::Not: {
    Value inner = lanesOf(code, mask.getChildren()[0], scope, query, keys);
    Value on = arith::ConstantOp::create(code.b, DenseElementsAttr::get(code.mask(), true));
    return arith::XOrIOp::create(code.b, inner, on);
  }
  case MaskKind::And:
  case MaskKind::Or:
    break;
  }
  Value result = lanesOf(code, mask.getChildren()[0], scope, query, keys);
  for (MaskAttr child : mask.getChildren().drop_front()) {
    Value other = lanesOf(code, child, scope, query, keys);
    result = mask.getKind() == MaskKind::And ? arith::AndIOp::create(code.b, result, other).getResult()
                                             : arith::OrIOp::create(code.b, result, other).getResult();
  }
  return result;
}

} // namespace

VisibleKeys visibleKeys(CodeBuilder &code, ArrayRef<MaskAttr> masks, const MaskScope &scope, Value first, Value last) {
  KeyRange all{code.constant(0), scope.keys};
  VisibleKeys result{all, all};
  for (MaskAttr mask : masks) {
    VisibleKeys one = ranges(code, mask, scope, first, last);
    result = {intersect(code, result.any, one.any), intersect(code, result.full, one.full)};
  }
  // An empty range is [x, x) with x inside `any`, so that the three parts of a loop stay in order.
  result.any.to = code.max(result.any.to, result.any.from);
  result.full.from = code.min(code.max(result.full.from, result.any.from), result.any.to);
  result.full.to = code.min(code.max(result.full.to, result.full.from), result.any.to);
  return result;
}

Value visibleLanes(CodeBuilder &code, ArrayRef<MaskAttr> masks, const MaskScope &scope, Value query, Value key) {
  Value keys = arith::AddIOp::create(code.b, lanes32(code, key), code.iota());
  Value result = compare(code, arith::CmpIPredicate::slt, keys, lanes32(code, scope.keys));
  for (MaskAttr mask : masks)
    result = code.both(result, lanesOf(code, mask, scope, query, keys));
  return result;
}

} // namespace mlir::attn
