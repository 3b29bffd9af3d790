// Tensors of a kernel that formulas and masks read.
#include "compiler/backends/code/CapturedTensor.h"

namespace mlir::attn {

SmallVector<CapturedTensor> captured(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope,
                                     ValueRange captures) {
  SmallVector<CapturedTensor> tensors;
  for (Value capture : captures) {
    auto type = cast<RankedTensorType>(capture.getType());
    CapturedTensor tensor{type, kernel.tensor(scope, cast<BlockArgument>(capture)), {}};
    for (AffineExpr extent : kernel.extents(capture))
      tensor.extents.push_back(kernel.extent(code, scope, extent));
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

} // namespace mlir::attn
