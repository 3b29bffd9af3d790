// The one table of stages, and their registration with MLIR.
#include "compiler/driver/Stages.h"
#include "compiler/driver/Target.h"
#include "compiler/emit/EmitObject.h"
#include "compiler/fuse/Stage.h"
#include "compiler/lower/Stage.h"
#include "compiler/simplify/Stage.h"
#include "compiler/tile/Stage.h"
#include "dialect/AttnDialect.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Index/IR/IndexDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/ADT/StringExtras.h"

#include "attn/runtime.h"

#include <deque>

namespace mlir::attn {

static void simplifyStage(OpPassManager &passes, const StageOptions &options) {
  SimplifyOptions simplify;
  simplify.inF64 = options.precision == "f64";
  buildSimplify(passes, simplify);
}

static void fuseStage(OpPassManager &passes, const StageOptions &) { buildFuse(passes); }

static void tileStage(OpPassManager &passes, const StageOptions &options) {
  TileOptions tile;
  tile.vectorBits = options.target.vectorBits;
  tile.backend = options.backend;
  tile.precision = options.precision == "f64" ? "f32" : options.precision; // linears multiply their own numbers
  tile.listAlternatives = options.listAlternatives;
  buildTile(passes, tile);
}

static void lowerStage(OpPassManager &passes, const StageOptions &options) {
  LowerOptions lower;
  lower.isa = options.target.isa == Isa::Avx512 ? "avx512" : options.target.isa == Isa::Avx2 ? "avx2" : "generic";
  llvm::SmallVector<llvm::StringRef> extensions;
  if (options.target.cpuFeatures & ATTN_CPU_AVX512_VNNI)
    extensions.push_back("avx512_vnni");
  if (options.target.cpuFeatures & ATTN_CPU_AVX512_BF16)
    extensions.push_back("avx512_bf16");
  lower.extensions = llvm::join(extensions, ",");
  buildLower(passes, lower);
}

static void emitStage(OpPassManager &passes, const StageOptions &options) { buildEmit(passes, options.emit); }

static constexpr Stage kStages[] = {
    {"simplify", "canonical ops; shorthands expanded, layers unrolled", false, simplifyStage},
    {"fuse", "every computing op in one attn.kernel", false, fuseStage},
    {"tile", "a schedule and layouts for each kernel", true, tileStage},
    {"lower", "code for each kernel", true, lowerStage},
    {"emit", "memory plan, entry point, metadata", true, emitStage}};

llvm::ArrayRef<Stage> stages() { return kStages; }

void registerDialects(DialectRegistry &registry) {
  registry.insert<AttnDialect, affine::AffineDialect, arith::ArithDialect, cf::ControlFlowDialect, func::FuncDialect,
                  index::IndexDialect, LLVM::LLVMDialect, math::MathDialect, memref::MemRefDialect, scf::SCFDialect,
                  tensor::TensorDialect, ub::UBDialect, vector::VectorDialect>();
  registerEmitTranslations(registry);
}

namespace {

struct PipelineOptions : mlir::PassPipelineOptions<PipelineOptions> {
  Option<std::string> march{*this, "march", llvm::cl::desc("processor to compile for"), llvm::cl::init("x86-64-v3")};
  Option<std::string> backend{*this, "backend", llvm::cl::desc("auto, llvm or halide"), llvm::cl::init("auto")};
  Option<std::string> precision{*this, "precision", llvm::cl::desc("f32, f64, bf16 or int8"), llvm::cl::init("f32")};
  Option<std::string> prefix{*this, "prefix", llvm::cl::desc("prefix of the C functions"), llvm::cl::init("model")};
};

} // namespace

static void registerStage(const Stage &stage) {
  static std::deque<std::string> names; // the registry keeps references
  const std::string &name = names.emplace_back(("attn-" + stage.name).str());
  registerPassPipeline(
      name, stage.summary,
      [build = stage.build](OpPassManager &passes, StringRef text, function_ref<LogicalResult(const Twine &)> error) {
        PipelineOptions parsed;
        if (failed(parsed.parseFromString(text)))
          return failure();
        llvm::Expected<TargetInfo> target = resolveTarget(parsed.march);
        if (!target)
          return error(llvm::toString(target.takeError()));
        StageOptions options;
        options.target = *target;
        options.backend = parsed.backend;
        options.precision = parsed.precision;
        options.emit.prefix = parsed.prefix;
        options.emit.target = target->name;
        options.emit.targets = {target->name};
        options.emit.cpuFeatures = {target->cpuFeatures};
        build(passes, options);
        return success();
      },
      [](function_ref<void(const mlir::detail::PassOptions &)> handler) { handler(PipelineOptions()); });
}

void registerStagePipelines() {
  for (const Stage &stage : stages())
    registerStage(stage);
}

} // namespace mlir::attn
