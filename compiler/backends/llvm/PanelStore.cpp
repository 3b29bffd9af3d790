// Writing keys into panels.
#include "compiler/backends/llvm/PanelStore.h"

namespace mlir::attn {

KeyPanels KeyPanels::create(CodeBuilder &code, Value pointer, LayoutAttr layout, int64_t headWidth, Value tokens) {
  return {pointer, layout.getWidth(), layout.getHeads(), headWidth, tokens, code.ceilDiv(tokens, layout.getWidth())};
}

Value KeyPanels::token(CodeBuilder &code, Value row) const {
  Value sample = code.div(row, tokens), place = code.rem(row, tokens);
  Value panel = code.add(code.mul(code.mul(sample, heads), panels), code.div(place, code.constant(width)));
  Value offset = code.add(code.mul(panel, headWidth * width), code.rem(place, code.constant(width)));
  return code.offset(pointer, offset);
}

Value KeyPanels::channel(CodeBuilder &code, Value channel) const {
  Value head = code.div(channel, code.constant(headWidth)), inner = code.rem(channel, code.constant(headWidth));
  Value row = code.add(code.mul(code.mul(head, panels), headWidth), inner);
  return code.mul(row, width);
}

} // namespace mlir::attn
