// The code of a model for one processor. A binary may hold several variants; all are made from the same fused IR, have
// the same interface and read the same weights.
#pragma once

#include "compiler/backends/Target.h"
#include "compiler/emit/Buffers.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace mlir::attn {

struct Variant {
  TargetInfo target;
  OwningOpRef<ModuleOp> module;
};

/// The model's function in each variant.
inline FailureOr<llvm::SmallVector<func::FuncOp>> modelsOf(llvm::ArrayRef<Variant> variants) {
  llvm::SmallVector<func::FuncOp> models;
  for (const Variant &variant : variants) {
    FailureOr<func::FuncOp> model = findModel(*variant.module);
    if (failed(model))
      return failure();
    models.push_back(*model);
  }
  return models;
}

} // namespace mlir::attn
