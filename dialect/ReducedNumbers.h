// The numbers that linears of reduced precision multiply, stated once: the reference rounds to them, emit packs weights
// in them, and a back end's code rounds rows to the same.
//   bf16   the nearest, ties to even
//   int8   each row of the input and each row of the weight is rotated, then whole numbers from -127 to 127 of one
//          scale: x = number * scale, scale = max |x| / 127. Sums of products are exact; a result is sum * scale *
//          scale.
// A rotation keeps sums of products and shares a large number out to its neighbours, so that the scale of a row is not
// that of its one outlier (Ashkboos et al., QuaRot, 2024).
// Numbers of int8 can say neither an infinity nor a NaN: a row with one has a NaN as its scale, and so in its results.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/bit.h"
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

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

/// How many neighbours int8 rotates together: the largest of 64, 16, 4 and 1 that divides the length of a row. All have
/// a square root that a multiplication by its inverse keeps exact; 64 are no more than a processor has registers for.
constexpr int64_t rotatedTogether(int64_t depth) {
  return depth % 64 == 0 ? 64 : depth % 16 == 0 ? 16 : depth % 4 == 0 ? 4 : 1;
}
constexpr float rotationScale(int64_t together) {
  return together == 64 ? 0.125f : together == 16 ? 0.25f : together == 4 ? 0.5f : 1.0f;
}

/// Each n neighbours times H, H[i, j] = (-1)^(number of ones in i & j) / sqrt(n): symmetric and its own inverse. Every
/// program adds in this order, and so gets the same bits.
inline void rotate(llvm::MutableArrayRef<float> row) {
  int64_t together = rotatedTogether(row.size()), depth = row.size();
  for (float &value : row)
    value *= rotationScale(together);
  for (int64_t distance = 1; distance < together; distance *= 2)
    for (int64_t k = 0; k < depth; ++k)
      if (!(k & distance)) {
        float low = row[k], high = row[k + distance];
        row[k] = low + high;
        row[k + distance] = low - high;
      }
}

/// The scale of a row that is rotated.
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

/// A row of the input or of the weight.
struct Int8Row {
  explicit Int8Row(llvm::ArrayRef<float> values) {
    std::vector<float> rotated = values.vec();
    rotate(rotated);
    scale = int8Scale(rotated);
    for (float value : rotated)
      numbers.push_back(int8Number(value, scale));
  }

  std::vector<int8_t> numbers;
  float scale;
};

} // namespace mlir::attn
