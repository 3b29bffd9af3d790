// The order of the stages, for every tool: one row each.
#pragma once

#include "compiler/backends/Target.h"
#include "compiler/emit/Stage.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace mlir {
class DialectRegistry;
class OpPassManager;
} // namespace mlir

namespace mlir::attn {

/// What the stages of one compilation may depend on.
struct StageOptions {
  TargetInfo target;
  std::string backend = "auto";  ///< auto, llvm or halide
  std::string precision = "f32"; ///< f32, f64, bf16 or int8
  bool listAlternatives = false; ///< to each kernel, which other schedules are worth timing
  EmitOptions emit;
};

struct Stage {
  llvm::StringLiteral name;
  llvm::StringLiteral summary;
  bool forTarget; ///< what it makes depends on the processor
  void (*build)(OpPassManager &passes, const StageOptions &options);
};

/// In the order they run.
llvm::ArrayRef<Stage> stages();

/// All dialects that stages produce, and their translation to LLVM IR.
void registerDialects(DialectRegistry &registry);

/// For attn-opt: each pass by its own name, and each stage as the pipeline `attn-<stage>` with the options `march` and
/// `prefix`.
void registerPassesAndStages();
/// The pipelines alone.
void registerStagePipelines();

} // namespace mlir::attn
