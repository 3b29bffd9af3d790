// One packed file for several variants: what two of them store alike is there once, what differs in layout once for
// each.
#include "compiler/emit/Buffers.h"
#include "dialect/AttnDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace mlir::attn;

namespace {

TEST(PlaceWeightsTest, VariantsShareWhatTheyStoreAlike) {
  MLIRContext context;
  context.loadDialect<AttnDialect, func::FuncDialect>();
  auto parse = [&](const std::string &width) {
    return parseSourceString<ModuleOp>("func.func @model() {\n"
                                       "%b = attn.weight \"b\" : tensor<40xf32>\n"
                                       "%w = attn.weight \"w\" : tensor<3x5xf32, #attn.layout<weight_panels, width = " +
                                           width +
                                           ">>\n"
                                           "%p = attn.weight \"w\" : tensor<3x5xf32>\n"
                                           "return\n}",
                                       &context);
  };
  auto offsets = [](func::FuncOp model) {
    llvm::SmallVector<uint64_t> result;
    model.walk([&](WeightOp weight) { result.push_back(weightOffset(weight)); });
    return result;
  };
  OwningOpRef<ModuleOp> wide = parse("16"), narrow = parse("4"), same = parse("16");
  func::FuncOp models[] = {*findModel(*wide), *findModel(*narrow), *findModel(*same)};
  EXPECT_EQ(packedBytes(models[0]), 0u);
  placeWeights(models);
  // b: 160 bytes, w in panels of 16: 320, w: 60, w in panels of 4: 80; each rounded up to 64.
  EXPECT_EQ(offsets(models[0]), (llvm::SmallVector<uint64_t>{0, 192, 512}));
  EXPECT_EQ(offsets(models[1]), (llvm::SmallVector<uint64_t>{0, 576, 512}));
  EXPECT_EQ(offsets(models[2]), offsets(models[0]));
  for (func::FuncOp model : models)
    EXPECT_EQ(packedBytes(model), 704u);
}

} // namespace
