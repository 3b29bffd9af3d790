// The register tile of a dense kernel in the precision of its weights: in what numbers rows and weights meet, and what
// a sum of products is worth. An element is a number of a row and one of a column, or what four bytes of each hold:
//   own    one x and w                                                             sums in f32 or f64
//   bf16   two, where the processor multiplies pairs; else one f32, w widened      sums in f32
//   int8   four, or two widened to i16: numbers of rotated x = number * scale[row],
//          w = number * scale[column]                                              exact sums in i32
// Weights that the processor can not multiply as they are stored are widened a block at a time into L1, for all rows
// of a task; then the tile is the same for all.
#pragma once

#include "compiler/backends/llvm/Rows.h"
#include "dialect/WeightPanels.h"
#include <memory>

namespace mlir::attn {

/// Weights of one column tile: the first byte of each vector's columns, and the bytes from one element of K to the
/// next.
struct DenseColumns {
  SmallVector<Value> vectors;
  int64_t stride;
};

class DenseProduct {
public:
  /// For weights [N, depth] in `layout`, and rows stored in `rows`: narrower ones are at least widened.
  static std::unique_ptr<DenseProduct> create(const KernelCode &kernel, LayoutAttr layout, int64_t depth,
                                              Precision rows);
  virtual ~DenseProduct() = default;

  const WeightPanels panels;

  /// Whether rows of the left operand are rewritten before they are multiplied; each may take all of `rowBytes()`.
  bool prepares() const { return completesGroups() || rows != Precision::Own; }
  virtual void prepare(CodeBuilder &code, const RowLoad &row, Value prepared, Value room) const;
  /// Memory that `prepare` uses while it runs.
  virtual int64_t roomBytes() const { return 0; }
  /// From one row, as it is multiplied, to the next.
  virtual int64_t rowBytes() const { return depth * panels.elementBytes; }

  /// Elements that a group of the panels is widened to; 1: it is multiplied as it is.
  virtual int64_t parts() const { return 1; }
  /// Widens `count` groups from group `first` on into `memory`, 4 bytes for each column and element.
  DenseColumns widen(CodeBuilder &code, const DenseColumns &columns, Value first, int64_t count, Value memory) const;

  /// Whether K ends inside a group whose rest a row does not have.
  bool endsInGroup() const { return !completesGroups() && depth % panels.group; }
  /// Elements of `count` groups; `ends`: the last of these is the last of K.
  int64_t elements(int64_t count, bool ends) const;

  /// sums[r][v], in memory, `sumStride` vectors for each row, += rows times columns over `count` elements. `rows`
  /// points to the first of them in row 0. Meanwhile as many elements of a panel are asked for, from `ahead` (may be
  /// null) on.
  void accumulate(CodeBuilder &code, Value rows, const DenseColumns &columns, int64_t count, Value sums,
                  int64_t tileRows, int64_t sumStride, Value ahead) const;

  /// The same of one row, over `groups` groups of columns as they are stored: for one row widening costs more than it
  /// spares, and interrupts the stream of weights. `ends`: the last of these is the last of K.
  void accumulateStored(CodeBuilder &code, Value row, const DenseColumns &columns, int64_t groups, bool ends,
                        Value sums) const;

  /// The numbers that sums of the columns from `column`, a place in its panel, on stand for.
  virtual Value worth(CodeBuilder &, Value sums, Value /*preparedRow*/, Value /*column*/) const { return sums; }

protected:
  DenseProduct(LayoutAttr layout, int64_t depth, Precision rows, int64_t numberBytes = 4)
      : panels(layout, depth, numberBytes), depth(depth), rows(rows) {}

  /// Whether prepared rows have what K lacks of its last group.
  virtual bool completesGroups() const { return false; }
  /// Element `index` of a group of each lane.
  virtual Value part(CodeBuilder &, Value group, int64_t /*index*/) const { return group; }
  virtual Type leftType(CodeBuilder &code) const { return code.number(); }
  virtual Value multiply(CodeBuilder &code, Value left, Value weights, Value sum) const {
    return code.fma(left, weights, sum);
  }
  /// Whether sums are whole numbers.
  virtual bool isExact() const { return false; }
  /// Sums of a tile in registers, and back.
  /// Sums [rows][vectors] of which a row begins every `stride` vectors.
  SmallVector<Value> loadSums(CodeBuilder &code, Value sums, int64_t rows, int64_t vectors, int64_t stride) const;
  void storeSums(CodeBuilder &code, ValueRange state, Value sums, int64_t vectors, int64_t stride) const;

  const int64_t depth;
  const Precision rows;
};

} // namespace mlir::attn
