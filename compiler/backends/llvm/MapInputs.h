// What the kernels of score maps read: rows of queries, keys and values by head, and masks with their lengths.
#pragma once

#include "compiler/backends/llvm/Formula.h"
#include "compiler/backends/llvm/KernelCode.h"
#include "compiler/backends/llvm/MaskCode.h"

namespace mlir::attn {

/// The kernel operand that a query, key or value comes from, through a split_heads; null if it is computed inside.
BlockArgument sourceOf(Value value);

/// How to find row `i` of one head of one sample in a row-major tensor, [B, H, N, D], [B, N, H*D] or, shared by samples
/// or heads, [H, N, D] and [N, D].
struct HeadRows {
  Value pointer;     // of row 0
  int64_t rowStride; // in elements
};

/// One place in the work of a kernel: sample, head of the map, both i64.
struct HeadPlace {
  Value sample, head;
};

/// Rows of a query or value for head `place.head` of `heads`: grouped heads share one.
HeadRows headRows(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, Value value, HeadPlace place,
                  int64_t heads);

/// The rows that a result [B, H, N, E] or, merged, [B, N, H*E] has for a head.
HeadRows resultRows(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, unsigned result, bool merged,
                    HeadPlace place, AffineExpr queries, int64_t heads, int64_t width);

/// The panels [ceil(M/width)][D][width] of a head of keys.
Value headPanels(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, Value key, HeadPlace place,
                 int64_t heads, int64_t panelWidth);

/// Tensors that a formula reads.
SmallVector<CapturedTensor> captured(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope,
                                     ValueRange captures);

/// Several masks as one, with the operands they name counted through.
class MaskSet {
public:
  void add(MaskOp mask);
  bool empty() const { return masks.empty(); }

  VisibleKeys visible(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, Value sample, Value queries,
                      Value keys, Value first, Value last) const;
  /// i1 lanes of keys key, key + 1, ...
  Value lanes(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, Value sample, Value queries, Value keys,
              Value query, Value key) const;

private:
  Value length(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, Value sample, int64_t operand) const;

  SmallVector<MaskAttr> masks;
  SmallVector<Value> operands;
};

} // namespace mlir::attn
