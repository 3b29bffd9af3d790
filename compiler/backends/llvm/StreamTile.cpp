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
  if (block.masks.masks.empty())
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
    if (block.masks.masks.empty())
      return body(tile);
    code.branch(code.less(tile.visible.any.from, tile.visible.any.to), [&] { body(tile); });
  });
}

void StreamKernel::buildKeys(CodeBuilder &code, const Block &block, KeyRange keys) {
  if (!block.masks.masks.empty())
    code.loop(code.constant(0), block.tiles, 1,
              [&](Value index) { findVisible(code, block, tileAt(code, block, index, keys)); });
  code.loop(keys.from, keys.to, panelWidth(), [&](Value key) {
    forTiles(code, block, keys, [&](const Tile &tile) {
      if (block.masks.masks.empty())
        return scorePanel(code, block, tile, key);
      Value sees =
          code.both(code.less(key, tile.visible.any.to), code.less(tile.visible.any.from, code.add(key, panelWidth())));
      code.branch(sees, [&] { scorePanel(code, block, tile, key); });
    });
  });
  forTiles(code, block, keys, [&](const Tile &tile) {
    WeighedKeys weighed = weighedKeys(code, keys.from, tile.visible);
    code.loop(code.constant(0), code.constant(block.tileRows), 1, [&](Value r) {
      Value line = code.offset(tile.scores, code.mul(r, scoreStride()));
      weigh(code, block.scope, block.head, line, code.offset(tile.state, r), weighed);
    });
  });
  combineValues(code, block, keys);
}

void StreamKernel::scorePanel(CodeBuilder &code, const Block &block, const Tile &tile, Value key) {
  Value query = block.query.row(code, tile.row).pointer;
  Value panel = code.offset(block.keys.pointer, code.mul(key, width));
  SmallVector<Value> sums(block.tileRows * panelVectors(), code.zeros());
  sums = accumulate(
      code, code.constant(0), code.constant(width), block.tileRows, panelVectors(), sums,
      [&](Value d, int64_t r) {
        return code.load(code.number(), code.offset(code.offset(query, d), r * block.query.rowStride));
      },
      [&](Value d, int64_t v) {
        return code.loadVector(code.offset(code.offset(panel, code.mul(d, panelWidth())), v * lanes()));
      });
  Value target = code.offset(tile.scores, code.sub(key, tile.block.from));
  for (int64_t r = 0; r < block.tileRows; ++r)
    for (int64_t v = 0; v < panelVectors(); ++v)
      code.storeVector(sums[r * panelVectors() + v], code.offset(target, r * scoreStride() + v * lanes()));
  KeyRange full = tile.visible.full;
  Value isFull = code.both(code.lessEq(full.from, key), code.lessEq(code.add(key, panelWidth()), full.to));
  finishPanel(code, block, tile.row, key, target, isFull);
}

void StreamKernel::finishPanel(CodeBuilder &code, const Block &block, Value row, Value key, Value target,
                               Value isFull) {
  auto edit = [&](bool masked) {
    code.loop(code.constant(0), code.constant(block.tileRows), 1, [&](Value r) {
      Value line = code.offset(target, code.mul(r, scoreStride()));
      finishScores(code, block.scope, block.masks, code.add(row, r), key, line, masked);
    });
  };
  code.branch(isFull, [&] { edit(false); }, [&] { edit(true); });
}

void StreamKernel::combineValues(CodeBuilder &code, const Block &block, KeyRange keys) {
  auto panelOfValues = [&](Value panel, int64_t columns) {
    Value column = code.mul(panel, panelWidth());
    StoredNumbers values = readsValueRows()
                               ? block.valueRows.numbers.at(code, column)
                               : StoredNumbers{code.offset(block.values.pointer, code.mul(panel, block.values.stride))};
    int64_t keyStride = readsValueRows() ? block.valueRows.rowStride : panelWidth();
    forTiles(code, block, keys, [&](const Tile &tile) {
      Value weights = code.offset(tile.scores, code.sub(code.constant(0), keys.from));
      Value output = code.offset(tile.state, code.add(column, outputState()));
      combinePanel(code, block, {weights, tile.state, values, keyStride, output, columns}, tile.visible);
    });
  };
  int64_t full = valueWidth / panelWidth(), rest = valueWidth % panelWidth();
  code.loop(code.constant(0), code.constant(full), 1, [&](Value panel) { panelOfValues(panel, panelWidth()); });
  if (rest)
    panelOfValues(code.constant(full), rest);
}

void StreamKernel::combinePanel(CodeBuilder &code, const Block &block, const ValueTile &tile,
                                const VisibleKeys &visible) {
  int64_t vectors = llvm::divideCeil(tile.columns, lanes()), rest = tile.columns % lanes();
  // A panel has room for whole vectors, a row has not.
  Value last = readsValueRows() && rest ? code.maskBelow(code.constant(rest)) : Value();
  auto output = [&](int64_t r, int64_t v) { return code.offset(tile.output, r * valuePadded() + v * lanes()); };
  addValues(
      code, tile.state, block.tileRows, vectors, visible, output,
      [&](Value key, int64_t r) {
        return code.load(code.number(), code.offset(code.offset(tile.weights, key), r * scoreStride()));
      },
      [&](Value key, int64_t v) {
        StoredNumbers line = tile.values.at(code, code.mul(key, tile.keyStride));
        return line.at(code, v * lanes()).load(code, v + 1 == vectors ? last : Value());
      });
}

} // namespace mlir::attn
