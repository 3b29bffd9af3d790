// The mask op, and what it and the attention shorthand demand of the operands that a mask names.
#include "dialect/MaskOperands.h"
#include "mlir/IR/OpImplementation.h"

namespace mlir::attn {

// `where causal(top_left) and lengths(%n)`: the operands stand inside the expression.
ParseResult parseMask(OpAsmParser &parser, MaskAttr &mask, SmallVectorImpl<OpAsmParser::UnresolvedOperand> &operands) {
  auto operand = [&](int64_t &index) -> OptionalParseResult {
    OpAsmParser::UnresolvedOperand value;
    OptionalParseResult parsed = parser.parseOptionalOperand(value);
    if (!parsed.has_value() || failed(*parsed))
      return parsed;
    auto known = llvm::find_if(operands, [&](const OpAsmParser::UnresolvedOperand &other) {
      return other.name == value.name && other.number == value.number;
    });
    index = known - operands.begin();
    if (known == operands.end())
      operands.push_back(value);
    return parsed;
  };
  FailureOr<MaskAttr> parsed = parseMask(static_cast<AsmParser &>(parser), operand);
  if (failed(parsed))
    return failure();
  mask = *parsed;
  return success();
}

void printMask(OpAsmPrinter &printer, Operation *, MaskAttr mask, OperandRange operands) {
  printMask(printer.getStream(), mask, [&](int64_t index) { printer << operands[index]; });
}

/// Whether the last dimensions of a map are those of a dense mask, where these are not 1.
static bool broadcasts(RankedTensorType dense, ArrayRef<int64_t> map) {
  if (dense.getRank() > static_cast<int64_t>(map.size()))
    return false;
  return llvm::all_of(llvm::zip(llvm::reverse(dense.getShape()), llvm::reverse(map)), [](auto sizes) {
    return std::get<0>(sizes) == 1 || sizesAgree(std::get<0>(sizes), std::get<1>(sizes));
  });
}

static LogicalResult checkOperand(OpError error, MaskAttr mask, unsigned position, RankedTensorType type,
                                  ArrayRef<int64_t> map) {
  Type index = IntegerType::get(type.getContext(), 32);
  if (mask.getKind() == MaskKind::Dense) {
    bool known = type.getElementType() == index || type.getElementType().isInteger(1);
    if (!known || !broadcasts(type, map)) // mask_c4
      return error("expected a dense mask of i1 or i32 that broadcasts to the map " +
                   typeText(RankedTensorType::get(map, type.getElementType())) + ", got " + typeText(type));
    return success();
  }
  if (mask.getKind() == MaskKind::Listed) {
    bool fits = type.getElementType() == index && type.getRank() == 3 &&
                (type.getDimSize(0) == 1 || (sizesAgree(type.getDimSize(0), map[1]) && !type.isDynamicDim(0)));
    if (!fits || type.isDynamicDim(2)) // mask_c8
      return error("expected a table [H, P, R] of i32 for listed, with " + dimText(map[1]) +
                   " heads or 1 and a static R, got " + typeText(type));
    return success();
  }
  if (mask.getKind() == MaskKind::Graph) {
    bool fits = type.getElementType() == index && type.getRank() == 1 &&
                (position == 1 || type.isDynamicDim(0) || sizesAgree(type.getDimSize(0) - 1, map[2]));
    if (!fits) // mask_c9
      return error("expected graph(rowptr, col) of row pointers [N + 1] and columns [E] of i32 for " + dimText(map[2]) +
                   " nodes, got " + typeText(type));
    return success();
  }
  SmallVector<int64_t> shape;
  for (int64_t dim : maskOperandDims(mask, position))
    shape.push_back(map[dim]);
  bool fits = type.getElementType() == index && type.getRank() == static_cast<int64_t>(shape.size()) &&
              llvm::equal(type.getShape(), shape, sizesAgree);
  if (mask.getKind() != MaskKind::Predicate && !fits) // mask_c2
    return error("expected " + stringifyMaskKind(mask.getKind()) + " of type " +
                 typeText(RankedTensorType::get(shape, index)) + ", got " + typeText(type));
  return success();
}

LogicalResult checkMask(OpError error, MaskAttr mask, ValueRange operands, ArrayRef<int64_t> map) {
  if (maskOperandCount(mask) != static_cast<int64_t>(operands.size())) // mask_c1
    return error("expected " + Twine(maskOperandCount(mask)) + " mask operands, got " + Twine(operands.size()));
  LogicalResult result = success();
  auto check = [&](MaskAttr node) -> LogicalResult {
    for (auto [position, operand] : llvm::enumerate(node.getOperands()))
      if (failed(checkOperand(error, node, position, cast<RankedTensorType>(operands[operand].getType()), map)))
        return failure();
    if (isOverOneSequence(node) && !sizesAgree(map[2], map[3])) // mask_c3
      return error("expected as many keys as queries for " + stringifyMaskKind(node.getKind()) + ", got " +
                   dimText(map[3]) + " and " + dimText(map[2]));
    std::optional<int64_t> pixels = maskPixels(node);
    if (pixels && (map[2] != *pixels || map[3] != *pixels)) // mask_c5
      return error("expected " + Twine(*pixels) + " queries and keys, the pixels of " +
                   stringifyMaskKind(node.getKind()) + ", got " + dimText(map[2]) + " and " + dimText(map[3]));
    return success();
  };
  forEachMask(mask, [&](MaskAttr node) { result = failed(result) ? result : check(node); });
  return result;
}

LogicalResult checkMaskExtents(Operation *op, MaskAttr mask, ArrayRef<Extents> operands, const Extents &map) {
  LogicalResult result = success();
  auto equal = [&](AffineExpr x, AffineExpr y, const Twine &what) {
    if (succeeded(result))
      result = requireEqualExtents(op, x, y, what);
  };
  forEachMask(mask, [&](MaskAttr node) {
    std::string name = stringifyMaskKind(node.getKind()).str();
    for (auto [position, operand] : llvm::enumerate(node.getOperands()))
      for (auto [at, dim] : llvm::enumerate(maskOperandDims(node, position)))
        equal(map[dim], operands[operand][at], (dim == 0 ? "batch of scores and " : "tokens of scores and ") + name);
    if (node.getKind() == MaskKind::Graph)
      equal(map[2] + 1, operands[node.getOperands()[0]][0], "nodes and row pointers of graph");
    if (isOverOneSequence(node))
      equal(map[2], map[3], "queries and keys of " + name);
    if (node.getKind() != MaskKind::Dense)
      return;
    const Extents &dense = operands[node.getOperands()[0]];
    for (auto [x, y] : llvm::zip(llvm::reverse(dense), llvm::reverse(map)))
      if (auto constant = dyn_cast<AffineConstantExpr>(x); !constant || constant.getValue() != 1)
        equal(x, y, "dimensions of scores and dense");
  });
  return result;
}

LogicalResult MaskOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                       SmallVectorImpl<Type> &results) {
  auto scores = cast<RankedTensorType>(adaptor.getScores().getType());
  if (failed(
          checkMask({location, getOperationName()}, adaptor.getMask(), adaptor.getMaskOperands(), scores.getShape())))
    return failure();
  results.push_back(withoutLayout(scores));
  return success();
}

LogicalResult MaskOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  results.push_back(operands[0]);
  return checkMaskExtents(*this, getMask(), operands.drop_front(), operands[0]);
}

LogicalResult MaskOp::verifyRegions() {
  int count = 0;
  forEachMask(getMask(), [&](MaskAttr node) { count += node.getKind() == MaskKind::Predicate; });
  if (count > 1 || (count == 1) == getPredicate().empty()) // mask_c6
    return emitOpError("expected one region for one predicate, got ")
           << (getPredicate().empty() ? 0 : 1) << " for " << count;
  if (count == 0)
    return success();
  SmallVector<Type> arguments(4, IndexType::get(getContext())); // mask_c7
  for (int64_t operand : findPredicate(getMask()).getOperands())
    arguments.push_back(getMaskOperands()[operand].getType());
  return verifyFormula(*this, getPredicate(), arguments, IntegerType::get(getContext(), 1));
}

} // namespace mlir::attn
