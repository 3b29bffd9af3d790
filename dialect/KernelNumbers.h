// The numbers that a kernel computes in: those of its tensors. Code, schedules and layouts follow from them.
#pragma once

#include "dialect/AttnOps.h"

namespace mlir::attn {

/// The element type of a kernel's tensors of reals, of its formulas if it has none, f32 if these have none; null if it
/// has several.
inline FloatType numberOf(KernelOp kernel) {
  FloatType number;
  bool isOne = true;
  auto add = [&](Type type) {
    auto own = dyn_cast<FloatType>(getElementTypeOrSelf(type));
    isOne &= !own || !number || own == number;
    number = own ? own : number;
  };
  for (Type type : kernel.getInputs().getTypes())
    add(type);
  for (Operation &op : kernel.getBody().front())
    for (Type type : op.getResultTypes())
      add(type);
  if (!number)
    kernel.getBody().walk([&](Operation *op) {
      for (Type type : op->getResultTypes())
        add(type);
    });
  return !isOne ? FloatType() : number ? number : FloatType(Float32Type::get(kernel.getContext()));
}

/// Bits of one of them.
inline int64_t numberBits(KernelOp kernel) {
  FloatType number = numberOf(kernel);
  return number ? number.getWidth() : 32; // of several: no back end takes it
}

} // namespace mlir::attn
