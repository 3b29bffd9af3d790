// Conversion of weights, for every value of the 16-bit types, against the definition of their bits.
#include "compiler/emit/PackWeights.h"
#include "gtest/gtest.h"
#include <cmath>
#include <cstring>

using namespace mlir::attn;

namespace {

/// The value of bits with the given field widths, by the formula of IEEE 754.
double valueOf(unsigned bits, int exponentBits, int fractionBits) {
  int bias = (1 << (exponentBits - 1)) - 1;
  int exponent = bits >> fractionBits & ((1 << exponentBits) - 1);
  double fraction = std::ldexp(bits & ((1u << fractionBits) - 1), -fractionBits);
  double sign = bits >> (exponentBits + fractionBits) & 1 ? -1 : 1;
  if (exponent == (1 << exponentBits) - 1)
    return fraction ? NAN : sign * INFINITY;
  return sign * (exponent ? std::ldexp(1 + fraction, exponent - bias) : std::ldexp(fraction, 1 - bias));
}

void checkAll(attn_dtype type, int exponentBits, int fractionBits) {
  for (unsigned bits = 0; bits < 65536; ++bits) {
    char source[3] = {}; // one byte off: files promise no alignment
    uint16_t half = bits;
    std::memcpy(source + 1, &half, sizeof(half));
    float single;
    double full;
    readElements(source + 1, type, ATTN_F32, 1, reinterpret_cast<char *>(&single));
    readElements(source + 1, type, ATTN_F64, 1, reinterpret_cast<char *>(&full));
    double expected = valueOf(bits, exponentBits, fractionBits);
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(single) && std::isnan(full)) << bits;
      continue;
    }
    ASSERT_EQ(single, expected) << bits; // every 16-bit value is an f32
    ASSERT_EQ(full, expected) << bits;
    ASSERT_EQ(std::signbit(single), std::signbit(expected)) << bits;
  }
}

TEST(ConvertWeightsTest, EveryF16) { checkAll(ATTN_F16, 5, 10); }
TEST(ConvertWeightsTest, EveryBf16) { checkAll(ATTN_BF16, 8, 7); }

TEST(ConvertWeightsTest, RoundsF64) {
  double source[2] = {0.1, -1e-50};
  float result[2];
  readElements(reinterpret_cast<char *>(source), ATTN_F64, ATTN_F32, 2, reinterpret_cast<char *>(result));
  EXPECT_EQ(result[0], 0.1f);
  EXPECT_EQ(result[1], -0.0f);
}

TEST(ConvertWeightsTest, KnowsWhatItConverts) {
  EXPECT_TRUE(canConvert(ATTN_BF16, ATTN_F32));
  EXPECT_TRUE(canConvert(ATTN_I32, ATTN_I32));
  EXPECT_FALSE(canConvert(ATTN_I32, ATTN_F32));
  EXPECT_FALSE(canConvert(ATTN_F32, ATTN_F16));
  EXPECT_TRUE(canConvert(ATTN_I64, ATTN_I32));
  EXPECT_FALSE(canConvert(ATTN_I32, ATTN_I64));
  EXPECT_FALSE(canConvert(ATTN_I64, ATTN_F32));
}

TEST(ConvertWeightsTest, NarrowsI64) {
  int64_t source[3] = {0, INT32_MAX, INT32_MIN};
  int32_t result[3];
  readElements(reinterpret_cast<char *>(source), ATTN_I64, ATTN_I32, 3, reinterpret_cast<char *>(result));
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(result[i], source[i]);
}

} // namespace
