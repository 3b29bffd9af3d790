// The LLVM back end: picks the strategy's lowering.
#include "compiler/backends/llvm/LlvmBackend.h"
#include "compiler/backends/llvm/Passes.h"
#include "compiler/backends/llvm/Strategies.h"

namespace mlir::attn {
namespace {

class LlvmBackend : public Backend {
public:
  StringRef name() const override { return "llvm"; }

  LogicalResult supports(KernelOp kernel, std::string &why) const override {
    if (failed(supportsElements(kernel, why)) || failed(supportsNumbers(*kernel.getSchedule(), why)))
      return failure();
    switch (kernel.getSchedule()->getStrategy()) {
    case Strategy::Dense:
      return supportsDense(kernel, why);
    case Strategy::Stream:
    case Strategy::Decode:
      return supportsStream(kernel, why);
    case Strategy::Strip:
      return supportsStrip(kernel, why);
    case Strategy::Rows:
      return supportsRows(kernel, why);
    case Strategy::Order:
      return supportsOrder(kernel, why);
    }
    llvm_unreachable("unknown strategy");
  }

  bool readsBf16(BlockArgument argument) const override {
    switch (cast<KernelOp>(argument.getOwner()->getParentOp()).getSchedule()->getStrategy()) {
    case Strategy::Dense:
      return denseReadsBf16(argument);
    case Strategy::Rows:
      return rowsReadBf16(argument);
    case Strategy::Decode:
      return decodeReadsBf16(argument);
    case Strategy::Stream:
      return streamReadsBf16(argument);
    case Strategy::Strip:
    case Strategy::Order:
      return false;
    }
    llvm_unreachable("unknown strategy");
  }

  bool writesBf16(OpResult result) const override {
    switch (cast<KernelOp>(result.getOwner()).getSchedule()->getStrategy()) {
    case Strategy::Dense:
      return denseWritesBf16(result);
    case Strategy::Rows:
      return rowsWriteBf16(result);
    case Strategy::Stream:
    case Strategy::Strip:
    case Strategy::Decode:
      return mapsWriteBf16(result);
    case Strategy::Order:
      return false;
    }
    llvm_unreachable("unknown strategy");
  }

  LogicalResult lower(KernelOp kernel, const LowerContext &context) const override {
    KernelCode code(kernel, context);
    switch (kernel.getSchedule()->getStrategy()) {
    case Strategy::Dense:
      lowerDense(code);
      break;
    case Strategy::Stream:
      lowerStream(code);
      break;
    case Strategy::Strip:
      lowerStrip(code);
      break;
    case Strategy::Rows:
      lowerRows(code);
      break;
    case Strategy::Decode:
      lowerDecode(code);
      break;
    case Strategy::Order:
      lowerOrder(code);
      break;
    }
    return success();
  }

  void addPasses(OpPassManager &passes, StringRef isa) const override {
    ExpandMathOptions options;
    options.isa = mathIsa(isa);
    passes.nest<func::FuncOp>().addPass(createExpandMath(options));
  }
};

} // namespace

const Backend &llvmBackend() {
  static const LlvmBackend backend;
  return backend;
}

} // namespace mlir::attn
