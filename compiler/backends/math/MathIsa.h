// The instruction sets that elementary functions are shaped for; also the value of the pass option `isa`.
#pragma once

#include "llvm/ADT/StringRef.h"

namespace mlir::attn {

///   Generic: any x86-64 (SSE2): no fma, no rounding instruction; also correct elsewhere.
///   Avx2:    fma and roundps.
///   Avx512:  also vscalefps, vreduceps (AVX512DQ) and 16-entry table lookups, on vectors whose last size is a
///            multiple of 16.
enum class MathIsa { Generic, Avx2, Avx512 };

/// The instruction set of a target's name: generic, avx2, avx512.
inline MathIsa mathIsa(llvm::StringRef isa) {
  return isa == "avx512" ? MathIsa::Avx512 : isa == "avx2" ? MathIsa::Avx2 : MathIsa::Generic;
}

} // namespace mlir::attn
