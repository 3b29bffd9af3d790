// Types, extents and checks of modify, normalize, fill, top_k, mix_heads, map_conv, combine, reduce_map and the
// attention shorthand.
#include "dialect/MaskOperands.h"
#include "dialect/NormalizerMaths.h"
#include "dialect/Verify.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

namespace mlir::attn {

/// b, h, i, j as a formula sees them.
static void appendPlace(SmallVectorImpl<Type> &types, MLIRContext *context) {
  types.append(4, IndexType::get(context));
}

LogicalResult ModifyOp::inferReturnTypes(MLIRContext *, std::optional<Location>, Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  results.push_back(withoutLayout(adaptor.getScores().getType()));
  return success();
}

LogicalResult ModifyOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  results.push_back(operands[0]);
  return success();
}

LogicalResult ModifyOp::verifyRegions() { // modify_c1
  Type element = getElementTypeOrSelf(getResult());
  SmallVector<Type> arguments{element};
  appendPlace(arguments, getContext());
  llvm::append_range(arguments, getCaptures().getTypes());
  return verifyFormula(*this, getFormula(), arguments, element);
}

LogicalResult NormalizeOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  auto scores = cast<RankedTensorType>(adaptor.getScores().getType());
  // Attributes that are not written have no value yet while an op is parsed.
  bool overKeys = !adaptor.getAxisAttr() || adaptor.getAxis() == MapAxis::Keys;
  if (Value sink = adaptor.getSink()) {
    auto type = cast<RankedTensorType>(sink.getType());
    if (adaptor.getKind() != Normalizer::SoftmaxOne || !overKeys) // normalize_c1
      return error("takes a sink for softmax_one over keys only");
    if (type.getElementType() != scores.getElementType() || !sizesAgree(type.getDimSize(0), scores.getDimSize(1)) ||
        type.isDynamicDim(0)) // normalize_c2
      return error("expected one sink for each of " + dimText(scores.getDimSize(1)) + " heads, got " + typeText(type));
  }
  bool isSinkhorn = adaptor.getKind() == Normalizer::Sinkhorn;
  std::optional<int64_t> iterations = adaptor.getIterations();
  if (isSinkhorn != iterations.has_value() || (iterations && (*iterations < 1 || *iterations > 1024))) // normalize_c4
    return error("expected iterations of 1 to 1024 for sinkhorn, and none for other kinds");
  if (isSinkhorn && !overKeys) // normalize_c5
    return error("takes no axis for sinkhorn, which normalises over keys and queries in turn");
  if (adaptor.getEpsAttr() && (adaptor.getEps().convertToDouble() < 0 || !adaptor.getEps().isFinite())) // normalize_c3
    return error("expected eps of 0 or more");
  results.push_back(withoutLayout(scores));
  return success();
}

LogicalResult NormalizeOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  if (getSink() && failed(requireEqualExtents(*this, operands[0][1], operands[1][0], "heads of scores and sinks")))
    return failure();
  results.push_back(operands[0]);
  return success();
}

LogicalResult FillOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                       SmallVectorImpl<Type> &results) {
  Type element = getElementTypeOrSelf(adaptor.getScores().getType());
  APFloat value = adaptor.getValue();
  bool isInexact;
  value.convert(cast<FloatType>(element).getFloatSemantics(), APFloat::rmNearestTiesToEven, &isInexact);
  if (adaptor.getValue().isFinite() && !value.isFinite()) { // fill_c1
    SmallString<16> text;
    adaptor.getValue().toString(text, /*FormatPrecision=*/6);
    return OpError{location, getOperationName()}("expected a value within " + typeText(element) + ", got " + text);
  }
  results.push_back(withoutLayout(adaptor.getScores().getType()));
  return success();
}

LogicalResult FillOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  results.push_back(operands[0]);
  return success();
}

LogicalResult TopKOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                       SmallVectorImpl<Type> &results) {
  int64_t count = adaptor.getCount();
  if (count < 1 || count >= int64_t(1) << 31) // top_k_c1
    return OpError{location, getOperationName()}("expected a count from 1 to 2^31 - 1, got " + Twine(count));
  results.push_back(withoutLayout(adaptor.getScores().getType()));
  return success();
}

LogicalResult TopKOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  results.push_back(operands[0]);
  return success();
}

/// A map with the heads that a weight makes of it.
static LogicalResult inferMixed(OpError error, Type scoresType, Type weightType, SmallVectorImpl<Type> &results) {
  auto scores = cast<RankedTensorType>(scoresType), weight = cast<RankedTensorType>(weightType);
  if (scores.getElementType() != weight.getElementType()) // mix_heads_c1 map_conv_c1
    return error("expected one element type, got map " + typeText(scores) + " and weight " + typeText(weight));
  if (!weight.hasStaticShape() || weight.getDimSize(0) == 0) // mix_heads_c2 map_conv_c2
    return error("expected a static weight with at least one head out, got " + typeText(weight));
  if (!sizesAgree(weight.getDimSize(1), scores.getDimSize(1))) // mix_heads_c3 map_conv_c3
    return error("expected weight " + Twine(weight.getRank() == 2 ? "[out, in]" : "[out, in, rows, columns]") +
                 " with in = " + dimText(scores.getDimSize(1)) + " heads, got " + typeText(weight));
  SmallVector<int64_t> shape(scores.getShape());
  shape[1] = weight.getDimSize(0);
  results.push_back(RankedTensorType::get(shape, scores.getElementType()));
  return success();
}

static LogicalResult inferMixedExtents(Operation *op, ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  const Extents &scores = operands[0], &weight = operands[1];
  if (failed(requireEqualExtents(op, scores[1], weight[1], "heads of scores and weight")))
    return failure();
  results.push_back({scores[0], weight[0], scores[2], scores[3]});
  return success();
}

LogicalResult MixHeadsOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                           SmallVectorImpl<Type> &results) {
  return inferMixed({location, getOperationName()}, adaptor.getScores().getType(), adaptor.getWeight().getType(),
                    results);
}

LogicalResult MixHeadsOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  return inferMixedExtents(*this, operands, results);
}

LogicalResult MapConvOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                          SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  if (failed(inferMixed(error, adaptor.getScores().getType(), adaptor.getWeight().getType(), results)))
    return failure();
  auto weight = cast<RankedTensorType>(adaptor.getWeight().getType());
  for (int64_t size : weight.getShape().drop_front(2))
    if (size % 2 == 0 || size > 63) // map_conv_c4
      return error("expected a kernel of odd height and width below 64, got " + typeText(weight));
  if (Value bias = adaptor.getBias()) {
    auto type = cast<RankedTensorType>(bias.getType());
    if (type.getElementType() != weight.getElementType() || type.getDimSize(0) != weight.getDimSize(0)) // map_conv_c5
      return error("expected one bias for each of " + Twine(weight.getDimSize(0)) + " heads out, got " +
                   typeText(type));
  }
  ArrayRef<int64_t> shift = adaptor.getShiftAttr() ? adaptor.getShift() : ArrayRef<int64_t>();
  if (!shift.empty() && (shift.size() != 2 || llvm::any_of(shift, [](int64_t by) { return by < 0 || by > 63; })))
    return error("expected shift [down, right] of 0 to 63 each"); // map_conv_c6
  return success();
}

LogicalResult MapConvOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  return inferMixedExtents(*this, operands, results);
}

LogicalResult CombineOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                          SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  auto weights = cast<RankedTensorType>(adaptor.getWeights().getType());
  Type valueType = adaptor.getValue().getType(), element = weights.getElementType();
  KeyShape value(valueType);
  if (element != getElementTypeOrSelf(valueType)) // combine_c1
    return error("expected one element type, got weights " + typeText(weights) + " and value " + typeText(valueType));
  if (!sizesAgree(weights.getDimSize(0), value.batch)) // combine_c2
    return error("expected weights and value of one batch, got " + dimText(weights.getDimSize(0)) + " and " +
                 dimText(value.batch));
  int64_t heads = weights.getDimSize(1);
  if (ShapedType::isDynamic(heads) || ShapedType::isDynamic(value.heads) || !value.heads ||
      heads % value.heads) // combine_c3
    return error("expected the map's heads to be a multiple of value heads, got " + dimText(heads) + " and " +
                 dimText(value.heads));
  if (!sizesAgree(weights.getDimSize(3), value.length)) // combine_c4
    return error("expected as many values as keys, got " + dimText(value.length) + " values and " +
                 dimText(weights.getDimSize(3)) + " keys");
  if (ShapedType::isDynamic(value.width)) // combine_c5
    return error("expected a static value width, got " + typeText(valueType));
  if (Value relative = adaptor.getRelative()) {
    auto table = cast<RankedTensorType>(relative.getType());
    if (table.getElementType() != element || table.getDimSize(1) != value.width || table.isDynamicDim(0) ||
        table.getDimSize(0) % 2 == 0) // combine_c6
      return error("expected a table of relative values with an odd number of rows of width " + dimText(value.width) +
                   " and the value's type, got " + typeText(table));
  }
  if (static_cast<bool>(adaptor.getRelative()) != adaptor.getAlignment().has_value()) // combine_c7
    return error("expected an alignment with relative values, and none without");
  results.push_back(RankedTensorType::get(
      {meetSize(weights.getDimSize(0), value.batch), heads, weights.getDimSize(2), value.width}, element));
  return success();
}

LogicalResult CombineOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  const Extents &weights = operands[0], &value = operands[1];
  if (AffineExpr batch = batchOfKeys(value))
    if (failed(requireEqualExtents(*this, weights[0], batch, "batch of weights and value")))
      return failure();
  if (failed(requireEqualExtents(*this, weights[3], lengthOfKeys(value), "number of keys and values")))
    return failure();
  results.push_back({weights[0], weights[1], weights[2], value.back()});
  return success();
}

LogicalResult ReduceMapOp::inferReturnTypes(MLIRContext *, std::optional<Location>, Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  auto map = cast<RankedTensorType>(adaptor.getMap().getType());
  SmallVector<int64_t> shape(map.getShape());
  shape.erase(shape.begin() + static_cast<int64_t>(adaptor.getAxis()));
  results.push_back(RankedTensorType::get(shape, map.getElementType()));
  return success();
}

LogicalResult ReduceMapOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  Extents extents = operands[0];
  extents.erase(extents.begin() + static_cast<int64_t>(getAxis()));
  results.push_back(extents);
  return success();
}

bool needsWholeMap(Operation &op) {
  if (auto reduce = dyn_cast<ReduceMapOp>(op))
    return reduce.getAxis() == MapAxis::Queries;
  auto normalize = dyn_cast<NormalizeOp>(op);
  return normalize &&
         (normalize.getAxis() == MapAxis::Queries || weightsFrom(normalize.getKind()) == WeightsFrom::WholeMap);
}

LogicalResult AttentionOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  auto query = cast<RankedTensorType>(adaptor.getQuery().getType());
  auto key = cast<RankedTensorType>(adaptor.getKey().getType());
  auto value = cast<RankedTensorType>(adaptor.getValue().getType());
  int64_t heads = query.getDimSize(1), keyHeads = key.getDimSize(1);
  if (query.getElementType() != key.getElementType() ||
      query.getElementType() != value.getElementType()) // attention_c1
    return error("expected one element type, got query " + typeText(query) + ", key " + typeText(key) + " and value " +
                 typeText(value));
  if (!sizesAgree(query.getDimSize(0), key.getDimSize(0)) || !sizesAgree(query.getDimSize(0), value.getDimSize(0)) ||
      !sizesAgree(key.getDimSize(0), value.getDimSize(0))) // attention_c2
    return error("expected query, key and value of one batch, got " + dimText(query.getDimSize(0)) + ", " +
                 dimText(key.getDimSize(0)) + " and " + dimText(value.getDimSize(0)));
  if (ShapedType::isDynamic(heads) || ShapedType::isDynamic(keyHeads) || !keyHeads || heads % keyHeads ||
      keyHeads != value.getDimSize(1)) // attention_c3
    return error("expected query heads to be a multiple of the heads of key and value, got " + dimText(heads) + ", " +
                 dimText(keyHeads) + " and " + dimText(value.getDimSize(1)));
  if (ShapedType::isDynamic(query.getDimSize(3)) || query.getDimSize(3) != key.getDimSize(3)) // attention_c4
    return error("expected query and key to share the head width, got " + dimText(query.getDimSize(3)) + " and " +
                 dimText(key.getDimSize(3)));
  if (value.isDynamicDim(3)) // attention_c4
    return error("expected a static value width, got " + typeText(value));
  if (!sizesAgree(key.getDimSize(2), value.getDimSize(2))) // attention_c5
    return error("key length differs from value length: key is " + typeText(key) + ", value is " + typeText(value) +
                 " (dimension 2: " + dimText(key.getDimSize(2)) + " vs " + dimText(value.getDimSize(2)) + ")");
  int64_t batch = meetSize(meetSize(query.getDimSize(0), key.getDimSize(0)), value.getDimSize(0));
  if (MaskAttr mask = adaptor.getMaskAttr()) {
    if (findPredicate(mask)) // attention_c8
      return error("takes no mask with a predicate; write score, mask, normalize and combine");
    int64_t map[] = {batch, heads, query.getDimSize(2), meetSize(key.getDimSize(2), value.getDimSize(2))};
    if (failed(checkMask(error, mask, adaptor.getMaskOperands(), map))) // attention_c6
      return failure();
  }
  results.push_back(
      RankedTensorType::get({batch, heads, query.getDimSize(2), value.getDimSize(3)}, query.getElementType()));
  return success();
}

LogicalResult AttentionOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  const Extents &query = operands[0], &key = operands[1], &value = operands[2];
  if (failed(requireEqualExtents(*this, query[0], key[0], "batch of query and key")) ||
      failed(requireEqualExtents(*this, query[0], value[0], "batch of query and value")) ||
      failed(requireEqualExtents(*this, key[2], value[2], "number of keys and values")))
    return failure();
  if (MaskAttr mask = getMaskAttr())
    if (failed(checkMaskExtents(*this, mask, operands.drop_front(3), {query[0], query[1], query[2], key[2]})))
      return failure();
  results.push_back({query[0], query[1], query[2], value[3]});
  return success();
}

LogicalResult AttentionOp::verifyRegions() {
  if (getFormula().empty())
    return success();
  Type element = getElementTypeOrSelf(getResult()); // attention_c7
  SmallVector<Type> arguments{element};
  appendPlace(arguments, getContext());
  return verifyFormula(*this, getFormula(), arguments, element);
}

} // namespace mlir::attn
