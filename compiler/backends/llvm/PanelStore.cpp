// Addresses in panels, and tiles that go there.
#include "compiler/backends/llvm/PanelStore.h"
#include "compiler/backends/llvm/Transpose.h"
#include "dialect/AttnOps.h"

namespace mlir::attn {

PanelStore::PanelStore(CodeBuilder &code, Value pointer, RankedTensorType type, Value tokens)
    : pointer(pointer), kind(getLayout(type).getKind()), width(getLayout(type).getWidth()),
      heads(getLayout(type).getHeads()), headWidth(type.getShape().back() / heads), tokens(tokens) {
  panels = kind == LayoutKind::KeyPanels ? code.ceilDiv(tokens, width)
                                         : code.constant(static_cast<int64_t>(llvm::divideCeil(headWidth, width)));
}

Value PanelStore::token(CodeBuilder &code, Value row) const {
  Value sample = code.div(row, tokens), place = code.rem(row, tokens);
  Value firstPanel = code.mul(code.mul(sample, heads), panels);
  if (kind == LayoutKind::ValuePanels)
    return code.offset(pointer, code.mul(code.add(code.mul(firstPanel, tokens), place), width));
  Value panel = code.add(firstPanel, code.div(place, code.constant(width)));
  return code.offset(pointer, code.add(code.mul(panel, headWidth * width), code.rem(place, code.constant(width))));
}

Value PanelStore::channel(CodeBuilder &code, Value channel) const {
  Value head = code.div(channel, code.constant(headWidth)), inner = code.rem(channel, code.constant(headWidth));
  Value firstPanel = code.mul(head, panels);
  if (kind == LayoutKind::KeyPanels)
    return code.mul(code.add(code.mul(firstPanel, headWidth), inner), width);
  Value panel = code.add(firstPanel, code.div(inner, code.constant(width)));
  return code.add(code.mul(code.mul(panel, tokens), width), code.rem(inner, code.constant(width)));
}

/// Whether a channel of `count` tokens from `row` on lies side by side: in one panel of keys of one sample.
Value PanelStore::keepsTokens(CodeBuilder &code, Value row, int64_t count) const {
  Value place = code.rem(row, tokens), inPanel = code.rem(place, code.constant(width));
  return code.both(code.lessEq(code.add(inPanel, count), code.constant(width)),
                   code.lessEq(code.add(place, count), tokens));
}

void PanelStore::storeOneByOne(CodeBuilder &code, const Tile &tile, ValueRange targets) const {
  code.loop(code.constant(0), tile.count, 1, [&](Value c) {
    Value distance = channel(code, code.add(tile.column, c));
    for (int64_t r = 0; r < tile.rows; ++r)
      code.store(tile.numbers.at(code, code.add(c, r * tile.stride)).loadOne(code), code.offset(targets[r], distance));
  });
}

/// As many channels as lanes at once, which are turned over in registers: a line of the panel for each.
void PanelStore::storeTurned(CodeBuilder &code, const Tile &tile, ValueRange targets) const {
  code.loop(code.constant(0), tile.count, code.lanes(), [&](Value at) {
    Value distance = channel(code, code.add(tile.column, at));
    for (int64_t first = 0; first < tile.rows; first += code.lanes()) {
      int64_t rows = std::min(code.lanes(), tile.rows - first);
      SmallVector<Value> square(code.lanes(), code.zeros());
      for (int64_t r = 0; r < rows; ++r)
        square[r] = tile.numbers.at(code, code.add(at, (first + r) * tile.stride)).load(code);
      transpose(code, square);
      Value mask = rows < code.lanes() ? code.maskBelow(code.constant(rows)) : Value();
      for (int64_t c = 0; c < code.lanes(); ++c)
        code.storeVector(square[c], code.offset(code.offset(targets[first], distance), c * width), mask);
    }
  });
}

void PanelStore::store(CodeBuilder &code, const Tile &tile) const {
  SmallVector<Value> targets;
  for (int64_t r = 0; r < tile.rows; ++r)
    targets.push_back(token(code, code.add(tile.row, r)));
  if (keepsChannels(code.lanes()))
    return code.loop(code.constant(0), tile.count, code.lanes(), [&](Value at) {
      Value distance = channel(code, code.add(tile.column, at));
      for (int64_t r = 0; r < tile.rows; ++r)
        code.storeVector(tile.numbers.at(code, code.add(at, r * tile.stride)).load(code),
                         code.offset(targets[r], distance));
    });
  if (kind != LayoutKind::KeyPanels || headWidth % code.lanes() || tile.rows == 1)
    return storeOneByOne(code, tile, targets);
  code.branch(
      keepsTokens(code, tile.row, tile.rows), [&] { storeTurned(code, tile, targets); },
      [&] { storeOneByOne(code, tile, targets); });
}

} // namespace mlir::attn
