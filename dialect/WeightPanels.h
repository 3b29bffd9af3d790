// The bytes of #attn.layout<weight_panels>: a weight [N, K] as panels of `width` columns (rows of the weight). A column
// takes one element of each group of K: one number as its type says, two bf16 or four i8.
//   panel = [groups][width] of elements; then, of int8, [width] f32 scales and [width] i32 sums of the numbers
// What code multiplies by, emit packs and the memory plan counts.
#pragma once

#include "dialect/AttnAttrs.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::attn {

/// Of every panel of weights. The same for every processor, so that one packed file serves the code for several: a
/// register tile takes some panels, or a part of one.
constexpr int64_t weightPanelColumns = 16;

struct WeightPanels {
  WeightPanels(LayoutAttr layout, int64_t depth, int64_t typeBytes)
      : width(layout.getWidth()), storage(layout.getStorage()), group(storage == Precision::Bf16   ? 2
                                                                      : storage == Precision::Int8 ? 4
                                                                                                   : 1),
        groups(llvm::divideCeil(depth, group)), elementBytes(storage == Precision::Own ? typeBytes : 4) {}

  /// From the first byte of a column to its scale; its sum follows `width` scales later.
  int64_t scaleOffset() const { return groups * width * elementBytes; }
  int64_t bytes() const { return scaleOffset() + (storage == Precision::Int8 ? 2 * width * 4 : 0); }

  int64_t width;
  Precision storage;
  int64_t group;  // K's of an element
  int64_t groups; // of all K; numbers beyond K are 0
  int64_t elementBytes;
};

} // namespace mlir::attn
