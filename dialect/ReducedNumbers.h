// The numbers that linears of reduced precision multiply, stated once: the reference rounds to them, emit packs weights
// in them, and a back end's code rounds rows to the same.
//   bf16   the nearest, ties to even
//   int8   whole numbers from -127 to 127 of one scale for each row of the input and each row of the weight:
//          x = number * scale, scale = max |x| / 127. Sums of products are exact; a result is sum * scale * scale.
// Numbers of int8 can say neither an infinity nor a NaN: a row with one has a NaN as its scale, and so in its results.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/bit.h"
#include <cmath>
#include <cstdint>
#include <limits>

namespace mlir::attn {

inline uint16_t roundToBf16(float value) {
  auto bits = llvm::bit_cast<uint32_t>(value);
  if (std::isnan(value))
    return bits >> 16 | 0x40; // quiet, and still a NaN
  return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

inline float widenBf16(uint16_t bits) { return llvm::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }

constexpr int32_t maxInt8Number = 127; // -128 has no opposite
/// Products of two numbers that an i32 holds the sum of, whatever they are.
constexpr int64_t maxInt8Products = std::numeric_limits<int32_t>::max() / (maxInt8Number * maxInt8Number);
/// The least that a row's largest |x| counts as: no scale, and no inverse of one, leaves the normal numbers.
constexpr float leastInt8Largest = maxInt8Number * std::numeric_limits<float>::min();

/// The scale of a row or column.
inline float int8Scale(llvm::ArrayRef<float> values) {
  float largest = leastInt8Largest;
  for (float value : values) {
    if (!std::isfinite(value))
      return std::numeric_limits<float>::quiet_NaN();
    largest = std::fmax(largest, std::fabs(value));
  }
  return largest / maxInt8Number;
}

/// The number nearest to `value`; 0 where the scale says that there is none.
inline int8_t int8Number(float value, float scale) {
  return std::isnan(scale) ? 0 : static_cast<int8_t>(std::nearbyint(value / scale));
}

} // namespace mlir::attn
