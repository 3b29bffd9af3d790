// The Halide back end: what it takes, and the code around a pipeline.
#include <Halide.h>

#include "compiler/backends/halide/Formula.h"
#include "compiler/backends/halide/HalideBackend.h"
#include "compiler/backends/halide/MapFuncs.h"
#include "llvm/Support/Error.h"
#include <stdexcept>

namespace mlir::attn {
namespace {

/// Halide's own errors and warnings, as an exception: a warning tells of a buffer that is smaller than what is read of
/// it, which no check in the code would find.
struct Refusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Reporter : public Halide::CompileTimeErrorReporter {
public:
  void warning(const char *message) override { throw Refusal(message); }
  void error(const char *message) override { throw Refusal(message); }
};

/// A call of a function that is in bitcode: i32 name(arguments...).
void callBitcode(CodeBuilder &code, ModuleOp module, StringRef name, ValueRange arguments) {
  Type i32 = code.b.getI32Type();
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  auto type = LLVM::LLVMFunctionType::get(i32, llvm::to_vector(arguments.getTypes()));
  LLVM::LLVMFuncOp::create(builder, code.b.getLoc(), name, type);
  LLVM::CallOp::create(code.b, TypeRange(i32), name, arguments);
}

class HalideBackend : public Backend {
public:
  HalideBackend() { Halide::set_custom_compile_time_error_reporter(&reporter); }

  StringRef name() const override { return "halide"; }

  LogicalResult supports(KernelOp kernel, std::string &why) const override {
    if (failed(supportsElements(kernel, why)) || failed(supportsNumbers(*kernel.getSchedule(), why)))
      return failure();
    if (!numberOf(kernel).isF32()) {
      why.clear();
      llvm::raw_string_ostream(why) << "pipelines compute in f32, this kernel in " << numberOf(kernel);
      return failure();
    }
    if (kernel.getSchedule()->getStrategy() != Strategy::Strip) {
      why = "only kernels of score maps are written in Halide, as strips";
      return failure();
    }
    if (int64_t cols = kernel.getSchedule()->getCols(); !llvm::isPowerOf2_64(cols)) {
      why =
          "cols is " + std::to_string(cols) + ", tiles are halved where a tensor is narrower: expected a power of two";
      return failure();
    }
    if (!kernel.getBody().front().getOps<TopKOp>().empty()) {
      why = "top_k finds its threshold in passes whose number is not known to a pipeline";
      return failure();
    }
    for (Operation &op : kernel.getBody().front().without_terminator())
      for (Region &region : op.getRegions())
        if (!region.empty() && failed(supportsHalideFormula(region, why)))
          return failure();
    return supportsStripPlan(kernel, why);
  }

  LogicalResult lower(KernelOp kernel, const LowerContext &context) const override {
    try {
      return build(kernel, context);
    } catch (const std::runtime_error &problem) {
      return kernel.emitError("Halide: ") << problem.what(); // untested: a fault of ours
    }
  }

  void addPasses(OpPassManager &, StringRef) const override {}

private:
  static LogicalResult build(KernelOp kernel, const LowerContext &context) {
    KernelCode code(kernel, context);
    MapFuncs funcs(kernel, code);
    auto pipelines = funcs.compile(context.symbol + "_halide");
    if (!pipelines)
      return kernel.emitError(llvm::toString(pipelines.takeError())); // untested: needs a full disk
    ModuleOp module = context.module;
    OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
    for (const StripPipelines::Bitcode &pipeline : *pipelines)
      BitcodeOp::create(builder, kernel.getLoc(), pipeline.name, pipeline.bytes);
    buildStripTasks(code, funcs.stripPlan(), [&](CodeBuilder &builder, const StripTask &task) {
      funcs.run(builder, task, [&](unsigned number, ValueRange arguments) {
        callBitcode(builder, module, (*pipelines)[number].name, arguments);
      });
    });
    return success();
  }

  Reporter reporter;
};

} // namespace

const Backend &halideBackend() {
  static HalideBackend backend;
  return backend;
}

} // namespace mlir::attn
