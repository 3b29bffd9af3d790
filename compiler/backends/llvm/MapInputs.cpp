// Rows, panels and masks of score map kernels; see the header.
#include "compiler/backends/llvm/MapInputs.h"

namespace mlir::attn {

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

static HeadPanels panelsOfHead(CodeBuilder &code, Value pointer, HeadPlace own, int64_t heads, Value count,
                               Value stride) {
  Value index = code.mul(code.add(code.mul(own.sample, heads), own.head), count);
  return {code.offset(pointer, code.mul(index, stride)), stride};
}

HeadPanels keyPanels(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, Value key, HeadPlace place,
                     int64_t heads) {
  KeyShape shape(key.getType());
  int64_t width = kernel.kernel().getSchedule()->getCols();
  Value count = code.ceilDiv(kernel.extent(code, scope, lengthOfKeys(kernel.extents(key))), width);
  return panelsOfHead(code, kernel.tensor(scope, sourceOf(key)), ownPlace(code, place, heads, shape), shape.heads,
                      count, code.constant(shape.width * width));
}

HeadPanels valuePanels(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, Value value, HeadPlace place,
                       int64_t heads) {
  KeyShape shape(value.getType());
  int64_t width = kernel.kernel().getSchedule()->getCols();
  Value stride = code.mul(kernel.extent(code, scope, lengthOfKeys(kernel.extents(value))), width);
  return panelsOfHead(code, kernel.tensor(scope, sourceOf(value)), ownPlace(code, place, heads, shape), shape.heads,
                      code.constant(static_cast<int64_t>(llvm::divideCeil(shape.width, width))), stride);
}

} // namespace mlir::attn
