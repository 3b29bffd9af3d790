// Which columns of a map are read: places that masks hide from every reader need not be computed.
#pragma once

#include "dialect/AttnOps.h"

namespace mlir::attn {

/// In the order of the kernel; no two are the same op.
using MaskOps = SmallVector<MaskOp>;

class ReadColumns {
public:
  explicit ReadColumns(KernelOp kernel);

  /// The masks through which every reader looks at a map: of what any of them hides, nothing is read. No masks: all of
  /// the map may be read.
  const MaskOps &masksOf(Value map) const { return masks.find(map)->second; }

private:
  MaskOps ofReader(OpOperand &use) const;

  llvm::DenseMap<Value, MaskOps> masks;
};

} // namespace mlir::attn
