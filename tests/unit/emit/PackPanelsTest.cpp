// The numbers that weights are packed in: every rule of rounding at its edges, and where a column's numbers lie.
#include "compiler/emit/PackWeights.h"
#include "dialect/AttnDialect.h"
#include "dialect/ReducedNumbers.h"
#include "gtest/gtest.h"
#include <cstring>

using namespace mlir;
using namespace mlir::attn;

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();

float rounded(uint32_t bits) { return widenBf16(roundToBf16(llvm::bit_cast<float>(bits))); }
float real(uint32_t bits) { return llvm::bit_cast<float>(bits); }

TEST(RoundToBf16Test, TakesTheNearestAndTheEvenOfTwo) {
  EXPECT_EQ(rounded(0x3f800000), 1.0f);
  EXPECT_EQ(rounded(0x3f807fff), 1.0f);
  EXPECT_EQ(rounded(0x3f808000), 1.0f); // a tie: 0x3f80 is even
  EXPECT_EQ(rounded(0x3f808001), real(0x3f810000));
  EXPECT_EQ(rounded(0x3f818000), real(0x3f820000)); // a tie: 0x3f81 is odd
  EXPECT_EQ(rounded(0xbf818000), real(0xbf820000));
}

TEST(RoundToBf16Test, KeepsWhatIsNoOrdinaryNumber) {
  EXPECT_EQ(rounded(0x7f800000), inf);
  EXPECT_EQ(rounded(0xff800000), -inf);
  EXPECT_EQ(rounded(0x7f7fffff), inf); // the largest f32 is nearer to it than to the largest bf16
  EXPECT_EQ(rounded(0x7f7f7fff), real(0x7f7f0000));
  EXPECT_TRUE(std::isnan(rounded(0x7f800001))); // its upper half alone would be an infinity
  EXPECT_TRUE(std::isnan(rounded(0xffffffff))); // and this would wrap to zero
  EXPECT_TRUE(std::signbit(rounded(0x80000000)));
  EXPECT_EQ(rounded(0x00018000), real(0x00020000)); // denormals round as others do
  EXPECT_EQ(rounded(0x00008000), 0.0f);
  EXPECT_EQ(rounded(0x007fffff), std::numeric_limits<float>::min());
}

TEST(Int8NumbersTest, LargestIs127) {
  float scale = int8Scale({1.0f, -254.0f, 0.0f});
  EXPECT_EQ(scale, 2.0f);
  EXPECT_EQ(int8Number(-254, scale), -127);
  EXPECT_EQ(int8Number(254, scale), 127);
  EXPECT_EQ(int8Number(0, scale), 0);
  EXPECT_EQ(int8Number(1, scale), 0); // a tie
  EXPECT_EQ(int8Number(3, scale), 2); // a tie
}

TEST(Int8NumbersTest, ScalesStayNormal) {
  EXPECT_EQ(int8Scale({0.0f, -0.0f}), std::numeric_limits<float>::min());
  EXPECT_EQ(int8Scale({1e-45f}), std::numeric_limits<float>::min());
  EXPECT_EQ(int8Number(1e-45f, int8Scale({1e-45f})), 0);
  float largest = std::numeric_limits<float>::max();
  EXPECT_EQ(int8Number(largest, int8Scale({largest})), 127);
  EXPECT_EQ(int8Number(-largest, int8Scale({largest})), -127);
}

TEST(Int8NumbersTest, NoNumberForWhatIsNotFinite) {
  for (float value : {inf, -inf, std::numeric_limits<float>::quiet_NaN()}) {
    EXPECT_TRUE(std::isnan(int8Scale({1.0f, value, 2.0f})));
    EXPECT_EQ(int8Number(value, int8Scale({value})), 0);
  }
}

/// Values of which none is more than 1 from 0.
std::vector<float> waves(int64_t count, float frequency) {
  std::vector<float> values;
  for (int64_t k = 0; k < count; ++k)
    values.push_back(std::sin(frequency * k));
  return values;
}

double product(llvm::ArrayRef<float> x, llvm::ArrayRef<float> y) {
  double sum = 0;
  for (auto [a, b] : llvm::zip(x, y))
    sum += double(a) * b;
  return sum;
}

TEST(RotateTest, TakesAsManyNeighboursAsDivideTheRow) {
  EXPECT_EQ(rotatedTogether(384), 64);
  EXPECT_EQ(rotatedTogether(96), 16);
  EXPECT_EQ(rotatedTogether(20), 4);
  EXPECT_EQ(rotatedTogether(97), 1);
  EXPECT_EQ(rotatedTogether(2), 1);
  for (int64_t together : {1, 4, 16, 64})
    EXPECT_EQ(rotationScale(together) * rotationScale(together) * together, 1.0f);
}

TEST(RotateTest, MultipliesByTheMatrixOfSigns) {
  std::vector<float> row = {0, 1, 2, 3, 0, 0, 8, 0};
  rotate(row);
  EXPECT_EQ(row, std::vector<float>({3, -1, -2, 0, 4, 4, -4, -4}));
  std::vector<float> odd = {1, 2, 3};
  rotate(odd);
  EXPECT_EQ(odd, std::vector<float>({1, 2, 3}));
}

TEST(RotateTest, IsItsOwnInverseAndKeepsProducts) {
  for (int64_t count : {4, 16, 48, 64, 192}) {
    std::vector<float> x = waves(count, 1.7f), y = waves(count, 0.9f), rotatedX = x, rotatedY = y;
    rotate(rotatedX);
    rotate(rotatedY);
    EXPECT_NE(rotatedX, x);
    EXPECT_NEAR(product(rotatedX, rotatedY), product(x, y), 1e-4);
    rotate(rotatedX);
    for (int64_t k = 0; k < count; ++k)
      EXPECT_NEAR(rotatedX[k], x[k], 1e-5);
  }
}

TEST(Int8RowTest, OneLargeNumberLeavesTheOthersTheirDigits) {
  std::vector<float> values = waves(64, 1.7f);
  values[9] = 100;
  // Rotated, the large number is 100 / 8 everywhere, and the others have a length of less than 8.
  Int8Row row(values);
  EXPECT_LT(row.scale, (100.0f / 8 + 8) / 127);
  std::vector<float> back;
  for (int8_t number : row.numbers)
    back.push_back(number * row.scale);
  rotate(back);
  double squares = 0;
  for (int64_t k = 0; k < 64; ++k)
    squares += (back[k] - values[k]) * (back[k] - values[k]);
  EXPECT_LT(std::sqrt(squares / 64), row.scale / 2);
}

TEST(Int8RowTest, LargeNumbersStayFiniteAndNoOthersCount) {
  std::vector<float> large(64, std::ldexp(1.0f, 125) * (1 - 0x1p-24f)), infinite(64, 1.0f);
  EXPECT_EQ(Int8Row(large).numbers[0], 127);
  EXPECT_TRUE(std::isfinite(Int8Row(large).scale));
  infinite[7] = inf;
  EXPECT_TRUE(std::isnan(Int8Row(infinite).scale));
  infinite[8] = -inf;
  EXPECT_TRUE(std::isnan(Int8Row(infinite).scale));
}

TEST(Int8NumbersTest, SumsOfTheMostProductsFit) {
  EXPECT_LE(maxInt8Products * 127 * 127, std::numeric_limits<int32_t>::max());
  EXPECT_GT((maxInt8Products + 1) * 127 * 127, std::numeric_limits<int32_t>::max());
}

/// A panel of 3 columns with `row` in the middle one; what was not written is 0x55.
struct Panel {
  Panel(Precision storage, llvm::ArrayRef<float> row) : panels(layoutOf(storage), row.size(), sizeof(float)) {
    memory.assign(panels.bytes(), 0x55);
    packColumn(reinterpret_cast<const char *>(row.data()), row.size(), panels, memory.data() + 4);
  }
  template <class T>
  T at(int64_t byte) const {
    T value;
    std::memcpy(&value, memory.data() + byte, sizeof(value));
    return value;
  }
  /// Bytes that were written.
  size_t written() const { return memory.size() - llvm::count(memory, 0x55); }

  MLIRContext context;
  WeightPanels panels;
  std::vector<char> memory;

private:
  LayoutAttr layoutOf(Precision storage) {
    context.loadDialect<AttnDialect>();
    return LayoutAttr::get(&context, LayoutKind::WeightPanels, 3, 1, storage);
  }
};

TEST(PackColumnTest, OwnNumbersStandAWidthApart) {
  Panel panel(Precision::Own, {1, 2});
  EXPECT_EQ(panel.memory.size(), 24u);
  EXPECT_EQ(panel.at<float>(4), 1);
  EXPECT_EQ(panel.at<float>(16), 2);
  EXPECT_EQ(panel.written(), 8u);
}

TEST(PackColumnTest, PairsOfBf16StandTogether) {
  Panel panel(Precision::Bf16, {1, 2, 3});
  EXPECT_EQ(panel.memory.size(), 24u);
  EXPECT_EQ(panel.at<uint16_t>(4), 0x3f80);
  EXPECT_EQ(panel.at<uint16_t>(6), 0x4000);
  EXPECT_EQ(panel.at<uint16_t>(16), 0x4040);
  EXPECT_EQ(panel.written(), 6u); // what lacks in the last pair stays as it was
}

TEST(PackColumnTest, FourInt8StandTogetherBeforeScalesAndSums) {
  Panel panel(Precision::Int8, {-127, 3, 5, 7, 11});
  EXPECT_EQ(panel.memory.size(), 48u);
  EXPECT_EQ(panel.at<int32_t>(4), int32_t(0x07050381)); // -127, 3, 5, 7
  EXPECT_EQ(panel.at<int8_t>(16), 11);
  EXPECT_EQ(panel.at<float>(28), 1.0f);
  EXPECT_EQ(panel.at<int32_t>(40), -101);
  EXPECT_EQ(panel.written(), 13u);
}

TEST(PackColumnTest, Int8AreOfTheRotatedColumn) {
  Panel panel(Precision::Int8, {127, 127, 0, 0}); // rotated 127, 0, 127, 0
  EXPECT_EQ(panel.at<int32_t>(4), int32_t(0x007f007f));
  EXPECT_EQ(panel.at<float>(16), 1.0f);
  EXPECT_EQ(panel.at<int32_t>(28), 254);
}

TEST(PackColumnTest, ColumnOfZerosHasAScaleAndOneWithANanHasNone) {
  Panel zeros(Precision::Int8, {0, 0}), nan(Precision::Int8, {1, std::numeric_limits<float>::quiet_NaN()});
  EXPECT_EQ(zeros.at<float>(16), std::numeric_limits<float>::min());
  EXPECT_EQ(zeros.at<int32_t>(28), 0);
  EXPECT_TRUE(std::isnan(nan.at<float>(16)));
  EXPECT_EQ(nan.at<int32_t>(28), 0);
}

} // namespace
