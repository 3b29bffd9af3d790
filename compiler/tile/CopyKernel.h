// A kernel that yields its operand in another type: the same numbers, stored otherwise.
#pragma once

#include "dialect/AttnOps.h"
#include "mlir/IR/Builders.h"

namespace mlir::attn {

/// Stands before `user`.
inline KernelOp copyBefore(Operation *user, Value source, Type type, ScheduleAttr schedule) {
  OpBuilder builder(user);
  auto kernel = KernelOp::create(builder, source.getLoc(), TypeRange(type), source, schedule, FlatSymbolRefAttr(),
                                 AffineMapAttr());
  Block *body = builder.createBlock(&kernel.getBody());
  YieldOp::create(builder, source.getLoc(), ValueRange(body->addArgument(source.getType(), source.getLoc())));
  return kernel;
}

} // namespace mlir::attn
