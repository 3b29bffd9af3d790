// Which keys some queries can see, as code: what MaskRanges.h says of masks, for kernels that leave the others out.
#pragma once

#include "compiler/backends/code/CapturedTensor.h"
#include "dialect/MaskRanges.h"

namespace mlir::attn {

using KeyRange = KeyInterval<Value>;
using VisibleKeys = KeyBounds<Value>;

/// One place in the work of a kernel: sample, head of the map, both i64.
struct HeadPlace {
  Value sample, head;
};

/// A mask op and the tensors it names.
struct MaskInputs {
  MaskOp op;
  SmallVector<CapturedTensor> operands;
};

/// The masks of one head of one sample.
struct MaskScope {
  Value sample, head, queries, keys; // i64; N and M are the last two
  SmallVector<MaskInputs> masks;
};

MaskScope maskScope(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, ArrayRef<MaskOp> masks,
                    HeadPlace place, Value queries, Value keys);

/// Where the diagonal is: key = query + offset.
Value diagonalOffset(CodeBuilder &code, const MaskScope &scope, Alignment alignment);

/// Visible keys of queries [first, last] among those of `window`, under all masks.
VisibleKeys visibleKeys(CodeBuilder &code, const MaskScope &scope, Value first, Value last, KeyRange window);

} // namespace mlir::attn
