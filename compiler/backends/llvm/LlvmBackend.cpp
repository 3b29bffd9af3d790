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
    case Strategy::Linear:
      return supportsLinear(kernel, why);
    case Strategy::Order:
      return supportsOrder(kernel, why);
    case Strategy::Edges:
      return supportsEdges(kernel, why);
    }
    llvm_unreachable("unknown strategy");
  }

  bool readsNarrow(BlockArgument argument) const override {
    switch (cast<KernelOp>(argument.getOwner()->getParentOp()).getSchedule()->getStrategy()) {
    case Strategy::Dense:
      return denseReadsNarrow(argument);
    case Strategy::Rows:
      return rowsReadNarrow(argument);
    case Strategy::Decode:
      return decodeReadsNarrow(argument);
    case Strategy::Stream:
      return streamReadsNarrow(argument);
    case Strategy::Linear:
      return linearReadsNarrow(argument);
    case Strategy::Edges:
      return edgesReadNarrow(argument);
    case Strategy::Strip:
      return stripReadsNarrow(argument);
    case Strategy::Order:
      return false;
    }
    llvm_unreachable("unknown strategy");
  }

  bool writesNarrow(OpResult result) const override {
    switch (cast<KernelOp>(result.getOwner()).getSchedule()->getStrategy()) {
    case Strategy::Dense:
      return denseWritesNarrow(result);
    case Strategy::Rows:
      return rowsWriteNarrow(result);
    case Strategy::Stream:
    case Strategy::Strip:
    case Strategy::Decode:
    case Strategy::Edges:
      return mapsWriteNarrow(result);
    case Strategy::Linear: // the output, and the state after the last key
      return true;
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
    case Strategy::Linear:
      lowerLinear(code);
      break;
    case Strategy::Decode:
      lowerDecode(code);
      break;
    case Strategy::Order:
      lowerOrder(code);
      break;
    case Strategy::Edges:
      lowerEdges(code);
      break;
    }
    return success();
  }

  void addPasses(OpPassManager &passes, StringRef isa) const override {
    CallLibmOptions calls;
    calls.isa = mathIsa(isa);
    passes.addPass(createCallLibm(calls));
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
