// Keys in rows, made into panels by the task that reads them: a block of keys at a time, by squares of lanes x lanes
// that are transposed in registers. Worth it where one task has all queries of a head, so that no key is packed twice.
#include "compiler/backends/llvm/StreamKernel.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace mlir::attn {

/// Lane c of vector r becomes lane r of vector c. In step s, lanes that differ in bit s change places with the vectors
/// that do.
static void transpose(CodeBuilder &code, MutableArrayRef<Value> square) {
  int64_t lanes = square.size();
  for (int64_t step = 1; step < lanes; step *= 2) {
    SmallVector<int64_t> low, high; // of a pair of vectors, the second's lanes from `lanes` on
    for (int64_t lane = 0; lane < lanes; ++lane) {
      low.push_back(lane & step ? lanes + lane - step : lane);
      high.push_back(lane & step ? lanes + lane : lane + step);
    }
    for (int64_t at = 0; at < lanes; ++at)
      if (!(at & step)) {
        Value first = square[at], second = square[at + step];
        square[at] = vector::ShuffleOp::create(code.b, first, second, low);
        square[at + step] = vector::ShuffleOp::create(code.b, first, second, high);
      }
  }
}

/// Channels [from, from + count) of `lanes` keys from `key` on, to their columns in `panel`. Beyond the last key it is
/// read again: its column is nobody's.
void StreamKernel::packSquare(CodeBuilder &code, const Block &block, Value key, Value from, int64_t count,
                              Value column) {
  Value mask = count < lanes() ? code.maskBelow(code.constant(count)) : Value();
  Value last = code.sub(block.keyCount, code.constant(1));
  SmallVector<Value> square;
  for (int64_t i = 0; i < lanes(); ++i)
    square.push_back(block.keyRows.row(code, code.min(code.add(key, i), last)).at(code, from).load(code, mask));
  transpose(code, square);
  for (int64_t c = 0; c < count; ++c)
    code.storeVector(square[c], code.offset(column, code.mul(code.add(from, c), panelWidth())));
}

void StreamKernel::packKeys(CodeBuilder &code, const Block &block) {
  int64_t whole = width - width % lanes();
  code.loop(code.constant(0), block.keyCount, panelWidth(), [&](Value key) {
    Value panel = code.offset(block.keys.pointer, code.mul(key, width));
    code.loop(code.constant(0), code.constant(panelWidth()), lanes(), [&](Value inside) {
      Value column = code.offset(panel, inside), first = code.add(key, inside);
      code.loop(code.constant(0), code.constant(whole), lanes(),
                [&](Value from) { packSquare(code, block, first, from, lanes(), column); });
      if (whole != width)
        packSquare(code, block, first, code.constant(whole), width - whole, column);
    });
  });
}

} // namespace mlir::attn
