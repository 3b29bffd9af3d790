// How the work of a strip kernel is shared out: by sample, by head where heads are independent, by block of rows.
#pragma once

#include "compiler/backends/code/KernelCode.h"
#include "compiler/backends/code/StripPlan.h"

namespace mlir::attn {

/// What is known where one strip is computed: rows [first, end) of sample `sample`; `head` is 0 when the strip has all
/// heads. All i64.
struct StripTask {
  const KernelScope &scope;
  Value sample, head, first, end;
  Value scratch; // of this worker
};

/// The functions of a strip kernel; `body` is the code of one strip. The kernel's scratch must be set.
void buildStripTasks(KernelCode &kernel, const StripPlan &plan,
                     llvm::function_ref<void(CodeBuilder &, const StripTask &)> body);

} // namespace mlir::attn
