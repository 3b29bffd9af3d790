// What is known of schedules: who can compute a kernel, which tiles suit it, and which others are worth timing. One
// rule a parameter, with its reason; the passes of the stage ask, and write down.
#pragma once

#include "compiler/backends/Backend.h"
#include "dialect/Extents.h"

namespace mlir::attn {

/// What schedules depend on beside the kernel.
struct ScheduleContext {
  int64_t vectorBits;  ///< of the target's vector registers: 128, 256 or 512
  Precision products;  ///< of linears of f32
  int64_t mostQueries; ///< that the kernel's map can have; 0: any number
};

/// The most queries that the map of a kernel can have, by its type or by the function's `attn.bounds`; 0: any number.
class QueryLimits {
public:
  explicit QueryLimits(func::FuncOp function) : function(function) {}
  int64_t of(KernelOp kernel);

private:
  func::FuncOp function;
  FailureOr<FunctionExtents> extents = failure(); // once they are asked for
};

/// What can compute a kernel, best first.
SmallVector<Strategy> strategiesOf(KernelOp kernel, BackendKind backend, int64_t mostQueries);

/// Whether a kernel reads keys and values in rows where nobody writes them in panels for it.
bool readsKeyRows(KernelOp kernel, int64_t mostQueries);

/// The schedule that the rules give; whether the back end can keep it is not asked.
ScheduleAttr scheduleFor(KernelOp kernel, BackendKind backend, Strategy strategy, const ScheduleContext &context);

/// Schedules that differ from the kernel's own in one decision, in the order of the decisions; only those that the back
/// end can keep.
SmallVector<ScheduleAttr> alternativesOf(KernelOp kernel, const ScheduleContext &context);

/// A name for the kernel in a file of schedules: `linear-256-5c1de84a90b3f726`, from what it computes on which shapes,
/// the width of vectors, the precision of its products and the number of its queries. The same in every model.
std::string scheduleKey(KernelOp kernel, const ScheduleContext &context);

} // namespace mlir::attn
