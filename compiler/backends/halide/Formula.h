// A formula region as a Halide expression. Needs Halide.h before it.
#pragma once

#include "compiler/backends/math/MathIsa.h"
#include "mlir/IR/Region.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/LogicalResult.h"

namespace mlir::attn {

/// select(condition, yes, no) of Float(32) or Int(32), in a form that hides the condition from Halide's inference of
/// bounds: it would compute only the part of a tile that a condition on places leaves, and tiles are stored whole.
Halide::Expr choose(Halide::Expr condition, Halide::Expr yes, Halide::Expr no);

/// Whether every op of a formula has a form here; if not, `why` names the first that has none.
llvm::LogicalResult supportsHalideFormula(Region &formula, std::string &why);

/// An elementary function, `math.tanh` say, as every back end computes it.
Halide::Expr mathExpr(llvm::StringRef op, Halide::Expr x, MLIRContext *context, MathIsa isa);
/// exp(x) for x that is not positive.
Halide::Expr expBelowExpr(Halide::Expr x, MLIRContext *context, MathIsa isa);

/// The yielded value; `arguments` stand for the region's scalar arguments in order (Float(32) or Int(32)), `captures`
/// for the tensors after them, innermost dimension first.
Halide::Expr formulaExpr(Region &formula, llvm::ArrayRef<Halide::Expr> arguments,
                         llvm::ArrayRef<Halide::ImageParam> captures, MathIsa isa);

} // namespace mlir::attn
