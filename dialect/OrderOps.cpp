// Types, extents and checks of bucket, sort, invert, wrap, gather, scatter, merge_parts, and of rows by blocks.
#include "dialect/Verify.h"

namespace mlir::attn {

/// Heads that several of another tensor stand for: both are known and one is a multiple of the other.
static bool groups(int64_t many, int64_t few) {
  return !ShapedType::isDynamic(many) && !ShapedType::isDynamic(few) && few > 0 && many % few == 0;
}

/// A number that counts something: 1 or more, below 2^31.
static bool isCount(int64_t value) { return value >= 1 && value < int64_t(1) << 31; }

static AffineExpr constantExtent(Operation *op, int64_t size) { return getAffineConstantExpr(size, op->getContext()); }

LogicalResult BucketOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  RankedTensorType input = typeOf(adaptor.getInput()), rotations = typeOf(adaptor.getRotations());
  if (input.getElementType() != rotations.getElementType()) // bucket_c1
    return error("expected one element type, got input " + typeText(input) + " and rotations " + typeText(rotations));
  if (!rotations.hasStaticShape() || llvm::is_contained(rotations.getShape(), 0)) // bucket_c2
    return error("expected rotations of a static shape without 0, got " + typeText(rotations));
  if (rotations.getDimSize(0) != input.getDimSize(1) || rotations.getDimSize(1) != input.getDimSize(3)) // bucket_c3
    return error("expected rotations [H, D, rounds, F] with the heads and width of the input " + typeText(input) +
                 ", got " + typeText(rotations));
  if (Value lengths = adaptor.getLengths())
    if (!sizesAgree(typeOf(lengths).getDimSize(0), input.getDimSize(0))) // bucket_c4
      return error("expected one length a sample, got " + typeText(lengths.getType()) + " for " + typeText(input));
  results.push_back(
      RankedTensorType::get({input.getDimSize(0), input.getDimSize(1) * rotations.getDimSize(2), input.getDimSize(2)},
                            IntegerType::get(context, 32)));
  return success();
}

LogicalResult BucketOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  if (getLengths() && failed(requireEqualExtents(*this, operands[0][0], operands[2][0], "batch of input and lengths")))
    return failure();
  results.push_back({operands[0][0], operands[0][1] * operands[1][2], operands[0][2]});
  return success();
}

LogicalResult SortOp::inferReturnTypes(MLIRContext *, std::optional<Location>, Adaptor adaptor,
                                       SmallVectorImpl<Type> &results) {
  results.push_back(adaptor.getIds().getType());
  return success();
}

LogicalResult SortOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  results.push_back(operands[0]);
  return success();
}

LogicalResult InvertOp::inferReturnTypes(MLIRContext *, std::optional<Location>, Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  results.push_back(adaptor.getOrder().getType());
  return success();
}

LogicalResult InvertOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  results.push_back(operands[0]);
  return success();
}

LogicalResult WrapOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                       SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  RankedTensorType lists = typeOf(adaptor.getLists());
  int64_t rounds = adaptor.getRounds(), chunk = adaptor.getChunk(), before = adaptor.getBefore(),
          after = adaptor.getAfter();
  if (!isCount(rounds) || !groups(lists.getDimSize(1), rounds)) // wrap_c1
    return error("expected a static number of lists that " + Twine(rounds) + " rounds divide, got " + typeText(lists));
  constexpr int64_t most = int64_t(1) << 20; // far from what would overflow
  if (!isCount(chunk) || before < 0 || after < 0 || chunk > most || before > most || after > most) // wrap_c2
    return error("expected a chunk of 1 to 2^20 and 0 to 2^20 chunks before and after, got " + Twine(chunk) + ", " +
                 Twine(before) + " and " + Twine(after));
  int64_t length = lists.getDimSize(2);
  if (!ShapedType::isDynamic(length) && length % chunk) // wrap_c3
    return error("expected lists of a multiple of " + Twine(chunk) + ", got " + typeText(lists));
  SmallVector<int64_t> shape(lists.getShape());
  if (!ShapedType::isDynamic(length))
    shape[2] = length + (before + after) * chunk;
  results.push_back(RankedTensorType::get(shape, lists.getElementType()));
  return success();
}

LogicalResult WrapOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  int64_t more = static_cast<int64_t>(getBefore() + getAfter()) * static_cast<int64_t>(getChunk());
  results.push_back({operands[0][0], operands[0][1], operands[0][2] + more});
  return success();
}

LogicalResult GatherOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  RankedTensorType input = typeOf(adaptor.getInput()), index = typeOf(adaptor.getIndex());
  if (!sizesAgree(input.getDimSize(0), index.getDimSize(0))) // gather_c1
    return error("expected input and index of one batch, got " + typeText(input) + " and " + typeText(index));
  if (!groups(index.getDimSize(1), input.getDimSize(1))) // gather_c2
    return error("expected an index for a multiple of the input's heads, got " + typeText(index) + " for " +
                 typeText(input));
  SmallVector<int64_t> shape{meetSize(input.getDimSize(0), index.getDimSize(0)), index.getDimSize(1),
                             index.getDimSize(2)};
  if (input.getRank() == 4)
    shape.push_back(input.getDimSize(3));
  results.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

LogicalResult GatherOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  if (failed(requireEqualExtents(*this, operands[0][0], operands[1][0], "batch of input and index")))
    return failure();
  Extents &extents = results.emplace_back(operands[1]);
  if (operands[0].size() == 4)
    extents.push_back(operands[0][3]);
  return success();
}

LogicalResult ScatterOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                          SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  RankedTensorType base = typeOf(adaptor.getBase()), index = typeOf(adaptor.getIndex()),
                   rows = typeOf(adaptor.getRows());
  if (base.getElementType() != rows.getElementType()) // scatter_c1
    return error("expected one element type, got base " + typeText(base) + " and rows " + typeText(rows));
  if (!sizesAgree(base.getDimSize(0), index.getDimSize(0)) || !sizesAgree(base.getDimSize(0), rows.getDimSize(0)))
    return error("expected base, index and rows of one batch, got " + typeText(base) + ", " + typeText(index) +
                 " and " + typeText(rows));                                                         // scatter_c2
  if (!groups(base.getDimSize(1), index.getDimSize(1)) || rows.getDimSize(1) != base.getDimSize(1)) // scatter_c3
    return error("expected rows for each head and heads a multiple of the index's, got base " + typeText(base) +
                 ", index " + typeText(index) + " and rows " + typeText(rows));
  if (base.isDynamicDim(3) || rows.getDimSize(3) != base.getDimSize(3)) // scatter_c4
    return error("expected rows of the base's width, got " + typeText(rows) + " for " + typeText(base));
  if (!sizesAgree(rows.getDimSize(2), index.getDimSize(2))) // scatter_c5
    return error("expected as many rows as indices, got " + typeText(rows) + " and " + typeText(index));
  results.push_back(withoutLayout(base));
  return success();
}

LogicalResult ScatterOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  const Extents &base = operands[0], &index = operands[1], &rows = operands[2];
  if (failed(requireEqualExtents(*this, base[0], index[0], "batch of base and index")) ||
      failed(requireEqualExtents(*this, base[0], rows[0], "batch of base and rows")) ||
      failed(requireEqualExtents(*this, rows[2], index[2], "number of rows and indices")))
    return failure();
  results.push_back(base);
  return success();
}

LogicalResult MergePartsOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                             SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  RankedTensorType outputs = typeOf(adaptor.getOutputs()), logarithms = typeOf(adaptor.getLogarithms());
  int64_t parts = adaptor.getParts();
  if (!isCount(parts) || !groups(outputs.getDimSize(1), parts) || outputs.isDynamicDim(3)) // merge_parts_c1
    return error("expected outputs of static width and heads that " + Twine(parts) + " parts divide, got " +
                 typeText(outputs));
  if (outputs.getElementType() != logarithms.getElementType() ||
      !llvm::equal(logarithms.getShape(), outputs.getShape().drop_back(), sizesAgree)) // merge_parts_c2
    return error("expected one logarithm for each row of " + typeText(outputs) + ", got " + typeText(logarithms));
  SmallVector<int64_t> shape(outputs.getShape());
  shape[1] /= parts;
  results.push_back(RankedTensorType::get(shape, outputs.getElementType()));
  return success();
}

LogicalResult MergePartsOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  for (int64_t d : {0, 1, 2})
    if (failed(requireEqualExtents(*this, operands[0][d], operands[1][d], "rows of outputs and logarithms")))
      return failure();
  Extents &extents = results.emplace_back(operands[0]);
  extents[1] = constantExtent(*this, getType().getDimSize(1));
  return success();
}

/// The shape with one row for each block of `size`; fails where a static number of rows is no multiple of it.
static FailureOr<SmallVector<int64_t>> blockedShape(OpError error, RankedTensorType input, int64_t size) {
  SmallVector<int64_t> shape(input.getShape());
  int64_t &rows = shape[shape.size() - 2];
  if (!isCount(size) || (!ShapedType::isDynamic(rows) && rows % size)) // group_rows_c1 block_sum_c1
    return error("expected a number of rows that " + Twine(size) + " divides, got " + typeText(input));
  if (ShapedType::isDynamic(shape.back()) || shape.back() >= (int64_t(1) << 31) / size) // group_rows_c2 block_sum_c2
    return error("expected a static width, below 2^31 in a block, got " + typeText(input));
  rows = ShapedType::isDynamic(rows) ? rows : rows / size;
  return shape;
}

LogicalResult GroupRowsOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  RankedTensorType input = typeOf(adaptor.getInput());
  auto shape = blockedShape({location, getOperationName()}, input, adaptor.getSize());
  if (failed(shape))
    return failure();
  shape->back() *= adaptor.getSize();
  results.push_back(RankedTensorType::get(*shape, input.getElementType()));
  return success();
}

LogicalResult GroupRowsOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  Extents &extents = results.emplace_back(operands[0]);
  extents[extents.size() - 2] = extents[extents.size() - 2].floorDiv(getSize());
  extents.back() = extents.back() * getSize();
  return success();
}

LogicalResult BlockSumOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                           SmallVectorImpl<Type> &results) {
  RankedTensorType input = typeOf(adaptor.getInput());
  auto shape = blockedShape({location, getOperationName()}, input, adaptor.getSize());
  if (failed(shape))
    return failure();
  results.push_back(RankedTensorType::get(*shape, input.getElementType()));
  return success();
}

LogicalResult BlockSumOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  Extents &extents = results.emplace_back(operands[0]);
  extents[extents.size() - 2] = extents[extents.size() - 2].floorDiv(getSize());
  return success();
}

LogicalResult UngroupRowsOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                              SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  RankedTensorType input = typeOf(adaptor.getInput());
  int64_t size = adaptor.getSize();
  SmallVector<int64_t> shape(input.getShape());
  int64_t &rows = shape[shape.size() - 2];
  if (!isCount(size) || ShapedType::isDynamic(shape.back()) || shape.back() % size) // ungroup_rows_c1
    return error("expected a static width that " + Twine(size) + " divides, got " + typeText(input));
  rows = ShapedType::isDynamic(rows) ? rows : rows * size;
  shape.back() /= size;
  results.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

/// `rows * size`, where blocks of `by` rows are x / by of x, which is a multiple of it in every call.
static AffineExpr ungrouped(AffineExpr rows, int64_t size) {
  auto quotient = dyn_cast<AffineBinaryOpExpr>(rows);
  if (!quotient || rows.getKind() != AffineExprKind::FloorDiv)
    return rows * size;
  auto by = dyn_cast<AffineConstantExpr>(quotient.getRHS());
  return by && size % by.getValue() == 0 ? quotient.getLHS() * (size / by.getValue()) : rows * size;
}

LogicalResult UngroupRowsOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  Extents &extents = results.emplace_back(operands[0]);
  extents[extents.size() - 2] = ungrouped(extents[extents.size() - 2], getSize());
  extents.back() = constantExtent(*this, getType().getShape().back());
  return success();
}

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  RankedTensorType lhs = typeOf(adaptor.getLhs()), rhs = typeOf(adaptor.getRhs());
  if (lhs.getElementType() != rhs.getElementType() || lhs.getRank() != rhs.getRank() || lhs.getRank() < 1 ||
      !llvm::equal(lhs.getShape().drop_back(), rhs.getShape().drop_back(), sizesAgree)) // concat_c1
    return error("expected tensors that differ in their last dimension alone, got " + typeText(lhs) + " and " +
                 typeText(rhs));
  if (ShapedType::isDynamic(lhs.getShape().back()) || ShapedType::isDynamic(rhs.getShape().back())) // concat_c2
    return error("expected static widths, got " + typeText(lhs) + " and " + typeText(rhs));
  SmallVector<int64_t> shape;
  for (auto [x, y] : llvm::zip(lhs.getShape(), rhs.getShape()))
    shape.push_back(meetSize(x, y));
  shape.back() = lhs.getShape().back() + rhs.getShape().back();
  results.push_back(RankedTensorType::get(shape, lhs.getElementType()));
  return success();
}

LogicalResult ConcatOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  for (auto [x, y] : llvm::zip(ArrayRef<AffineExpr>(operands[0]).drop_back(), operands[1]))
    if (failed(requireEqualExtents(*this, x, y, "rows of lhs and rhs")))
      return failure();
  Extents &extents = results.emplace_back(operands[0]);
  extents.back() = constantExtent(*this, getType().getShape().back());
  return success();
}

} // namespace mlir::attn
