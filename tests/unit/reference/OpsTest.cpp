// What the f32 mode promises, and runs that only a module built wrong on purpose can cause.
#include "compiler/reference/Ops.h"
#include "compiler/reference/Interpreter.h"
#include "dialect/AttnDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::attn;
using namespace mlir::attn::reference;

namespace {

TEST(OpsTest, F32RoundsAfterEveryOperationInIndexOrder) {
  Tensor<float> x{{1, 3}, {1e8f, 1.0f, -1e8f}, {}, {}, ""};
  Tensor<float> w{{1, 3}, {1, 1, 1}, {}, {}, ""};
  EXPECT_EQ(llvm::cantFail(linear<float>(x, w, nullptr)).reals[0], 0.0f); // 1e8 + 1 is 1e8 in f32
  EXPECT_EQ(llvm::cantFail(linear<double>(convert<double>(x), convert<double>(w), nullptr)).reals[0], 1.0);
}

TEST(OpsTest, Bf16LinearRoundsInputAndWeightOnly) {
  // 1 + 2^-8 is a tie and becomes 1; 1 + 3 * 2^-8 becomes 1 + 2^-6; their product 1 + 2^-6 is no sum of bf16.
  Tensor<float> x{{1, 2}, {1 + 0x1p-8f, 0x1p-9f}, {}, {}, ""};
  Tensor<float> w{{1, 2}, {1 + 3 * 0x1p-8f, 1}, {}, {}, ""}, bias{{1}, {0x1p-12f}, {}, {}, ""};
  EXPECT_EQ(llvm::cantFail(reducedLinear(x, w, &bias, attn::Precision::Bf16)).reals[0],
            1 + 0x1p-6f + 0x1p-9f + 0x1p-12f);
}

TEST(OpsTest, Int8LinearHasScalesOfRows) {
  // Numbers 127 and 64 (of 63.5), 25 and -127; the second row's scale is its own.
  Tensor<float> x{{2, 2}, {254, 127, 0, 1e-3f}, {}, {}, ""}, w{{1, 2}, {25, -127}, {}, {}, ""},
      bias{{1}, {3}, {}, {}, ""};
  std::vector<float> y = llvm::cantFail(reducedLinear(x, w, &bias, attn::Precision::Int8)).reals;
  EXPECT_EQ(y[0], (127 * 25 - 64 * 127) * 2 + 3);
  EXPECT_FLOAT_EQ(y[1], 3 - 127e-3f);
}

TEST(OpsTest, Int8HasNoNumberForAnInfinity) {
  float inf = std::numeric_limits<float>::infinity();
  Tensor<float> x{{2, 2}, {1, inf, 1, 1}, {}, {}, ""}, w{{2, 2}, {1, 1, NAN, 1}, {}, {}, ""};
  std::vector<float> y = llvm::cantFail(reducedLinear(x, w, nullptr, attn::Precision::Int8)).reals;
  EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[1]) && std::isnan(y[3]));
  EXPECT_FLOAT_EQ(y[2], 2);
}

TEST(OpsTest, RowOfInfiniteLossesIsZero) {
  double low = -std::numeric_limits<double>::infinity();
  Tensor<double> scores{{1, 1, 2, 2}, {low, low, low, 0}, {}, {}, ""};
  EXPECT_EQ(llvm::cantFail(normalize<double>(scores, {Normalizer::Softmax}, nullptr)).reals,
            (std::vector<double>{0, 0, 0, 1}));
}

TEST(OpsTest, NanSpoilsItsOwnRowOnly) {
  Tensor<double> scores{{1, 1, 2, 2}, {0, NAN, 0, 0}, {}, {}, ""};
  std::vector<double> weights = llvm::cantFail(normalize<double>(scores, {Normalizer::Softmax}, nullptr)).reals;
  EXPECT_TRUE(std::isnan(weights[0]) && std::isnan(weights[1]));
  EXPECT_EQ(weights[2], 0.5);
}

/// The text of the error of running `text` on one tensor of shape [1].
std::string errorOf(const std::string &text) {
  MLIRContext context;
  context.loadDialect<AttnDialect, func::FuncDialect, arith::ArithDialect, math::MathDialect, tensor::TensorDialect>();
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    return "did not parse";
  llvm::Expected<func::FuncOp> function = modelFunction(*module);
  if (!function)
    return llvm::toString(function.takeError());
  auto results = run(*function, {Tensor<double>{{1}, {0}, {}, {}, ""}}, nullptr, reference::Precision::F64);
  return results ? "no error" : llvm::toString(results.takeError());
}

TEST(InterpreterTest, EndlessRecursionIsAnError) {
  EXPECT_NE(errorOf("func.func @f(%x: tensor<1xf32>) -> tensor<1xf32> {\n"
                    "%y = func.call @f(%x) : (tensor<1xf32>) -> tensor<1xf32>\nreturn %y : tensor<1xf32>\n}")
                .find("calls nest deeper than 64 at @f"),
            std::string::npos);
}

TEST(InterpreterTest, ForeignOpIsNamed) {
  EXPECT_NE(errorOf("func.func @f(%x: tensor<1xf32>) -> tensor<1xf32> {\n"
                    "%y = arith.addf %x, %x : tensor<1xf32>\nreturn %y : tensor<1xf32>\n}")
                .find("'arith.addf' op has no meaning in the reference"),
            std::string::npos);
}

TEST(InterpreterTest, ModelIsTheOnePublicFunction) {
  EXPECT_EQ(errorOf("func.func private @f(%x: tensor<1xf32>) -> tensor<1xf32> {\nreturn %x : tensor<1xf32>\n}"),
            "the module has no public func.func, so there is nothing to run");
  EXPECT_EQ(errorOf("func.func @f() {\nreturn\n}\nfunc.func @g() {\nreturn\n}"),
            "the module has several public functions (@f, @g); make all but the model private");
}

} // namespace
