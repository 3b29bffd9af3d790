// The fuse stage: afterwards every computing op is inside exactly one attn.kernel.
#pragma once

namespace mlir {
class OpPassManager;
}

namespace mlir::attn {
void buildFuse(OpPassManager &passes);
} // namespace mlir::attn
