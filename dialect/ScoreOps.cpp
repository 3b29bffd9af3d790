// Types, extents and checks of score, given_score, pair_score, relative_score, relative_score_2d.
#include "dialect/Verify.h"

namespace mlir::attn {

/// The map of queries [B, H, N, D] and keys [B, Hk, M, D], or keys that samples or heads share.
static LogicalResult inferMap(OpError error, Type queryType, Type keyType, bool oneWidth,
                              SmallVectorImpl<Type> &results) {
  auto query = cast<RankedTensorType>(queryType);
  KeyShape key(keyType);
  if (query.getElementType() != getElementTypeOrSelf(keyType)) // score_c1 pair_score_c1
    return error("expected one element type, got query " + typeText(query) + " and key " + typeText(keyType));
  if (!sizesAgree(query.getDimSize(0), key.batch)) // score_c2 pair_score_c2
    return error("expected query and key of one batch, got " + dimText(query.getDimSize(0)) + " and " +
                 dimText(key.batch));
  int64_t heads = query.getDimSize(1);
  if (ShapedType::isDynamic(heads) || ShapedType::isDynamic(key.heads) || !key.heads ||
      heads % key.heads) // score_c3 pair_score_c3
    return error("expected query heads to be a multiple of key heads, got " + dimText(heads) + " and " +
                 dimText(key.heads));
  if (query.isDynamicDim(3) || ShapedType::isDynamic(key.width) ||
      (oneWidth && query.getDimSize(3) != key.width)) // score_c4 pair_score_c4
    return error("expected query and key to share the head width, got " + dimText(query.getDimSize(3)) + " and " +
                 dimText(key.width));
  results.push_back(RankedTensorType::get(
      {meetSize(query.getDimSize(0), key.batch), heads, query.getDimSize(2), key.length}, query.getElementType()));
  return success();
}

static LogicalResult inferMapExtents(Operation *op, const Extents &query, const Extents &key, const Twine &batches,
                                     SmallVectorImpl<Extents> &results) {
  if (AffineExpr batch = batchOfKeys(key))
    if (failed(requireEqualExtents(op, query[0], batch, batches)))
      return failure();
  results.push_back({query[0], query[1], query[2], lengthOfKeys(key)});
  return success();
}

/// Whether the parameters of a kind of score are there, each of the given shape, for one head or for all.
static LogicalResult checkParameters(OpError error, ScoreKind kind, RankedTensorType query, int64_t keyWidth,
                                     TypeRange parameters) {
  int64_t count = kind == ScoreKind::Rank1 ? 2 : kind == ScoreKind::Additive || kind == ScoreKind::Bilinear ? 1 : 0;
  if (static_cast<int64_t>(parameters.size()) != count) // score_c5
    return error("expected " + Twine(count) + " tensors after with for " + stringifyEnum(kind) + " scores, got " +
                 Twine(parameters.size()));
  SmallVector<int64_t> shape{query.getDimSize(3)}, ofHeads{query.getDimSize(1), query.getDimSize(3)};
  if (kind == ScoreKind::Bilinear) {
    shape.push_back(keyWidth);
    ofHeads.push_back(keyWidth);
  }
  for (Type parameter : parameters) {
    auto type = cast<RankedTensorType>(parameter);
    if ((type.getShape() != ArrayRef(shape) && type.getShape() != ArrayRef(ofHeads)) ||
        type.getElementType() != query.getElementType()) // score_c6
      return error("expected " + typeText(RankedTensorType::get(shape, query.getElementType())) + " or " +
                   typeText(RankedTensorType::get(ofHeads, query.getElementType())) + " after with, got " +
                   typeText(type));
  }
  return success();
}

LogicalResult ScoreOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                        SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  Type query = adaptor.getQuery().getType(), key = adaptor.getKey().getType();
  if (failed(inferMap(error, query, key, adaptor.getKind() != ScoreKind::Bilinear, results)))
    return failure();
  return checkParameters(error, adaptor.getKind(), cast<RankedTensorType>(query), KeyShape(key).width,
                         adaptor.getParameters().getTypes());
}

LogicalResult ScoreOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  return inferMapExtents(*this, operands[0], operands[1], "batch of query and key", results);
}

/// Whether a dimension of a table is the map's, or repeated in it.
static bool repeatsOrAgrees(int64_t size, int64_t map) { return size == 1 || sizesAgree(size, map); }

LogicalResult GivenScoreOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                             SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  auto table = cast<RankedTensorType>(adaptor.getTable().getType());
  KeyShape key(adaptor.getKey().getType());
  if (!adaptor.getQuery() && (!key.perSample || table.isDynamicDim(table.getRank() - 2))) // given_score_c5
    return error(
        "expected keys [B, H, M, D] and a static number of rows where no query says how many there are, got keys " +
        typeText(adaptor.getKey().getType()) + " and table " + typeText(table));
  // Without a query each row of the table stands for one.
  auto query = adaptor.getQuery()
                   ? cast<RankedTensorType>(adaptor.getQuery().getType())
                   : RankedTensorType::get({key.batch, key.heads, table.getDimSize(table.getRank() - 2), key.width},
                                           table.getElementType());
  if (!sizesAgree(query.getDimSize(0), key.batch)) // given_score_c1
    return error("expected query and key of one batch, got " + dimText(query.getDimSize(0)) + " and " +
                 dimText(key.batch));
  SmallVector<int64_t> map{meetSize(query.getDimSize(0), key.batch), query.getDimSize(1), query.getDimSize(2),
                           key.length};
  if (query.isDynamicDim(1)) // given_score_c2
    return error("expected a query of static heads, got " + typeText(query));
  int64_t rank = table.getRank();
  if ((rank > 3 && !repeatsOrAgrees(table.getDimSize(0), map[0])) ||
      (rank > 2 && !repeatsOrAgrees(table.getDimSize(rank - 3), map[1]))) // given_score_c3
    return error("expected a table for a batch of " + dimText(map[0]) + " and " + dimText(map[1]) + " heads, got " +
                 typeText(table));
  for (int64_t d : {2, 3})
    if (int64_t size = table.getDimSize(rank - 4 + d);
        !ShapedType::isDynamic(size) && !ShapedType::isDynamic(map[d]) && size < map[d]) // given_score_c4
      return error("expected a table of " + dimText(map[2]) + " x " + dimText(map[3]) + " places or more, got " +
                   typeText(table));
  results.push_back(RankedTensorType::get(map, table.getElementType()));
  return success();
}

LogicalResult GivenScoreOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  ArrayRef<AffineExpr> table = operands[0];
  const Extents &key = operands.back();
  Extents query = getQuery() ? operands[1] : Extents{key[0], key[1], table[table.size() - 2], key.back()};
  if (failed(inferMapExtents(*this, query, key, "batch of query and key", results)))
    return failure();
  // A static table bounds the lengths (Extents.cpp); one whose size is known at run time only has that of the map. No
  // table bounds the batch.
  for (unsigned d = 4 - table.size(); d < 4; ++d) {
    AffineExpr extent = table[d + table.size() - 4];
    auto size = dyn_cast<AffineConstantExpr>(extent);
    if (!size || (d == 0 && size.getValue() != 1))
      if (failed(requireEqualExtents(*this, extent, results[0][d], "sizes of the table and of the map")))
        return failure();
  }
  return success();
}

LogicalResult PairScoreOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  return inferMap({location, getOperationName()}, adaptor.getQuery().getType(), adaptor.getKey().getType(),
                  /*oneWidth=*/true, results);
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
