// Types, extents and checks of pointwise, activation, add, layer_norm, rms_norm, l2_normalize, pool.
#include "dialect/Verify.h"
#include "mlir/IR/Builders.h"

namespace mlir::attn {

/// The type all operands of a pointwise op broadcast to.
static LogicalResult inferBroadcast(OpError error, ValueRange operands, SmallVectorImpl<Type> &results,
                                    Type element = {}) {
  if (operands.empty())
    return error("expected at least one operand");
  auto first = cast<RankedTensorType>(operands[0].getType());
  SmallVector<int64_t> shape(first.getShape());
  for (Value operand : operands.drop_front()) {
    auto type = cast<RankedTensorType>(operand.getType());
    bool isMixed = type.getElementType().isInteger() != first.getElementType().isInteger();
    if (type.getElementType() != first.getElementType() && !isMixed)
      return error("expected one element type, got " + typeText(first) + " and " + typeText(type));
    FailureOr<SmallVector<int64_t>> meet = broadcastShapes(shape, type.getShape());
    if (failed(meet))
      return error("operands do not broadcast to one shape: " + typeText(first) + " and " + typeText(type));
    shape = *meet;
  }
  results.push_back(RankedTensorType::get(shape, element ? element : first.getElementType()));
  return success();
}

/// Extents of a broadcast; dynamic dimensions that meet must be known to be equal.
static LogicalResult inferBroadcastExtents(Operation *op, ArrayRef<Extents> operands,
                                           SmallVectorImpl<Extents> &results) {
  Extents extents = operands[0];
  AffineExpr one = getAffineConstantExpr(1, op->getContext());
  for (const Extents &operand : operands.drop_front()) {
    if (operand.size() > extents.size())
      extents.insert(extents.begin(), operand.size() - extents.size(), one);
    size_t offset = extents.size() - operand.size();
    for (auto [i, extent] : llvm::enumerate(operand)) {
      AffineExpr &out = extents[offset + i];
      if (out == one)
        out = extent;
      else if (extent != one &&
               failed(requireEqualExtents(op, out, extent, "dimension " + Twine(offset + i) + " of the operands")))
        return failure();
    }
  }
  results.push_back(extents);
  return success();
}

LogicalResult PointwiseOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  Type element = adaptor.getElementAttr() ? adaptor.getElementAttr().getValue() : Type();
  if (element && !isa<FloatType>(element) && !element.isSignlessInteger(32)) // pointwise_c3
    return error("expected elements of a real type or i32, got " + typeText(element));
  return inferBroadcast(error, adaptor.getInputs(), results, element); // pointwise_c1
}

LogicalResult PointwiseOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  return inferBroadcastExtents(*this, operands.take_front(getInputs().size()), results);
}

LogicalResult PointwiseOp::verifyRegions() { // pointwise_c2
  SmallVector<Type> arguments =
      llvm::map_to_vector(getInputs(), [](Value input) { return getElementTypeOrSelf(input); });
  if (getIndexed())
    arguments.append(getResult().getType().getRank(), IndexType::get(getContext()));
  llvm::append_range(arguments, getCaptures().getTypes());
  return verifyFormula(*this, getFormula(), arguments, getElementTypeOrSelf(getResult()));
}

LogicalResult ActivationOp::inferReturnTypes(MLIRContext *, std::optional<Location>, Adaptor adaptor,
                                             SmallVectorImpl<Type> &results) {
  results.push_back(withoutLayout(adaptor.getInput().getType()));
  return success();
}

LogicalResult ActivationOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  results.push_back(operands[0]);
  return success();
}

LogicalResult AddOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                      SmallVectorImpl<Type> &results) {
  return inferBroadcast({location, getOperationName()}, adaptor.getOperands(), results); // add_c1
}

LogicalResult AddOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  return inferBroadcastExtents(*this, operands, results);
}

LogicalResult BlendOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                        SmallVectorImpl<Type> &results) {
  return inferBroadcast({location, getOperationName()}, adaptor.getOperands(), results); // blend_c1
}

LogicalResult BlendOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  return inferBroadcastExtents(*this, operands, results);
}

/// Normalisations over the last dimension: static width, parameters of that size, a positive eps.
static LogicalResult inferRowNorm(OpError error, ValueRange operands, const APFloat &eps,
                                  SmallVectorImpl<Type> &results) {
  auto input = cast<RankedTensorType>(operands[0].getType());
  if (input.getRank() < 1 || input.isDynamicDim(input.getRank() - 1))
    return error("expected a static last dimension, got " + typeText(input));
  for (Value parameter : operands.drop_front()) {
    auto type = cast<RankedTensorType>(parameter.getType());
    if (type.getDimSize(0) != input.getShape().back() || type.getElementType() != input.getElementType())
      return error("expected parameters tensor<" + dimText(input.getShape().back()) + "x" +
                   typeText(input.getElementType()) + ">, got " + typeText(type));
  }
  if (!eps.isFinite() || eps.isNegative())
    return error("expected a finite eps that is not negative, got " + std::to_string(eps.convertToDouble()));
  results.push_back(RankedTensorType::get(input.getShape(), input.getElementType()));
  return success();
}

LogicalResult LayerNormOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  return inferRowNorm({location, getOperationName()}, adaptor.getOperands(), adaptor.getEps(), // layer_norm_c1
                      results);
}

LogicalResult LayerNormOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  results.push_back(operands[0]);
  return success();
}

LogicalResult RmsNormOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                          SmallVectorImpl<Type> &results) {
  return inferRowNorm({location, getOperationName()}, adaptor.getOperands(), adaptor.getEps(), // rms_norm_c1
                      results);
}

LogicalResult RmsNormOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  results.push_back(operands[0]);
  return success();
}

LogicalResult L2NormalizeOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                              SmallVectorImpl<Type> &results) {
  return inferRowNorm({location, getOperationName()}, adaptor.getOperands(), adaptor.getEps(), // l2_normalize_c1
                      results);
}

LogicalResult L2NormalizeOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  results.push_back(operands[0]);
  return success();
}

LogicalResult PoolOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                       SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  auto input = cast<RankedTensorType>(adaptor.getInput().getType());
  if (Value lengths = adaptor.getLengths())
    if (!sizesAgree(input.getDimSize(0), cast<RankedTensorType>(lengths.getType()).getDimSize(0))) // pool_c1
      return error("expected one length for each of " + dimText(input.getDimSize(0)) + " samples, got " +
                   typeText(lengths.getType()));
  if (input.isDynamicDim(2)) // pool_c2
    return error("expected a static width, got " + typeText(input));
  results.push_back(RankedTensorType::get({input.getDimSize(0), input.getDimSize(2)}, input.getElementType()));
  return success();
}

LogicalResult PoolOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  if (getLengths() && failed(requireEqualExtents(*this, operands[0][0], operands[1][0], "batch of input and lengths")))
    return failure();
  results.push_back({operands[0][0], operands[0][2]});
  return success();
}

} // namespace mlir::attn
