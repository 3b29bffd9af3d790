// Arithmetic on vectors; see the header.
#include "compiler/backends/llvm/VectorArithmetic.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

namespace mlir::attn {

Value VectorArithmetic::exp(Value x) { return math::ExpOp::create(code.b, x); }
Value VectorArithmetic::log(Value x) { return math::LogOp::create(code.b, x); }

Value VectorArithmetic::expBelow(Value x) {
  if (code.number().isF64())
    return exp(x);
  return buildFastExp2(code.b, code.b.getLoc(), code.fmul(x, code.splatReal(M_LOG2E)), options);
}

Value VectorArithmetic::ifEqual(Value x, Value y, Value yes, Value no) {
  return code.select(arith::CmpFOp::create(code.b, arith::CmpFPredicate::OEQ, x, y), yes, no);
}

Value VectorArithmetic::ifLess(Value x, Value y, Value yes, Value no) {
  return code.select(arith::CmpFOp::create(code.b, arith::CmpFPredicate::OLT, x, y), yes, no);
}

} // namespace mlir::attn
