// Writing keys into panels: [B][heads][ceil(M/width)][D][width], so that a score tile loads a vector of keys.
#pragma once

#include "compiler/backends/code/KernelCode.h"

namespace mlir::attn {

/// Where the keys of one tensor go.
struct KeyPanels {
  Value pointer;
  int64_t width, heads, headWidth;
  Value tokens; // M
  Value panels; // ceil(M / width)

  static KeyPanels create(CodeBuilder &code, Value pointer, LayoutAttr layout, int64_t headWidth, Value tokens);

  /// The first element of token `row` (of B * M) in head 0.
  Value token(CodeBuilder &code, Value row) const;
  /// Distance in elements from head 0, channel 0 of a token to `channel` (of heads * headWidth).
  Value channel(CodeBuilder &code, Value channel) const;
};

} // namespace mlir::attn
