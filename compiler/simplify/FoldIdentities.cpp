// Identities of the dialect that leave less to do. Each holds for every input, NaN and infinity included, but for the
// constant factor of a score, which is rounded once instead of twice.
#include "compiler/simplify/Passes.h"
#include "dialect/AttnOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::attn {
#define GEN_PASS_DEF_FOLDIDENTITIES
#include "compiler/simplify/Passes.h.inc"

namespace {

/// The value that a formula yields.
Value yielded(Region &formula) { return formula.front().getTerminator()->getOperand(0); }

/// pointwise(x, ...) that yields x, where x has the shape of the result.
struct DropIdentityPointwise : OpRewritePattern<PointwiseOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PointwiseOp op, PatternRewriter &rewriter) const final {
    auto argument = dyn_cast<BlockArgument>(yielded(op.getFormula()));
    if (!argument)
      return failure();
    Value operand = op.getInputs()[argument.getArgNumber()];
    if (operand.getType() != op.getType())
      return failure();
    rewriter.replaceOp(op, operand);
    return success();
  }
};

/// merge_heads(split_heads(x)) = x
struct DropMergeOfSplit : OpRewritePattern<MergeHeadsOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MergeHeadsOp op, PatternRewriter &rewriter) const final {
    auto split = op.getInput().getDefiningOp<SplitHeadsOp>();
    if (!split)
      return failure();
    rewriter.replaceOp(op, split.getInput());
    return success();
  }
};

/// split_heads(merge_heads(x)) = x, if x has as many heads as are split.
struct DropSplitOfMerge : OpRewritePattern<SplitHeadsOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SplitHeadsOp op, PatternRewriter &rewriter) const final {
    auto merge = op.getInput().getDefiningOp<MergeHeadsOp>();
    if (!merge || merge.getInput().getType() != op.getType())
      return failure();
    rewriter.replaceOp(op, merge.getInput());
    return success();
  }
};

/// mask(mask(s, m), n) = mask(s, m and n)
struct JoinMasks : OpRewritePattern<MaskOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MaskOp op, PatternRewriter &rewriter) const final {
    auto inner = op.getScores().getDefiningOp<MaskOp>();
    if (!inner || !inner->hasOneUse() || (!inner.getPredicate().empty() && !op.getPredicate().empty()))
      return failure(); // an op has one predicate
    SmallVector<Value> operands(inner.getMaskOperands());
    SmallVector<int64_t> indices;
    for (Value operand : op.getMaskOperands()) {
      auto known = llvm::find(operands, operand);
      indices.push_back(known - operands.begin());
      if (known == operands.end())
        operands.push_back(operand);
    }
    SmallVector<MaskAttr> children;
    MaskAttr outer = renumberOperands(op.getMask(), [&](int64_t operand) { return indices[operand]; });
    for (MaskAttr mask : {inner.getMask(), outer})
      if (mask.getKind() == MaskKind::And)
        llvm::append_range(children, mask.getChildren());
      else
        children.push_back(mask);
    auto both = MaskAttr::get(getContext(), MaskKind::And, {}, {}, children);
    auto joined = MaskOp::create(rewriter, op.getLoc(), inner.getScores(), operands, both);
    Region &predicate = inner.getPredicate().empty() ? op.getPredicate() : inner.getPredicate();
    rewriter.inlineRegionBefore(predicate, joined.getPredicate(), joined.getPredicate().end());
    rewriter.replaceOp(op, joined);
    return success();
  }
};

/// A capture that a formula asks for its extents only: those of a pointwise op are its operand's.
template <class Op>
struct CaptureExtentsOfOperand : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const final {
    Block &formula = op.getFormula().front();
    for (auto [number, use] : llvm::enumerate(op.getCapturesMutable())) {
      BlockArgument argument = formula.getArgument(formula.getNumArguments() - op.getCaptures().size() + number);
      auto made = use.get().template getDefiningOp<PointwiseOp>();
      if (!made || !llvm::all_of(argument.getUsers(), [](Operation *user) { return isa<tensor::DimOp>(user); }))
        continue;
      for (Value operand : made.getInputs())
        if (operand.getType() == made.getType()) {
          rewriter.modifyOpInPlace(op, [&] { use.set(operand); });
          return success();
        }
    }
    return failure();
  }
};

/// The constant c of a formula that yields s * c, s being the score.
std::optional<double> constantFactor(Region &formula) {
  auto product = yielded(formula).getDefiningOp<arith::MulFOp>();
  if (!product)
    return std::nullopt;
  for (auto [score, factor] :
       {std::pair(product.getLhs(), product.getRhs()), std::pair(product.getRhs(), product.getLhs())}) {
    FloatAttr constant;
    if (score == formula.getArgument(0) && matchPattern(factor, m_Constant(&constant)))
      return constant.getValueAsDouble();
  }
  return std::nullopt;
}

/// modify(score(scale), s * c) = score(scale * c)
struct FoldConstantFactor : OpRewritePattern<ModifyOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ModifyOp op, PatternRewriter &rewriter) const final {
    auto score = op.getScores().getDefiningOp<ScoreOp>();
    std::optional<double> factor = constantFactor(op.getFormula());
    if (!score || !score->hasOneUse() || !factor)
      return failure();
    APFloat scale(score.getScale().convertToDouble() * *factor);
    if (!scale.isFinite())
      return failure();
    rewriter.replaceOpWithNewOp<ScoreOp>(op, score.getKind(), score.getQuery(), score.getKey(), score.getParameters(),
                                         scale);
    return success();
  }
};

struct FoldIdentities : impl::FoldIdentitiesBase<FoldIdentities> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<CaptureExtentsOfOperand<ModifyOp>, CaptureExtentsOfOperand<FeaturesOp>, DropIdentityPointwise,
                 DropMergeOfSplit, DropSplitOfMerge, JoinMasks, FoldConstantFactor>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace mlir::attn
