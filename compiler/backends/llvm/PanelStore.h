// Writing keys and values into panels, in vectors where a head's width allows:
//   keys    [...][heads][ceil(M/width)][D][width]   a score tile loads a vector of keys
//   values  [...][heads][ceil(D/width)][M][width]   a tile of weighted values goes through memory in one line
#pragma once

#include "compiler/backends/code/KernelCode.h"
#include "compiler/backends/code/StoredNumbers.h"

namespace mlir::attn {

/// Where the rows of one tensor [..., M, heads*D] go.
class PanelStore {
public:
  PanelStore(CodeBuilder &code, Value pointer, RankedTensorType type, Value tokens);

  /// `rows` rows of `count` channels from `column` on, in memory [rows][stride].
  struct Tile {
    StoredNumbers numbers;
    int64_t stride;
    Value row;
    int64_t rows;
    Value column, count;
  };
  void store(CodeBuilder &code, const Tile &tile) const;

private:
  /// The first element of token `row` (of all samples') in head 0.
  Value token(CodeBuilder &code, Value row) const;
  /// Distance in elements from head 0, channel 0 of a token to `channel` (of heads * D).
  Value channel(CodeBuilder &code, Value channel) const;
  /// Whether `count` channels from each multiple of it on lie side by side.
  bool keepsChannels(int64_t count) const {
    return kind == LayoutKind::ValuePanels && headWidth % count == 0 && width % count == 0;
  }
  Value keepsTokens(CodeBuilder &code, Value row, int64_t count) const;
  void storeOneByOne(CodeBuilder &code, const Tile &tile, ValueRange targets) const;
  void storeTurned(CodeBuilder &code, const Tile &tile, ValueRange targets) const;

  Value pointer;
  LayoutKind kind;
  int64_t width, heads, headWidth;
  Value tokens; // M
  Value panels; // of a head
};

} // namespace mlir::attn
