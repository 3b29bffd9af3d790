// From a module with an entry point to LLVM IR, assembly or an object file.
#pragma once

#include "compiler/backends/Target.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include <memory>

namespace llvm {
class LLVMContext;
class Module;
class TargetMachine;
} // namespace llvm

namespace mlir {
class DialectRegistry;
}

namespace mlir::attn {

/// What the translation to LLVM IR needs to know; call before the context is made.
void registerEmitTranslations(DialectRegistry &registry);

/// Erases the model's meaning (its public function), which code no longer needs, and converts everything to the LLVM
/// dialect.
LogicalResult convertToLLVMDialect(ModuleOp module, bool verify);

/// One target machine serves a whole compilation.
class ObjectEmitter {
public:
  /// `level` is 0 to 3. Fails if LLVM has no such processor.
  static llvm::Expected<ObjectEmitter> create(const TargetInfo &target, unsigned level);
  ObjectEmitter(ObjectEmitter &&);
  ~ObjectEmitter();

  /// Translates, names the target on every function, and optimises.
  FailureOr<std::unique_ptr<llvm::Module>> translate(ModuleOp module, llvm::LLVMContext &context);
  void optimize(llvm::Module &module);
  /// Assembles or prints; the module is used up.
  llvm::Error write(llvm::Module &module, llvm::SmallVectorImpl<char> &output, bool assembly);

  /// An object that holds `<prefix>_weights_id` and, if a path is given, the packed weights as `<prefix>_weights`.
  llvm::Error writeWeights(const std::string &prefix, llvm::ArrayRef<uint8_t> id, const std::string &packedPath,
                           llvm::SmallVectorImpl<char> &output);

private:
  ObjectEmitter();
  void describe(llvm::Module &module) const;

  TargetInfo target;
  unsigned level = 3;
  std::unique_ptr<llvm::TargetMachine> machine;
};

} // namespace mlir::attn
