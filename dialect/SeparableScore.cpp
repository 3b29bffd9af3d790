// Which attentions are sums over features.
#include "dialect/SeparableScore.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"

namespace mlir::attn {
namespace {

/// What a value of a formula depends on.
enum : unsigned { OnScore = 1, OnHead = 2, OnQuery = 4, OnKey = 8 };

unsigned dependence(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) { // score, b, h, i, j, captures
    unsigned known[] = {OnScore, 0, OnHead, OnQuery, OnKey};
    return argument.getArgNumber() < std::size(known) ? known[argument.getArgNumber()] : 0;
  }
  unsigned on = 0;
  for (Value operand : value.getDefiningOp()->getOperands())
    on |= dependence(operand);
  return on;
}

bool knowsBothPlaces(Value value) {
  unsigned on = dependence(value);
  return (on & OnQuery) && (on & OnKey);
}

bool knowsNoPlace(Value value) { return !(dependence(value) & (OnScore | OnQuery | OnKey)); }

/// Casts that keep a sum one, for positions below 2^24.
bool isCast(Operation *op) { return isa<arith::IndexCastOp, arith::SIToFPOp, arith::ExtSIOp>(op); }
bool isSum(Operation *op) { return isa<arith::AddFOp, arith::AddIOp>(op); }
bool isDifference(Operation *op) { return isa<arith::SubFOp, arith::SubIOp>(op); }

/// Whether a value is a sum of a number of the query's place and one of the key's.
bool isSumOfPlaces(Value value) {
  unsigned on = dependence(value);
  if (on & OnScore)
    return false;
  if (!(on & OnQuery) || !(on & OnKey))
    return true;
  Operation *op = value.getDefiningOp();
  auto operand = [&](unsigned index) { return op->getOperand(index); };
  if (isCast(op) || isa<arith::NegFOp>(op))
    return isSumOfPlaces(operand(0));
  if (isSum(op) || isDifference(op))
    return isSumOfPlaces(operand(0)) && isSumOfPlaces(operand(1));
  if (isa<arith::MulFOp, arith::MulIOp>(op))
    return (isSumOfPlaces(operand(0)) && knowsNoPlace(operand(1))) ||
           (isSumOfPlaces(operand(1)) && knowsNoPlace(operand(0)));
  return isa<arith::DivFOp>(op) && isSumOfPlaces(operand(0)) && knowsNoPlace(operand(1));
}

using Terms = SmallVector<SeparableTerm>;
constexpr size_t mostTerms = 8;

Terms negated(Terms terms) {
  for (SeparableTerm &term : terms)
    term.sign = -term.sign;
  return terms;
}

std::optional<Terms> multiplied(const Terms &xs, const Terms &ys) {
  if (xs.size() * ys.size() > mostTerms)
    return std::nullopt;
  Terms products;
  for (const SeparableTerm &x : xs)
    for (const SeparableTerm &y : ys) {
      if (x.hasScore && y.hasScore)
        return std::nullopt;
      SeparableTerm product = x;
      product.sign *= y.sign;
      product.hasScore |= y.hasScore;
      llvm::append_range(product.query, y.query);
      llvm::append_range(product.key, y.key);
      products.push_back(std::move(product));
    }
  return products;
}

/// A number of one place, or of none.
SeparableTerm factor(Value value, FormulaFactor::Kind kind) {
  SeparableTerm term;
  (dependence(value) & OnKey ? term.key : term.query).push_back({kind, value});
  return term;
}

/// cos(p + q) = cos p cos q - sin p sin q (Ptolemy), and the like for a sine.
Terms angleSum(Value angle, bool isCosine) {
  auto term = [&](FormulaFactor::Kind ofQuery, FormulaFactor::Kind ofKey, double sign) {
    SeparableTerm made;
    made.sign = sign;
    made.query.push_back({ofQuery, angle});
    made.key.push_back({ofKey, angle});
    return made;
  };
  constexpr auto cosine = FormulaFactor::CosinePart, sine = FormulaFactor::SinePart;
  if (isCosine)
    return {term(cosine, cosine, 1), term(sine, sine, -1)};
  return {term(sine, cosine, 1), term(cosine, sine, 1)};
}

/// A value of a formula as a sum of products; none if it is no such sum, or one of many.
std::optional<Terms> termsOf(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value); argument && argument.getArgNumber() == 0) {
    SeparableTerm score;
    score.hasScore = true;
    return Terms{score};
  }
  if (!(dependence(value) & OnScore) && !knowsBothPlaces(value))
    return Terms{factor(value, FormulaFactor::Whole)};
  Operation *op = value.getDefiningOp();
  if (isa<math::CosOp, math::SinOp>(op)) {
    if (isSumOfPlaces(op->getOperand(0)))
      return angleSum(op->getOperand(0), isa<math::CosOp>(op));
    return std::nullopt;
  }
  if (!isa<arith::NegFOp, arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp>(op))
    return std::nullopt;
  std::optional<Terms> x = termsOf(op->getOperand(0));
  if (!x || isa<arith::NegFOp>(op))
    return x ? std::optional(negated(*x)) : x;
  if (isa<arith::DivFOp>(op)) {
    Value divisor = op->getOperand(1);
    if ((dependence(divisor) & OnScore) || knowsBothPlaces(divisor))
      return std::nullopt;
    return multiplied(*x, {factor(divisor, FormulaFactor::Inverse)});
  }
  std::optional<Terms> y = termsOf(op->getOperand(1));
  if (!y || isa<arith::MulFOp>(op))
    return y ? multiplied(*x, *y) : y;
  if (isa<arith::SubFOp>(op))
    *y = negated(*y);
  llvm::append_range(*x, *y);
  return x->size() <= mostTerms ? x : std::nullopt;
}

std::optional<SeparableAttention> declined(std::string &why, const Twine &reason) {
  why = reason.str();
  return std::nullopt;
}

/// Adds what a mask says; whether it says only what a running state can follow.
bool addMask(MaskOp op, MaskAttr mask, SeparableAttention &attention) {
  if (mask.getKind() == MaskKind::And)
    return llvm::all_of(mask.getChildren(), [&](MaskAttr child) { return addMask(op, child, attention); });
  if (mask.getKind() == MaskKind::Causal) {
    auto alignment = static_cast<Alignment>(mask.getValues()[0]);
    bool agrees = !attention.causal || *attention.causal == alignment;
    attention.causal = alignment;
    return agrees;
  }
  if (mask.getKind() != MaskKind::Lengths)
    return false;
  Value lengths = op.getMaskOperands()[mask.getOperands()[0]];
  bool agrees = !attention.lengths || attention.lengths == lengths;
  attention.lengths = lengths;
  return agrees;
}

/// Whether the key's side of a formula knows the head of the query, where keys have heads of their own.
bool knowsForeignHead(SeparableAttention &attention) {
  if (attention.score.getQuery().getType().getDimSize(1) == KeyShape(attention.score.getKey().getType()).heads)
    return false;
  return llvm::any_of(attention.terms, [](const SeparableTerm &term) {
    return llvm::any_of(term.key, [](const FormulaFactor &factor) { return dependence(factor.value) & OnHead; });
  });
}

} // namespace

std::optional<SeparableAttention> separate(CombineOp combine, std::string &why) {
  SeparableAttention attention;
  if (combine.getRelative())
    return declined(why, "its values depend on the distance to the query");
  attention.normalize = combine.getWeights().getDefiningOp<NormalizeOp>();
  if (!attention.normalize)
    return declined(why, "its weights are not made by a normalize op beside it");
  Normalizer kind = attention.normalize.getKind();
  if ((kind != Normalizer::Sum && kind != Normalizer::None) || attention.normalize.getAxis() != MapAxis::Keys)
    return declined(why,
                    stringifyEnum(kind) + " of a score is no sum over features of query and key; sum and none are");
  Value map = attention.normalize.getScores();
  SmallVector<Value> maps{combine.getWeights(), map};
  for (Operation *op = map.getDefiningOp(); op && !isa<ScoreOp>(op); op = map.getDefiningOp()) {
    auto modify = dyn_cast<ModifyOp>(op);
    auto mask = dyn_cast<MaskOp>(op);
    if (mask && !addMask(mask, mask.getMask(), attention))
      return declined(why, "its mask is not made of one causal and one lengths alone");
    if (!mask && (!modify || attention.formula))
      return declined(why, modify ? "it has several formulas" : "its scores come from " + op->getName().getStringRef());
    if (modify)
      attention.formula = modify;
    map = op->getOperand(0);
    maps.push_back(map);
  }
  attention.score = map.getDefiningOp<ScoreOp>();
  if (!attention.score || attention.score.getKind() != ScoreKind::Dot)
    return declined(why, "its scores are not products of queries and keys");
  if (cast<RankedTensorType>(attention.score.getKey().getType()).getRank() != 4 ||
      cast<RankedTensorType>(combine.getValue().getType()).getRank() != 4 ||
      KeyShape(attention.score.getKey().getType()).heads != KeyShape(combine.getValue().getType()).heads)
    return declined(why, "samples or heads share its keys or values in a way of their own");
  if (!llvm::all_of(maps, [](Value value) { return value.hasOneUse(); }))
    return declined(why, "its map is used elsewhere too");
  if (!attention.formula) {
    attention.terms.emplace_back().hasScore = true;
    return attention;
  }
  std::optional<Terms> terms = termsOf(attention.formula.getFormula().front().getTerminator()->getOperand(0));
  if (!terms || !llvm::all_of(*terms, [](const SeparableTerm &term) { return term.hasScore; }))
    return declined(why,
                    "its formula is not the score times a few products of a number of the query's place and one of the "
                    "key's");
  attention.terms = std::move(*terms);
  if (knowsForeignHead(attention))
    return declined(why, "its formula tells apart heads that share keys");
  return attention;
}

Value copyOf(OpBuilder &builder, Value value, IRMapping &mapping) {
  if (Value known = mapping.lookupOrNull(value))
    return known;
  Operation *op = value.getDefiningOp();
  for (Value operand : op->getOperands())
    copyOf(builder, operand, mapping);
  return builder.clone(*op, mapping)->getResult(0);
}

Value partOf(OpBuilder &builder, Value value, bool ofQuery, IRMapping &mapping) {
  if (!knowsBothPlaces(value)) {
    bool isKeys = dependence(value) & OnKey;
    return isKeys != ofQuery ? copyOf(builder, value, mapping) : Value();
  }
  Operation *op = value.getDefiningOp();
  Value x = partOf(builder, op->getOperand(0), ofQuery, mapping), y;
  // What has no part of this side has one of the other, and is not copied.
  auto rebuilt = [&](ArrayRef<Value> operands) {
    IRMapping own = mapping;
    for (auto [from, to] : llvm::zip(op->getOperands(), operands))
      own.map(from, to);
    return builder.clone(*op, own)->getResult(0);
  };
  if (isCast(op) || isa<arith::NegFOp>(op))
    return x ? rebuilt({x}) : x;
  if (!isSum(op) && !isDifference(op)) { // times, or divided by, what knows no place
    if (knowsNoPlace(op->getOperand(1)))
      return x ? rebuilt({x, copyOf(builder, op->getOperand(1), mapping)}) : x;
    y = partOf(builder, op->getOperand(1), ofQuery, mapping);
    return y ? rebuilt({copyOf(builder, op->getOperand(0), mapping), y}) : y;
  }
  y = partOf(builder, op->getOperand(1), ofQuery, mapping);
  if (x && y)
    return rebuilt({x, y});
  if (x || isSum(op))
    return x ? x : y;
  Value zero = arith::ConstantOp::create(builder, op->getLoc(), builder.getZeroAttr(op->getResult(0).getType()));
  return y ? rebuilt({zero, y}) : y;
}

/// Whether a mask leaves each query a number of keys that no length decides. Global tokens are few by their nature.
static bool leavesFewKeys(MaskAttr mask) {
  switch (mask.getKind()) {
  case MaskKind::Window:
  case MaskKind::Blocks:
  case MaskKind::Prefix:
  case MaskKind::Grid:
  case MaskKind::Axial:
  case MaskKind::Global:
  case MaskKind::Listed:
  case MaskKind::Flags:
    return true;
  case MaskKind::And:
    return llvm::any_of(mask.getChildren(), leavesFewKeys);
  case MaskKind::Or:
    return llvm::all_of(mask.getChildren(), leavesFewKeys);
  default:
    return false;
  }
}

bool seesFewKeys(CombineOp combine) {
  auto map = cast<RankedTensorType>(combine.getWeights().getType());
  if (!map.isDynamicDim(2) || !map.isDynamicDim(3))
    return true;
  SmallVector<Value> maps{combine.getWeights()};
  while (!maps.empty()) {
    Operation *op = maps.pop_back_val().getDefiningOp();
    if (auto mask = dyn_cast_or_null<MaskOp>(op); mask && leavesFewKeys(mask.getMask()))
      return true;
    if (op && !isa<ScoreOp>(op) && op->getNumOperands())
      maps.push_back(op->getOperand(0));
  }
  return false;
}

} // namespace mlir::attn
