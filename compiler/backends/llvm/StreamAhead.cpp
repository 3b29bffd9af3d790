// What a block of queries asks for while it computes products: the rows of its result; where a task is a head, the next
// head's keys, queries and values, which the same worker mostly takes (claimPieces in runtime/Threads.cpp).
#include "compiler/backends/llvm/StreamKernel.h"

namespace mlir::attn {

Value StreamKernel::askedRows(CodeBuilder &code, const KernelScope &scope, Value worker, Products products) {
  return code.offsetBytes(kernel.workerScratch(code, scope, worker),
                          code.constant(tilesBytes() + 8 * static_cast<int64_t>(products)));
}

void StreamKernel::startAhead(CodeBuilder &code, const KernelScope &scope, Value worker) {
  for (Products products : {Products::Scores, Products::Values})
    code.store(code.constant(0), askedRows(code, scope, worker, products));
}

void StreamKernel::findAhead(CodeBuilder &code, Block &block, const HeadPlace &place, Value worker) {
  auto rowsOf = [&](const HeadRows &rows, Value first, Value end) {
    Value begin = rows.row(code, first).pointer, stride = code.constant(rows.rowStride * kernel.numberBytes());
    return AskAhead::Rows{begin, stride, code.sub(end, first)};
  };
  auto linesOf = [&](int64_t columns) { return llvm::divideCeil(columns * kernel.numberBytes(), AskAhead::lineBytes); };
  Value none = code.constant(0), first = packsKeys() ? none : block.firstQuery;
  SmallVector<AskAhead::Rows, 2> withScores,
      withValues{rowsOf(block.output, first, packsKeys() ? block.queryCount : block.endQuery)};
  if (packsKeys()) {
    Value after = code.add(code.add(code.mul(place.sample, heads), place.head), 1);
    HeadPlace next{code.div(after, code.constant(heads)), code.rem(after, code.constant(heads))};
    auto ofNext = [&](Value value) { return headRows(code, kernel, block.scope, value, next, heads); };
    withScores = {rowsOf(ofNext(chain.score.getKey()), none, block.keyCount),
                  rowsOf(ofNext(chain.score.getQuery()), none, block.queryCount)};
    if (readsValueRows())
      withValues.push_back(rowsOf(ofNext(chain.combine.getValue()), none, block.keyCount));
  }
  block.withScores = {askedRows(code, block.scope, worker, Products::Scores), linesOf(width), withScores};
  block.withValues = {askedRows(code, block.scope, worker, Products::Values), linesOf(valueWidth), withValues};
}

} // namespace mlir::attn
