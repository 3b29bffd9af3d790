// What the kernels of score maps read: rows of queries, keys and values by head.
#pragma once

#include "compiler/backends/code/KernelCode.h"
#include "compiler/backends/code/StripPlan.h"
#include "compiler/backends/llvm/Formula.h"
#include "compiler/backends/llvm/MaskCode.h"

namespace mlir::attn {

/// How to find row `i` of one head of one sample in a row-major tensor, [B, H, N, D], [B, N, H*D] or, shared by samples
/// or heads, [H, N, D] and [N, D].
struct HeadRows {
  StoredNumbers numbers; // of row 0
  int64_t rowStride;     // in elements

  StoredNumbers row(CodeBuilder &code, Value index) const { return numbers.at(code, code.mul(index, rowStride)); }
};

/// The number of the head of `value` that belongs to a head of the map, among those of all samples.
Value indexOfHead(CodeBuilder &code, Value value, HeadPlace place, int64_t heads);

/// Rows of a query or value for head `place.head` of `heads`: grouped heads share one.
HeadRows headRows(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, Value value, HeadPlace place,
                  int64_t heads);

/// The rows that a result [B, H, N, E] or, merged, [B, N, H*E] has for a head.
HeadRows resultRows(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, unsigned result, bool merged,
                    HeadPlace place, AffineExpr queries, int64_t heads, int64_t width);

/// The panels of a head: [ceil(M/width)][D][width] of keys, [ceil(D/width)][M][width] of values.
struct HeadPanels {
  Value pointer;
  Value stride; // elements of a panel
  int64_t width;
};

/// Which of the two the layout of the kernel's operand says.
HeadPanels headPanels(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, Value value, HeadPlace place,
                      int64_t heads);

} // namespace mlir::attn
