// Types, extents and checks of weight, linear, split_heads, merge_heads, embed, positions.
#include "dialect/Verify.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

namespace mlir::attn {

/// `[0, 3]` after a weight's name.
static ParseResult parseSlice(OpAsmParser &parser, DenseI64ArrayAttr &slice) {
  SmallVector<int64_t> indices;
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::OptionalSquare,
                                     [&] { return parser.parseInteger(indices.emplace_back()); }))
    return failure();
  slice = parser.getBuilder().getDenseI64ArrayAttr(indices);
  return success();
}

static void printSlice(OpAsmPrinter &printer, WeightOp, DenseI64ArrayAttr slice) {
  if (!slice || slice.empty())
    return;
  printer << "[";
  llvm::interleaveComma(slice.asArrayRef(), printer);
  printer << "]";
}

LogicalResult WeightOp::verify() {
  if (getName().empty()) // weight_c1
    return emitOpError("expected a name");
  auto type = cast<RankedTensorType>(getResult().getType());
  if (!type.hasStaticShape()) // weight_c2
    return emitOpError("expected a static shape, got ") << type;
  if (llvm::any_of(getSlice(), [](int64_t index) { return index < 0; })) // weight_c3
    return emitOpError("expected slice indices that are not negative");
  return success();
}

LogicalResult WeightOp::inferExtents(ArrayRef<Extents>, SmallVectorImpl<Extents> &results) {
  Extents &extents = results.emplace_back();
  for (int64_t size : cast<RankedTensorType>(getResult().getType()).getShape())
    extents.push_back(getAffineConstantExpr(size, getContext()));
  return success();
}

LogicalResult LinearOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                         SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  auto input = cast<RankedTensorType>(adaptor.getInput().getType());
  auto weight = cast<RankedTensorType>(adaptor.getWeight().getType());
  if (input.getRank() < 1) // linear_c1
    return error("expected an input of rank 1 or more, got " + typeText(input));
  int64_t in = input.getShape().back();
  if (ShapedType::isDynamic(in) || !weight.hasStaticShape()) // linear_c2
    return error("expected static widths, got input " + typeText(input) + " and weight " + typeText(weight));
  if (weight.getDimSize(1) != in) // linear_c3
    return error("expected weight [out, in] with in = " + dimText(in) + " as the input's last dimension, got weight " +
                 typeText(weight) + (weight.getDimSize(0) == in ? "; is it transposed?" : ""));
  if (adaptor.getBias())
    if (auto bias = cast<RankedTensorType>(adaptor.getBias().getType());
        bias.getDimSize(0) != weight.getDimSize(0)) // linear_c4
      return error("expected bias of size " + dimText(weight.getDimSize(0)) + " as the weight's rows, got " +
                   typeText(bias));
  for (Value value : adaptor.getOperands())
    if (getElementTypeOrSelf(value) != input.getElementType()) // linear_c5
      return error("expected one element type, got " + typeText(input) + " and " + typeText(value.getType()));
  SmallVector<int64_t> shape(input.getShape());
  shape.back() = weight.getDimSize(0);
  results.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

LogicalResult LinearOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  Extents extents = operands[0];
  extents.back() = operands[1][0];
  results.push_back(extents);
  return success();
}

LogicalResult SplitHeadsOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                             SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  auto input = cast<RankedTensorType>(adaptor.getInput().getType());
  int64_t heads = adaptor.getHeads(), width = input.getDimSize(2);
  if (heads < 1) // split_heads_c1
    return error("expected a positive number of heads, got " + Twine(heads));
  if (ShapedType::isDynamic(width) || width % heads) // split_heads_c2
    return error("expected a width that " + Twine(heads) + " heads divide, got " + typeText(input));
  results.push_back(
      RankedTensorType::get({input.getDimSize(0), heads, input.getDimSize(1), width / heads}, input.getElementType()));
  return success();
}

LogicalResult SplitHeadsOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  auto type = cast<RankedTensorType>(getResult().getType());
  results.push_back({operands[0][0], getAffineConstantExpr(type.getDimSize(1), getContext()), operands[0][1],
                     getAffineConstantExpr(type.getDimSize(3), getContext())});
  return success();
}

LogicalResult MergeHeadsOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                             SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  auto input = cast<RankedTensorType>(adaptor.getInput().getType());
  if (input.isDynamicDim(1) || input.isDynamicDim(3)) // merge_heads_c1
    return error("expected static heads and width, got " + typeText(input));
  results.push_back(RankedTensorType::get(
      {input.getDimSize(0), input.getDimSize(2), input.getDimSize(1) * input.getDimSize(3)}, input.getElementType()));
  return success();
}

LogicalResult MergeHeadsOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  results.push_back({operands[0][0], operands[0][2], operands[0][1] * operands[0][3]});
  return success();
}

LogicalResult EmbedOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                        SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  auto table = cast<RankedTensorType>(adaptor.getTable().getType());
  if (!table.hasStaticShape()) // embed_c1
    return error("expected a table of static shape, got " + typeText(table));
  SmallVector<int64_t> shape(cast<RankedTensorType>(adaptor.getIds().getType()).getShape());
  shape.push_back(table.getDimSize(1));
  results.push_back(RankedTensorType::get(shape, table.getElementType()));
  return success();
}

LogicalResult EmbedOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  Extents extents = operands[1];
  extents.push_back(operands[0][1]);
  results.push_back(extents);
  return success();
}

LogicalResult PositionsOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor adaptor,
                                            SmallVectorImpl<Type> &results) {
  OpError error{location, getOperationName()};
  auto table = cast<RankedTensorType>(adaptor.getTable().getType());
  auto tokens = cast<RankedTensorType>(adaptor.getTokens().getType());
  if (!table.hasStaticShape()) // positions_c1
    return error("expected a table of static shape, got " + typeText(table));
  if (tokens.getRank() < 2) // positions_c2
    return error("expected tokens [B, N, ...], got " + typeText(tokens));
  int64_t length = tokens.getDimSize(1);
  if (!ShapedType::isDynamic(length) && length > table.getDimSize(0)) // positions_c3
    return error("expected at most " + Twine(table.getDimSize(0)) + " tokens, as the table has rows, got " +
                 typeText(tokens));
  results.push_back(RankedTensorType::get({length, table.getDimSize(1)}, table.getElementType()));
  return success();
}

LogicalResult PositionsOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  results.push_back({operands[1][1], operands[0][1]});
  return success();
}

} // namespace mlir::attn

using namespace mlir;
using namespace mlir::attn;

// The generated parsers and printers of all families; they call the custom directives declared below.
namespace mlir::attn {
ParseResult parseMask(OpAsmParser &parser, MaskAttr &mask, SmallVectorImpl<OpAsmParser::UnresolvedOperand> &operands);
void printMask(OpAsmPrinter &printer, Operation *op, MaskAttr mask, OperandRange operands);

/// A real number in text: `1.25e-1`, `8`, `-0.5`.
static ParseResult parseReal(OpAsmParser &parser, FloatAttr &attribute) {
  double value = 0;
  if (parser.parseFloat(value))
    return failure();
  attribute = parser.getBuilder().getF64FloatAttr(value);
  return success();
}

static void printReal(OpAsmPrinter &printer, Operation *, FloatAttr attribute) {
  printer.printFloat(attribute.getValue());
}
} // namespace mlir::attn

#define GET_OP_CLASSES
#include "dialect/AttnOps.cpp.inc"
