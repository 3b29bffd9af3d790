// The machine that code is made for, resolved from -march: what passes choose vector lengths by and what LLVM is told.
// Passes receive the parts they need as plain options; this struct travels only through the driver and object emission.
#pragma once

#include <cstdint>
#include <string>

namespace mlir::attn {

/// Which family of vector code a back end writes.
enum class Isa { Generic, Avx2, Avx512 };

struct TargetInfo {
  std::string name;         ///< as the user knows it: "znver3"
  std::string cpu;          ///< LLVM cpu whose instructions may be used: "x86-64-v3"
  std::string tune;         ///< LLVM cpu whose timings are used: "znver3"
  std::string features;     ///< what is added to `cpu`: "+avx512vnni"
  uint64_t cpuFeatures = 0; ///< ATTN_CPU_* bits that the processor is checked for when a model is opened
  unsigned vectorBits = 128;
  Isa isa = Isa::Generic;
};

} // namespace mlir::attn
