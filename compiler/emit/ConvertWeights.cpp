// Float element types to one another and i64 to i32, element by element from unaligned memory.
#include "compiler/emit/PackWeights.h"
#include <cstring>

namespace mlir::attn {

static float bitsToFloat(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

static double fromBf16(uint16_t bits) { return bitsToFloat(static_cast<uint32_t>(bits) << 16); }

/// IEEE binary16: subnormals are multiples of 2^-24; infinities and NaNs keep their kind.
static double fromF16(uint16_t bits) {
  uint32_t sign = (bits & 0x8000u) << 16, exponent = bits >> 10 & 31, fraction = bits & 1023;
  if (exponent == 31)
    return bitsToFloat(sign | 0x7f800000u | fraction << 13);
  if (exponent == 0)
    return (sign ? -1.0 : 1.0) * fraction * 0x1p-24;
  return bitsToFloat(sign | (exponent + 112) << 23 | fraction << 13);
}

template <typename T>
static T load(const char *source) {
  T value;
  std::memcpy(&value, source, sizeof(T));
  return value;
}

static double loadFloat(const char *source, attn_dtype type) {
  switch (type) {
  case ATTN_F64:
    return load<double>(source);
  case ATTN_BF16:
    return fromBf16(load<uint16_t>(source));
  case ATTN_F16:
    return fromF16(load<uint16_t>(source));
  default:
    return load<float>(source);
  }
}

bool canConvert(attn_dtype from, attn_dtype to) {
  bool isFloat = from == ATTN_F32 || from == ATTN_F64 || from == ATTN_BF16 || from == ATTN_F16;
  return from == to || (isFloat && (to == ATTN_F32 || to == ATTN_F64)) || (from == ATTN_I64 && to == ATTN_I32);
}

int64_t readInteger(const char *source, attn_dtype from) {
  return from == ATTN_I64 ? load<int64_t>(source) : load<int32_t>(source);
}

void readElements(const char *source, attn_dtype from, attn_dtype to, int64_t count, char *result) {
  uint64_t step = attn_dtype_bytes(from);
  if (from == to) {
    std::memcpy(result, source, count * step);
    return;
  }
  for (int64_t i = 0; i < count && to == ATTN_I32; ++i) {
    auto narrow = static_cast<int32_t>(readInteger(source + i * step, from));
    std::memcpy(result + i * sizeof(narrow), &narrow, sizeof(narrow));
  }
  for (int64_t i = 0; i < count && to != ATTN_I32; ++i) {
    double value = loadFloat(source + i * step, from);
    float narrow = static_cast<float>(value);
    if (to == ATTN_F32)
      std::memcpy(result + i * sizeof(float), &narrow, sizeof(narrow));
    else
      std::memcpy(result + i * sizeof(double), &value, sizeof(value));
  }
}

} // namespace mlir::attn
