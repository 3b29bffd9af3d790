// Writes shorthands as the ops they stand for. The formulas of the activations stand here and nowhere else: later
// stages read them from the region of the pointwise op.
#include "compiler/simplify/Passes.h"
#include "dialect/AttnOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace mlir::attn {
#define GEN_PASS_DEF_EXPANDSHORTHANDS
#include "compiler/simplify/Passes.h.inc"

namespace {

/// Scalar arithmetic on one float type, short enough that a formula reads like one.
struct Scalar {
  Value constant(double value) const { return arith::ConstantOp::create(b, b.getFloatAttr(type, value)); }
  Value add(Value x, Value y) const { return arith::AddFOp::create(b, x, y); }
  Value mul(Value x, Value y) const { return arith::MulFOp::create(b, x, y); }
  Value div(Value x, Value y) const { return arith::DivFOp::create(b, x, y); }
  Value tanh(Value x) const { return math::TanhOp::create(b, x); }

  /// 1 / (1 + exp(-x)); exp overflows to infinity for very negative x, which gives the right 0.
  Value sigmoid(Value x) const {
    Value e = math::ExpOp::create(b, arith::NegFOp::create(b, x));
    return div(constant(1), add(constant(1), e));
  }

  ImplicitLocOpBuilder &b;
  Type type;
};

/// x/2 (1 + erf(x / sqrt 2)), Hendrycks and Gimpel 2016.
Value gelu(const Scalar &s, Value x) {
  Value erf = math::ErfOp::create(s.b, s.mul(x, s.constant(0.70710678118654752440)));
  return s.mul(s.mul(x, s.constant(0.5)), s.add(s.constant(1), erf));
}

/// Their approximation x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).
Value geluTanh(const Scalar &s, Value x) {
  Value cubic = s.mul(s.mul(s.mul(x, x), x), s.constant(0.044715));
  Value inner = s.mul(s.add(x, cubic), s.constant(0.79788456080286535588));
  return s.mul(s.mul(x, s.constant(0.5)), s.add(s.constant(1), s.tanh(inner)));
}

Value activate(const Scalar &s, Activation kind, Value x) {
  switch (kind) {
  case Activation::Relu: // maximumf, not maxnumf: a NaN stays one
    return arith::MaximumFOp::create(s.b, x, s.constant(0));
  case Activation::Gelu:
    return gelu(s, x);
  case Activation::GeluTanh:
    return geluTanh(s, x);
  case Activation::Tanh:
    return s.tanh(x);
  case Activation::Sigmoid:
    return s.sigmoid(x);
  case Activation::Silu:
    return s.mul(x, s.sigmoid(x));
  }
  llvm_unreachable("unknown activation");
}

/// Replaces an op by a pointwise op on the same operands whose formula `make` builds from the block's arguments.
void replaceByPointwise(PatternRewriter &rewriter, Operation *op,
                        function_ref<Value(const Scalar &, Block::BlockArgListType)> make) {
  Type element = getElementTypeOrSelf(op->getResult(0));
  auto pointwise = PointwiseOp::create(rewriter, op->getLoc(), op->getOperands(), ValueRange(), false, TypeAttr());
  SmallVector<Type> types(op->getNumOperands(), element);
  SmallVector<Location> locations(op->getNumOperands(), op->getLoc());
  Block *block = rewriter.createBlock(&pointwise.getFormula(), {}, types, locations);
  ImplicitLocOpBuilder builder(op->getLoc(), rewriter);
  builder.setInsertionPointToEnd(block);
  YieldOp::create(builder, ValueRange(make({builder, element}, block->getArguments())));
  rewriter.replaceOp(op, pointwise);
}

struct ExpandActivation : OpRewritePattern<ActivationOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ActivationOp op, PatternRewriter &rewriter) const final {
    replaceByPointwise(rewriter, op, [&](const Scalar &s, auto x) { return activate(s, op.getKind(), x[0]); });
    return success();
  }
};

struct ExpandAdd : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AddOp op, PatternRewriter &rewriter) const final {
    replaceByPointwise(rewriter, op, [](const Scalar &s, auto x) { return s.add(x[0], x[1]); });
    return success();
  }
};

struct ExpandBlend : OpRewritePattern<BlendOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BlendOp op, PatternRewriter &rewriter) const final {
    double alpha = op.getAlpha().convertToDouble();
    replaceByPointwise(rewriter, op, [&](const Scalar &s, auto x) {
      return s.add(s.mul(s.constant(alpha), x[0]), s.mul(s.constant(1 - alpha), x[1]));
    });
    return success();
  }
};

/// In the order the shorthand fixes: scale, modify, mask, normalize, combine.
struct ExpandAttention : OpRewritePattern<AttentionOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AttentionOp op, PatternRewriter &rewriter) const final {
    Location location = op.getLoc();
    Value map = ScoreOp::create(rewriter, location, ScoreKind::Dot, op.getQuery(), op.getKey(),
                                /*parameters=*/ValueRange(), op.getScale());
    if (!op.getFormula().empty()) {
      auto modify = ModifyOp::create(rewriter, location, map, ValueRange());
      rewriter.inlineRegionBefore(op.getFormula(), modify.getFormula(), modify.getFormula().end());
      map = modify;
    }
    if (MaskAttr mask = op.getMaskAttr())
      map = MaskOp::create(rewriter, location, map, op.getMaskOperands(), mask);
    Value weights = NormalizeOp::create(rewriter, location, Normalizer::Softmax, map, /*sink=*/Value(), MapAxis::Keys,
                                        llvm::APFloat(0.0), /*iterations=*/IntegerAttr());
    rewriter.replaceOpWithNewOp<CombineOp>(op, weights, op.getValue(), /*relative=*/Value(), AlignmentAttr());
    return success();
  }
};

/// Scores of two projections, or sums over the head width of a formula.
struct ExpandScore : OpRewritePattern<ScoreOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ScoreOp op, PatternRewriter &rewriter) const final {
    Location location = op.getLoc();
    switch (op.getKind()) {
    case ScoreKind::Dot:
      return failure();
    case ScoreKind::Cosine: {
      auto normalized = [&](Value x) -> Value {
        return L2NormalizeOp::create(rewriter, location, x, llvm::APFloat(1e-8));
      };
      return replaceByDot(rewriter, op, normalized(op.getQuery()), normalized(op.getKey()));
    }
    case ScoreKind::Bilinear: // q . (W k); with a W for each head (q W) . k, whose rows combine makes
      if (Value w = op.getParameters()[0]; cast<RankedTensorType>(w.getType()).getRank() == 2)
        return replaceByDot(rewriter, op, op.getQuery(),
                            LinearOp::create(rewriter, location, op.getKey(), w, /*bias=*/Value()));
      else
        return replaceByDot(rewriter, op,
                            CombineOp::create(rewriter, location, op.getQuery(), w, Value(), AlignmentAttr()),
                            op.getKey());
    case ScoreKind::Additive:
      return replaceByPairs(rewriter, op, op.getScale(), [](const Scalar &s, Value q, Value k, ValueRange parameters) {
        return s.mul(s.tanh(s.add(q, k)), parameters[0]);
      });
    case ScoreKind::Distance:
      return replaceByPairs(rewriter, op, op.getScale(), [](const Scalar &s, Value q, Value k, ValueRange) -> Value {
        Value difference = arith::SubFOp::create(s.b, q, k);
        return arith::NegFOp::create(s.b, s.mul(difference, difference));
      });
    case ScoreKind::Rank1:
      break;
    }
    return expandRank1(rewriter, op);
  }

  static LogicalResult replaceByDot(PatternRewriter &rewriter, ScoreOp op, Value query, Value key) {
    rewriter.replaceOpWithNewOp<ScoreOp>(op, ScoreKind::Dot, query, key, /*parameters=*/ValueRange(), op.getScale());
    return success();
  }

  using PairFormula = function_ref<Value(const Scalar &, Value, Value, ValueRange)>;

  /// A pair_score whose formula sees the parameters of its head and channel.
  static PairScoreOp pairs(PatternRewriter &rewriter, ScoreOp op, APFloat scale, PairFormula make) {
    Type element = getElementTypeOrSelf(op.getType()), index = rewriter.getIndexType();
    auto pairs = PairScoreOp::create(rewriter, op.getLoc(), op.getQuery(), op.getKey(), op.getParameters(), scale);
    SmallVector<Type> types{element, element, index, index};
    llvm::append_range(types, op.getParameters().getTypes());
    SmallVector<Location> locations(types.size(), op.getLoc());
    OpBuilder::InsertionGuard guard(rewriter);
    Block *block = rewriter.createBlock(&pairs.getFormula(), {}, types, locations);
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    SmallVector<Value> parameters;
    for (Value tensor : block->getArguments().drop_front(4)) {
      bool perHead = cast<RankedTensorType>(tensor.getType()).getRank() == 2;
      parameters.push_back(
          tensor::ExtractOp::create(b, tensor, block->getArguments().slice(perHead ? 2 : 3, perHead ? 2 : 1)));
    }
    YieldOp::create(b, ValueRange(make({b, element}, block->getArgument(0), block->getArgument(1), parameters)));
    return pairs;
  }

  static LogicalResult replaceByPairs(PatternRewriter &rewriter, ScoreOp op, APFloat scale, PairFormula make) {
    rewriter.replaceOp(op, pairs(rewriter, op, scale, make));
    return success();
  }

  /// leaky_relu(q . aq + k . ak): one sum over the channels of both, then the formula of each place. A scale that is
  /// not negative may come first, where it need not be rounded; 1/5 is exact as a division.
  static LogicalResult expandRank1(PatternRewriter &rewriter, ScoreOp op) {
    auto sum = [](const Scalar &s, Value q, Value k, ValueRange parameters) {
      return s.add(s.mul(q, parameters[0]), s.mul(k, parameters[1]));
    };
    Value sums = pairs(rewriter, op, abs(op.getScale()), sum);
    Type element = getElementTypeOrSelf(op.getType()), index = rewriter.getIndexType();
    auto modify = ModifyOp::create(rewriter, op.getLoc(), sums, ValueRange());
    Block *block = rewriter.createBlock(&modify.getFormula(), {}, {element, index, index, index, index},
                                        SmallVector<Location>(5, op.getLoc()));
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Scalar s{b, element};
    Value x = block->getArgument(0), leaky = arith::MaximumFOp::create(b, x, s.div(x, s.constant(5)));
    if (op.getScale().isNegative())
      leaky = arith::NegFOp::create(b, leaky);
    YieldOp::create(b, ValueRange(leaky));
    rewriter.replaceOp(op, modify);
    return success();
  }
};

struct ExpandShorthands : impl::ExpandShorthandsBase<ExpandShorthands> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpandActivation, ExpandAdd, ExpandBlend, ExpandAttention, ExpandScore>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace
} // namespace mlir::attn
