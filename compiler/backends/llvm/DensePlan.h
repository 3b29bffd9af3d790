// Which part of a dense kernel's body happens where: in a register tile, or over complete rows.
#pragma once

#include "dialect/AttnOps.h"

namespace mlir::attn {

/// A linear of the kernel with its share of the column tiles.
struct Segment {
  LinearOp linear;
  int64_t width;     // output columns
  int64_t firstTile; // of the kernel
  int64_t tiles;
};

/// Which part of the kernel's body happens where.
struct DensePlan {
  SmallVector<Segment> segments;
  int64_t tiles = 0;                       // of columns
  int64_t depth = 0;                       // K
  SmallVector<Operation *> tileOps;        // pointwise, before any normalisation
  SmallVector<Operation *> rowOps;         // normalisations and what follows them
  llvm::DenseMap<Value, unsigned> segment; // of a value computed in a tile
  /// Values that leave a tile, with the result tensor (its number) whose memory they are stored in.
  SmallVector<std::pair<Value, unsigned>> stored;

  explicit DensePlan(KernelOp kernel);
};

} // namespace mlir::attn
