// The simplify stage: afterwards the module is one public function of canonical ops, with complete weight names.
#pragma once

namespace mlir {
class OpPassManager;
}

namespace mlir::attn {

struct SimplifyOptions {
  bool inF64 = false; ///< what is written in f32
};

void buildSimplify(OpPassManager &passes, const SimplifyOptions &options);

} // namespace mlir::attn
