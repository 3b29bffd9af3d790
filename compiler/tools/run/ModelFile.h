// A model in IR, of any stage, and the reference's results for it.
#pragma once

#include "compiler/tools/run/Signature.h"
#include "mlir/IR/OwningOpRef.h"

namespace mlir::attn::run {

class ModelFile {
public:
  /// Parses and verifies the file; diagnostics go to standard error, and the error returned has no text of its own.
  static llvm::Expected<std::unique_ptr<ModelFile>> read(const std::string &path);

  llvm::Expected<Signature> signature();
  /// `weights` is the path of a safetensors file, or empty.
  llvm::Expected<std::vector<Array>> run(llvm::ArrayRef<Array> inputs, const std::string &weights,
                                         reference::Precision precision);

private:
  std::unique_ptr<MLIRContext> context;
  OwningOpRef<ModuleOp> module;
  func::FuncOp function;
};

} // namespace mlir::attn::run
