// Attention whose weights are sums over features needs no map: (f(q) g(k)^T) V = f(q) (g(k)^T V).
//   combine(normalize sum (mask (modify (score dot (q, k)))), v)  ==>  linear_attention(features q, features k, v)
// What makes a score separable is said in dialect/SeparableScore.h.
#include "compiler/simplify/Passes.h"
#include "dialect/SeparableScore.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::attn {
#define GEN_PASS_DEF_FINDLINEAR
#include "compiler/simplify/Passes.h.inc"

namespace {

/// Whether the map is so small that it costs less than the state: N M (D + E) products against (N + M) T D E.
bool isMapSmaller(SeparableAttention &attention, CombineOp combine) {
  auto map = cast<RankedTensorType>(combine.getWeights().getType());
  int64_t queries = map.getDimSize(2), keys = map.getDimSize(3);
  if (ShapedType::isDynamic(queries) || ShapedType::isDynamic(keys))
    return false;
  double width = attention.score.getQuery().getType().getDimSize(3);
  double values = cast<RankedTensorType>(combine.getValue().getType()).getShape().back();
  double state = attention.terms.size() * width * values;
  return double(queries) * double(keys) * (width + values) < (double(queries) + double(keys)) * state;
}

/// The features of queries, or of keys: each number times the factors of each term.
Value featuresOf(ImplicitLocOpBuilder &b, SeparableAttention &attention, Value rows, bool ofQuery, double scale) {
  Type element = getElementTypeOrSelf(rows);
  auto factorsOf = [&](const SeparableTerm &term) -> ArrayRef<FormulaFactor> {
    return ofQuery ? term.query : term.key;
  };
  bool isPlain = scale == 1 && attention.terms.size() == 1 && factorsOf(attention.terms[0]).empty() &&
                 (!ofQuery || attention.terms[0].sign == 1);
  if (isPlain)
    return rows;
  ValueRange captures = attention.formula ? ValueRange(attention.formula.getCaptures()) : ValueRange();
  auto features = FeaturesOp::create(b, rows, captures, static_cast<int64_t>(attention.terms.size()));
  SmallVector<Type> types{element};
  types.append(4, b.getIndexType());
  llvm::append_range(types, captures.getTypes());
  OpBuilder::InsertionGuard guard(b);
  Block *block = b.createBlock(&features.getFormula(), {}, types, SmallVector<Location>(types.size(), b.getLoc()));
  SmallVector<Value> numbers;
  for (const SeparableTerm &term : attention.terms) {
    IRMapping mapping;
    if (attention.formula) { // score, b, h, i, j, captures against number, b, h, n, d, captures
      Block &formula = attention.formula.getFormula().front();
      for (unsigned at : {1u, 2u})
        mapping.map(formula.getArgument(at), block->getArgument(at));
      mapping.map(formula.getArgument(ofQuery ? 3 : 4), block->getArgument(3));
      for (auto [from, to] : llvm::zip(formula.getArguments().drop_front(5), block->getArguments().drop_front(5)))
        mapping.map(from, to);
    }
    Value number = block->getArgument(0);
    double factor = scale * (ofQuery ? term.sign : 1);
    if (factor != 1)
      number = arith::MulFOp::create(b, number, arith::ConstantOp::create(b, b.getFloatAttr(element, factor)));
    for (const FormulaFactor &entry : factorsOf(term)) {
      if (entry.kind == FormulaFactor::Whole)
        number = arith::MulFOp::create(b, number, copyOf(b, entry.value, mapping));
      else if (entry.kind == FormulaFactor::Inverse)
        number = arith::DivFOp::create(b, number, copyOf(b, entry.value, mapping));
      else {
        Value angle = partOf(b, entry.value, ofQuery, mapping);
        Value wave = entry.kind == FormulaFactor::CosinePart ? math::CosOp::create(b, angle).getResult()
                                                             : math::SinOp::create(b, angle).getResult();
        number = arith::MulFOp::create(b, number, wave);
      }
    }
    numbers.push_back(number);
  }
  YieldOp::create(b, numbers);
  return features;
}

struct FindLinear : impl::FindLinearBase<FindLinear> {
  void runOnOperation() override {
    for (CombineOp combine : llvm::make_early_inc_range(getOperation().getOps<CombineOp>())) {
      std::string why;
      std::optional<SeparableAttention> attention = separate(combine, why);
      if (attention && !isMapSmaller(*attention, combine))
        rewrite(*attention, combine);
    }
  }

  static void rewrite(SeparableAttention &attention, CombineOp combine) {
    ImplicitLocOpBuilder b(combine.getLoc(), combine);
    double scale = attention.score.getScale().convertToDouble();
    Value query = featuresOf(b, attention, attention.score.getQuery(), true, scale);
    Value key = featuresOf(b, attention, attention.score.getKey(), false, 1);
    bool isDivided = attention.normalize.getKind() == Normalizer::Sum;
    auto causal = attention.causal ? AlignmentAttr::get(b.getContext(), *attention.causal) : AlignmentAttr();
    auto linear = LinearAttentionOp::create(
        b, query, key, combine.getValue(), attention.lengths, /*decay=*/Value(), /*rate=*/Value(), /*state=*/Value(),
        /*sum=*/Value(), causal, StateUpdate::Additive, isDivided ? Denominator::Clamp : Denominator::None,
        isDivided ? attention.normalize.getEps() : APFloat(0.0));
    Operation *map = combine.getWeights().getDefiningOp();
    combine.replaceAllUsesWith(linear.getResult());
    combine.erase();
    while (map && map->use_empty() && map->getNumOperands()) {
      Operation *next = isa<ScoreOp>(map) ? nullptr : map->getOperand(0).getDefiningOp();
      map->erase();
      map = next;
    }
  }
};

} // namespace
} // namespace mlir::attn
