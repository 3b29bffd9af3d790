// Rows, panels and masks of score map kernels; see the header.
#include "compiler/backends/llvm/MapInputs.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace mlir::attn {

BlockArgument sourceOf(Value value) {
  if (auto split = value.getDefiningOp<SplitHeadsOp>())
    value = split.getInput();
  return dyn_cast<BlockArgument>(value);
}

/// Head `head` of `headCount` in rows of `width`: one after the other in a row, or each with rows of its own.
static HeadRows rowsOfHead(CodeBuilder &code, Value pointer, bool merged, HeadPlace place, Value count,
                           int64_t headCount, int64_t width) {
  if (merged) {
    Value first = code.mul(code.mul(place.sample, count), headCount * width);
    return {code.offset(pointer, code.add(first, code.mul(place.head, width))), headCount * width};
  }
  Value index = code.add(code.mul(place.sample, headCount), place.head);
  return {code.offset(pointer, code.mul(code.mul(index, count), width)), width};
}

/// The head of a tensor with `own` heads that belongs to a head of the map.
static Value ownHead(CodeBuilder &code, Value head, int64_t heads, int64_t own) {
  return own == heads ? head : code.div(head, code.constant(heads / own));
}

/// The place among the keys or values themselves.
static HeadPlace ownPlace(CodeBuilder &code, HeadPlace place, int64_t heads, const KeyShape &shape) {
  return {shape.perSample ? place.sample : code.constant(0), ownHead(code, place.head, heads, shape.heads)};
}

HeadRows headRows(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, Value value, HeadPlace place,
                  int64_t heads) {
  KeyShape shape(value.getType());
  BlockArgument source = sourceOf(value);
  Value count = kernel.extent(code, scope, lengthOfKeys(kernel.extents(value)));
  return rowsOfHead(code, kernel.tensor(scope, source), source != value, ownPlace(code, place, heads, shape), count,
                    shape.heads, shape.width);
}

HeadRows resultRows(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, unsigned result, bool merged,
                    HeadPlace place, AffineExpr queries, int64_t heads, int64_t width) {
  return rowsOfHead(code, kernel.result(scope, result), merged, place, kernel.extent(code, scope, queries), heads,
                    width);
}

Value headPanels(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, Value key, HeadPlace place,
                 int64_t heads, int64_t panelWidth) {
  KeyShape shape(key.getType());
  Value panels = code.ceilDiv(kernel.extent(code, scope, lengthOfKeys(kernel.extents(key))), panelWidth);
  HeadPlace own = ownPlace(code, place, heads, shape);
  Value index = code.mul(code.add(code.mul(own.sample, shape.heads), own.head), panels);
  return code.offset(kernel.tensor(scope, sourceOf(key)), code.mul(index, shape.width * panelWidth));
}

SmallVector<CapturedTensor> captured(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope,
                                     ValueRange captures) {
  SmallVector<CapturedTensor> tensors;
  for (Value capture : captures) {
    CapturedTensor tensor{kernel.tensor(scope, cast<BlockArgument>(capture)), {}};
    for (AffineExpr extent : kernel.extents(capture))
      tensor.extents.push_back(kernel.extent(code, scope, extent));
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

void MaskSet::add(MaskOp mask) {
  int64_t base = operands.size();
  llvm::append_range(operands, mask.getMaskOperands());
  std::function<MaskAttr(MaskAttr)> shift = [&](MaskAttr node) {
    SmallVector<int64_t> values(node.getValues());
    if (node.getKind() == MaskKind::Lengths)
      values[0] += base;
    SmallVector<MaskAttr> children;
    for (MaskAttr child : node.getChildren())
      children.push_back(shift(child));
    return MaskAttr::get(mask.getContext(), node.getKind(), values, children);
  };
  masks.push_back(shift(mask.getMask()));
}

Value MaskSet::length(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, Value sample,
                      int64_t operand) const {
  Value pointer = kernel.tensor(scope, cast<BlockArgument>(operands[operand]));
  Value length = code.load(code.b.getI32Type(), code.offset(pointer, sample));
  return arith::ExtSIOp::create(code.b, code.i64(), length);
}

VisibleKeys MaskSet::visible(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, Value sample,
                             Value queries, Value keys, Value first, Value last) const {
  auto lengthOf = [&](int64_t operand) { return length(code, kernel, scope, sample, operand); };
  return visibleKeys(code, masks, {queries, keys, lengthOf}, first, last);
}

Value MaskSet::lanes(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, Value sample, Value queries,
                     Value keys, Value query, Value key) const {
  auto lengthOf = [&](int64_t operand) { return length(code, kernel, scope, sample, operand); };
  return visibleLanes(code, masks, {queries, keys, lengthOf}, query, key);
}

} // namespace mlir::attn
