// Types, extents and checks of score, pair_score, relative_score, relative_score_2d.
#include "dialect/Verify.h"

namespace mlir::attn {

/// The map of queries [B, H, N, D] and keys [B, Hk, M, D].
static LogicalResult inferMap(OpError error, Type queryType, Type keyType, SmallVectorImpl<Type> &results) {
  auto query = cast<RankedTensorType>(queryType), key = cast<RankedTensorType>(keyType);
  if (query.getElementType() != key.getElementType()) // score_c1 pair_score_c1
    return error("expected one element type, got query " + typeText(query) + " and key " + typeText(key));
  if (!sizesAgree(query.getDimSize(0), key.getDimSize(0))) // score_c2 pair_score_c2
    return error("expected query and key of one batch, got " + dimText(query.getDimSize(0)) + " and " +
                 dimText(key.getDimSize(0)));
  int64_t heads = query.getDimSize(1), keyHeads = key.getDimSize(1);
  if (ShapedType::isDynamic(heads) || ShapedType::isDynamic(keyHeads) || !keyHeads ||
      heads % keyHeads) // score_c3 pair_score_c3
    return error("expected query heads to be a multiple of key heads, got " + dimText(heads) + " and " +
                 dimText(keyHeads));
  if (ShapedType::isDynamic(query.getDimSize(3)) || query.getDimSize(3) != key.getDimSize(3)) // score_c4 pair_score_c4
    return error("expected query and key to share the head width, got " + dimText(query.getDimSize(3)) + " and " +
                 dimText(key.getDimSize(3)));
  results.push_back(RankedTensorType::get(
      {meetSize(query.getDimSize(0), key.getDimSize(0)), heads, query.getDimSize(2), key.getDimSize(2)},
      query.getElementType()));
  return success();
}

static LogicalResult inferMapExtents(Operation *op, const Extents &query, const Extents &key, const Twine &batches,
                                     SmallVectorImpl<Extents> &results) {
  if (failed(requireEqualExtents(op, query[0], key[0], batches)))
    return failure();
  results.push_back({query[0], query[1], query[2], key[2]});
  return success();
}

LogicalResult ScoreOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                        SmallVectorImpl<Type> &results) {
  return inferMap({location, getOperationName()}, adaptor.getQuery().getType(), adaptor.getKey().getType(), results);
}

LogicalResult ScoreOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  return inferMapExtents(*this, operands[0], operands[1], "batch of query and key", results);
}

LogicalResult PairScoreOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  return inferMap({location, getOperationName()}, adaptor.getQuery().getType(), adaptor.getKey().getType(), results);
}

LogicalResult PairScoreOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  return inferMapExtents(*this, operands[0], operands[1], "batch of query and key", results);
}

LogicalResult PairScoreOp::verifyRegions() { // pair_score_c5
  Type element = getElementTypeOrSelf(getResult()), index = IndexType::get(getContext());
  SmallVector<Type> arguments{element, element, index, index};
  llvm::append_range(arguments, getCaptures().getTypes());
  return verifyFormula(*this, getFormula(), arguments, element);
}

/// Whether a table of relative positions has rows of the query's width, an odd number of them.
static LogicalResult checkTable(OpError error, RankedTensorType query, Type tableType, const Twine &name) {
  auto table = cast<RankedTensorType>(tableType);
  if (query.isDynamicDim(1) || query.isDynamicDim(3)) // relative_score_c1 relative_score_2d_c1
    return error("expected a query of static heads and head width, got " + typeText(query));
  if (table.getElementType() != query.getElementType() || table.getDimSize(1) != query.getDimSize(3))
    return error("expected " + name + " [distances, " + dimText(query.getDimSize(3)) + "] of the query's type, got " +
                 typeText(table));                           // relative_score_c2 relative_score_2d_c2
  if (table.isDynamicDim(0) || table.getDimSize(0) % 2 == 0) // relative_score_c3 relative_score_2d_c3
    return error("expected " + name + " to have an odd number of rows, one for each distance, got " + typeText(table));
  return success();
}

LogicalResult RelativeScoreOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                                SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  auto query = cast<RankedTensorType>(adaptor.getQuery().getType());
  auto like = cast<RankedTensorType>(adaptor.getLike().getType());
  if (failed(checkTable(error, query, adaptor.getTable().getType(), "the table")))
    return failure();
  if (!sizesAgree(query.getDimSize(0), like.getDimSize(0))) // relative_score_c4
    return error("expected query and like of one batch, got " + dimText(query.getDimSize(0)) + " and " +
                 dimText(like.getDimSize(0)));
  results.push_back(RankedTensorType::get(
      {meetSize(query.getDimSize(0), like.getDimSize(0)), query.getDimSize(1), query.getDimSize(2), like.getDimSize(2)},
      query.getElementType()));
  return success();
}

LogicalResult RelativeScoreOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  return inferMapExtents(*this, operands[0], operands[2], "batch of query and like", results);
}

LogicalResult RelativeScore2dOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                                  SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  auto query = cast<RankedTensorType>(adaptor.getQuery().getType());
  auto rows = cast<RankedTensorType>(adaptor.getRows().getType());
  auto cols = cast<RankedTensorType>(adaptor.getCols().getType());
  if (failed(checkTable(error, query, rows, "rows")) || failed(checkTable(error, query, cols, "cols")))
    return failure();
  int64_t height = (rows.getDimSize(0) + 1) / 2, width = (cols.getDimSize(0) + 1) / 2;
  if (query.getDimSize(2) != height * width) // relative_score_2d_c4
    return error("expected " + Twine(height * width) + " queries, one for each pixel of the " + Twine(height) + " x " +
                 Twine(width) + " image the tables are for, got " + typeText(query));
  results.push_back(RankedTensorType::get({query.getDimSize(0), query.getDimSize(1), height * width, height * width},
                                          query.getElementType()));
  return success();
}

LogicalResult RelativeScore2dOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  results.push_back({operands[0][0], operands[0][1], operands[0][2], operands[0][2]});
  return success();
}

} // namespace mlir::attn
