// Scalar ops at the values where they are easily wrong: widths, signs, NaN, divisions without a result.
#include "compiler/reference/Formula.h"
#include "dialect/AttnDialect.h"
#include "dialect/AttnOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace mlir;
using namespace mlir::attn;
using reference::Formula;

namespace {

class FormulaTest : public testing::Test {
protected:
  FormulaTest() {
    context
        .loadDialect<AttnDialect, func::FuncDialect, arith::ArithDialect, math::MathDialect, tensor::TensorDialect>();
  }

  /// The value of `body`, a formula of %x and %y that yields %r; a fault becomes `fault`.
  double evaluate(const std::string &body, double x = 0, double y = 0) {
    std::string text = "func.func @f(%a: tensor<4xf32>) -> tensor<4xf32> {\n"
                       "%z = attn.pointwise %a, %a : tensor<4xf32>, tensor<4xf32> {\n^bb0(%x: f32, %y: f32):\n" +
                       body + "\nattn.yield %r : f32\n}\nreturn %z : tensor<4xf32>\n}";
    module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module) << body;
    double value = 0;
    module->walk([&](PointwiseOp op) {
      auto formula = Formula<double>::read(op.getFormula(), {});
      if (!formula) {
        fault = llvm::toString(formula.takeError());
        return;
      }
      value = (*formula)({{x, 0}, {y, 0}});
      if (llvm::Error error = formula->fault())
        fault = llvm::toString(std::move(error));
    });
    return value;
  }

  /// The value of an op on two i8 constants, converted to a real.
  double onBytes(const std::string &op, int a, int b) {
    return evaluate("%a8 = arith.constant " + std::to_string(a) + " : i8\n%b8 = arith.constant " + std::to_string(b) +
                    " : i8\n%c8 = " + op + " %a8, %b8 : i8\n%r = arith.sitofp %c8 : i8 to f32");
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  std::string fault;
};

TEST_F(FormulaTest, IntegersWrapToTheirWidth) {
  EXPECT_EQ(onBytes("arith.addi", 127, 1), -128);
  EXPECT_EQ(onBytes("arith.muli", 64, 4), 0);
  EXPECT_EQ(onBytes("arith.divui", -2, 2), 127);
  EXPECT_EQ(onBytes("arith.shrui", -1, 7), 1);
  EXPECT_EQ(onBytes("arith.shrsi", -128, 7), -1);
  EXPECT_EQ(onBytes("arith.maxui", -1, 1), -1);
}

TEST_F(FormulaTest, DivisionsRoundAsTheirNameSays) {
  EXPECT_EQ(onBytes("arith.divsi", -7, 2), -3);
  EXPECT_EQ(onBytes("arith.floordivsi", -7, 2), -4);
  EXPECT_EQ(onBytes("arith.ceildivsi", 7, 2), 4);
  EXPECT_EQ(onBytes("arith.remsi", -7, 2), -1);
  EXPECT_EQ(fault, "");
}

TEST_F(FormulaTest, DivisionByZeroIsAFault) {
  onBytes("arith.divsi", 1, 0);
  EXPECT_EQ(fault, "integer division by zero in a formula");
}

TEST_F(FormulaTest, OrderedComparisonsOfNanAreFalse) {
  std::string compare =
      "%t = arith.constant 1.0 : f32\n%f = arith.constant 0.0 : f32\n%c = arith.cmpf PREDICATE, %x, %y : f32\n"
      "%r = arith.select %c, %t, %f : f32";
  auto with = [&](std::string predicate) {
    return std::string(compare).replace(compare.find("PREDICATE"), 9, predicate);
  };
  EXPECT_EQ(evaluate(with("olt"), NAN, 1), 0);
  EXPECT_EQ(evaluate(with("ult"), NAN, 1), 1);
  EXPECT_EQ(evaluate(with("one"), 1, 2), 1);
  EXPECT_EQ(evaluate(with("une"), NAN, NAN), 1);
  EXPECT_EQ(evaluate(with("ord"), 1, 2), 1);
}

TEST_F(FormulaTest, MaximumKeepsNanAndMaxnumDropsIt) {
  EXPECT_TRUE(std::isnan(evaluate("%r = arith.maximumf %x, %y : f32", NAN, 1)));
  EXPECT_EQ(evaluate("%r = arith.maxnumf %x, %y : f32", NAN, 1), 1);
  EXPECT_FALSE(std::signbit(evaluate("%r = arith.maximumf %x, %y : f32", -0.0, 0.0)));
  EXPECT_TRUE(std::signbit(evaluate("%r = arith.minimumf %x, %y : f32", 0.0, -0.0)));
}

TEST_F(FormulaTest, ConversionsSaturate) {
  std::string convert = "%i = arith.fptosi %x : f32 to i8\n%r = arith.sitofp %i : i8 to f32";
  EXPECT_EQ(evaluate(convert, -3.9), -3);
  EXPECT_EQ(evaluate(convert, 1e9), 127);
  EXPECT_EQ(evaluate(convert, -1e9), -128);
  EXPECT_EQ(evaluate("%i = arith.fptoui %x : f32 to i8\n%r = arith.uitofp %i : i8 to f32", 200), 200);
}

TEST_F(FormulaTest, UnknownOpIsNamed) {
  evaluate("%i = arith.fptosi %x : f32 to i8\n%p = math.ctpop %i : i8\n%r = arith.sitofp %p : i8 to f32");
  EXPECT_EQ(fault, "the reference does not know 'math.ctpop' in a formula");
}

TEST_F(FormulaTest, RoundsHalvesAsNamed) {
  EXPECT_EQ(evaluate("%r = math.roundeven %x : f32", 2.5), 2);
  EXPECT_EQ(evaluate("%r = math.round %x : f32", 2.5), 3);
}

} // namespace
