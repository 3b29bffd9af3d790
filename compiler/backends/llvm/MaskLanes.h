// What code for a mask does with integers, of one query and several places (dialect/MaskFormula.h). What is the same of
// all places stays a scalar of i64; lanes are i32.
#pragma once

#include "compiler/backends/llvm/Formula.h"
#include "compiler/backends/llvm/MaskCode.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace mlir::attn {

class MaskLanes {
public:
  struct Int {
    Value value;
    bool fits; // a scalar that is known to fit in 32 bits
  };
  using Bool = Value; // i1 or lanes of it

  MaskLanes(CodeBuilder &code, const MaskScope &scope, const MaskInputs &mask, Value query)
      : code(code), scope(scope), mask(mask), queryIndex(query) {}

  Int constant(int64_t value) { return {code.constant(value), llvm::isInt<32>(value)}; }
  Int queries() { return {scope.queries, true}; }
  Int keys() { return {scope.keys, true}; }
  Int batch() { return {scope.sample, true}; }
  Int query() { return {queryIndex, true}; }
  Int diagonal(Alignment alignment) { return {code.add(queryIndex, diagonalOffset(code, scope, alignment)), true}; }
  Int add(Int x, Int y) { return {code.add(x.value, y.value), false}; }
  Int sub(Int x, Int y) { return {code.sub(x.value, y.value), false}; }
  Int floorDiv(Int x, int64_t by) {
    if (isLanes(x.value))
      return {arith::DivUIOp::create(code.b, x.value, lanesOf(by)), true};
    return {code.div(x.value, code.constant(by)), x.fits}; // an index: not negative
  }
  Int rem(Int x, int64_t by) {
    if (isLanes(x.value))
      return {arith::RemUIOp::create(code.b, x.value, lanesOf(by)), true};
    return {code.remFloor(x.value, by), true};
  }

  Bool less(Int x, Int y) { return compareBoth(arith::CmpIPredicate::slt, x, y); }
  Bool lessEq(Int x, Int y) { return compareBoth(arith::CmpIPredicate::sle, x, y); }
  Bool equal(Int x, Int y) { return compareBoth(arith::CmpIPredicate::eq, x, y); }
  Bool both(Bool x, Bool y) { return joined<arith::AndIOp>(x, y); }
  Bool either(Bool x, Bool y) { return joined<arith::OrIOp>(x, y); }
  Bool negate(Bool x) { return joined<arith::XOrIOp>(x, arith::ConstantIntOp::create(code.b, 1, 1)); }

  Bool edge(int64_t, int64_t) { llvm_unreachable("declined: its strategy is edges, which visits nothing else"); }

protected:
  static bool isLanes(Value x) { return isa<VectorType>(x.getType()); }
  Value lanesOf(int64_t value) { return code.splat(arith::ConstantIntOp::create(code.b, value, 32)); }
  Value compare(arith::CmpIPredicate predicate, Value x, Value y) {
    return code.b.createOrFold<arith::CmpIOp>(predicate, x, y);
  }

  /// What the predicate yields; heads and keys are i32 or lanes of it.
  Bool yielded(Value heads, Value keys, ArrayRef<int64_t> captures) {
    auto tensors = llvm::map_to_vector(captures, [&](int64_t operand) { return mask.operands[operand]; });
    return buildFormula(code, MaskOp(mask.op).getPredicate(),
                        {code.narrow(scope.sample), heads, code.narrow(queryIndex), keys}, tensors);
  }

  /// A scalar in every lane. One that may not fit is a bound of keys, of which none is the smallest or largest i32, so
  /// that a comparison may saturate.
  Value spread(Int x) {
    if (isLanes(x.value))
      return x.value;
    Value bounded = x.value;
    if (!x.fits)
      bounded = code.min(code.max(x.value, code.constant(INT32_MIN)), code.constant(INT32_MAX));
    return code.splat(code.narrow(bounded));
  }

  Bool compareBoth(arith::CmpIPredicate predicate, Int x, Int y) {
    if (!isLanes(x.value) && !isLanes(y.value))
      return compare(predicate, x.value, y.value);
    return compare(predicate, spread(x), spread(y));
  }

  template <class Op>
  Bool joined(Bool x, Bool y) {
    if (isLanes(x) != isLanes(y))
      (isLanes(x) ? y : x) = code.splat(isLanes(x) ? y : x);
    return code.b.createOrFold<Op>(x, y);
  }

  CodeBuilder &code;
  const MaskScope &scope;
  const MaskInputs &mask;
  Value queryIndex;
};

} // namespace mlir::attn
