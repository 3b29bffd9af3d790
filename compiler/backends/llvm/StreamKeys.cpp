// Keys in rows, made into panels by the task that reads them: a block of keys at a time, by squares of lanes x lanes
// that are transposed in registers. Worth it where one task has all queries of a head, so that no key is packed twice.
#include "compiler/backends/llvm/StreamKernel.h"
#include "compiler/backends/llvm/Transpose.h"

namespace mlir::attn {

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
