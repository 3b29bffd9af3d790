// The emit stage: from kernels with code to everything a binary is made of.
#pragma once

#include <cstdint>
#include <string>

namespace mlir {
class OpPassManager;
}

namespace mlir::attn {

struct EmitOptions {
  std::string prefix = "model";
  std::string target = "x86-64";
  uint64_t cpuFeatures = 0;
  bool embedWeights = false;
  bool program = false;
};

/// plan-memory, build-entry.
void buildEmit(OpPassManager &passes, const EmitOptions &options);

} // namespace mlir::attn
