// The tile stage: decides, for each kernel, who makes its code, in what loops, and how its tensors are stored.
#pragma once

#include <cstdint>
#include <string>

namespace mlir {
class OpPassManager;
}

namespace mlir::attn {

struct TileOptions {
  int64_t vectorBits = 512; // of the target's vector registers: 128, 256 or 512
  std::string backend = "auto";
  std::string precision = "f32"; // of the products of linears: f32, bf16 or int8
  bool listAlternatives = false; // to each kernel, which other schedules are worth timing
};

void buildTile(OpPassManager &passes, const TileOptions &options);

} // namespace mlir::attn
