// What a strip kernel keeps where. A strip is a few rows of the map, or all, with all keys, for one head or for all;
// every map value that the kernel computes has a slot of that size in the worker's scratch.
//
//   rows held     [first - above, end + below)     more than the task's own where a convolution looks beyond them
//   row           [border zeros][M, rounded up to panels][border]
#pragma once

#include "dialect/AttnOps.h"

namespace mlir::attn {

/// How a masked place is written: -inf among scores, -0 among weights. `Never`: no place can be masked.
enum class Hidden { Never, Score, Weight };

/// A map value inside the kernel.
struct StripValue {
  int64_t slot;  // -1: computed where it is read
  int64_t heads; // of the map
  Hidden hidden;
  int64_t above = 0, below = 0; // rows that are needed beyond the task's own
};

struct StripPlan {
  explicit StripPlan(KernelOp kernel);

  const StripValue &of(Value value) const { return values.find(value)->second; }
  bool isStrip(Value value) const { return values.contains(value); }
  /// Whether a map is computed where it is read: it is made place by place, and read once by an op that works so too.
  static bool isInlined(Value map);

  /// The masks that everything made of a map lies under: what they hide of it is not read, only overwritten.
  static SmallVector<MaskOp> masksAfter(Value map);
  /// The masks whose hidden places are masked in a map.
  static SmallVector<MaskOp> masksBefore(Value map);

  bool wholeMap = false;    // a task has every row: columns are normalised or reduced
  bool allHeads = false;    // a task has every head: heads are mixed, convolved or normalised over
  bool masksByHead = false; // a mask may hide a place in some heads only
  int64_t heads = 0;        // of a task: 1, or the most that a value has
  int64_t slots = 0;
  int64_t above = 0, below = 0;             // the most that any value needs
  int64_t border = 0;                       // elements before and after a row
  int64_t relative = 0;                     // elements for one query's numbers of a table of relative positions
  llvm::DenseMap<Operation *, Value> given; // by op: the kernel's operand that is its map, brought into a slot first
  llvm::DenseMap<Operation *, int64_t> cleanSlot; // of a convolution whose input has masked places: its copy
  Value anyMap;                                   // for the extents

private:
  void placeValues(Block &body);
  void growRows(Block &body);

  llvm::DenseMap<Value, StripValue> values;
};

/// Whether an op makes each place of a map of the same place of others.
bool isPlaceByPlace(Operation *op);

/// Whether an op looks at several heads of a map.
bool needsAllHeads(Operation &op);

/// The map that an op makes, or null: of score and map ops but combine, and of pointwise ops on maps.
Value mapResult(Operation &op);

/// Whether the ops of a kernel can be computed as strips; formulas aside, which are the back end's.
LogicalResult supportsStripPlan(KernelOp kernel, std::string &why);

/// The kernel operand that a query, key or value comes from, through a split_heads; null if it is computed inside.
BlockArgument sourceOf(Value value);

/// Where a kernel reads an operand, through split_heads and norms of keys.
SmallVector<OpOperand *> readersOf(Value operand);

/// The key as it lies in memory: without a norm that a kernel applies as it reads keys (attn-fuse-key-norms).
Value storedKey(Value key);

} // namespace mlir::attn
