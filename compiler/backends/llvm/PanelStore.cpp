// Addresses in panels.
#include "compiler/backends/llvm/PanelStore.h"
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

} // namespace mlir::attn
