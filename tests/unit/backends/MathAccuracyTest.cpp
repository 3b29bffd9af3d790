// Every expanded function, for every instruction set and several shapes, within 2 ULP of libm in double precision on a
// dense sample: all exponents, both signs, 2^22 inputs in all, and the special values. MathExhaustive.cpp takes all
// 2^32 inputs.
#include "MathKernel.h"
#include "gtest/gtest.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlir::attn;

static const char *const functionNames[] = {"exp",   "exp2",  "fast_exp2", "expm1", "log",      "log2",
                                            "log1p", "tanh",  "erf",       "sin",   "cos",      "rsqrt",
                                            "sqrt",  "floor", "ceil",      "trunc", "roundeven"};

static float fromBits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// The largest error over inputs `first`, `first + stride`, ... of all 2^32 bit patterns.
static void expectWithinTwoUlp(const MathKernel &kernel, StringRef op, uint64_t first, uint64_t stride) {
  float x[kernelLanes], y[kernelLanes], worstAt = 0;
  double worst = 0;
  for (uint64_t bits = first; bits < uint64_t(1) << 32; bits += stride * kernelLanes) {
    for (int i = 0; i < kernelLanes; ++i)
      x[i] = fromBits(static_cast<uint32_t>(bits + i * stride));
    kernel(x, y);
    for (int i = 0; i < kernelLanes; ++i)
      if (double error = ulpError(op, x[i], y[i]); error > worst)
        worst = error, worstAt = x[i];
  }
  EXPECT_LE(worst, 2.0) << op.str() << " at " << worstAt;
}

static void expectSpecialValues(const MathKernel &kernel, StringRef op) {
  float infinity = std::numeric_limits<float>::infinity(), tiny = std::numeric_limits<float>::denorm_min();
  const float specials[] = {0.0f,
                            -0.0f,
                            1.0f,
                            -1.0f,
                            0.5f,
                            -0.5f,
                            1.5f,
                            -2.5f,
                            infinity,
                            -infinity,
                            std::numeric_limits<float>::quiet_NaN(),
                            fromBits(0xffc00001u),
                            tiny,
                            -tiny,
                            0x1p-126f,
                            -0x1p-126f,
                            0x1.fffffep127f,
                            -0x1.fffffep127f,
                            88.72284f,
                            -103.97208f,
                            -87.33655f,
                            128.0f,
                            127.99999f,
                            -126.0f,
                            -149.0f,
                            -150.0f,
                            0x1p23f,
                            -0x1p23f,
                            8388607.5f,
                            0.49999997f};
  float x[kernelLanes] = {}, y[kernelLanes];
  std::copy(std::begin(specials), std::end(specials), x);
  kernel(x, y);
  for (size_t i = 0; i < std::size(specials); ++i)
    EXPECT_LE(ulpError(op, x[i], y[i]), 2.0) << op.str() << "(" << x[i] << ") = " << y[i];
}

static void expectAccurate(MathIsa isa, ArrayRef<const char *> shapes) {
  if (!canRun(isa))
    GTEST_SKIP() << "this machine has no AVX2 and FMA";
  uint64_t offset = 0;
  for (const char *op : functionNames)
    for (const char *shape : shapes) {
      SCOPED_TRACE(shape);
      std::unique_ptr<MathKernel> kernel = MathKernel::compile(op, isa, shape);
      ASSERT_TRUE(kernel) << op;
      expectWithinTwoUlp(*kernel, op, offset++ * 61 % 1021, 1021);
      expectSpecialValues(*kernel, op);
    }
}

TEST(MathAccuracyTest, GenericVector) { expectAccurate(MathIsa::Generic, {"vector<4xf32>"}); }
TEST(MathAccuracyTest, GenericScalar) { expectAccurate(MathIsa::Generic, {"f32"}); }
TEST(MathAccuracyTest, Avx2Vector) { expectAccurate(MathIsa::Avx2, {"vector<8xf32>"}); }
TEST(MathAccuracyTest, Avx512Register) { expectAccurate(MathIsa::Avx512, {"vector<16xf32>"}); }
TEST(MathAccuracyTest, Avx512Cut) { expectAccurate(MathIsa::Avx512, {"vector<2x2x16xf32>"}); }

TEST(MathAccuracyTest, FastExp2IsExactAtTheEnds) {
  for (MathIsa isa : {MathIsa::Generic, MathIsa::Avx2, MathIsa::Avx512}) {
    if (!canRun(isa))
      continue;
    std::unique_ptr<MathKernel> kernel = MathKernel::compile("fast_exp2", isa, "vector<16xf32>");
    ASSERT_TRUE(kernel);
    float x[kernelLanes] = {0.0f, -0.0f, -std::numeric_limits<float>::infinity(), -150.0f, -1.0f}, y[kernelLanes];
    (*kernel)(x, y);
    EXPECT_EQ(y[0], 1.0f);
    EXPECT_EQ(y[1], 1.0f);
    EXPECT_EQ(y[2], 0.0f);
    EXPECT_EQ(y[3], 0.0f);
    EXPECT_EQ(y[4], 0.5f);
  }
}

// erf and tanh reach 1 and never exceed it: a gate or an activation built on them must stay in range.
TEST(MathAccuracyTest, SaturatingFunctionsEndAtOne) {
  for (MathIsa isa : {MathIsa::Generic, MathIsa::Avx2, MathIsa::Avx512}) {
    if (!canRun(isa))
      continue;
    for (const char *op : {"erf", "tanh"}) {
      std::unique_ptr<MathKernel> kernel = MathKernel::compile(op, isa, "vector<16xf32>");
      ASSERT_TRUE(kernel);
      float x[kernelLanes], y[kernelLanes];
      for (uint32_t bits = 0x3f800000u; bits < 0x7f800000u; bits += 99 * kernelLanes) {
        for (int i = 0; i < kernelLanes; ++i)
          x[i] = fromBits(std::min(bits + 99 * i, 0x7f800000u));
        (*kernel)(x, y);
        for (int i = 0; i < kernelLanes; ++i) {
          ASSERT_LE(y[i], 1.0f) << op << " at " << x[i];
          ASSERT_TRUE(x[i] < 10.0f || y[i] == 1.0f) << op << " at " << x[i];
        }
      }
    }
  }
}
