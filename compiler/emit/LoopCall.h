// The call of the runtime that steps through a loop; private to the stage.
#pragma once

#include "compiler/emit/Entry.h"

namespace mlir::attn {

/// What the code of a function has at hand.
struct BodyScope {
  Value invocation, symbols;
  Value arena;   ///< memory beyond the function's slots, for the functions of its loops
  Value scratch; ///< of all workers
};

/// Fills an attn_loop and hands it to attn_run_loop. `place` has the operands and results; `buffers` what the plan gave
/// the loop beside them, null where a carried tensor is updated in place.
LogicalResult buildLoopCall(Entry &entry, LoopOp loop, StringRef target, const BodyScope &scope,
                            const llvm::DenseMap<Value, Value> &place, ArrayRef<Value> buffers);

} // namespace mlir::attn
