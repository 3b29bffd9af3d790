// Types, extents and checks of features, random_features and linear_attention.
#include "dialect/Verify.h"
#include "mlir/IR/Builders.h"

namespace mlir::attn {

// Beyond this a sum of terms is no longer cheaper than the map it stands for.
constexpr int64_t mostTerms = 16;

LogicalResult FeaturesOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                           SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  auto input = cast<RankedTensorType>(adaptor.getInput().getType());
  // An attribute that is not written has no value yet while an op is parsed.
  int64_t terms = adaptor.getTermsAttr() ? adaptor.getTerms() : 1;
  if (terms < 1 || terms > mostTerms) // features_c1
    return error("expected 1 to " + Twine(mostTerms) + " terms, got " + Twine(terms));
  if (input.isDynamicDim(3)) // features_c2
    return error("expected a static head width, got " + typeText(input));
  SmallVector<int64_t> shape(input.getShape());
  shape[3] *= terms;
  results.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

LogicalResult FeaturesOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  results.push_back(operands[0]);
  results[0][3] = results[0][3] * static_cast<int64_t>(getTerms());
  return success();
}

LogicalResult FeaturesOp::verifyRegions() { // features_c3
  Type element = getElementTypeOrSelf(getResult());
  SmallVector<Type> arguments{element};
  arguments.append(4, IndexType::get(getContext()));
  llvm::append_range(arguments, getCaptures().getTypes());
  return verifyFormula(*this, getFormula(), arguments, SmallVector<Type>(getTerms(), element));
}

/// One length for each sample.
static LogicalResult checkLengths(OpError error, int64_t batch, Value lengths) {
  auto type = cast<RankedTensorType>(lengths.getType());
  if (sizesAgree(type.getDimSize(0), batch))
    return success();
  return error("expected one length for each of " + dimText(batch) + " samples, got " + typeText(type));
}

static LogicalResult checkEps(OpError error, const APFloat &eps) {
  if (eps.isFinite() && !eps.isNegative())
    return success();
  return error("expected a finite eps that is not negative, got " + std::to_string(eps.convertToDouble()));
}

LogicalResult RandomFeaturesOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                                 SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  auto input = cast<RankedTensorType>(adaptor.getInput().getType());
  auto projection = cast<RankedTensorType>(adaptor.getProjection().getType());
  if (!projection.hasStaticShape() || projection.getDimSize(0) == 0 || input.getDimSize(3) == 0 ||
      projection.getDimSize(1) != input.getDimSize(3) ||
      projection.getElementType() != input.getElementType()) // random_features_c1
    return error("expected a static projection [features, " + dimText(input.getDimSize(3)) +
                 "] of the input's type, got " + typeText(projection));
  if (Value lengths = adaptor.getLengths())
    if (failed(checkLengths(error, input.getDimSize(0), lengths))) // random_features_c2
      return failure();
  if (failed(checkEps(error, adaptor.getEps()))) // random_features_c3
    return failure();
  SmallVector<int64_t> shape(input.getShape());
  shape[3] = projection.getDimSize(0);
  results.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

LogicalResult RandomFeaturesOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  if (getLengths() && failed(requireEqualExtents(*this, operands[0][0], operands[2][0], "batch of input and lengths")))
    return failure();
  results.push_back(operands[0]);
  results[0][3] = operands[1][0];
  return success();
}

/// Whether a tensor has this shape and element type, where both are known.
static bool fits(RankedTensorType type, ArrayRef<int64_t> shape, Type element) {
  return type.getRank() == static_cast<int64_t>(shape.size()) && type.getElementType() == element &&
         llvm::all_of(llvm::zip(type.getShape(), shape),
                      [](auto sizes) { return sizesAgree(std::get<0>(sizes), std::get<1>(sizes)); });
}

static std::string shapeText(ArrayRef<int64_t> shape, Type element) {
  return typeText(RankedTensorType::get(shape, element));
}

LogicalResult LinearAttentionOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                                  SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  auto query = cast<RankedTensorType>(adaptor.getQuery().getType());
  auto key = cast<RankedTensorType>(adaptor.getKey().getType());
  auto value = cast<RankedTensorType>(adaptor.getValue().getType());
  Type element = query.getElementType();
  if (key.getElementType() != element || value.getElementType() != element) // linear_attention_c1
    return error("expected one element type, got query " + typeText(query) + ", key " + typeText(key) + " and value " +
                 typeText(value));
  int64_t batch = meetSize(meetSize(query.getDimSize(0), key.getDimSize(0)), value.getDimSize(0));
  if (!sizesAgree(query.getDimSize(0), batch) || !sizesAgree(key.getDimSize(0), batch) ||
      !sizesAgree(value.getDimSize(0), batch)) // linear_attention_c2
    return error("expected query, key and value of one batch, got " + dimText(query.getDimSize(0)) + ", " +
                 dimText(key.getDimSize(0)) + " and " + dimText(value.getDimSize(0)));
  int64_t heads = query.getDimSize(1), keyHeads = key.getDimSize(1);
  if (ShapedType::isDynamic(heads) || ShapedType::isDynamic(keyHeads) || !keyHeads || heads % keyHeads ||
      keyHeads != value.getDimSize(1)) // linear_attention_c3
    return error("expected query heads to be a multiple of the heads of key and value, got " + dimText(heads) + ", " +
                 dimText(keyHeads) + " and " + dimText(value.getDimSize(1)));
  int64_t features = query.getDimSize(3), width = value.getDimSize(3);
  if (ShapedType::isDynamic(features) || features != key.getDimSize(3) ||
      ShapedType::isDynamic(width)) // linear_attention_c4
    return error("expected query and key of one static number of features and values of static width, got query " +
                 typeText(query) + ", key " + typeText(key) + " and value " + typeText(value));
  int64_t length = meetSize(key.getDimSize(2), value.getDimSize(2));
  if (!sizesAgree(key.getDimSize(2), value.getDimSize(2))) // linear_attention_c5
    return error("expected as many values as keys, got " + dimText(value.getDimSize(2)) + " values and " +
                 dimText(key.getDimSize(2)) + " keys");
  if (Value lengths = adaptor.getLengths())
    if (failed(checkLengths(error, batch, lengths))) // linear_attention_c6
      return failure();
  // Attributes that are not written have no value yet while an op is parsed.
  StateUpdate update = adaptor.getUpdateAttr() ? adaptor.getUpdate() : StateUpdate::Additive;
  bool isGated = update == StateUpdate::Gated || update == StateUpdate::GatedDelta;
  bool isDelta = update == StateUpdate::Delta || update == StateUpdate::GatedDelta;
  if (isGated != static_cast<bool>(adaptor.getDecay()) ||
      isDelta != static_cast<bool>(adaptor.getRate())) // linear_attention_c7
    return error("expected decay for gated and gated_delta updates, rate for delta and gated_delta, and none else");
  if (update != StateUpdate::Additive && !adaptor.getCausalAttr()) // linear_attention_c8
    return error("takes a " + stringifyEnum(update) + " update only when causal");
  SmallVector<int64_t> perKey{batch, keyHeads, length}, perFeature{batch, keyHeads, length, features};
  if (Value decay = adaptor.getDecay()) {
    auto type = cast<RankedTensorType>(decay.getType());
    if (!fits(type, perKey, element) && !fits(type, perFeature, element)) // linear_attention_c9
      return error("expected a decay " + shapeText(perKey, element) + " or " + shapeText(perFeature, element) +
                   ", got " + typeText(type));
  }
  if (Value rate = adaptor.getRate())
    if (auto type = cast<RankedTensorType>(rate.getType()); !fits(type, perKey, element)) // linear_attention_c10
      return error("expected a rate " + shapeText(perKey, element) + ", got " + typeText(type));
  Denominator denominator = adaptor.getDenominatorAttr() ? adaptor.getDenominator() : Denominator::None;
  if (isDelta && denominator != Denominator::None) // linear_attention_c11
    return error("takes no denominator with a " + stringifyEnum(update) + " update, which forgets keys");
  SmallVector<int64_t> state{batch, keyHeads, features, width}, sum{batch, keyHeads, features};
  if (Value first = adaptor.getState())
    if (auto type = cast<RankedTensorType>(first.getType()); !fits(type, state, element)) // linear_attention_c12
      return error("expected a state " + shapeText(state, element) + ", got " + typeText(type));
  if (Value first = adaptor.getSum())
    if (auto type = cast<RankedTensorType>(first.getType()); !fits(type, sum, element)) // linear_attention_c13
      return error("expected a sum of keys " + shapeText(sum, element) + ", got " + typeText(type));
  if (denominator != Denominator::None && adaptor.getState() && !adaptor.getSum()) // linear_attention_c14
    return error("expected the sum of keys that belongs to the state, for the denominator");
  if (adaptor.getEpsAttr() && failed(checkEps(error, adaptor.getEps()))) // linear_attention_c15
    return failure();
  results.push_back(RankedTensorType::get({batch, heads, query.getDimSize(2), width}, element));
  results.push_back(RankedTensorType::get(state, element));
  results.push_back(RankedTensorType::get(sum, element));
  return success();
}

LogicalResult LinearAttentionOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  const Extents &query = operands[0], &key = operands[1], &value = operands[2];
  auto isOneBatch = [&](const Extents &other, StringRef name) {
    return requireEqualExtents(*this, query[0], other[0], "batch of query and " + name);
  };
  if (failed(isOneBatch(key, "key")) || failed(isOneBatch(value, "value")) ||
      failed(requireEqualExtents(*this, key[2], value[2], "number of keys and values")))
    return failure();
  for (auto [operand, extents] : llvm::zip(getOperands().drop_front(3), operands.drop_front(3))) {
    if (failed(isOneBatch(extents, operand == getLengths() ? "lengths"
                                   : operand == getDecay() ? "decay"
                                   : operand == getRate()  ? "rate"
                                                           : "state")))
      return failure();
    if ((operand == getDecay() || operand == getRate()) &&
        failed(requireEqualExtents(*this, key[2], extents[2], "number of keys and of what is said of them")))
      return failure();
  }
  results.push_back({query[0], query[1], query[2], value[3]});
  results.push_back({query[0], key[1], key[3], value[3]});
  results.push_back({query[0], key[1], key[3]});
  return success();
}

} // namespace mlir::attn
