// A block of queries, tile by tile, against one block of keys: scores, weights, values; see Stream.cpp for the
// formulas.
#include "compiler/backends/llvm/Microkernel.h"
#include "compiler/backends/llvm/StreamKernel.h"

namespace mlir::attn {

/// Writes down which keys of the block a tile sees.
void StreamKernel::findVisible(CodeBuilder &code, const Block &block, Tile tile) {
  VisibleKeys found = visibleKeys(code, block.masks, tile.row, code.add(tile.row, block.tileRows - 1), tile.block);
  Value bounds[] = {found.any.from, found.any.to, found.full.from, found.full.to};
  Value memory = code.offset(tile.state, rangeState());
  for (auto [at, bound] : llvm::enumerate(bounds))
    code.store(bound, code.offset(code.i64(), memory, at));
}

VisibleKeys StreamKernel::foundVisible(CodeBuilder &code, const Block &block, const Tile &tile) {
  if (chain.masks.empty())
    return {tile.block, tile.block};
  Value memory = code.offset(tile.state, rangeState());
  auto bound = [&](int64_t at) { return code.load(code.i64(), code.offset(code.i64(), memory, at)); };
  return {{bound(0), bound(1)}, {bound(2), bound(3)}};
}

/// Calls `body` for the tiles that see a key of the block.
void StreamKernel::forTiles(CodeBuilder &code, const Block &block, KeyRange keys,
                            llvm::function_ref<void(const Tile &)> body) {
  code.loop(code.constant(0), block.tiles, 1, [&](Value index) {
    Tile tile = tileAt(code, block, index, keys);
    tile.visible = foundVisible(code, block, tile);
    if (chain.masks.empty())
      return body(tile);
    code.branch(code.less(tile.visible.any.from, tile.visible.any.to), [&] { body(tile); });
  });
}

void StreamKernel::buildKeys(CodeBuilder &code, const Block &whole, KeyRange keys) {
  if (packs())
    packBlock(code, whole, keys);
  Block block = packs() ? addressedByKey(code, whole, keys) : whole;
  if (!chain.masks.empty())
    code.loop(code.constant(0), block.tiles, 1,
              [&](Value index) { findVisible(code, block, tileAt(code, block, index, keys)); });
  code.loop(keys.from, keys.to, panelWidth(), [&](Value key) {
    forTiles(code, block, keys, [&](const Tile &tile) {
      if (chain.masks.empty())
        return scorePanel(code, block, tile, key);
      Value sees =
          code.both(code.less(key, tile.visible.any.to), code.less(tile.visible.any.from, code.add(key, panelWidth())));
      code.branch(sees, [&] { scorePanel(code, block, tile, key); });
    });
  });
  forTiles(code, block, keys, [&](const Tile &tile) {
    callForBlock(code, block.weigh, block, {tile.index, keys.from, keys.to});
    if (valueWidth <= valueColumns(block)) // while its weights are in the first-level cache
      combinePanel(code, block, tile, code.constant(0), valueWidth);
  });
  if (valueWidth > valueColumns(block))
    combineValues(code, block, keys);
}

void StreamKernel::scorePanel(CodeBuilder &code, const Block &block, const Tile &tile, Value key) {
  Value query = block.query.row(code, tile.row).pointer;
  Value panel = code.offset(block.keys, code.mul(key, width));
  SmallVector<Value> sums(block.tileRows * panelVectors(), code.zeros());
  AskAhead::Turn ahead = block.withScores.take(code, code.constant(width));
  sums = accumulate(
      code, code.constant(0), code.constant(width), block.tileRows, panelVectors(), sums,
      [&](Value d, int64_t r) {
        return code.load(code.number(), code.offset(code.offset(query, d), r * block.query.rowStride));
      },
      [&](Value d, int64_t v) {
        if (v == 0)
          ahead.ask(code, d);
        return code.loadVector(code.offset(code.offset(panel, code.mul(d, panelWidth())), v * lanes()));
      });
  Value at = code.sub(key, tile.block.from);
  auto lineOf = [&](int64_t r) { return code.offset(tile.scores, r * scoreStride()); };
  for (int64_t r = 0; r < block.tileRows; ++r)
    for (int64_t v = 0; v < panelVectors(); ++v)
      code.storeVector(sums[r * panelVectors() + v], code.offset(lineOf(r), code.add(at, v * lanes())));
  KeyRange full = tile.visible.full;
  Value isFull = code.both(code.lessEq(full.from, key), code.lessEq(code.add(key, panelWidth()), full.to));
  auto note = [&] {
    for (int64_t r = 0; r < block.tileRows; ++r)
      noteLargest(code, lineOf(r), ArrayRef<Value>(sums).slice(r * panelVectors(), panelVectors()));
  };
  auto finish = [&](bool masked) {
    code.loop(code.constant(0), code.constant(block.tileRows), 1, [&](Value r) {
      Value line = code.offset(tile.scores, code.mul(r, scoreStride()));
      finishScores(code, block.scope, block.masks, code.add(tile.row, r), key, line, at, masked);
    });
  };
  code.branch(isFull, [&] { chain.formulas.empty() ? note() : finish(false); }, [&] { finish(true); });
}

/// A panel of values stays in the first-level cache for all tiles.
void StreamKernel::combineValues(CodeBuilder &code, const Block &block, KeyRange keys) {
  auto combine = [&](Value panel, int64_t columns) {
    forTiles(code, block, keys, [&](const Tile &tile) { combinePanel(code, block, tile, panel, columns); });
  };
  int64_t columns = valueColumns(block), full = valueWidth / columns, rest = valueWidth % columns;
  code.loop(code.constant(0), code.constant(full), 1, [&](Value panel) { combine(panel, columns); });
  if (rest)
    combine(code.constant(full), rest);
}

/// A tile's weights times the first `columns` of a panel of values.
void StreamKernel::combinePanel(CodeBuilder &code, const Block &block, const Tile &tile, Value panel, int64_t columns) {
  bool inRows = readsValueRows();
  Value column = code.mul(panel, valueColumns(block));
  Value weights = code.offset(tile.scores, code.sub(code.constant(0), tile.block.from)); // of key 0
  Value sums = code.offset(tile.state, code.add(column, outputState()));
  StoredNumbers values = inRows
                             ? block.valueRows.numbers.at(code, column)
                             : StoredNumbers{code.offset(block.values.pointer, code.mul(panel, block.values.stride))};
  int64_t keyStride = inRows ? block.valueRows.rowStride : valueColumns(block);
  int64_t vectors = llvm::divideCeil(columns, lanes()), rest = columns % lanes();
  // A panel has room for whole vectors, a row has not.
  Value last = inRows && rest ? code.maskBelow(code.constant(rest)) : Value();
  Value begin = tile.visible.any.from;
  AskAhead::Turn ahead = block.withValues.take(code, code.sub(tile.visible.any.to, begin));
  auto output = [&](int64_t r, int64_t v) { return code.offset(sums, r * valuePadded() + v * lanes()); };
  addValues(
      code, tile.state, block.tileRows, vectors, tile.visible, output,
      [&](Value key, int64_t r) {
        if (r == 0)
          ahead.ask(code, code.sub(key, begin));
        return code.load(code.number(), code.offset(code.offset(weights, key), r * scoreStride()));
      },
      [&](Value key, int64_t v) {
        StoredNumbers line = values.at(code, code.mul(key, keyStride));
        return line.at(code, v * lanes()).load(code, v + 1 == vectors ? last : Value());
      });
}

} // namespace mlir::attn
