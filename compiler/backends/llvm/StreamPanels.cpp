// Panels that a worker makes of keys in rows, by squares of lanes x lanes that are transposed in registers, and of
// values whose rows lie apart, as those of merged heads do: all of a head, which serve all blocks of queries that the
// worker has of it, or a block of keys for each block of queries, which costs as much as 6 more queries would.
#include "compiler/backends/llvm/StreamKernel.h"
#include "compiler/backends/llvm/Transpose.h"

namespace mlir::attn {

// Of a head's panels. A worker's memory need not grow with the number of keys without end.
constexpr int64_t heldBytes = 16 << 20;

/// Whether values become panels: rows that lie apart meet in few sets of the first-level cache, and narrow numbers are
/// widened once.
bool StreamKernel::packsValues() {
  Value value = chain.combine.getValue(), source = sourceOf(value);
  bool liesApart = source != value || valueWidth > panelWidth();
  return isInRows(value) && (liesApart || storageOf(source.getType()) != Precision::Own);
}

/// Columns of a panel of values that is made here.
int64_t StreamKernel::packedColumns() { return std::min(panelWidth(), valuePadded()); }

int64_t StreamKernel::keyElements() { return packsKeys() ? width : 0; }
int64_t StreamKernel::valueElements() { return packsValues() ? llvm::alignTo(valueWidth, packedColumns()) : 0; }

/// Keys of a head that a worker's panels have room for.
int64_t StreamKernel::heldKeys() {
  int64_t bytes = (keyElements() + valueElements()) * kernel.numberBytes();
  return llvm::alignTo(std::max(heldBytes / std::max<int64_t>(bytes, 1), keyBlock()), panelWidth());
}

Value StreamKernel::holdsHead(CodeBuilder &code, Value keyCount) {
  return code.lessEq(keyCount, code.constant(heldKeys()));
}

/// The tiles, the noted numbers and panels: of all keys, or not of so many.
SmallVector<AffineExpr, 2> StreamKernel::scratchBytes() {
  auto bytesFor = [&](AffineExpr keys) {
    return keys.ceilDiv(panelWidth()) * (panelWidth() * (keyElements() + valueElements()) * kernel.numberBytes()) +
           blockBytes();
  };
  if (!packs())
    return {getAffineConstantExpr(blockBytes(), op.getContext())};
  return {bytesFor(keys), bytesFor(getAffineConstantExpr(heldKeys(), op.getContext()))};
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

void StreamKernel::packKeys(CodeBuilder &code, const Block &block, KeyRange keys) {
  int64_t whole = width - width % lanes();
  code.loop(keys.from, keys.to, panelWidth(), [&](Value key) {
    Value panel = code.offset(block.keys, code.mul(key, width));
    code.loop(code.constant(0), code.constant(panelWidth()), lanes(), [&](Value inside) {
      Value column = code.offset(panel, inside), first = code.add(key, inside);
      code.loop(code.constant(0), code.constant(whole), lanes(),
                [&](Value from) { packSquare(code, block, first, from, lanes(), column); });
      if (whole != width)
        packSquare(code, block, first, code.constant(whole), width - whole, column);
    });
  });
}

/// Columns beyond the last are 0.
void StreamKernel::packValues(CodeBuilder &code, const Block &block, KeyRange keys) {
  int64_t columns = packedColumns(), rest = valueWidth % lanes();
  code.loop(keys.from, keys.to, 1, [&](Value key) {
    StoredNumbers row = block.valueRows.row(code, key);
    for (int64_t column = 0; column < valueElements(); column += lanes()) {
      Value mask =
          column + lanes() > valueWidth ? code.maskBelow(code.constant(column < valueWidth ? rest : 0)) : Value();
      Value panel = code.offset(block.values.pointer, code.mul(block.values.stride, column / columns));
      Value line = code.offset(panel, code.mul(key, columns));
      code.storeVector(row.at(code, column).load(code, mask), code.offset(line, column % columns));
    }
  });
}

/// The worker's panels: of keys, then of values. Those of values are as long as there is room.
void StreamKernel::findPanels(CodeBuilder &code, Block &block) {
  Value memory = code.offsetBytes(block.scores, code.constant(blockBytes()));
  block.holdsHead = holdsHead(code, block.keyCount);
  Value held = code.mul(code.ceilDiv(block.keyCount, panelWidth()), panelWidth());
  held = code.min(held, code.constant(heldKeys()));
  if (packsKeys())
    block.keys = memory;
  if (packsValues())
    block.values = {code.offset(memory, code.mul(held, keyElements())), code.mul(held, packedColumns()),
                    packedColumns()};
}

/// Before any task: what the workers' panels hold is of nobody.
void StreamKernel::forgetHeads(CodeBuilder &code, const KernelScope &scope) {
  code.loop(code.constant(0), kernel.workers(code, scope), 1,
            [&](Value worker) { code.store(code.constant(-1), noted(code, scope, worker, Noted::Head)); });
}

/// The number of a head of which panels are made: heads that share keys and values share panels.
Value StreamKernel::packedHead(CodeBuilder &code, const HeadPlace &place) {
  Value key = chain.score.getKey(), value = chain.combine.getValue();
  KeyShape ofKeys(key.getType()), ofValues(value.getType());
  bool together = ofKeys.heads == ofValues.heads && ofKeys.perSample == ofValues.perSample;
  return indexOfHead(code, together ? key : chain.score.getQuery(), place, heads);
}

/// Makes panels of a head if the worker comes from another and they fit.
void StreamKernel::takeHead(CodeBuilder &code, const KernelScope &scope, const HeadPlace &place, Value worker,
                            StringRef pack) {
  Value none = code.constant(0), keyCount = kernel.extent(code, scope, keys);
  Value head = packedHead(code, place), memory = noted(code, scope, worker, Noted::Head);
  code.branch(
      code.equal(head, code.load(code.i64(), memory)), [] {},
      [&] {
        code.store(head, memory);
        code.store(none, noted(code, scope, worker, Noted::AskedWithScores));
        Block block{scope, place.sample, place.head, none, none, worker, 1}; // of no queries
        code.branch(holdsHead(code, keyCount), [&] { callForBlock(code, pack, block, {none, keyCount}); });
      });
}

/// `block` with panels where they would be, were they of all keys: they may hold a block of keys alone.
StreamKernel::Block StreamKernel::addressedByKey(CodeBuilder &code, Block block, KeyRange keys) {
  Value before = code.sub(code.constant(0), code.select(block.holdsHead, code.constant(0), keys.from));
  if (packsKeys())
    block.keys = code.offset(block.keys, code.mul(before, width));
  if (packsValues())
    block.values.pointer = code.offset(block.values.pointer, code.mul(before, packedColumns()));
  return block;
}

/// Makes panels: after the arguments of a block come the first key and the end.
std::string StreamKernel::packFunction() {
  return kernel.function("pack", 7, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
    KeyRange keys{arguments[5], arguments[6]};
    Block whole = blockOf(code, scope, arguments, 1);
    findKeys(code, whole);
    Block block = addressedByKey(code, whole, keys);
    if (packsKeys())
      packKeys(code, block, keys);
    if (packsValues())
      packValues(code, block, keys);
  });
}

/// Makes panels of a block of keys if those of the head do not fit.
void StreamKernel::packBlock(CodeBuilder &code, const Block &block, KeyRange keys) {
  code.branch(block.holdsHead, [] {}, [&] { callForBlock(code, block.pack, block, {keys.from, keys.to}); });
}

} // namespace mlir::attn
