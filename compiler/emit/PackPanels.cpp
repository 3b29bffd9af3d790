// A weight's columns into #attn.layout<weight_panels>: as they are, or in the numbers of dialect/ReducedNumbers.h, int8
// with a scale for each column, which leaves every rotated weight within 1/254 of the largest.
#include "compiler/emit/PackWeights.h"
#include "dialect/ReducedNumbers.h"

#include <cstring>

namespace mlir::attn {

template <typename T>
static void scatter(const char *row, int64_t count, int64_t stride, char *column) {
  for (int64_t k = 0; k < count; ++k)
    std::memcpy(column + k * stride * sizeof(T), row + k * sizeof(T), sizeof(T));
}

static void packBf16(const float *row, int64_t count, const WeightPanels &panels, char *column) {
  for (int64_t k = 0; k < count; ++k) {
    uint16_t number = roundToBf16(row[k]);
    std::memcpy(column + k / 2 * panels.width * 4 + k % 2 * 2, &number, sizeof(number));
  }
}

static void packInt8(const float *row, int64_t count, const WeightPanels &panels, char *column) {
  Int8Row packed({row, static_cast<size_t>(count)});
  int32_t sum = 0;
  for (auto [k, number] : llvm::enumerate(packed.numbers)) {
    std::memcpy(column + k / 4 * panels.width * 4 + k % 4, &number, 1);
    sum += number;
  }
  std::memcpy(column + panels.scaleOffset(), &packed.scale, sizeof(packed.scale));
  std::memcpy(column + panels.scaleOffset() + panels.width * 4, &sum, sizeof(sum));
}

void packColumn(const char *row, int64_t count, const WeightPanels &panels, char *column) {
  switch (panels.storage) {
  case Precision::Bf16:
    return packBf16(reinterpret_cast<const float *>(row), count, panels, column);
  case Precision::Int8:
    return packInt8(reinterpret_cast<const float *>(row), count, panels, column);
  case Precision::Own:
  case Precision::F32: // of rows alone
    break;
  }
  panels.elementBytes == 8   ? scatter<uint64_t>(row, count, panels.width, column)
  : panels.elementBytes == 4 ? scatter<uint32_t>(row, count, panels.width, column)
  : panels.elementBytes == 2 ? scatter<uint16_t>(row, count, panels.width, column)
                             : scatter<uint8_t>(row, count, panels.width, column);
}

} // namespace mlir::attn
