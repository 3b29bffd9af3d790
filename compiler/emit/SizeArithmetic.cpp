// Saturating arithmetic on sizes, as LLVM operations. Expressions must not shrink when a symbol grows, so that an arena
// for the capacity holds every smaller run.
#include "compiler/emit/Entry.h"

namespace mlir::attn {

Value SizeArithmetic::add(Value a, Value b) { return LLVM::UAddSat::create(entry.builder, a.getType(), a, b); }

Value SizeArithmetic::multiply(Value a, Value b) {
  ImplicitLocOpBuilder &builder = entry.builder;
  Type pair = LLVM::LLVMStructType::getLiteral(builder.getContext(), {entry.i64(), builder.getI1Type()});
  Value product = LLVM::UMulWithOverflowOp::create(builder, pair, a, b);
  Value low = LLVM::ExtractValueOp::create(builder, product, ArrayRef<int64_t>{0});
  Value overflow = LLVM::ExtractValueOp::create(builder, product, ArrayRef<int64_t>{1});
  return LLVM::SelectOp::create(builder, overflow, entry.constant(-1), low);
}

Value SizeArithmetic::roundUp(Value bytes) {
  ImplicitLocOpBuilder &builder = entry.builder;
  Value sum = add(bytes, entry.constant(kBufferAlignment - 1));
  Value rounded = LLVM::AndOp::create(builder, sum, entry.constant(-static_cast<int64_t>(kBufferAlignment)));
  Value full = LLVM::ICmpOp::create(builder, LLVM::ICmpPredicate::eq, sum, entry.constant(-1));
  return LLVM::SelectOp::create(builder, full, sum, rounded); // UINT64_MAX stays what it means
}

FailureOr<Value> SizeArithmetic::evaluate(AffineExpr expr) {
  if (auto found = known.find(expr); found != known.end())
    return found->second;
  ImplicitLocOpBuilder &builder = entry.builder;
  Value value;
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    value = entry.constant(std::max<int64_t>(constant.getValue(), 0));
  } else if (auto symbol = dyn_cast<AffineSymbolExpr>(expr)) {
    Value place = LLVM::GEPOp::create(builder, entry.pointer(), entry.i64(), symbols,
                                      ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(symbol.getPosition())});
    value = LLVM::LoadOp::create(builder, entry.i64(), place);
  } else {
    auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
    auto right = binary ? dyn_cast<AffineConstantExpr>(binary.getRHS()) : AffineConstantExpr();
    bool negative = right && right.getValue() < 0;
    if (!binary || expr.getKind() == AffineExprKind::Mod || (negative && expr.getKind() != AffineExprKind::Add))
      return entry.model.emitError("has a buffer of ")
             << extentText(expr, entry.extents.symbols()) << " bytes, which may shrink as its dimensions grow";
    FailureOr<Value> a = evaluate(binary.getLHS());
    FailureOr<Value> b = negative ? FailureOr<Value>(entry.constant(-right.getValue())) : evaluate(binary.getRHS());
    if (failed(a) || failed(b))
      return failure();
    switch (expr.getKind()) {
    case AffineExprKind::Add:
      value = negative ? LLVM::USubSat::create(builder, entry.i64(), *a, *b).getResult() : add(*a, *b);
      break;
    case AffineExprKind::Mul:
      value = multiply(*a, *b);
      break;
    case AffineExprKind::FloorDiv:
      value = LLVM::UDivOp::create(builder, *a, *b);
      break;
    default: // ceildiv: the sum saturates, the quotient of a size that does not fit is still larger than any memory
      value = LLVM::UDivOp::create(builder, add(*a, LLVM::SubOp::create(builder, *b, entry.constant(1))), *b);
      break;
    }
  }
  known[expr] = value;
  return value;
}

template <typename Op>
FailureOr<Value> SizeArithmetic::choose(AffineMap map, Value among) {
  for (AffineExpr expr : map.getResults()) {
    FailureOr<Value> size = evaluate(expr);
    if (failed(size))
      return failure();
    among = Op::create(entry.builder, among, roundUp(*size));
  }
  return among;
}

FailureOr<Value> SizeArithmetic::largest(AffineMap map) { return choose<LLVM::UMaxOp>(map, entry.constant(0)); }

FailureOr<Value> SizeArithmetic::least(AffineMap map) { return choose<LLVM::UMinOp>(map, entry.constant(-1)); }

} // namespace mlir::attn
