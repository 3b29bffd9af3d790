// Types, extents and checks of edge_score, edge_values and segment_pool.
#include "dialect/Verify.h"

namespace mlir::attn {

/// N of row pointers [N + 1].
static int64_t nodesOf(RankedTensorType rowptr) {
  return rowptr.isDynamicDim(0) ? ShapedType::kDynamic : rowptr.getDimSize(0) - 1;
}

LogicalResult EdgeScoreOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  RankedTensorType values = typeOf(adaptor.getValues()), rowptr = typeOf(adaptor.getRowptr());
  if (values.isDynamicDim(0) || values.getDimSize(0) == 0) // edge_score_c1
    return error("expected values [H, E] of a static number of heads, got " + typeText(values));
  if (!sizesAgree(values.getDimSize(1), typeOf(adaptor.getCol()).getDimSize(0))) // edge_score_c2
    return error("expected a value for each edge, got " + typeText(values) + " for " +
                 typeText(typeOf(adaptor.getCol())));
  if (rowptr.getDimSize(0) == 0) // edge_score_c3
    return error("expected row pointers [N + 1], got " + typeText(rowptr));
  int64_t nodes = nodesOf(rowptr);
  results.push_back(RankedTensorType::get({1, values.getDimSize(0), nodes, nodes}, values.getElementType()));
  return success();
}

LogicalResult EdgeScoreOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  if (failed(requireEqualExtents(*this, operands[0][1], operands[2][0], "edges of values and columns")))
    return failure();
  AffineExpr nodes = operands[1][0] - 1;
  results.push_back({getAffineConstantExpr(1, getContext()), operands[0][0], nodes, nodes});
  return success();
}

LogicalResult EdgeValuesOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                             SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  RankedTensorType map = typeOf(adaptor.getMap()), rowptr = typeOf(adaptor.getRowptr());
  if (rowptr.getDimSize(0) == 0 || !sizesAgree(map.getDimSize(2), nodesOf(rowptr)) ||
      !sizesAgree(map.getDimSize(3), nodesOf(rowptr))) // edge_values_c1
    return error("expected a map of N queries and keys and row pointers [N + 1], got " + typeText(map) + " and " +
                 typeText(rowptr));
  results.push_back(RankedTensorType::get(
      {map.getDimSize(0), map.getDimSize(1), typeOf(adaptor.getCol()).getDimSize(0)}, map.getElementType()));
  return success();
}

LogicalResult EdgeValuesOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  for (unsigned dim : {2, 3})
    if (failed(requireEqualExtents(*this, operands[0][dim], operands[1][0] - 1, "nodes of map and row pointers")))
      return failure();
  results.push_back({operands[0][0], operands[0][1], operands[2][0]});
  return success();
}

LogicalResult SegmentPoolOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                              SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  RankedTensorType input = typeOf(adaptor.getInput()), ids = typeOf(adaptor.getIds());
  if (input.isDynamicDim(1)) // segment_pool_c1
    return error("expected rows of a static width, got " + typeText(input));
  if (!sizesAgree(input.getDimSize(0), ids.getDimSize(0))) // segment_pool_c2
    return error("expected one id a row, got " + typeText(ids) + " for " + typeText(input));
  int64_t groups = adaptor.getGroupsAttr() ? static_cast<int64_t>(adaptor.getGroups()) : 1;
  if (groups < 1 || groups >= int64_t(1) << 31) // segment_pool_c3
    return error("expected 1 to 2^31 - 1 groups, got " + Twine(groups));
  results.push_back(RankedTensorType::get({groups, input.getDimSize(1)}, input.getElementType()));
  return success();
}

LogicalResult SegmentPoolOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  if (failed(requireEqualExtents(*this, operands[0][0], operands[1][0], "rows and ids")))
    return failure();
  results.push_back({getAffineConstantExpr(getGroups(), getContext()), operands[0][1]});
  return success();
}

} // namespace mlir::attn
