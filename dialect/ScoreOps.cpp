// Types, extents and checks of score.
#include "dialect/Verify.h"

namespace mlir::attn {

LogicalResult ScoreOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                        SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  auto query = cast<RankedTensorType>(adaptor.getQuery().getType());
  auto key = cast<RankedTensorType>(adaptor.getKey().getType());
  if (query.getElementType() != key.getElementType()) // score_c1
    return error("expected one element type, got query " + typeText(query) + " and key " + typeText(key));
  if (!sizesAgree(query.getDimSize(0), key.getDimSize(0))) // score_c2
    return error("expected query and key of one batch, got " + dimText(query.getDimSize(0)) + " and " +
                 dimText(key.getDimSize(0)));
  int64_t heads = query.getDimSize(1), keyHeads = key.getDimSize(1);
  if (ShapedType::isDynamic(heads) || ShapedType::isDynamic(keyHeads) || !keyHeads || heads % keyHeads) // score_c3
    return error("expected query heads to be a multiple of key heads, got " + dimText(heads) + " and " +
                 dimText(keyHeads));
  if (ShapedType::isDynamic(query.getDimSize(3)) || query.getDimSize(3) != key.getDimSize(3)) // score_c4
    return error("expected query and key to share the head width, got " + dimText(query.getDimSize(3)) + " and " +
                 dimText(key.getDimSize(3)));
  results.push_back(RankedTensorType::get(
      {meetSize(query.getDimSize(0), key.getDimSize(0)), heads, query.getDimSize(2), key.getDimSize(2)},
      query.getElementType()));
  return success();
}

LogicalResult ScoreOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  const Extents &query = operands[0], &key = operands[1];
  if (failed(requireEqualExtents(*this, query[0], key[0], "batch of query and key")))
    return failure();
  results.push_back({query[0], query[1], query[2], key[2]});
  return success();
}

} // namespace mlir::attn
