// The emit stage: from kernels with code to everything a binary is made of.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mlir {
class OpPassManager;
}

namespace mlir::attn {

struct EmitOptions {
  std::string prefix = "model";
  std::string target = "x86-64"; ///< of the module's code
  /// The module that holds the C interface of the binary: each target, and the ATTN_CPU_* bits it needs. Others: empty.
  std::vector<std::string> targets;
  std::vector<uint64_t> cpuFeatures;
  bool embedWeights = false;
  bool program = false;
};

/// plan-memory, build-entry and, where there are targets, build-interface.
void buildEmit(OpPassManager &passes, const EmitOptions &options);

} // namespace mlir::attn
