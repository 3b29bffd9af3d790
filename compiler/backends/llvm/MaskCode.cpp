// The arithmetic in which a mask is code for one query and lanes of keys.
#include "compiler/backends/llvm/MaskCode.h"
#include "compiler/backends/llvm/MaskLanes.h"
#include "dialect/MaskFormula.h"

namespace mlir::attn {
namespace {

/// MaskFormula for one query and a vector of keys.
class PlaceCode : public MaskLanes {
public:
  /// `keys` are the lanes of key, key + 1, ..., of which those in `inside` exist.
  PlaceCode(CodeBuilder &code, const MaskScope &scope, const MaskInputs &mask, Value query, Value key, Value keys,
            Value inside)
      : MaskLanes(code, scope, mask, query), firstKey(key), keyLanes(keys), inside(inside) {}

  Int head() { return {scope.head, true}; }
  Int key() { return {keyLanes, true}; }

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
        Value equal = compare(arith::CmpIPredicate::eq, number, block.value);
        found = found ? either(found, equal) : equal;
      }
    }
    return found ? both(exists, found) : compare(arith::CmpIPredicate::ne, exists, exists);
  }

  Bool predicate(ArrayRef<int64_t> captures) { return yielded(code.narrow(scope.head), keyLanes, captures); }

private:
  Value firstKey, keyLanes, inside;
};

} // namespace

Value visibleLanes(CodeBuilder &code, const MaskScope &scope, Value query, Value key) {
  Value keys = code.lanesFrom(key);
  Value inside = code.b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::slt, keys, code.lanes32(scope.keys));
  Value result = inside;
  for (const MaskInputs &mask : scope.masks) {
    PlaceCode place(code, scope, mask, query, key, keys, inside);
    result = place.both(result, MaskFormula(place).visible(MaskOp(mask.op).getMask()));
  }
  return result;
}

} // namespace mlir::attn
