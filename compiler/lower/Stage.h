// The lower stage: kernels get code.
#pragma once

#include <string>

namespace mlir {
class OpPassManager;
}

namespace mlir::attn {

struct LowerOptions {
  std::string isa = "generic"; // generic, avx2 or avx512: which forms of the elementary functions to use
  std::string extensions;      // of avx512_vnni and avx512_bf16, with commas: what products may use
};

void buildLower(OpPassManager &passes, const LowerOptions &options);

} // namespace mlir::attn
