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

TEST(PackColumnTest, ColumnOfZerosHasAScaleAndOneWithANanHasNone) {
  Panel zeros(Precision::Int8, {0, 0}), nan(Precision::Int8, {1, std::numeric_limits<float>::quiet_NaN()});
  EXPECT_EQ(zeros.at<float>(16), std::numeric_limits<float>::min());
  EXPECT_EQ(zeros.at<int32_t>(28), 0);
  EXPECT_TRUE(std::isnan(nan.at<float>(16)));
  EXPECT_EQ(nan.at<int32_t>(28), 0);
}

} // namespace
