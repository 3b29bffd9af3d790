// The arithmetic in which ranges of visible keys are code: i64 numbers.
#include "compiler/backends/code/VisibleKeys.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace mlir::attn {

Value diagonalOffset(CodeBuilder &code, const MaskScope &scope, Alignment alignment) {
  return alignment == Alignment::TopLeft ? code.constant(0) : code.sub(scope.keys, scope.queries);
}

namespace {

Value compare(CodeBuilder &code, arith::CmpIPredicate predicate, Value x, Value y) {
  return code.b.createOrFold<arith::CmpIOp>(predicate, x, y);
}

/// MaskRanges in i64.
class RangeCode {
public:
  using Int = Value;
  using Bool = Value;

  RangeCode(CodeBuilder &code, const MaskScope &scope, const MaskInputs &mask) : code(code), scope(scope), mask(mask) {}

  Int constant(int64_t value) { return code.constant(value); }
  Int queries() { return scope.queries; }
  Int keys() { return scope.keys; }
  Int offset(Alignment alignment) { return diagonalOffset(code, scope, alignment); }
  Int add(Int x, Int y) { return code.add(x, y); }
  Int sub(Int x, Int y) { return code.sub(x, y); }
  Int min(Int x, Int y) { return code.min(x, y); }
  Int max(Int x, Int y) { return code.max(x, y); }
  Int mul(Int x, int64_t by) { return code.mul(x, by); }
  Int floorDiv(Int x, int64_t by) {
    return code.b.createOrFold<arith::DivSIOp>(code.sub(x, code.remFloor(x, by)), code.constant(by));
  }
  Bool less(Int x, Int y) { return code.less(x, y); }
  Bool lessEq(Int x, Int y) { return code.lessEq(x, y); }
  Bool both(Bool x, Bool y) { return code.both(x, y); }
  Bool either(Bool x, Bool y) { return code.b.createOrFold<arith::OrIOp>(x, y); }
  Int select(Bool condition, Int yes, Int no) { return code.select(condition, yes, no); }
  Region &predicate() { return MaskOp(mask.op).getPredicate(); }

  Int length(int64_t operand) {
    Value place = code.offset(code.i32(), mask.operands[operand].pointer, scope.sample);
    return arith::ExtSIOp::create(code.b, code.i64(), code.load(code.i32(), place));
  }

  KeyRange extremes(int64_t operand, KeyRange tokens) {
    return reduce(tokensOf(operand), tokens, {lanesOf(INT32_MAX), lanesOf(INT32_MIN)},
                  [](Value, Value x) { return KeyRange{x, x}; });
  }

  KeyRange tokensBetween(int64_t operand, KeyRange tokens, Value low, Value high) {
    Value lowest = code.lanes32(low), highest = code.lanes32(high), one = lanesOf(1);
    KeyRange none{code.lanes32(tokens.to), code.lanes32(tokens.from)};
    return reduce(tokensOf(operand), tokens, none, [&](Value at, Value x) {
      Value inside = code.both(compare(code, arith::CmpIPredicate::sle, lowest, x),
                               compare(code, arith::CmpIPredicate::sle, x, highest));
      Value token = code.lanesFrom(at);
      Value after = arith::AddIOp::create(code.b, token, one);
      return KeyRange{code.select(inside, token, none.from), code.select(inside, after, none.to)};
    });
  }

  KeyRange listedBlocks(int64_t operand, KeyRange rows, Value low, Value high) {
    const CapturedTensor &table = mask.operands[operand];
    Value head = table.type.getDimSize(0) == 1 ? code.constant(0) : scope.head;
    Value first = code.offset(code.i32(), table.pointer, code.mul(code.mul(head, table.extents[1]), table.extents[2]));
    auto place = [&](Value row) { return code.mul(code.min(row, table.extents[1]), table.extents[2]); };
    Value lowest = code.lanes32(low), highest = code.lanes32(high), one = lanesOf(1);
    KeyRange none{code.lanes32(code.add(high, 1)), lowest};
    return reduce(first, {place(rows.from), place(rows.to)}, none, [&](Value, Value x) {
      Value inside = code.both(compare(code, arith::CmpIPredicate::sle, lowest, x),
                               compare(code, arith::CmpIPredicate::sle, x, highest));
      Value after = arith::AddIOp::create(code.b, x, one);
      return KeyRange{code.select(inside, x, none.from), code.select(inside, after, none.to)};
    });
  }

private:
  /// The first element of the sample in an operand [B, N] or [B, M].
  Value tokensOf(int64_t operand) {
    const CapturedTensor &tensor = mask.operands[operand];
    return code.offset(code.i32(), tensor.pointer, code.mul(scope.sample, tensor.extents[1]));
  }

  Value lanesOf(int64_t value) { return code.splat(arith::ConstantIntOp::create(code.b, value, 32)); }

  /// The smallest `from` and the largest `to` that `ends` gives for the elements x of tokens at, at + 1, ...
  KeyRange reduce(Value row, KeyRange tokens, KeyRange none, llvm::function_ref<KeyRange(Value at, Value x)> ends) {
    SmallVector<Value> found{none.from, none.to};
    found = code.reduce(tokens.from, tokens.to, code.lanes(), found, [&](Value at, ValueRange state) {
      Value inside = code.maskBelow(code.sub(tokens.to, at));
      KeyRange next = ends(at, code.loadIndices(code.offset(code.i32(), row, at), inside));
      Value from = code.select(inside, next.from, none.from), to = code.select(inside, next.to, none.to);
      return SmallVector<Value>{arith::MinSIOp::create(code.b, state[0], from),
                                arith::MaxSIOp::create(code.b, state[1], to)};
    });
    auto acrossLanes = [&](vector::CombiningKind kind, Value lanes) -> Value {
      return arith::ExtSIOp::create(code.b, code.i64(), vector::ReductionOp::create(code.b, kind, lanes));
    };
    return {acrossLanes(vector::CombiningKind::MINSI, found[0]), acrossLanes(vector::CombiningKind::MAXSI, found[1])};
  }

  CodeBuilder &code;
  const MaskScope &scope;
  const MaskInputs &mask;
};

} // namespace

VisibleKeys visibleKeys(CodeBuilder &code, const MaskScope &scope, Value first, Value last, KeyRange window) {
  VisibleKeys result{window, window};
  for (const MaskInputs &mask : scope.masks) {
    RangeCode arithmetic(code, scope, mask);
    MaskRanges<RangeCode> ranges(arithmetic, first, last, window);
    result = ranges.intersect(result, ranges.of(MaskOp(mask.op).getMask()));
  }
  // An empty range is [x, x) with x inside `any`, so that the three parts of a loop stay in order.
  result.any.from = code.min(result.any.from, window.to);
  result.any.to = code.max(result.any.to, result.any.from);
  result.full.from = code.min(code.max(result.full.from, result.any.from), result.any.to);
  result.full.to = code.min(code.max(result.full.to, result.full.from), result.any.to);
  return result;
}

MaskScope maskScope(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, ArrayRef<MaskOp> masks,
                    HeadPlace place, Value queries, Value keys) {
  MaskScope result{place.sample, place.head, queries, keys, {}};
  for (MaskOp mask : masks)
    result.masks.push_back({mask, captured(code, kernel, scope, mask.getMaskOperands())});
  return result;
}

} // namespace mlir::attn
