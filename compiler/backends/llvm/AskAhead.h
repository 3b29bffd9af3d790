// Memory that is asked for while products are computed, a cache line with each step, so that nobody waits for it later.
#pragma once

#include "compiler/backends/code/StoredNumbers.h"

namespace mlir::attn {

class AskAhead {
public:
  static constexpr int64_t lineBytes = 64;

  /// Rows in memory, `stride` bytes apart.
  struct Rows {
    Value first;         // pointer
    Value stride, count; // i64
  };

  /// What one product asks for: with step 0 the first line of the first row.
  struct Turn {
    Value first, stride; // null: nothing
    int64_t lines = 1;   // of a row
    Value pace;          // lines a step, by 2^16; null for one

    void ask(CodeBuilder &code, Value step) const;
  };

  /// `bytes` (i64) from `pointer` on, as rows of one line.
  static Rows lines(CodeBuilder &code, Value pointer, Value bytes);

  /// Asks for nothing.
  AskAhead() = default;
  /// Asks for `rows` of `lines` cache lines each, one tensor after the other: a line with every step until all have
  /// been asked for. `asked` is an i64 in memory, 0 at first: how many rows have been.
  AskAhead(Value asked, int64_t lines, SmallVector<Rows, 2> rows)
      : asked(asked), linesOfRow(lines), rows(std::move(rows)) {}
  /// Asks for lines, from the first on, of which so many products (i64) have an even share each.
  AskAhead(CodeBuilder &code, SmallVector<Rows, 2> lines, Value products);

  /// What is next in turn for a product of `steps` steps; when all has been asked for, what is in the cache anyway.
  Turn take(CodeBuilder &code, Value steps) const;

private:
  Value asked;
  int64_t linesOfRow = 1;
  SmallVector<Rows, 2> rows;
  Value share; // rows a product at most; null: no limit
};

} // namespace mlir::attn
