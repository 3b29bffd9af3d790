// A weight's columns into #attn.layout<weight_panels>: as they are, rounded to bf16, or as numbers of a scale of their
// own, which keeps each column's largest weight exact to 1/254 of it.
#include "compiler/emit/PackWeights.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace mlir::attn {

template <typename T>
static void scatter(const char *row, int64_t count, int64_t stride, char *column) {
  for (int64_t k = 0; k < count; ++k)
    std::memcpy(column + k * stride * sizeof(T), row + k * sizeof(T), sizeof(T));
}

uint16_t roundToBf16(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  if (std::isnan(value))
    return bits >> 16 | 0x40; // quiet, and still a NaN
  return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

static void packBf16(const float *row, int64_t count, const WeightPanels &panels, char *column) {
  for (int64_t k = 0; k < count; ++k) {
    uint16_t number = roundToBf16(row[k]);
    std::memcpy(column + k / 2 * panels.width * 4 + k % 2 * 2, &number, sizeof(number));
  }
}

/// A column with an infinity or a NaN gets such a scale: its products are NaN.
static void packInt8(const float *row, int64_t count, const WeightPanels &panels, char *column) {
  float largest = 0;
  for (int64_t k = 0; k < count; ++k)
    largest = std::fabs(row[k]) > largest || std::isnan(row[k]) ? std::fabs(row[k]) : largest;
  float scale = std::fmax(largest, 127 * std::numeric_limits<float>::min()) / 127;
  if (!std::isfinite(largest))
    scale = std::numeric_limits<float>::quiet_NaN();
  int32_t sum = 0;
  for (int64_t k = 0; k < count; ++k) {
    float number = std::nearbyint(row[k] / scale);
    auto stored = static_cast<int8_t>(std::fabs(number) <= 127 ? number : 0);
    std::memcpy(column + k / 4 * panels.width * 4 + k % 4, &stored, 1);
    sum += stored;
  }
  std::memcpy(column + panels.scaleOffset(), &scale, sizeof(scale));
  std::memcpy(column + panels.scaleOffset() + panels.width * 4, &sum, sizeof(sum));
}

void packColumn(const char *row, int64_t count, const WeightPanels &panels, char *column) {
  switch (panels.storage) {
  case Precision::Bf16:
    return packBf16(reinterpret_cast<const float *>(row), count, panels, column);
  case Precision::Int8:
    return packInt8(reinterpret_cast<const float *>(row), count, panels, column);
  case Precision::Own:
    break;
  }
  panels.elementBytes == 8   ? scatter<uint64_t>(row, count, panels.width, column)
  : panels.elementBytes == 4 ? scatter<uint32_t>(row, count, panels.width, column)
  : panels.elementBytes == 2 ? scatter<uint16_t>(row, count, panels.width, column)
                             : scatter<uint8_t>(row, count, panels.width, column);
}

} // namespace mlir::attn
