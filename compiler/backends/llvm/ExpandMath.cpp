// The pass attn-expand-math and its patterns: which op goes to which expansion, and in what shapes.
//
// One pattern per op. On AVX-512 a vector whose last size is a multiple of 16 is cut into single registers first, so
// that register instructions apply; any other value is expanded whole. f16 and bf16 are computed in f32.
#include "compiler/backends/llvm/ExpandMath.h"
#include "compiler/backends/math/Lanes.h"
#include "dialect/AttnOps.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::attn {
#define GEN_PASS_DEF_EXPANDMATH
#include "compiler/backends/llvm/Passes.h.inc"
} // namespace mlir::attn

using namespace mlir;
using namespace mlir::attn;

static constexpr int64_t registerLanes = 16;

/// Applies `expansion` to an f32 scalar or vector.
static Value expandShaped(OpBuilder &builder, Location loc, Value x, MathIsa isa, Expansion expansion) {
  auto vector = dyn_cast<VectorType>(x.getType());
  bool cut = vector && isa == MathIsa::Avx512 && vector.getRank() > 0 &&
             vector.getShape().back() % registerLanes == 0 && vector.getNumElements() > registerLanes;
  if (!cut)
    return expansion(Lanes(builder, loc, x.getType(), isa), x);

  Value result = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(vector));
  if (vector.getRank() > 1) {
    for (int64_t i = 0; i < vector.getShape().front(); ++i) {
      Value part = vector::ExtractOp::create(builder, loc, x, i);
      part = expandShaped(builder, loc, part, isa, expansion);
      result = vector::InsertOp::create(builder, loc, part, result, i);
    }
    return result;
  }
  for (int64_t i = 0; i < vector.getNumElements(); i += registerLanes) {
    Value part = vector::ExtractStridedSliceOp::create(builder, loc, x, i, registerLanes, 1);
    part = expandShaped(builder, loc, part, isa, expansion);
    result = vector::InsertStridedSliceOp::create(builder, loc, part, result, i, 1);
  }
  return result;
}

static bool isFixedShape(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return vector ? !vector.isScalable() : isa<FloatType>(type);
}

static Type withElement(Type type, Type element) {
  auto vector = dyn_cast<VectorType>(type);
  return vector ? Type(vector.clone(element)) : element;
}

namespace {
template <typename Op>
struct ExpandUnary : OpRewritePattern<Op> {
  ExpandUnary(MLIRContext *context, MathIsa isa, Expansion expansion)
      : OpRewritePattern<Op>(context), isa(isa), expansion(expansion) {}

  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    Type type = op.getType(), element = getElementTypeOrSelf(type);
    if (!isFixedShape(type) || !(element.isF32() || element.isF16() || element.isBF16()))
      return rewriter.notifyMatchFailure(op, "expands only fixed shapes of f32, f16 and bf16");
    Location loc = op.getLoc();
    Value x = op.getOperand();
    if (!element.isF32())
      x = arith::ExtFOp::create(rewriter, loc, withElement(type, rewriter.getF32Type()), x);
    Value result = expandShaped(rewriter, loc, x, isa, expansion);
    if (!element.isF32())
      result = arith::TruncFOp::create(rewriter, loc, type, result);
    rewriter.replaceOp(op, result);
    return success();
  }

  MathIsa isa;
  Expansion expansion;
};

/// Without an fma instruction: in f64 the product of f32 is exact, and the sum is rounded there and then to f32. One of
/// f64 that may contract is a product and a sum.
struct ExpandFma : OpRewritePattern<math::FmaOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(math::FmaOp op, PatternRewriter &rewriter) const override {
    Type type = op.getType();
    Location loc = op.getLoc();
    if (getElementTypeOrSelf(type).isF64() && op.getFastmath() == arith::FastMathFlags::contract) {
      Value product = arith::MulFOp::create(rewriter, loc, op.getA(), op.getB());
      rewriter.replaceOpWithNewOp<arith::AddFOp>(op, product, op.getC());
      return success();
    }
    if (!isFixedShape(type) || !getElementTypeOrSelf(type).isF32())
      return rewriter.notifyMatchFailure(op, "expands only fixed shapes of f32");
    Type real = withElement(type, rewriter.getF64Type());
    auto widen = [&](Value value) -> Value { return arith::ExtFOp::create(rewriter, loc, real, value); };
    Value product = arith::MulFOp::create(rewriter, loc, widen(op.getA()), widen(op.getB()));
    Value sum = arith::AddFOp::create(rewriter, loc, product, widen(op.getC()));
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, type, sum);
    return success();
  }
};

/// In f64 a division costs less than what would refine an estimate.
struct ExpandRsqrt : OpRewritePattern<math::RsqrtOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(math::RsqrtOp op, PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!isFixedShape(type) || !getElementTypeOrSelf(type).isF64())
      return rewriter.notifyMatchFailure(op, "divides only fixed shapes of f64");
    TypedAttr one = rewriter.getFloatAttr(rewriter.getF64Type(), 1);
    if (auto vector = dyn_cast<VectorType>(type))
      one = DenseElementsAttr::get(vector, Attribute(one));
    Value root = math::SqrtOp::create(rewriter, op.getLoc(), op.getOperand());
    Value unit = arith::ConstantOp::create(rewriter, op.getLoc(), one);
    rewriter.replaceOpWithNewOp<arith::DivFOp>(op, unit, root);
    return success();
  }
};
} // namespace

void mlir::attn::populateExpandMathPatterns(RewritePatternSet &patterns, const ExpandMathOptions &options) {
  MLIRContext *context = patterns.getContext();
  MathIsa isa = options.isa;
  auto add = [&](auto... ops) {
    (patterns.add<ExpandUnary<decltype(ops)>>(context, isa, expansionOf(ops.getOperationName(), isa)), ...);
  };
  add(math::ExpOp(), math::Exp2Op(), math::ExpM1Op(), math::LogOp(), math::Log2Op(), math::Log1pOp(), math::TanhOp(),
      math::ErfOp(), math::SinOp(), math::CosOp(), math::RsqrtOp(), math::RoundOp());
  patterns.add<ExpandRsqrt>(context);
  if (isa != MathIsa::Generic)
    return;
  add(math::FloorOp(), math::CeilOp(), math::TruncOp(), math::RoundEvenOp());
  patterns.add<ExpandFma>(context);
}

Value mlir::attn::buildFastExp2(OpBuilder &builder, Location loc, Value x, const ExpandMathOptions &options) {
  return expandShaped(builder, loc, x, options.isa, expandFastExp2);
}

/// True for ops that LLVM turns into instructions for every element type, or, for `withSse4`, on AVX2 and later.
static bool hasInstruction(Operation *op, bool withSse4) {
  if (isa<math::SqrtOp, math::AbsFOp, math::AbsIOp, math::CopySignOp, math::CountLeadingZerosOp,
          math::CountTrailingZerosOp, math::CtPopOp, math::IsFiniteOp, math::IsInfOp, math::IsNaNOp, math::IsNormalOp>(
          op))
    return true;
  return withSse4 && isa<math::FmaOp, math::FloorOp, math::CeilOp, math::TruncOp, math::RoundEvenOp>(op);
}

namespace {
struct ExpandMath : mlir::attn::impl::ExpandMathBase<ExpandMath> {
  using ExpandMathBase::ExpandMathBase;

  void runOnOperation() override {
    // A model's function holds the meaning of kernels, which must stay as it is; their code stands beside it.
    if (getOperation()->walk([](KernelOp) { return WalkResult::interrupt(); }).wasInterrupted())
      return;
    RewritePatternSet patterns(&getContext());
    populateExpandMathPatterns(patterns, {isa});
    walkAndApplyPatterns(getOperation(), std::move(patterns));
    refuseLibmCalls(isa != MathIsa::Generic);
  }

  void refuseLibmCalls(bool withSse4) {
    WalkResult result = getOperation()->walk([&](Operation *op) {
      bool isMath = llvm::isa<math::MathDialect>(op->getDialect()) && !hasInstruction(op, withSse4);
      if (!isMath && !llvm::isa<arith::RemFOp>(op))
        return WalkResult::advance();
      op->emitOpError() << "has no expansion for " << op->getResult(0).getType() << ", which LLVM would call libm for";
      return WalkResult::interrupt();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
