// A formula region as a Halide expression: one table from op to expression. Elementary functions are written in
// compiler/backends/math as scalar ops, which become expressions like any other formula.
#include <Halide.h>

#include "compiler/backends/halide/Formula.h"
#include "compiler/backends/math/Lanes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include <cmath>

namespace mlir::attn {

using Halide::Expr;
using Operands = llvm::ArrayRef<Expr>;

Expr choose(Expr condition, Expr yes, Expr no) {
  if (yes.type().is_bool() || yes.type().bits() != 32)
    return select(condition, yes, no);
  Halide::Type type = yes.type(), bits = Halide::UInt(32);
  Expr mask = select(condition, Halide::Internal::make_const(bits, UINT32_MAX), Halide::Internal::make_const(bits, 0));
  return reinterpret(type, (reinterpret(bits, yes) & mask) | (reinterpret(bits, no) & ~mask));
}

using OpExpr = Expr (*)(Operands);

namespace {

Halide::Type typeOf(Type type) {
  if (isa<FloatType>(type))
    return Halide::Float(type.getIntOrFloatBitWidth());
  return type.isInteger(1) ? Halide::Bool() : type.isInteger(64) ? Halide::Int(64) : Halide::Int(32); // index too
}

Expr asUnsigned(Expr x) { return Halide::reinterpret(Halide::UInt(x.type().bits()), x); }
Expr asSigned(Expr x) { return Halide::reinterpret(Halide::Int(x.type().bits()), x); }

/// The larger; NaN wins, and +0 over -0.
Expr maximum(Expr a, Expr b) { return select(a > b, a, b > a, b, a == b && a != 0.0f, a, a + b); }
Expr minimum(Expr a, Expr b) { return -maximum(-a, -b); }
/// The other when one is NaN.
Expr maximumNumber(Expr a, Expr b) { return select(is_nan(a), b, is_nan(b), a, maximum(a, b)); }
Expr withSignOf(Expr magnitude, Expr sign) {
  Expr bits = asUnsigned(magnitude) & 0x7fffffffu, top = asUnsigned(sign) & 0x80000000u;
  return Halide::reinterpret<float>(bits | top);
}

/// x86 stops the process at a division by 0 and at -2^31 / -1: such a divisor becomes 1.
Expr safeDivisor(Expr a, Expr b) { // unsigned, since Halide compares constants by their difference
  return select(b == 0 || (b == -1 && asUnsigned(a) == Expr(0x80000000u)), 1, b);
}
Expr safeUnsigned(Expr b) { return asUnsigned(select(b == 0, 1, b)); }

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
      {"arith.select", [](Operands x) { return choose(x[0], x[1], x[2]); }},
      {"arith.floordivsi", [](Operands x) { return x[0] / safeDivisor(x[0], x[1]); }},
      {"arith.ceildivsi", [](Operands x) { return -((-x[0]) / safeDivisor(x[0], x[1])); }},
      {"arith.addi", [](Operands x) { return x[0] + x[1]; }},
      {"arith.subi", [](Operands x) { return x[0] - x[1]; }},
      {"arith.muli", [](Operands x) { return x[0] * x[1]; }},
      {"arith.divsi", [](Operands x) { return Halide::div_round_to_zero(x[0], safeDivisor(x[0], x[1])); }},
      {"arith.remsi", [](Operands x) { return Halide::mod_round_to_zero(x[0], safeDivisor(x[0], x[1])); }},
      {"arith.divui", [](Operands x) { return asSigned(asUnsigned(x[0]) / safeUnsigned(x[1])); }},
      {"arith.remui", [](Operands x) { return asSigned(asUnsigned(x[0]) % safeUnsigned(x[1])); }},
      {"arith.maxsi", [](Operands x) { return Halide::max(x[0], x[1]); }},
      {"arith.minsi", [](Operands x) { return Halide::min(x[0], x[1]); }},
      {"arith.maxui", [](Operands x) { return asSigned(Halide::max(asUnsigned(x[0]), asUnsigned(x[1]))); }},
      {"arith.minui", [](Operands x) { return asSigned(Halide::min(asUnsigned(x[0]), asUnsigned(x[1]))); }},
      {"arith.uitofp", [](Operands x) { return Halide::cast<float>(asUnsigned(x[0])); }},
      {"math.absf", [](Operands x) { return Halide::abs(x[0]); }},
      {"math.absi", [](Operands x) { return Halide::select(x[0] < 0, -x[0], x[0]); }},
      {"math.ceil", [](Operands x) { return Halide::ceil(x[0]); }},
      {"math.clampf", [](Operands x) { return minimum(maximum(x[0], x[1]), x[2]); }},
      {"math.copysign", [](Operands x) { return withSignOf(x[0], x[1]); }},
      {"math.floor", [](Operands x) { return Halide::floor(x[0]); }},
      {"math.fma", [](Operands x) { return x[0] * x[1] + x[2]; }},
      {"math.roundeven", [](Operands x) { return Halide::round(x[0]); }},
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
    return type.bits() == 64 ? Expr(real.getValueAsDouble()) : Expr(real.getValue().convertToFloat());
  int64_t value = cast<IntegerAttr>(op.getValue()).getInt();
  if (type.bits() == 64)
    return Expr(value);
  return type.is_bool() ? Halide::Internal::make_bool(value != 0) : Expr(static_cast<int32_t>(value));
}

/// A shift by the width or more leaves 0, or the sign.
Expr shifted(Operation &op, Expr bits, Expr amount) {
  Expr most = Halide::cast(amount.type(), bits.type().bits() - 1), bounded = Halide::min(amount, most);
  if (isa<arith::ShRSIOp>(op))
    return bits >> bounded;
  Expr result = isa<arith::ShLIOp>(op) ? asUnsigned(bits) << bounded : asUnsigned(bits) >> bounded;
  return asSigned(select(amount > most, Halide::cast(result.type(), 0), result));
}

/// Whether integers of a formula may pass 32 bits: all but sums of places and small constants, and products by these.
bool mayWrap(Region &formula) {
  constexpr int64_t small = 1 << 12;
  return llvm::any_of(formula.front(), [&](Operation &op) {
    llvm::APInt constant;
    if (matchPattern(&op, m_ConstantInt(&constant)))
      return constant.getBitWidth() > 1 && constant.abs().ugt(small);
    if (isa<arith::MulIOp>(op))
      return !matchPattern(op.getOperand(0), m_Constant()) && !matchPattern(op.getOperand(1), m_Constant());
    bool isInteger = op.getNumResults() == 1 && op.getResult(0).getType().isIntOrIndex();
    return isInteger && isa<arith::ShLIOp, arith::FPToSIOp, arith::FPToUIOp, arith::BitcastOp, tensor::ExtractOp>(op) &&
           !op.getResult(0).getType().isInteger(1);
  });
}

/// What an op whose meaning depends on its types, or on whether integers wrap, gives; an undefined expression for
/// others. What cannot wrap is added as it is, so that Halide sees how indices step.
Expr typedOp(Operation &op, Operands x, bool wraps) {
  if (isa<arith::BitcastOp>(op))
    return Halide::reinterpret(typeOf(op.getResult(0).getType()), x[0]);
  if (isa<arith::ExtUIOp>(op))
    return asSigned(Halide::cast(Halide::UInt(typeOf(op.getResult(0).getType()).bits()), asUnsigned(x[0])));
  if (isa<arith::ExtFOp, arith::TruncFOp, arith::TruncIOp, arith::SIToFPOp>(op))
    return Halide::cast(typeOf(op.getResult(0).getType()), x[0]);
  if (isa<arith::ShLIOp, arith::ShRUIOp, arith::ShRSIOp>(op))
    return shifted(op, x[0], asUnsigned(x[1]));
  if (!wraps)
    return Expr();
  if (isa<arith::AddIOp>(op))
    return asSigned(asUnsigned(x[0]) + asUnsigned(x[1]));
  if (isa<arith::SubIOp>(op))
    return asSigned(asUnsigned(x[0]) - asUnsigned(x[1]));
  if (isa<arith::MulIOp>(op))
    return asSigned(asUnsigned(x[0]) * asUnsigned(x[1]));
  return Expr();
}

bool isKnown(Operation &op) {
  StringRef name = op.getName().getStringRef();
  return table().contains(name) || expansionOf(name, MathIsa::Generic) ||
         isa<arith::BitcastOp, arith::ExtUIOp, arith::SIToFPOp, arith::ShLIOp, arith::ShRUIOp, arith::ShRSIOp,
             arith::AndIOp, arith::OrIOp, arith::XOrIOp, arith::CmpFOp, arith::CmpIOp, arith::ConstantOp,
             arith::IndexCastOp, arith::IndexCastUIOp, tensor::ExtractOp, tensor::DimOp>(op);
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

namespace {

class Translator {
public:
  Translator(llvm::ArrayRef<Halide::ImageParam> captures, size_t scalarCount, MathIsa isa, bool wraps)
      : captures(captures), scalarCount(scalarCount), isa(isa), wraps(wraps) {}

  void define(Value value, Expr expr) { values[value] = std::move(expr); }
  Expr lookup(Value value) { return values.lookup(value); }
  void translate(Operation &op) {
    llvm::SmallVector<Expr> x;
    for (Value operand : op.getOperands())
      x.push_back(values.lookup(operand));
    values[op.getResult(0)] = exprOf(op, x);
  }

private:
  Expr exprOf(Operation &op, Operands x) {
    StringRef name = op.getName().getStringRef();
    if (auto constant = dyn_cast<arith::ConstantOp>(op))
      return constantExpr(constant);
    if (auto extract = dyn_cast<tensor::ExtractOp>(op))
      return element(capture(extract.getTensor()), x.drop_front());
    if (auto dim = dyn_cast<tensor::DimOp>(op)) {
      const Halide::ImageParam &tensor = capture(dim.getSource());
      return tensor.dim(tensor.dimensions() - 1 - *dim.getConstantIndex()).extent();
    }
    if (llvm::isa<arith::IndexCastOp, arith::IndexCastUIOp>(op))
      return x[0];
    if (auto compare = dyn_cast<arith::CmpFOp>(op))
      return compareReals(compare.getPredicate(), x[0], x[1]);
    if (auto compare = dyn_cast<arith::CmpIOp>(op))
      return compareIntegers(compare.getPredicate(), x[0], x[1]);
    if (llvm::isa<arith::AndIOp, arith::OrIOp, arith::XOrIOp>(op))
      return bitwise(op, x);
    if (Expr typed = typedOp(op, x, wraps); typed.defined())
      return typed;
    if (OpExpr known = table().lookup(name))
      return known(x);
    return mathExpr(name, x[0], op.getContext(), isa);
  }

  const Halide::ImageParam &capture(Value tensor) {
    return captures[cast<BlockArgument>(tensor).getArgNumber() - scalarCount];
  }

  /// Lanes beyond the last key, and formulas that are wrong, never read outside the tensor.
  static Expr element(const Halide::ImageParam &tensor, Operands at) {
    std::vector<Expr> indices;
    for (const Expr &index : llvm::reverse(at))
      indices.push_back(clamp(index, 0, tensor.dim(indices.size()).extent() - 1));
    Expr result = tensor(indices);
    return result.type().is_uint() ? result != 0 : result; // i1 is a byte
  }

  llvm::ArrayRef<Halide::ImageParam> captures;
  size_t scalarCount;
  MathIsa isa;
  bool wraps;
  llvm::DenseMap<Value, Expr> values;
};

} // namespace

/// A function of compiler/backends/math, written as scalar ops and read back.
static Expr expand(Expansion expansion, Expr x, MLIRContext *context, MathIsa isa) {
  // Register instructions of AVX-512 have no expression.
  isa = isa == MathIsa::Avx512 ? MathIsa::Avx2 : isa;
  Block block;
  OpBuilder builder(context);
  builder.setInsertionPointToStart(&block);
  Location loc = builder.getUnknownLoc();
  Value argument = block.addArgument(builder.getF32Type(), loc);
  Value result = expansion(Lanes(builder, loc, argument.getType(), isa), argument);
  Translator translator({}, 0, isa, /*wraps=*/true);
  translator.define(argument, std::move(x));
  for (Operation &op : block)
    translator.translate(op);
  Expr expr = translator.lookup(result);
  block.dropAllReferences();
  return expr;
}

Expr mathExpr(llvm::StringRef op, Expr x, MLIRContext *context, MathIsa isa) {
  return expand(expansionOf(op, isa == MathIsa::Avx512 ? MathIsa::Avx2 : isa), std::move(x), context, isa);
}

Expr expBelowExpr(Expr x, MLIRContext *context, MathIsa isa) {
  return expand(expandFastExp2, x * static_cast<float>(M_LOG2E), context, isa);
}

Expr formulaExpr(Region &formula, llvm::ArrayRef<Expr> arguments, llvm::ArrayRef<Halide::ImageParam> captures,
                 MathIsa isa) {
  Translator translator(captures, arguments.size(), isa, mayWrap(formula));
  for (auto [argument, expr] : llvm::zip(formula.getArguments(), arguments))
    translator.define(argument, expr);
  for (Operation &op : formula.front().without_terminator())
    translator.translate(op);
  return translator.lookup(formula.front().getTerminator()->getOperand(0));
}

} // namespace mlir::attn
