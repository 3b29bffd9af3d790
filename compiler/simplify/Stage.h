// The simplify stage: afterwards the module is one public function of canonical ops, with complete weight names.
#pragma once

namespace mlir {
class OpPassManager;
}

namespace mlir::attn {
void buildSimplify(OpPassManager &passes);
} // namespace mlir::attn
