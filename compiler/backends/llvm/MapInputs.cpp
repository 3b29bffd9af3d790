// Rows, panels and masks of score map kernels; see the header.
#include "compiler/backends/llvm/MapInputs.h"
#include "compiler/backends/llvm/Strategies.h"

namespace mlir::attn {

/// Head `head` of `headCount` in rows of `width`: one after the other in a row, or each with rows of its own.
static HeadRows rowsOfHead(CodeBuilder &code, StoredNumbers numbers, bool merged, HeadPlace place, Value count,
                           int64_t headCount, int64_t width) {
  if (merged) {
    Value first = code.mul(code.mul(place.sample, count), headCount * width);
    return {numbers.at(code, code.add(first, code.mul(place.head, width))), headCount * width};
  }
  Value index = code.add(code.mul(place.sample, headCount), place.head);
  return {numbers.at(code, code.mul(code.mul(index, count), width)), width};
}

/// The head of a tensor with `own` heads that belongs to a head of the map.
static Value ownHead(CodeBuilder &code, Value head, int64_t heads, int64_t own) {
  return own == heads ? head : code.div(head, code.constant(heads / own));
}

/// The place among the keys or values themselves.
static HeadPlace ownPlace(CodeBuilder &code, HeadPlace place, int64_t heads, const KeyShape &shape) {
  return {shape.perSample ? place.sample : code.constant(0), ownHead(code, place.head, heads, shape.heads)};
}

Value indexOfHead(CodeBuilder &code, Value value, HeadPlace place, int64_t heads) {
  KeyShape shape(value.getType());
  HeadPlace own = ownPlace(code, place, heads, shape);
  return code.add(code.mul(own.sample, shape.heads), own.head);
}

HeadRows headRows(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, Value value, HeadPlace place,
                  int64_t heads) {
  KeyShape shape(value.getType());
  BlockArgument source = sourceOf(value);
  Value count = kernel.extent(code, scope, lengthOfKeys(kernel.extents(value)));
  return rowsOfHead(code, kernel.numbers(scope, source), source != value, ownPlace(code, place, heads, shape), count,
                    shape.heads, shape.width);
}

HeadRows resultRows(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, unsigned result, bool merged,
                    HeadPlace place, AffineExpr queries, int64_t heads, int64_t width) {
  return rowsOfHead(code, kernel.resultNumbers(scope, result), merged, place, kernel.extent(code, scope, queries),
                    heads, width);
}

HeadPanels headPanels(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, Value value, HeadPlace place,
                      int64_t heads) {
  KeyShape shape(value.getType());
  BlockArgument source = sourceOf(value);
  LayoutAttr layout = getLayout(source.getType());
  int64_t width = layout.getWidth();
  Value tokens = kernel.extent(code, scope, lengthOfKeys(kernel.extents(value))), count, stride;
  if (layout.getKind() == LayoutKind::KeyPanels) {
    count = code.ceilDiv(tokens, width);
    stride = code.constant(shape.width * width);
  } else {
    count = code.constant(static_cast<int64_t>(llvm::divideCeil(shape.width, width)));
    stride = code.mul(tokens, width);
  }
  Value first = code.mul(indexOfHead(code, value, place, heads), count);
  return {code.offset(kernel.tensor(scope, source), code.mul(first, stride)), stride, width};
}

bool mapsWriteNarrow(OpResult result) {
  auto kernel = cast<KernelOp>(result.getOwner());
  Value value = kernel.getBody().front().getTerminator()->getOperand(result.getResultNumber());
  if (auto merge = value.getDefiningOp<MergeHeadsOp>())
    value = merge.getInput();
  auto combine = value.getDefiningOp<CombineOp>();
  return combine && !combine.getRelative();
}

} // namespace mlir::attn
