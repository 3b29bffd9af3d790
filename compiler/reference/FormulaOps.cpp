// The meanings of the scalar ops that may stand in a formula.
#include "compiler/reference/Formula.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringMap.h"
#include <cmath>

namespace mlir::attn::reference {
namespace {

template <class T>
using Operands = llvm::ArrayRef<Scalar<T>>;

// Bits of an integer or index type; an index has as many as in compiled code.
unsigned widthOf(Type type) { return type.isIndex() ? 32 : type.getIntOrFloatBitWidth(); }

// The number that the lowest `width` bits are, read as signed.
int64_t wrap(uint64_t bits, unsigned width) {
  return width >= 64 ? int64_t(bits) : int64_t(bits << (64 - width)) >> (64 - width);
}

uint64_t unsignedOf(int64_t value, unsigned width) {
  return width >= 64 ? uint64_t(value) : uint64_t(value) & ((uint64_t(1) << width) - 1);
}

template <class T>
T larger(T a, T b) { // NaN wins, and +0 over -0
  return std::isnan(a) || std::isnan(b) ? a + b : a == b ? (std::signbit(a) ? b : a) : std::max(a, b);
}
template <class T>
T smaller(T a, T b) {
  return -larger(-a, -b);
}

template <class T>
T (*realUnary(StringRef name))(T) {
  static const llvm::StringMap<T (*)(T)> table = {
      {"arith.negf", [](T x) { return -x; }},
      {"arith.extf", [](T x) { return x; }},
      {"arith.truncf", [](T x) { return x; }},
      {"math.absf", [](T x) { return std::abs(x); }},
      {"math.acos", [](T x) { return std::acos(x); }},
      {"math.acosh", [](T x) { return std::acosh(x); }},
      {"math.asin", [](T x) { return std::asin(x); }},
      {"math.asinh", [](T x) { return std::asinh(x); }},
      {"math.atan", [](T x) { return std::atan(x); }},
      {"math.atanh", [](T x) { return std::atanh(x); }},
      {"math.cbrt", [](T x) { return std::cbrt(x); }},
      {"math.ceil", [](T x) { return std::ceil(x); }},
      {"math.cos", [](T x) { return std::cos(x); }},
      {"math.cosh", [](T x) { return std::cosh(x); }},
      {"math.erf", [](T x) { return std::erf(x); }},
      {"math.erfc", [](T x) { return std::erfc(x); }},
      {"math.exp", [](T x) { return std::exp(x); }},
      {"math.exp2", [](T x) { return std::exp2(x); }},
      {"math.expm1", [](T x) { return std::expm1(x); }},
      {"math.floor", [](T x) { return std::floor(x); }},
      {"math.log", [](T x) { return std::log(x); }},
      {"math.log10", [](T x) { return std::log10(x); }},
      {"math.log1p", [](T x) { return std::log1p(x); }},
      {"math.log2", [](T x) { return std::log2(x); }},
      {"math.round", [](T x) { return std::round(x); }},
      {"math.roundeven", [](T x) { return x - std::remainder(x, T(1)); }},
      {"math.rsqrt", [](T x) { return T(1) / std::sqrt(x); }},
      {"math.sin", [](T x) { return std::sin(x); }},
      {"math.sinh", [](T x) { return std::sinh(x); }},
      {"math.sqrt", [](T x) { return std::sqrt(x); }},
      {"math.tan", [](T x) { return std::tan(x); }},
      {"math.tanh", [](T x) { return std::tanh(x); }},
      {"math.trunc", [](T x) { return std::trunc(x); }},
  };
  return table.lookup(name);
}

template <class T>
T (*realBinary(StringRef name))(T, T) {
  static const llvm::StringMap<T (*)(T, T)> table = {
      {"arith.addf", [](T a, T b) { return a + b; }},
      {"arith.subf", [](T a, T b) { return a - b; }},
      {"arith.mulf", [](T a, T b) { return a * b; }},
      {"arith.divf", [](T a, T b) { return a / b; }},
      {"arith.remf", [](T a, T b) { return std::fmod(a, b); }},
      {"arith.maximumf", larger<T>},
      {"arith.minimumf", smaller<T>},
      {"arith.maxnumf", [](T a, T b) { return std::fmax(a, b); }},
      {"arith.minnumf", [](T a, T b) { return std::fmin(a, b); }},
      {"math.atan2", [](T a, T b) { return std::atan2(a, b); }},
      {"math.copysign", [](T a, T b) { return std::copysign(a, b); }},
      {"math.powf", [](T a, T b) { return std::pow(a, b); }},
  };
  return table.lookup(name);
}

using IntegerBinary = int64_t (*)(int64_t a, int64_t b, unsigned width, std::string &fault);

// Divisions whose result is not a number of the type; a fault, since compiled code may do anything.
bool undefinedDivision(int64_t a, int64_t b, std::string &fault) {
  if (b != 0 && !(a == INT64_MIN && b == -1))
    return false;
  if (fault.empty())
    fault = b ? "integer division overflows in a formula" : "integer division by zero in a formula";
  return true;
}

int64_t floorDivide(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }
int64_t ceilDivide(int64_t a, int64_t b) { return a / b + (a % b != 0 && (a < 0) == (b < 0)); }

template <int64_t (*divide)(int64_t, int64_t)>
int64_t signedDivision(int64_t a, int64_t b, unsigned, std::string &fault) {
  return undefinedDivision(a, b, fault) ? 0 : divide(a, b);
}
template <uint64_t (*divide)(uint64_t, uint64_t)>
int64_t unsignedDivision(int64_t a, int64_t b, unsigned width, std::string &fault) {
  return undefinedDivision(0, b, fault) ? 0 : int64_t(divide(unsignedOf(a, width), unsignedOf(b, width)));
}
int64_t divide(int64_t a, int64_t b) { return a / b; }
int64_t remainder(int64_t a, int64_t b) { return a % b; }
uint64_t divideUnsigned(uint64_t a, uint64_t b) { return a / b; }
uint64_t remainderUnsigned(uint64_t a, uint64_t b) { return a % b; }
uint64_t ceilDivideUnsigned(uint64_t a, uint64_t b) { return a / b + (a % b != 0); }

IntegerBinary integerBinary(StringRef name) {
  static const llvm::StringMap<IntegerBinary> table = {
      {"arith.addi", [](int64_t a, int64_t b, unsigned, std::string &) { return int64_t(uint64_t(a) + uint64_t(b)); }},
      {"arith.subi", [](int64_t a, int64_t b, unsigned, std::string &) { return int64_t(uint64_t(a) - uint64_t(b)); }},
      {"arith.muli", [](int64_t a, int64_t b, unsigned, std::string &) { return int64_t(uint64_t(a) * uint64_t(b)); }},
      {"arith.andi", [](int64_t a, int64_t b, unsigned, std::string &) { return a & b; }},
      {"arith.ori", [](int64_t a, int64_t b, unsigned, std::string &) { return a | b; }},
      {"arith.xori", [](int64_t a, int64_t b, unsigned, std::string &) { return a ^ b; }},
      {"arith.maxsi", [](int64_t a, int64_t b, unsigned, std::string &) { return std::max(a, b); }},
      {"arith.minsi", [](int64_t a, int64_t b, unsigned, std::string &) { return std::min(a, b); }},
      {"arith.maxui", [](int64_t a, int64_t b, unsigned, std::string &) { return uint64_t(a) > uint64_t(b) ? a : b; }},
      {"arith.minui", [](int64_t a, int64_t b, unsigned, std::string &) { return uint64_t(a) < uint64_t(b) ? a : b; }},
      {"arith.shli",
       [](int64_t a, int64_t b, unsigned w, std::string &) { return uint64_t(b) < w ? int64_t(uint64_t(a) << b) : 0; }},
      {"arith.shrsi", [](int64_t a, int64_t b, unsigned w, std::string &) { return a >> (uint64_t(b) < w ? b : 63); }},
      {"arith.shrui", [](int64_t a, int64_t b, unsigned w,
                         std::string &) { return uint64_t(b) < w ? int64_t(unsignedOf(a, w) >> b) : 0; }},
      {"arith.divsi", signedDivision<divide>},
      {"arith.remsi", signedDivision<remainder>},
      {"arith.floordivsi", signedDivision<floorDivide>},
      {"arith.ceildivsi", signedDivision<ceilDivide>},
      {"arith.divui", unsignedDivision<divideUnsigned>},
      {"arith.remui", unsignedDivision<remainderUnsigned>},
      {"arith.ceildivui", unsignedDivision<ceilDivideUnsigned>},
  };
  return table.lookup(name);
}

int64_t compareIntegers(arith::CmpIPredicate predicate, int64_t a, int64_t b) {
  uint64_t ua = a, ub = b; // sign extension keeps the unsigned order of equal widths
  switch (predicate) {
  case arith::CmpIPredicate::eq:
    return a == b;
  case arith::CmpIPredicate::ne:
    return a != b;
  case arith::CmpIPredicate::slt:
    return a < b;
  case arith::CmpIPredicate::sle:
    return a <= b;
  case arith::CmpIPredicate::sgt:
    return a > b;
  case arith::CmpIPredicate::sge:
    return a >= b;
  case arith::CmpIPredicate::ult:
    return ua < ub;
  case arith::CmpIPredicate::ule:
    return ua <= ub;
  case arith::CmpIPredicate::ugt:
    return ua > ub;
  case arith::CmpIPredicate::uge:
    return ua >= ub;
  }
  return 0;
}

template <class T>
bool compareReals(arith::CmpFPredicate predicate, T a, T b) {
  bool unordered = std::isnan(a) || std::isnan(b);
  switch (predicate) {
  case arith::CmpFPredicate::AlwaysFalse:
    return false;
  case arith::CmpFPredicate::AlwaysTrue:
    return true;
  case arith::CmpFPredicate::ORD:
    return !unordered;
  case arith::CmpFPredicate::UNO:
    return unordered;
  case arith::CmpFPredicate::OEQ:
    return a == b;
  case arith::CmpFPredicate::OGT:
    return a > b;
  case arith::CmpFPredicate::OGE:
    return a >= b;
  case arith::CmpFPredicate::OLT:
    return a < b;
  case arith::CmpFPredicate::OLE:
    return a <= b;
  case arith::CmpFPredicate::ONE:
    return !unordered && a != b;
  case arith::CmpFPredicate::UEQ:
    return unordered || a == b;
  case arith::CmpFPredicate::UGT:
    return unordered || a > b;
  case arith::CmpFPredicate::UGE:
    return unordered || a >= b;
  case arith::CmpFPredicate::ULT:
    return unordered || a < b;
  case arith::CmpFPredicate::ULE:
    return unordered || a <= b;
  case arith::CmpFPredicate::UNE:
    return a != b;
  }
  return false;
}

/// The number a real becomes in `width` bits; saturates where the conversion has no meaning.
template <class T>
int64_t toInteger(T value, unsigned width, bool isSigned) {
  double low = isSigned ? -std::ldexp(1.0, width - 1) : 0, high = std::ldexp(1.0, isSigned ? width - 1 : width);
  if (std::isnan(value) || value <= low - 1)
    return std::isnan(value) ? 0 : wrap(isSigned ? uint64_t(1) << (width - 1) : 0, width);
  if (value >= high)
    return wrap(isSigned ? (uint64_t(1) << (width - 1)) - 1 : ~uint64_t(0), width);
  return isSigned ? int64_t(value) : wrap(uint64_t(value), width);
}

template <class T>
typename Formula<T>::Compute conversion(Operation &op) {
  using S = Scalar<T>;
  unsigned from = op.getOperand(0).getType().isIntOrIndex() ? widthOf(op.getOperand(0).getType()) : 0;
  unsigned to = op.getResult(0).getType().isIntOrIndex() ? widthOf(op.getResult(0).getType()) : 0;
  if (isa<arith::SIToFPOp>(op))
    return [](Operands<T> x, std::string &) { return S{T(x[0].integer), 0}; };
  if (isa<arith::UIToFPOp>(op))
    return [from](Operands<T> x, std::string &) { return S{T(unsignedOf(x[0].integer, from)), 0}; };
  if (isa<arith::FPToSIOp, arith::FPToUIOp>(op))
    return [to, isSigned = isa<arith::FPToSIOp>(op)](Operands<T> x, std::string &) {
      return S{0, toInteger(x[0].real, to, isSigned)};
    };
  if (isa<arith::ExtUIOp, arith::IndexCastUIOp>(op))
    return [from, to](Operands<T> x, std::string &) { return S{0, wrap(unsignedOf(x[0].integer, from), to)}; };
  if (isa<arith::ExtSIOp, arith::IndexCastOp, arith::TruncIOp>(op))
    return [to](Operands<T> x, std::string &) { return S{0, wrap(x[0].integer, to)}; };
  return nullptr;
}

template <class T>
typename Formula<T>::Compute constant(arith::ConstantOp op) {
  Scalar<T> value;
  if (auto real = dyn_cast<FloatAttr>(op.getValue()))
    value.real = T(real.getValueAsDouble());
  else if (auto integer = dyn_cast<IntegerAttr>(op.getValue()))
    value.integer = integer.getValue().getSExtValue();
  return [value](Operands<T>, std::string &) { return value; };
}

template <class T>
typename Formula<T>::Compute extract(const Tensor<T> *tensor) {
  return [tensor](Operands<T> indices, std::string &fault) {
    int64_t at = 0;
    for (auto [d, index] : llvm::enumerate(indices)) {
      if (index.integer < 0 || index.integer >= tensor->shape[d]) {
        if (fault.empty())
          fault = ("tensor.extract reads index " + llvm::Twine(index.integer) + " of dimension " + llvm::Twine(d) +
                   ", which has " + llvm::Twine(tensor->shape[d]) + " elements")
                      .str();
        return Scalar<T>();
      }
      at = at * tensor->shape[d] + index.integer;
    }
    return tensor->reals.empty() ? Scalar<T>{0, tensor->integers[at]} : Scalar<T>{tensor->reals[at], 0};
  };
}

template <class T>
typename Formula<T>::Compute extent(const Tensor<T> *tensor) {
  return [tensor](Operands<T> x, std::string &) { return Scalar<T>{0, tensor->shape[x[0].integer]}; };
}

template <class T>
typename Formula<T>::Compute selection(Operation &op) {
  using S = Scalar<T>;
  if (auto compare = dyn_cast<arith::CmpIOp>(op))
    return [p = compare.getPredicate()](Operands<T> x, std::string &) {
      return S{0, -compareIntegers(p, x[0].integer, x[1].integer)};
    };
  if (auto compare = dyn_cast<arith::CmpFOp>(op))
    return [p = compare.getPredicate()](Operands<T> x, std::string &) {
      return S{0, -int64_t(compareReals(p, x[0].real, x[1].real))};
    };
  if (isa<arith::SelectOp>(op))
    return [](Operands<T> x, std::string &) { return x[0].integer ? x[1] : x[2]; };
  return nullptr;
}

/// Ops with three operands, or with operands of two types.
template <class T>
typename Formula<T>::Compute mixed(Operation &op) {
  using S = Scalar<T>;
  if (isa<math::FmaOp>(op))
    return [](Operands<T> x, std::string &) { return S{std::fma(x[0].real, x[1].real, x[2].real), 0}; };
  if (isa<math::ClampFOp>(op))
    return [](Operands<T> x, std::string &) { return S{smaller(larger(x[0].real, x[1].real), x[2].real), 0}; };
  if (isa<math::FPowIOp>(op))
    return [](Operands<T> x, std::string &) { return S{T(std::pow(x[0].real, T(x[1].integer))), 0}; };
  if (isa<math::AbsIOp>(op))
    return [](Operands<T> x, std::string &) { return S{0, x[0].integer < 0 ? -x[0].integer : x[0].integer}; };
  return nullptr;
}

} // namespace

template <class T>
typename Formula<T>::Compute formulaOp(Operation &op, const Tensor<T> *capture) {
  using S = Scalar<T>;
  StringRef name = op.getName().getStringRef();
  if (isa<tensor::ExtractOp>(op))
    return capture ? extract<T>(capture) : nullptr;
  if (isa<tensor::DimOp>(op))
    return capture ? extent<T>(capture) : nullptr;
  if (auto constantOp = dyn_cast<arith::ConstantOp>(op))
    return constant<T>(constantOp);
  if (auto unary = realUnary<T>(name))
    return [unary](Operands<T> x, std::string &) { return S{unary(x[0].real), 0}; };
  if (auto binary = realBinary<T>(name))
    return [binary](Operands<T> x, std::string &) { return S{binary(x[0].real, x[1].real), 0}; };
  if (auto binary = integerBinary(name))
    return [binary, width = widthOf(op.getResult(0).getType())](Operands<T> x, std::string &fault) {
      return S{0, wrap(binary(x[0].integer, x[1].integer, width, fault), width)};
    };
  for (auto rule : {selection<T>, conversion<T>, mixed<T>})
    if (typename Formula<T>::Compute compute = rule(op))
      return compute;
  return nullptr;
}

template Formula<float>::Compute formulaOp(Operation &, const Tensor<float> *);
template Formula<double>::Compute formulaOp(Operation &, const Tensor<double> *);
template Formula<long double>::Compute formulaOp(Operation &, const Tensor<long double> *);

} // namespace mlir::attn::reference
