// The vocabulary in which kernels are written.
#include "compiler/backends/code/CodeBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace mlir::attn {

Value CodeBuilder::constant(int64_t value) { return arith::ConstantIntOp::create(b, value, 64); }
Value CodeBuilder::add(Value x, Value y) { return b.createOrFold<arith::AddIOp>(x, y); }
Value CodeBuilder::sub(Value x, Value y) { return b.createOrFold<arith::SubIOp>(x, y); }
Value CodeBuilder::mul(Value x, Value y) { return b.createOrFold<arith::MulIOp>(x, y); }
Value CodeBuilder::mul(Value x, int64_t y) { return y == 1 ? x : mul(x, constant(y)); }
Value CodeBuilder::div(Value x, Value y) { return b.createOrFold<arith::DivUIOp>(x, y); }
Value CodeBuilder::rem(Value x, Value y) { return b.createOrFold<arith::RemUIOp>(x, y); }
Value CodeBuilder::remFloor(Value x, int64_t y) {
  Value rest = b.createOrFold<arith::RemSIOp>(x, constant(y));
  return select(less(rest, constant(0)), add(rest, y), rest);
}
Value CodeBuilder::min(Value x, Value y) { return b.createOrFold<arith::MinSIOp>(x, y); }
Value CodeBuilder::max(Value x, Value y) { return b.createOrFold<arith::MaxSIOp>(x, y); }
Value CodeBuilder::ceilDiv(Value x, int64_t y) { return div(add(x, y - 1), constant(y)); }

Value CodeBuilder::less(Value x, Value y) { return b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::slt, x, y); }
Value CodeBuilder::lessEq(Value x, Value y) { return b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::sle, x, y); }
Value CodeBuilder::equal(Value x, Value y) { return b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::eq, x, y); }
Value CodeBuilder::both(Value x, Value y) { return b.createOrFold<arith::AndIOp>(x, y); }
Value CodeBuilder::select(Value condition, Value yes, Value no) {
  return b.createOrFold<arith::SelectOp>(condition, yes, no);
}
Value CodeBuilder::narrow(Value x) { return arith::TruncIOp::create(b, i32(), x); }

Value CodeBuilder::evaluate(AffineExpr expr, llvm::function_ref<Value(unsigned)> symbol) {
  if (auto value = dyn_cast<AffineConstantExpr>(expr))
    return constant(value.getValue());
  if (auto value = dyn_cast<AffineSymbolExpr>(expr))
    return symbol(value.getPosition());
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Value x = evaluate(binary.getLHS(), symbol), y = evaluate(binary.getRHS(), symbol);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return add(x, y);
  case AffineExprKind::Mul:
    return mul(x, y);
  case AffineExprKind::Mod:
    return rem(x, y);
  case AffineExprKind::FloorDiv:
    return div(x, y);
  case AffineExprKind::CeilDiv:
    return div(add(x, sub(y, constant(1))), y);
  default:
    llvm_unreachable("an extent holds no dimensions");
  }
}

Value CodeBuilder::offset(Type type, Value pointer, Value elements) {
  return LLVM::GEPOp::create(b, ptr(), type, pointer, ArrayRef<LLVM::GEPArg>{elements});
}
Value CodeBuilder::offsetBytes(Value pointer, Value bytes) {
  return LLVM::GEPOp::create(b, ptr(), b.getI8Type(), pointer, ArrayRef<LLVM::GEPArg>{bytes});
}
Value CodeBuilder::load(Type type, Value pointer) { return LLVM::LoadOp::create(b, type, pointer); }
void CodeBuilder::store(Value value, Value pointer) { LLVM::StoreOp::create(b, value, pointer); }

Value CodeBuilder::loadVector(Value pointer, Value mask) {
  if (mask)
    return LLVM::MaskedLoadOp::create(b, vec(), pointer, mask, zeros(), numberBytes());
  return LLVM::LoadOp::create(b, vec(), pointer, numberBytes());
}

Value CodeBuilder::loadIndices(Value pointer, Value mask) {
  Value none = splat(arith::ConstantIntOp::create(b, 0, 32));
  return LLVM::MaskedLoadOp::create(b, none.getType(), pointer, mask, none, /*alignment=*/4);
}

Value CodeBuilder::gather(Type type, Value pointer, Value offsets, Value mask) {
  Value places = arith::ExtSIOp::create(b, VectorType::get(vectorLanes, i64()), offsets);
  auto pointers = VectorType::get(vectorLanes, ptr());
  Value addresses = LLVM::GEPOp::create(b, pointers, type, pointer, ArrayRef<LLVM::GEPArg>{places});
  if (!mask)
    mask = arith::ConstantOp::create(b, DenseElementsAttr::get(this->mask(), true));
  return LLVM::masked_gather::create(b, VectorType::get(vectorLanes, type), addresses, mask, ValueRange{},
                                     type.getIntOrFloatBitWidth() / 8);
}

void CodeBuilder::storeVector(Value value, Value pointer, Value mask) {
  if (mask)
    LLVM::MaskedStoreOp::create(b, value, pointer, mask, numberBytes());
  else
    LLVM::StoreOp::create(b, value, pointer, numberBytes());
}

Value CodeBuilder::stack(Type type, int64_t elements) {
  OpBuilder::InsertionGuard guard(b);
  auto function = b.getInsertionBlock()->getParentOp();
  while (!isa<func::FuncOp>(function))
    function = function->getParentOp();
  b.setInsertionPointToStart(&cast<func::FuncOp>(function).getBody().front());
  return LLVM::AllocaOp::create(b, ptr(), type, constant(elements), /*alignment=*/64);
}

Value CodeBuilder::zeroInMemory(Type type) {
  Value memory = stack(stored(type), 1);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointAfterValue(memory);
  store(arith::ConstantOp::create(b, b.getZeroAttr(stored(type))), memory);
  return memory;
}

Value CodeBuilder::real(double value) { return arith::ConstantOp::create(b, FloatAttr::get(numberType, value)); }
Value CodeBuilder::splat(Value scalar) {
  return vector::BroadcastOp::create(b, VectorType::get(vectorLanes, scalar.getType()), scalar);
}
Value CodeBuilder::fma(Value x, Value y, Value z) {
  auto freedom = numberType.isF64() ? arith::FastMathFlags::contract : arith::FastMathFlags::none;
  return math::FmaOp::create(b, x, y, z, freedom);
}
Value CodeBuilder::fadd(Value x, Value y) { return arith::AddFOp::create(b, x, y); }
Value CodeBuilder::fsub(Value x, Value y) { return arith::SubFOp::create(b, x, y); }
Value CodeBuilder::fmul(Value x, Value y) { return arith::MulFOp::create(b, x, y); }
Value CodeBuilder::fdiv(Value x, Value y) { return arith::DivFOp::create(b, x, y); }

Value CodeBuilder::fmaxFast(Value x, Value y) {
  // Compare and select is one vmaxps; arith.maximumf would be seven instructions.
  Value greater = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, x, y);
  return arith::SelectOp::create(b, greater, x, y);
}

/// A fixed tree over the lanes, so that the result does not depend on how LLVM orders a reduction.
static Value reduceLanes(ImplicitLocOpBuilder &b, Value vector, llvm::function_ref<Value(Value, Value)> combine) {
  int64_t count = cast<VectorType>(vector.getType()).getDimSize(0);
  for (; count > 1; count /= 2) {
    SmallVector<int64_t> low, high;
    for (int64_t i = 0; i < count / 2; ++i) {
      low.push_back(i);
      high.push_back(i + count / 2);
    }
    vector =
        combine(vector::ShuffleOp::create(b, vector, vector, low), vector::ShuffleOp::create(b, vector, vector, high));
  }
  return vector::ExtractOp::create(b, vector, ArrayRef<int64_t>{0});
}

void CodeBuilder::prefetch(Value pointer, int64_t level) {
  LLVM::Prefetch::create(b, pointer, /*rw=*/0, /*hint=*/4 - level, /*cache=*/1);
}

Value CodeBuilder::sumLanes(Value vector) {
  return reduceLanes(b, vector, [&](Value x, Value y) { return fadd(x, y); });
}
Value CodeBuilder::maxLanes(Value vector) {
  return reduceLanes(b, vector, [&](Value x, Value y) { return fmaxFast(x, y); });
}

Value CodeBuilder::anyLane(Value mask) { return vector::ReductionOp::create(b, vector::CombiningKind::OR, mask); }

Value CodeBuilder::iota() {
  SmallVector<int32_t> values = llvm::to_vector(llvm::seq<int32_t>(0, vectorLanes));
  return arith::ConstantOp::create(b, DenseIntElementsAttr::get(VectorType::get(vectorLanes, b.getI32Type()), values));
}

Value CodeBuilder::lanesFrom(Value first) { return arith::AddIOp::create(b, lanes32(first), iota()); }

Value CodeBuilder::leastWhere(Value mask, Value lanes) {
  Value beyond = splat(arith::ConstantIntOp::create(b, INT32_MAX, 32));
  return vector::ReductionOp::create(b, vector::CombiningKind::MINSI, select(mask, lanes, beyond));
}

Value CodeBuilder::maskBelow(Value count) {
  Value bounded = min(max(count, constant(0)), constant(vectorLanes));
  return arith::CmpIOp::create(b, arith::CmpIPredicate::slt, iota(), lanes32(bounded));
}

void CodeBuilder::loop(Value from, Value to, int64_t step, LoopBody body) {
  auto loop = scf::ForOp::create(b, from, to, constant(step));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

SmallVector<Value> CodeBuilder::reduce(Value from, Value to, int64_t step, ValueRange initial, ReduceBody body) {
  auto loop = scf::ForOp::create(b, from, to, constant(step), initial);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> next = body(loop.getInductionVar(), loop.getRegionIterArgs());
  if (!next.empty()) // a loop without a state has its yield already
    scf::YieldOp::create(b, next);
  return SmallVector<Value>(loop.getResults());
}

SmallVector<Value> CodeBuilder::repeat(ValueRange initial, RepeatBody body) {
  auto loop = scf::WhileOp::create(b, initial.getTypes(), initial);
  OpBuilder::InsertionGuard guard(b);
  SmallVector<Location> locations(initial.size(), b.getLoc());
  Block *before = b.createBlock(&loop.getBefore(), {}, initial.getTypes(), locations);
  auto [goOn, state] = body(before->getArguments());
  scf::ConditionOp::create(b, goOn, state);
  Block *after = b.createBlock(&loop.getAfter(), {}, initial.getTypes(), locations);
  scf::YieldOp::create(b, after->getArguments());
  return SmallVector<Value>(loop.getResults());
}

void CodeBuilder::branch(Value condition, llvm::function_ref<void()> yes, llvm::function_ref<void()> no) {
  auto branch = scf::IfOp::create(b, TypeRange(), condition, /*withElseRegion=*/static_cast<bool>(no));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(&branch.getThenRegion().front());
  yes();
  if (!no)
    return;
  b.setInsertionPointToStart(&branch.getElseRegion().front());
  no();
}

} // namespace mlir::attn
