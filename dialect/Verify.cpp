// Checks that op families share.
#include "dialect/Verify.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace mlir::attn {

LogicalResult OpError::operator()(const Twine &message) const {
  if (location)
    mlir::emitError(*location) << "'" << op << "' op " << message;
  return failure();
}

std::string dimText(int64_t size) { return ShapedType::isDynamic(size) ? "?" : std::to_string(size); }

std::string typeText(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

bool sizesAgree(int64_t a, int64_t b) { return ShapedType::isDynamic(a) || ShapedType::isDynamic(b) || a == b; }

int64_t meetSize(int64_t a, int64_t b) { return ShapedType::isDynamic(a) ? b : a; }

FailureOr<SmallVector<int64_t>> broadcastShapes(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  if (a.size() < b.size())
    std::swap(a, b);
  SmallVector<int64_t> result(a);
  size_t offset = a.size() - b.size();
  for (auto [i, size] : llvm::enumerate(b)) {
    int64_t &out = result[offset + i];
    if (out == 1)
      out = size;
    else if (size != 1 && !sizesAgree(out, size))
      return failure();
    else if (size != 1)
      out = meetSize(out, size);
  }
  return result;
}

/// Ops that may stand in a formula: scalar arithmetic without side effects, and reads of captured tensors.
static bool isFormulaOp(Operation &op) {
  return isa<tensor::ExtractOp, tensor::DimOp, YieldOp>(op) ||
         isa<arith::ArithDialect, math::MathDialect>(op.getDialect());
}

static bool isDimension(tensor::DimOp dim) {
  std::optional<int64_t> index = dim.getConstantIndex();
  auto type = dyn_cast<RankedTensorType>(dim.getSource().getType());
  return index && type && *index >= 0 && *index < type.getRank();
}

LogicalResult verifyFormula(Operation *op, Region &region, ArrayRef<Type> arguments, TypeRange results) {
  Block &block = region.front();
  if (block.getArgumentTypes() != TypeRange(arguments)) {
    InFlightDiagnostic error = op->emitOpError("expected a formula with arguments (");
    llvm::interleaveComma(arguments, error);
    error << "), got (";
    llvm::interleaveComma(block.getArgumentTypes(), error);
    return error << ")";
  }
  for (Operation &inner : block) {
    if (!isFormulaOp(inner)) {
      InFlightDiagnostic error =
          op->emitOpError("expected only arith, math, tensor.extract and tensor.dim ops in a formula");
      error.attachNote(inner.getLoc()) << "found '" << inner.getName() << "' here";
      return error;
    }
    if (auto constant = dyn_cast<arith::ConstantIndexOp>(inner); constant && !llvm::isInt<32>(constant.value()))
      return op->emitOpError("expected indices of 32 bits in a formula, got ") << constant.value();
    if (auto dim = dyn_cast<tensor::DimOp>(inner); dim && !isDimension(dim))
      return op->emitOpError("expected tensor.dim of a constant dimension of a captured tensor in a formula");
    for (Value value : inner.getResults())
      if (!value.getType().isIntOrIndexOrFloat())
        return op->emitOpError("expected scalars in a formula, got ") << value.getType();
    for (Value value : inner.getOperands()) // the yielded ones too
      if (value.getParentBlock() != &block)
        return op->emitOpError("formula uses a value from outside; pass it as an operand or a capture");
  }
  Operation *terminator = block.getTerminator();
  if (terminator->getOperandTypes() == results)
    return success();
  InFlightDiagnostic error = op->emitOpError("expected the formula to yield ");
  if (results.size() == 1)
    return error << "one " << results[0];
  return error << results.size() << " numbers of " << results[0];
}

LogicalResult requireEqualExtents(Operation *op, AffineExpr a, AffineExpr b, const Twine &what) {
  if (a == b)
    return success();
  return op->emitOpError() << what << " are not known to be equal; give the dimensions one name in attn.dims";
}

LayoutAttr getLayout(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor ? dyn_cast_or_null<LayoutAttr>(tensor.getEncoding()) : LayoutAttr();
}

RankedTensorType withoutLayout(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return RankedTensorType::get(tensor.getShape(), tensor.getElementType());
}

KeyShape::KeyShape(Type type) {
  ArrayRef<int64_t> shape = cast<RankedTensorType>(type).getShape();
  perSample = shape.size() == 4;
  batch = perSample ? shape[0] : ShapedType::kDynamic;
  heads = shape.size() == 2 ? 1 : shape[shape.size() - 3];
  length = shape[shape.size() - 2];
  width = shape.back();
}

AffineExpr batchOfKeys(ArrayRef<AffineExpr> extents) { return extents.size() == 4 ? extents[0] : AffineExpr(); }
AffineExpr lengthOfKeys(ArrayRef<AffineExpr> extents) { return extents[extents.size() - 2]; }

} // namespace mlir::attn
