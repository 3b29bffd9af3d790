// What a block of queries asks for while it computes products: the rows of its result and, of short heads, the next
// one's keys, queries and values, which the same worker mostly takes (claimPieces in runtime/Threads.cpp).
#include "compiler/backends/llvm/StreamKernel.h"

namespace mlir::attn {

// Of a head's keys, or its queries: they wait in the second-level cache beside the head at hand.
constexpr int64_t aheadBytes = 128 * 1024;

/// A number that a worker keeps from block to block.
Value StreamKernel::noted(CodeBuilder &code, const KernelScope &scope, Value worker, Noted what) {
  return code.offsetBytes(kernel.workerScratch(code, scope, worker),
                          code.constant(tilesBytes() + 8 * static_cast<int64_t>(what)));
}

static AskAhead::Rows rowsOf(CodeBuilder &code, const HeadRows &rows, Value first, Value end) {
  return {rows.row(code, first).pointer, code.constant(rows.rowStride * rows.numbers.bytes(code)),
          code.sub(end, first)};
}

/// What the next head's queries read, if that is little: of long heads, another worker may have the next block.
SmallVector<AskAhead::Rows, 2> StreamKernel::nextHead(CodeBuilder &code, const Block &block, const HeadPlace &place) {
  Value after = code.add(code.add(code.mul(place.sample, heads), place.head), 1), none = code.constant(0);
  HeadPlace next{code.div(after, code.constant(heads)), code.rem(after, code.constant(heads))};
  Value most = code.constant(aheadBytes / (std::max(width, valueWidth) * kernel.numberBytes()));
  Value isLittle = code.lessEq(code.max(block.keyCount, block.queryCount), most);
  auto ofNext = [&](Value value, Value count) {
    return rowsOf(code, headRows(code, kernel, block.scope, value, next, heads), none,
                  code.select(isLittle, count, none));
  };
  SmallVector<AskAhead::Rows, 2> rows{ofNext(chain.score.getQuery(), block.queryCount)};
  if (packsKeys())
    rows.push_back(ofNext(chain.score.getKey(), block.keyCount));
  if (isInRows(chain.combine.getValue()))
    rows.push_back(ofNext(chain.combine.getValue(), block.keyCount));
  return rows;
}

void StreamKernel::findAhead(CodeBuilder &code, Block &block, const HeadPlace &place, Value worker) {
  auto linesOf = [&](int64_t columns) -> int64_t {
    return llvm::divideCeil(columns * kernel.numberBytes(), AskAhead::lineBytes);
  };
  // Grouped heads share keys and values: those of the next head are here.
  if (packs() && KeyShape(chain.score.getKey().getType()).heads == heads)
    block.withScores = {noted(code, block.scope, worker, Noted::AskedWithScores), linesOf(width),
                        nextHead(code, block, place)};
  block.withValues = {noted(code, block.scope, worker, Noted::AskedWithValues),
                      linesOf(valueWidth),
                      {rowsOf(code, block.output, block.firstQuery, block.endQuery)}};
}

} // namespace mlir::attn
