// Loads and stores of numbers; see the header. The rounding is that of dialect/ReducedNumbers.h.
#include "compiler/backends/code/StoredNumbers.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace mlir::attn {

Precision storageOf(Type type) {
  LayoutAttr layout = getLayout(type);
  return layout && layout.getKind() == LayoutKind::RowMajor ? layout.getStorage() : Precision::Own;
}

/// The elements in memory; bf16 as i16.
static Type storedElement(CodeBuilder &code, const StoredNumbers &numbers) {
  return numbers.isWhole                      ? code.i32()
         : numbers.storage == Precision::F32  ? code.b.getF32Type()
         : numbers.storage == Precision::Bf16 ? Type(code.b.getI16Type())
                                              : code.number();
}

int64_t StoredNumbers::bytes(CodeBuilder &code) const { return storedElement(code, *this).getIntOrFloatBitWidth() / 8; }

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
  return arith::BitcastOp::create(code.b, withElement(word, code.b.getF32Type()), bits);
}

/// f32 to bf16, as i16: the upper halves of rounded words. Taken by a shuffle: of a truncation LLVM 22 makes a masked
/// store of truncated words, and of that, where one lane is known to be on, a store of the whole word.
static Value rounded(CodeBuilder &code, Value reals) {
  auto word = VectorType::get(code.lanes(), code.b.getI32Type()),
       halves = VectorType::get(2 * code.lanes(), code.b.getI16Type());
  Value bits = arith::BitcastOp::create(code.b, word, reals);
  Value upper = arith::ShRUIOp::create(code.b, bits, constantLike(code, word, 16));
  Value odd = arith::AndIOp::create(code.b, upper, constantLike(code, word, 1));
  Value half = arith::AddIOp::create(code.b, odd, constantLike(code, word, 0x7fff));
  Value nearest = arith::AddIOp::create(code.b, bits, half);
  Value quiet = arith::OrIOp::create(code.b, bits, constantLike(code, word, 0x400000));
  Value isNan = arith::CmpFOp::create(code.b, arith::CmpFPredicate::UNO, reals, reals);
  Value pairs = vector::BitCastOp::create(code.b, halves, code.select(isNan, quiet, nearest));
  SmallVector<int64_t> uppers;
  for (int64_t lane = 0; lane < code.lanes(); ++lane)
    uppers.push_back(2 * lane + 1);
  return vector::ShuffleOp::create(code.b, pairs, pairs, uppers);
}

StoredNumbers StoredNumbers::at(CodeBuilder &code, Value elements) const {
  return {code.offset(storedElement(code, *this), pointer, elements), storage, isWhole};
}

/// Stored f32 or bf16, the latter as i16, as what code computes in.
static Value asNumbers(CodeBuilder &code, Value stored, Precision storage) {
  if (storage == Precision::Own)
    return stored;
  if (storage == Precision::Bf16)
    return widened(code, stored);
  return arith::ExtFOp::create(code.b, withElement(stored.getType(), code.number()), stored);
}

Value StoredNumbers::load(CodeBuilder &code, Value mask) const {
  Type element = storedElement(code, *this);
  auto type = VectorType::get(code.lanes(), element);
  int64_t bytes = element.getIntOrFloatBitWidth() / 8;
  if (!mask)
    return asNumbers(code, LLVM::LoadOp::create(code.b, type, pointer, bytes), storage);
  Value none = arith::ConstantOp::create(code.b, code.b.getZeroAttr(type));
  return asNumbers(code, LLVM::MaskedLoadOp::create(code.b, type, pointer, mask, none, bytes), storage);
}

Value StoredNumbers::loadOne(CodeBuilder &code) const {
  Type element = storedElement(code, *this);
  int64_t bytes = element.getIntOrFloatBitWidth() / 8;
  return asNumbers(code, LLVM::LoadOp::create(code.b, element, pointer, bytes), storage);
}

void StoredNumbers::store(CodeBuilder &code, Value vector, Value mask) const {
  Type element = storedElement(code, *this);
  Value stored = vector;
  if (storage == Precision::Bf16)
    stored = rounded(code, vector);
  else if (storage == Precision::F32)
    stored = arith::TruncFOp::create(code.b, withElement(vector.getType(), element), vector);
  int64_t bytes = element.getIntOrFloatBitWidth() / 8;
  if (mask)
    LLVM::MaskedStoreOp::create(code.b, stored, pointer, mask, bytes);
  else
    LLVM::StoreOp::create(code.b, stored, pointer, bytes);
}

} // namespace mlir::attn
