// Types, extents and checks of rearrange, take, append_rows and scatter_add.
#include "dialect/Verify.h"

namespace mlir::attn {

/// Whether a map is one of affine dimensions only, as many as there are.
static bool hasInputs(AffineMap map, unsigned dims) { return map.getNumDims() == dims && map.getNumSymbols() == 0; }

/// Whether all that a map divides by is a positive number.
static bool dividesByNumbers(AffineMap map) {
  bool divides = true;
  map.walkExprs([&](AffineExpr expr) {
    auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
    if (!binary || expr.getKind() == AffineExprKind::Add || expr.getKind() == AffineExprKind::Mul)
      return;
    auto divisor = dyn_cast<AffineConstantExpr>(binary.getRHS());
    divides &= divisor && divisor.getValue() > 0;
  });
  return divides;
}

LogicalResult RearrangeOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  RankedTensorType input = typeOf(adaptor.getInput());
  if (!adaptor.getSizesAttr() || !adaptor.getFromAttr())
    return failure();
  AffineMap sizes = adaptor.getSizes(), from = adaptor.getFrom();
  unsigned rank = sizes.getNumResults();
  if (rank < 1 || rank > 8 || !hasInputs(sizes, input.getRank())) // rearrange_c1
    return error("expected sizes of 1 to 8 dimensions from those of " + typeText(input));
  if (!hasInputs(from, rank) || from.getNumResults() != static_cast<unsigned>(input.getRank())) // rearrange_c2
    return error("expected a place in " + typeText(input) + " from one of " + Twine(rank) + " dimensions");
  if (!dividesByNumbers(sizes) || !dividesByNumbers(from)) // rearrange_c4
    return error("expected divisions by numbers of 1 or more");
  SmallVector<AffineExpr> dims;
  for (auto [d, size] : llvm::enumerate(input.getShape()))
    dims.push_back(ShapedType::isDynamic(size) ? getAffineDimExpr(d, context) : getAffineConstantExpr(size, context));
  SmallVector<int64_t> shape;
  for (AffineExpr size : sizes.getResults()) {
    auto constant = dyn_cast<AffineConstantExpr>(simplifyAffineExpr(size.replaceDims(dims), input.getRank(), 0));
    if (constant && constant.getValue() < 0) // rearrange_c3
      return error("expected sizes that are not negative, got " + Twine(constant.getValue()));
    shape.push_back(constant ? constant.getValue() : ShapedType::kDynamic);
  }
  results.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

LogicalResult RearrangeOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  Extents &extents = results.emplace_back();
  for (AffineExpr size : getSizes().getResults())
    extents.push_back(size.replaceDims(operands[0]));
  return success();
}

LogicalResult TakeOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                       SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  RankedTensorType input = typeOf(adaptor.getInput()), index = typeOf(adaptor.getIndex());
  if (input.getRank() < 1 || input.getRank() + index.getRank() > 9) // take_c1
    return error("expected an input of rank 1 or more and a result of rank 8 or less, got " + typeText(input) +
                 " and " + typeText(index));
  SmallVector<int64_t> shape(index.getShape());
  llvm::append_range(shape, input.getShape().drop_front());
  results.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

LogicalResult TakeOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  Extents &extents = results.emplace_back(operands[1]);
  llvm::append_range(extents, ArrayRef<AffineExpr>(operands[0]).drop_front());
  return success();
}

LogicalResult AppendRowsOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                             SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  RankedTensorType head = typeOf(adaptor.getHead()), tail = typeOf(adaptor.getTail());
  int64_t rank = std::max(head.getRank(), tail.getRank());
  bool ranks = (head.getRank() == rank || head.getRank() == 2) && (tail.getRank() == rank || tail.getRank() == 2);
  if (!ranks || rank < 2 || head.getElementType() != tail.getElementType()) // append_rows_c1
    return error("expected rows of one element type, in tensors of one rank or of rank 2, got " + typeText(head) +
                 " and " + typeText(tail));
  int64_t width = head.getShape().back();
  if (ShapedType::isDynamic(width) || width != tail.getShape().back()) // append_rows_c2
    return error("expected rows of one static width, got " + typeText(head) + " and " + typeText(tail));
  RankedTensorType larger = head.getRank() == rank ? head : tail;
  SmallVector<int64_t> shape(larger.getShape());
  for (int64_t d = 0; d < rank - 2 && head.getRank() == tail.getRank(); ++d) {
    if (!sizesAgree(head.getDimSize(d), tail.getDimSize(d))) // append_rows_c3
      return error("expected tensors that differ in their numbers of rows alone, got " + typeText(head) + " and " +
                   typeText(tail));
    shape[d] = meetSize(head.getDimSize(d), tail.getDimSize(d));
  }
  int64_t n = head.getDimSize(head.getRank() - 2), m = tail.getDimSize(tail.getRank() - 2);
  shape[rank - 2] = ShapedType::isDynamic(n) || ShapedType::isDynamic(m) ? ShapedType::kDynamic : n + m;
  results.push_back(RankedTensorType::get(shape, head.getElementType()));
  return success();
}

LogicalResult AppendRowsOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  const Extents &head = operands[0], &tail = operands[1];
  Extents extents = head.size() >= tail.size() ? head : tail;
  for (size_t d = 0; d + 2 < extents.size() && head.size() == tail.size(); ++d)
    if (failed(requireEqualExtents(*this, head[d], tail[d], "dimension " + Twine(d) + " of the operands")))
      return failure();
  extents[extents.size() - 2] = head[head.size() - 2] + tail[tail.size() - 2];
  results.push_back(extents);
  return success();
}

LogicalResult ScatterAddOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                             SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  RankedTensorType base = typeOf(adaptor.getBase()), index = typeOf(adaptor.getIndex()),
                   rows = typeOf(adaptor.getRows());
  if (base.getElementType() != rows.getElementType()) // scatter_add_c1
    return error("expected one element type, got " + typeText(base) + " and " + typeText(rows));
  bool fits = sizesAgree(base.getDimSize(0), index.getDimSize(0)) &&
              sizesAgree(base.getDimSize(0), rows.getDimSize(0)) && sizesAgree(index.getDimSize(1), rows.getDimSize(1));
  if (!fits) // scatter_add_c2
    return error("expected a base [B, V] and as many indices [B, N] as numbers [B, N], got " + typeText(base) + ", " +
                 typeText(index) + " and " + typeText(rows));
  results.push_back(withoutLayout(base));
  return success();
}

LogicalResult ScatterAddOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  if (failed(requireEqualExtents(*this, operands[0][0], operands[1][0], "batch of base and index")) ||
      failed(requireEqualExtents(*this, operands[0][0], operands[2][0], "batch of base and numbers")) ||
      failed(requireEqualExtents(*this, operands[1][1], operands[2][1], "indices and numbers")))
    return failure();
  results.push_back(operands[0]);
  return success();
}

} // namespace mlir::attn
