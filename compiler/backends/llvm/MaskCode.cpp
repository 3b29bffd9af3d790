// The arithmetic in which a mask is code for one query and lanes of keys.
#include "compiler/backends/llvm/MaskCode.h"
#include "compiler/backends/llvm/Formula.h"
#include "dialect/MaskFormula.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace mlir::attn {
namespace {

Value compare(CodeBuilder &code, arith::CmpIPredicate predicate, Value x, Value y) {
  return code.b.createOrFold<arith::CmpIOp>(predicate, x, y);
}

/// MaskFormula for one query and a vector of keys. What is the same in all lanes stays a scalar of i64; lanes are i32.
class PlaceCode {
public:
  struct Int {
    Value value;
    bool fits; // a scalar that is known to fit in 32 bits
  };
  using Bool = Value; // i1 or lanes of it

  /// `keys` are the lanes of key, key + 1, ..., of which those in `inside` exist.
  PlaceCode(CodeBuilder &code, const MaskScope &scope, const MaskInputs &mask, Value query, Value key, Value keys,
            Value inside)
      : code(code), scope(scope), mask(mask), queryIndex(query), firstKey(key), keyLanes(keys), inside(inside) {}

  Int constant(int64_t value) { return {code.constant(value), llvm::isInt<32>(value)}; }
  Int queries() { return {scope.queries, true}; }
  Int keys() { return {scope.keys, true}; }
  Int batch() { return {scope.sample, true}; }
  Int head() { return {scope.head, true}; }
  Int query() { return {queryIndex, true}; }
  Int key() { return {keyLanes, true}; }
  Int diagonal(Alignment alignment) { return {code.add(queryIndex, diagonalOffset(code, scope, alignment)), true}; }
  Int add(Int x, Int y) { return {code.add(x.value, y.value), false}; }
  Int sub(Int x, Int y) { return {code.sub(x.value, y.value), false}; }
  Int floorDiv(Int x, int64_t by) {
    if (isLanes(x.value))
      return {arith::DivUIOp::create(code.b, x.value, lanesOf(by)), true};
    return {code.div(x.value, code.constant(by)), x.fits}; // an index: not negative
  }
  Int rem(Int x, int64_t by) {
    if (isLanes(x.value))
      return {arith::RemUIOp::create(code.b, x.value, lanesOf(by)), true};
    return {code.remFloor(x.value, by), true};
  }

  Bool less(Int x, Int y) { return compareBoth(arith::CmpIPredicate::slt, x, y); }
  Bool lessEq(Int x, Int y) { return compareBoth(arith::CmpIPredicate::sle, x, y); }
  Bool equal(Int x, Int y) { return compareBoth(arith::CmpIPredicate::eq, x, y); }
  Bool both(Bool x, Bool y) { return joined<arith::AndIOp>(x, y); }
  Bool either(Bool x, Bool y) { return joined<arith::OrIOp>(x, y); }
  Bool negate(Bool x) { return joined<arith::XOrIOp>(x, arith::ConstantIntOp::create(code.b, 1, 1)); }

  Int element(int64_t operand, ArrayRef<Int> place) {
    const CapturedTensor &tensor = mask.operands[operand];
    place = place.take_back(tensor.extents.size());
    Value offset = code.constant(0);
    bool varies = false;
    for (auto [size, extent, index] : llvm::zip(tensor.type.getShape(), tensor.extents, place)) {
      offset = code.mul(offset, extent);
      if (size == 1)
        continue;
      varies = isLanes(index.value); // only the last dimension is of keys
      offset = code.add(offset, varies ? firstKey : index.value);
    }
    bool bytes = tensor.type.getElementType().isInteger(1);
    Type type = bytes ? code.b.getI8Type() : code.i32();
    Value at = code.offset(type, tensor.pointer, offset);
    if (!varies)
      return {arith::ExtSIOp::create(code.b, code.i64(), code.load(type, at)), true};
    if (!bytes)
      return {code.loadIndices(at, inside), true};
    Value none = code.splat(arith::ConstantIntOp::create(code.b, 0, 8));
    Value loaded = LLVM::MaskedLoadOp::create(code.b, none.getType(), at, inside, none, /*alignment=*/1);
    return {arith::ExtSIOp::create(code.b, keyLanes.getType(), loaded), true};
  }

  Bool listed(int64_t operand, Int row, Int block) {
    const CapturedTensor &table = mask.operands[operand];
    int64_t columns = table.type.getDimSize(2);
    Value head = table.type.getDimSize(0) == 1 ? code.constant(0) : scope.head;
    Value line = code.mul(code.add(code.mul(head, table.extents[1]), row.value), columns);
    Value exists = code.less(row.value, table.extents[1]), found;
    for (int64_t first = 0; first < columns; first += code.lanes()) {
      // Nothing is read of a row that is not there; what stands for its numbers is told from a block by `exists`.
      Value count = code.select(exists, code.constant(columns - first), code.constant(0));
      Value numbers =
          code.loadIndices(code.offset(code.i32(), table.pointer, code.add(line, first)), code.maskBelow(count));
      for (int64_t at = 0; at < std::min(columns - first, code.lanes()); ++at) {
        Value number = code.splat(vector::ExtractOp::create(code.b, numbers, ArrayRef<int64_t>{at}));
        Value equal = compare(code, arith::CmpIPredicate::eq, number, block.value);
        found = found ? either(found, equal) : equal;
      }
    }
    return found ? both(exists, found) : compare(code, arith::CmpIPredicate::ne, exists, exists);
  }

  Bool edge(int64_t, int64_t) { llvm_unreachable("declined: its strategy is edges"); }

  Bool predicate(ArrayRef<int64_t> captures) {
    auto narrow = [&](Value x) -> Value { return arith::TruncIOp::create(code.b, code.b.getI32Type(), x); };
    auto tensors = llvm::map_to_vector(captures, [&](int64_t operand) { return mask.operands[operand]; });
    Region &region = MaskOp(mask.op).getPredicate();
    return buildFormula(code, region, {narrow(scope.sample), narrow(scope.head), narrow(queryIndex), keyLanes},
                        tensors);
  }

private:
  static bool isLanes(Value x) { return isa<VectorType>(x.getType()); }
  Value lanesOf(int64_t value) { return code.splat(arith::ConstantIntOp::create(code.b, value, 32)); }

  /// A scalar in every lane. One that may not fit is a bound of keys, of which none is the smallest or largest i32, so
  /// that a comparison may saturate.
  Value spread(Int x) {
    if (isLanes(x.value))
      return x.value;
    Value bounded = x.value;
    if (!x.fits)
      bounded = code.min(code.max(x.value, code.constant(INT32_MIN)), code.constant(INT32_MAX));
    return code.splat(arith::TruncIOp::create(code.b, code.b.getI32Type(), bounded));
  }

  Bool compareBoth(arith::CmpIPredicate predicate, Int x, Int y) {
    if (!isLanes(x.value) && !isLanes(y.value))
      return compare(code, predicate, x.value, y.value);
    return compare(code, predicate, spread(x), spread(y));
  }

  template <class Op>
  Bool joined(Bool x, Bool y) {
    if (isLanes(x) != isLanes(y))
      (isLanes(x) ? y : x) = code.splat(isLanes(x) ? y : x);
    return code.b.createOrFold<Op>(x, y);
  }

  CodeBuilder &code;
  const MaskScope &scope;
  const MaskInputs &mask;
  Value queryIndex, firstKey, keyLanes, inside;
};

} // namespace

Value visibleLanes(CodeBuilder &code, const MaskScope &scope, Value query, Value key) {
  Value keys = arith::AddIOp::create(code.b, code.lanes32(key), code.iota());
  Value inside = compare(code, arith::CmpIPredicate::slt, keys, code.lanes32(scope.keys)), result = inside;
  for (const MaskInputs &mask : scope.masks) {
    PlaceCode place(code, scope, mask, query, key, keys, inside);
    result = place.both(result, MaskFormula(place).visible(MaskOp(mask.op).getMask()));
  }
  return result;
}

} // namespace mlir::attn
