// The arithmetic that NormalizerMaths.h is given here: a real number is a Halide expression. Needs Halide.h before it.
#pragma once

#include "compiler/backends/halide/Formula.h"
#include "dialect/NormalizerMaths.h"

namespace mlir::attn {

// Steps of reductions.
inline Halide::Expr larger(Halide::Expr x, Halide::Expr y) { return select(x > y, x, y); }
inline Halide::Expr sum(Halide::Expr x, Halide::Expr y) { return x + y; }

class ExprArithmetic {
public:
  using Expr = Halide::Expr;
  using Real = Expr;
  ExprArithmetic(MLIRContext *context, MathIsa isa) : context(context), isa(isa) {}

  Expr constant(double value) { return static_cast<float>(value); }
  Expr add(Expr x, Expr y) { return x + y; }
  Expr sub(Expr x, Expr y) { return x - y; }
  Expr mul(Expr x, Expr y) { return x * y; }
  Expr div(Expr x, Expr y) { return x / y; }
  Expr max(Expr x, Expr y) { return larger(x, y); }
  Expr exp(Expr x) { return mathExpr("math.exp", x, context, isa); }
  Expr expBelow(Expr x) { return expBelowExpr(x, context, isa); }
  Expr log(Expr x) { return mathExpr("math.log", x, context, isa); }
  Expr ifEqual(Expr x, Expr y, Expr yes, Expr no) { return select(x == y, yes, no); }
  Expr ifLess(Expr x, Expr y, Expr yes, Expr no) { return select(x < y, yes, no); }

private:
  MLIRContext *context;
  MathIsa isa;
};

/// ExponentialSum with an arithmetic of its own.
struct ExprSums {
  ExprSums(MLIRContext *context, MathIsa isa) : arithmetic(context, isa), sums(arithmetic) {}

  ExprArithmetic arithmetic;
  ExponentialSum<ExprArithmetic> sums;
};

} // namespace mlir::attn
