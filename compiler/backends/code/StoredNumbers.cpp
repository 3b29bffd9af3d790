// Loads and stores of bf16; see the header. The rounding is that of dialect/ReducedNumbers.h.
#include "compiler/backends/code/StoredNumbers.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace mlir::attn {

constexpr int64_t bf16Bytes = 2;

Precision storageOf(Type type) {
  LayoutAttr layout = getLayout(type);
  return layout && layout.getKind() == LayoutKind::RowMajor ? layout.getStorage() : Precision::Own;
}

/// `value` in the shape of `like`: a number, or all lanes.
static Value constantLike(CodeBuilder &code, Type like, int64_t value) {
  auto element = cast<IntegerType>(getElementTypeOrSelf(like));
  Attribute number = IntegerAttr::get(element, value);
  if (auto vector = dyn_cast<VectorType>(like))
    number = DenseElementsAttr::get(vector, number);
  return arith::ConstantOp::create(code.b, cast<TypedAttr>(number));
}

static Type withElement(Type like, Type element) {
  auto vector = dyn_cast<VectorType>(like);
  return vector ? Type(vector.clone(element)) : element;
}

/// bf16, as i16, to f32.
static Value widened(CodeBuilder &code, Value half) {
  Type word = withElement(half.getType(), code.b.getI32Type());
  Value bits = arith::ExtUIOp::create(code.b, word, half);
  bits = arith::ShLIOp::create(code.b, bits, constantLike(code, word, 16));
  return arith::BitcastOp::create(code.b, withElement(word, code.f32()), bits);
}

/// f32 to bf16, as i16.
static Value rounded(CodeBuilder &code, Value real) {
  Type word = withElement(real.getType(), code.b.getI32Type());
  Value bits = arith::BitcastOp::create(code.b, word, real);
  Value upper = arith::ShRUIOp::create(code.b, bits, constantLike(code, word, 16));
  Value odd = arith::AndIOp::create(code.b, upper, constantLike(code, word, 1));
  Value half = arith::AddIOp::create(code.b, odd, constantLike(code, word, 0x7fff));
  Value nearest = arith::AddIOp::create(code.b, bits, half);
  nearest = arith::ShRUIOp::create(code.b, nearest, constantLike(code, word, 16));
  Value quiet = arith::OrIOp::create(code.b, upper, constantLike(code, word, 0x40));
  Value isNan = arith::CmpFOp::create(code.b, arith::CmpFPredicate::UNO, real, real);
  return arith::TruncIOp::create(code.b, withElement(word, code.b.getI16Type()), code.select(isNan, quiet, nearest));
}

StoredNumbers StoredNumbers::at(CodeBuilder &code, Value elements) const {
  if (storage == Precision::Own)
    return {code.offset(pointer, elements), storage};
  return {code.offsetBytes(pointer, code.mul(elements, bf16Bytes)), storage};
}

Value StoredNumbers::load(CodeBuilder &code, Value mask) const {
  if (storage == Precision::Own)
    return code.loadVector(pointer, mask);
  auto halves = VectorType::get(code.lanes(), code.b.getI16Type());
  if (!mask)
    return widened(code, LLVM::LoadOp::create(code.b, halves, pointer, /*alignment=*/bf16Bytes));
  Value none = constantLike(code, halves, 0);
  return widened(code, LLVM::MaskedLoadOp::create(code.b, halves, pointer, mask, none, /*alignment=*/bf16Bytes));
}

Value StoredNumbers::loadOne(CodeBuilder &code) const {
  if (storage == Precision::Own)
    return code.load(code.f32(), pointer);
  return widened(code, LLVM::LoadOp::create(code.b, code.b.getI16Type(), pointer, /*alignment=*/bf16Bytes));
}

void StoredNumbers::store(CodeBuilder &code, Value vector, Value mask) const {
  if (storage == Precision::Own)
    return code.storeVector(vector, pointer, mask);
  if (mask)
    LLVM::MaskedStoreOp::create(code.b, rounded(code, vector), pointer, mask, /*alignment=*/bf16Bytes);
  else
    LLVM::StoreOp::create(code.b, rounded(code, vector), pointer, /*alignment=*/bf16Bytes);
}

} // namespace mlir::attn
