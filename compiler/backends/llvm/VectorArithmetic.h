// The arithmetic that NormalizerMaths.h is given here: a real number is a vector, an operation is code for it.
#pragma once

#include "compiler/backends/code/CodeBuilder.h"
#include "compiler/backends/llvm/ExpandMath.h"

namespace mlir::attn {

class VectorArithmetic {
public:
  using Real = Value;
  VectorArithmetic(CodeBuilder &code, MathIsa isa) : code(code) { options.isa = isa; }

  Value constant(double value) { return code.splatReal(value); }
  Value add(Value x, Value y) { return code.fadd(x, y); }
  Value sub(Value x, Value y) { return code.fsub(x, y); }
  Value mul(Value x, Value y) { return code.fmul(x, y); }
  Value div(Value x, Value y) { return code.fdiv(x, y); }
  Value max(Value x, Value y) { return code.fmaxFast(x, y); }
  Value exp(Value x);
  Value expBelow(Value x);
  Value log(Value x);
  Value ifEqual(Value x, Value y, Value yes, Value no);
  Value ifLess(Value x, Value y, Value yes, Value no);

private:
  CodeBuilder &code;
  ExpandMathOptions options;
};

} // namespace mlir::attn
