// A formula region as a Halide expression: one table from op to expression.
#include <Halide.h>

#include "compiler/backends/halide/Formula.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

namespace mlir::attn {

using Halide::Expr;
using Operands = llvm::ArrayRef<Expr>;
using OpExpr = Expr (*)(Operands);

namespace {

Halide::Type typeOf(Type type) {
  if (type.isF32())
    return Halide::Float(32);
  return type.isInteger(1) ? Halide::Bool() : Halide::Int(32); // index too
}

Expr asUnsigned(Expr x) { return Halide::reinterpret<uint32_t>(std::move(x)); }
Expr asSigned(Expr x) { return Halide::reinterpret<int32_t>(std::move(x)); }

/// The larger; NaN wins, and +0 over -0.
Expr maximum(Expr a, Expr b) { return select(a > b, a, b > a, b, a == b && a != 0.0f, a, a + b); }
Expr minimum(Expr a, Expr b) { return -maximum(-a, -b); }
/// The other when one is NaN.
Expr maximumNumber(Expr a, Expr b) { return select(is_nan(a), b, is_nan(b), a, maximum(a, b)); }
Expr withSignOf(Expr magnitude, Expr sign) {
  Expr bits = asUnsigned(magnitude) & 0x7fffffffu, top = asUnsigned(sign) & 0x80000000u;
  return Halide::reinterpret<float>(bits | top);
}

/// x86 stops the process at -2^31 / -1; Halide itself gives 0 for a division by 0.
Expr safeDivisor(Expr a, Expr b) { return select(b == -1 && a == INT32_MIN, 1, b); }

const llvm::StringMap<OpExpr> &table() {
  static const llvm::StringMap<OpExpr> entries = {
      {"arith.addf", [](Operands x) { return x[0] + x[1]; }},
      {"arith.subf", [](Operands x) { return x[0] - x[1]; }},
      {"arith.mulf", [](Operands x) { return x[0] * x[1]; }},
      {"arith.divf", [](Operands x) { return x[0] / x[1]; }},
      {"arith.negf", [](Operands x) { return -x[0]; }},
      {"arith.maximumf", [](Operands x) { return maximum(x[0], x[1]); }},
      {"arith.minimumf", [](Operands x) { return minimum(x[0], x[1]); }},
      {"arith.maxnumf", [](Operands x) { return maximumNumber(x[0], x[1]); }},
      {"arith.minnumf", [](Operands x) { return -maximumNumber(-x[0], -x[1]); }},
      {"arith.select", [](Operands x) { return Halide::select(x[0], x[1], x[2]); }},
      {"arith.addi", [](Operands x) { return x[0] + x[1]; }},
      {"arith.subi", [](Operands x) { return x[0] - x[1]; }},
      {"arith.muli", [](Operands x) { return x[0] * x[1]; }},
      {"arith.divsi", [](Operands x) { return Halide::div_round_to_zero(x[0], safeDivisor(x[0], x[1])); }},
      {"arith.remsi", [](Operands x) { return Halide::mod_round_to_zero(x[0], safeDivisor(x[0], x[1])); }},
      {"arith.divui", [](Operands x) { return asSigned(asUnsigned(x[0]) / asUnsigned(x[1])); }},
      {"arith.remui", [](Operands x) { return asSigned(asUnsigned(x[0]) % asUnsigned(x[1])); }},
      {"arith.maxsi", [](Operands x) { return Halide::max(x[0], x[1]); }},
      {"arith.minsi", [](Operands x) { return Halide::min(x[0], x[1]); }},
      {"arith.maxui", [](Operands x) { return asSigned(Halide::max(asUnsigned(x[0]), asUnsigned(x[1]))); }},
      {"arith.minui", [](Operands x) { return asSigned(Halide::min(asUnsigned(x[0]), asUnsigned(x[1]))); }},
      {"arith.sitofp", [](Operands x) { return Halide::cast<float>(x[0]); }},
      {"arith.uitofp", [](Operands x) { return Halide::cast<float>(asUnsigned(x[0])); }},
      {"math.absf", [](Operands x) { return Halide::abs(x[0]); }},
      {"math.absi", [](Operands x) { return Halide::select(x[0] < 0, -x[0], x[0]); }},
      {"math.ceil", [](Operands x) { return Halide::ceil(x[0]); }},
      {"math.clampf", [](Operands x) { return minimum(maximum(x[0], x[1]), x[2]); }},
      {"math.copysign", [](Operands x) { return withSignOf(x[0], x[1]); }},
      {"math.exp", [](Operands x) { return Halide::exp(x[0]); }},
      {"math.floor", [](Operands x) { return Halide::floor(x[0]); }},
      {"math.fma", [](Operands x) { return x[0] * x[1] + x[2]; }},
      {"math.roundeven", [](Operands x) { return Halide::round(x[0]); }},
      {"math.rsqrt", [](Operands x) { return 1.0f / Halide::sqrt(x[0]); }},
      {"math.sqrt", [](Operands x) { return Halide::sqrt(x[0]); }},
      {"math.trunc", [](Operands x) { return Halide::trunc(x[0]); }},
  };
  return entries;
}

/// and, or, xor are words for i1 and bits for i32.
Expr bitwise(Operation &op, Operands x) {
  bool words = x[0].type().is_bool();
  if (isa<arith::AndIOp>(op))
    return words ? x[0] && x[1] : x[0] & x[1];
  if (isa<arith::OrIOp>(op))
    return words ? x[0] || x[1] : x[0] | x[1];
  return words ? x[0] != x[1] : x[0] ^ x[1];
}

Expr compareReals(arith::CmpFPredicate predicate, Expr a, Expr b) {
  using P = arith::CmpFPredicate;
  Expr unordered = Halide::is_nan(a) || Halide::is_nan(b);
  switch (predicate) {
  case P::AlwaysFalse:
    return Halide::Internal::const_false();
  case P::AlwaysTrue:
    return Halide::Internal::const_true();
  case P::OEQ:
    return a == b;
  case P::OGT:
    return a > b;
  case P::OGE:
    return a >= b;
  case P::OLT:
    return a < b;
  case P::OLE:
    return a <= b;
  case P::ONE:
    return a < b || a > b;
  case P::ORD:
    return !unordered;
  case P::UEQ:
    return a == b || unordered;
  case P::UGT:
    return a > b || unordered;
  case P::UGE:
    return a >= b || unordered;
  case P::ULT:
    return a < b || unordered;
  case P::ULE:
    return a <= b || unordered;
  case P::UNE:
    return !(a == b);
  case P::UNO:
    return unordered;
  }
  llvm_unreachable("unknown comparison");
}

Expr compareIntegers(arith::CmpIPredicate predicate, Expr a, Expr b) {
  using P = arith::CmpIPredicate;
  if (a.type().is_bool()) { // as i32; i1 true is -1 when signed
    a = Halide::select(a, -1, 0);
    b = Halide::select(b, -1, 0);
  }
  switch (predicate) {
  case P::eq:
    return a == b;
  case P::ne:
    return a != b;
  case P::slt:
    return a < b;
  case P::sle:
    return a <= b;
  case P::sgt:
    return a > b;
  case P::sge:
    return a >= b;
  case P::ult:
    return asUnsigned(a) < asUnsigned(b);
  case P::ule:
    return asUnsigned(a) <= asUnsigned(b);
  case P::ugt:
    return asUnsigned(a) > asUnsigned(b);
  case P::uge:
    return asUnsigned(a) >= asUnsigned(b);
  }
  llvm_unreachable("unknown comparison");
}

Expr constantExpr(arith::ConstantOp op) {
  Halide::Type type = typeOf(op.getType());
  if (auto real = dyn_cast<FloatAttr>(op.getValue()))
    return Expr(real.getValue().convertToFloat());
  int64_t value = cast<IntegerAttr>(op.getValue()).getInt();
  return type.is_bool() ? Halide::Internal::make_bool(value != 0) : Expr(static_cast<int32_t>(value));
}

bool isKnown(Operation &op) {
  return table().contains(op.getName().getStringRef()) ||
         isa<arith::AndIOp, arith::OrIOp, arith::XOrIOp, arith::CmpFOp, arith::CmpIOp, arith::ConstantOp,
             arith::IndexCastOp, arith::IndexCastUIOp, tensor::ExtractOp>(op);
}

} // namespace

llvm::LogicalResult supportsHalideFormula(Region &formula, std::string &why) {
  for (Operation &op : formula.front().without_terminator()) {
    bool types = llvm::all_of(op.getResultTypes(), [](Type type) {
      return type.isF32() || type.isIndex() || type.isInteger(1) || type.isInteger(32);
    });
    if (!types || !isKnown(op)) {
      why = ("a formula uses " + op.getName().getStringRef() +
             (types ? ""
                    : " with a type other than f32, i32, i1 or "
                      "index"))
                .str();
      return llvm::failure();
    }
  }
  return llvm::success();
}

Expr formulaExpr(Region &formula, llvm::ArrayRef<Expr> arguments, llvm::ArrayRef<Halide::ImageParam> captures) {
  llvm::DenseMap<Value, Expr> values;
  for (auto [argument, expr] : llvm::zip(formula.getArguments(), arguments))
    values[argument] = expr;
  for (Operation &op : formula.front().without_terminator()) {
    llvm::SmallVector<Expr> x;
    for (Value operand : op.getOperands())
      x.push_back(values.lookup(operand));
    Expr result;
    if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
      result = constantExpr(constant);
    } else if (auto extract = dyn_cast<tensor::ExtractOp>(op)) {
      const Halide::ImageParam &tensor =
          captures[cast<BlockArgument>(extract.getTensor()).getArgNumber() - arguments.size()];
      // Lanes beyond the last key, and formulas that are wrong, never read outside the tensor.
      std::vector<Expr> indices;
      for (Expr index : llvm::reverse(llvm::drop_begin(x)))
        indices.push_back(clamp(index, 0, tensor.dim(indices.size()).extent() - 1));
      result = tensor(indices);
      if (result.type().is_uint()) // i1, a byte each
        result = result != 0;
    } else if (isa<arith::IndexCastOp, arith::IndexCastUIOp>(op)) {
      result = x[0];
    } else if (auto compare = dyn_cast<arith::CmpFOp>(op)) {
      result = compareReals(compare.getPredicate(), x[0], x[1]);
    } else if (auto compare = dyn_cast<arith::CmpIOp>(op)) {
      result = compareIntegers(compare.getPredicate(), x[0], x[1]);
    } else if (isa<arith::AndIOp, arith::OrIOp, arith::XOrIOp>(op)) {
      result = bitwise(op, x);
    } else {
      result = table().lookup(op.getName().getStringRef())(x);
    }
    values[op.getResult(0)] = result;
  }
  return values.lookup(formula.front().getTerminator()->getOperand(0));
}

} // namespace mlir::attn
