// What masks beside the graph say of an edge, for the heads and columns that a vector of a row has.
#include "compiler/backends/llvm/EdgesKernel.h"
#include "compiler/backends/llvm/MaskLanes.h"
#include "dialect/MaskFormula.h"

namespace mlir::attn {
namespace {

/// MaskFormula for one query and lanes that have a head and a key each.
class EdgeCode : public MaskLanes {
public:
  /// `heads` and `columns` are i32, of all lanes or lane by lane. Lanes that exist have heads and keys of the map.
  EdgeCode(CodeBuilder &code, const MaskScope &scope, const MaskInputs &mask, Value query, Value heads, Value columns)
      : MaskLanes(code, scope, mask, query), heads(heads), columns(columns) {}

  Int head() { return wide(heads); }
  Int key() { return wide(columns); }

  Int element(int64_t operand, ArrayRef<Int> place) {
    const CapturedTensor &tensor = mask.operands[operand];
    place = place.take_back(tensor.extents.size());
    bool varies = false;
    for (auto [size, index] : llvm::zip(tensor.type.getShape(), place))
      varies |= size != 1 && isLanes(index.value);
    if (!varies)
      return {elementAt(tensor, place, 0), true};
    Value elements = lanesOf(0);
    for (int64_t lane = 0; lane < code.lanes(); ++lane)
      elements = vector::InsertOp::create(code.b, code.narrow(elementAt(tensor, place, lane)), elements, lane);
    return {elements, true};
  }

  Bool listed(int64_t operand, Int row, Int block) {
    const CapturedTensor &table = mask.operands[operand];
    Value exists = code.less(row.value, table.extents[1]), none = arith::ConstantIntOp::create(code.b, 0, 1);
    Int first{code.select(exists, row.value, code.constant(0)), true}; // a table has a row
    Value found = code.reduce(code.constant(0), code.constant(table.type.getDimSize(2)), 1, code.splat(none),
                              [&](Value column, ValueRange state) {
                                Int number = element(operand, {head(), first, {column, true}});
                                return SmallVector<Value>{either(state[0], equal(number, block))};
                              })[0];
    return both(exists, found);
  }

  Bool predicate(ArrayRef<int64_t> captures) { return yielded(heads, columns, captures); }

private:
  Int wide(Value x) { return {isLanes(x) ? x : arith::ExtSIOp::create(code.b, code.i64(), x).getResult(), true}; }

  /// The element for one lane, in i64. Of lanes that are not there, it is some other lane's.
  Value elementAt(const CapturedTensor &tensor, ArrayRef<Int> place, int64_t lane) {
    Value offset = code.constant(0);
    for (auto [size, extent, index] : llvm::zip(tensor.type.getShape(), tensor.extents, place)) {
      offset = code.mul(offset, extent);
      if (size == 1)
        continue;
      Value at = index.value;
      if (isLanes(at)) {
        at = arith::ExtSIOp::create(code.b, code.i64(), vector::ExtractOp::create(code.b, at, lane));
        at = code.min(at, code.sub(extent, code.constant(1)));
      }
      offset = code.add(offset, at);
    }
    Type type = code.stored(tensor.type.getElementType());
    return arith::ExtSIOp::create(code.b, code.i64(), code.load(type, code.offset(type, tensor.pointer, offset)));
  }

  Value heads, columns;
};

} // namespace

/// The lanes of a place that a mask leaves.
Value EdgesKernel::visible(CodeBuilder &code, const Row &row, MaskOp mask, const Place &place) {
  MaskScope scope = maskScope(code, kernel, row.scope, mask, {row.sample, code.constant(0)},
                              extent(code, row.scope, queries), extent(code, row.scope, keys));
  EdgeCode lanes(code, scope, scope.masks.front(), row.node, place.heads, place.columns);
  Value result = code.splat(arith::ConstantIntOp::create(code.b, 1, 1));
  for (MaskAttr part : EdgeMask::of(mask.getMask()).others)
    result = lanes.both(result, MaskFormula(lanes).visible(part));
  return result;
}

} // namespace mlir::attn
