// Parsing with every dialect that a stage's IR may hold.
#include "compiler/tools/run/ModelFile.h"
#include "compiler/driver/Input.h"
#include "compiler/reference/Weights.h"
#include "dialect/AttnDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/SourceMgr.h"

namespace mlir::attn::run {

llvm::Expected<std::unique_ptr<ModelFile>> ModelFile::read(const std::string &path) {
  auto file = std::make_unique<ModelFile>();
  DialectRegistry registry;
  registry.insert<AttnDialect, func::FuncDialect, arith::ArithDialect, math::MathDialect, tensor::TensorDialect,
                  scf::SCFDialect, vector::VectorDialect, LLVM::LLVMDialect>();
  file->context = std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  auto text = readInput(path);
  if (!text)
    return text.takeError();
  if (unsigned line = tooDeepAt((*text)->getBuffer()))
    return reference::error(path + ":" + llvm::Twine(line) + ": brackets nest deeper than " + llvm::Twine(kMaxNesting));
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(*text), llvm::SMLoc());
  SourceMgrDiagnosticHandler handler(sources, file->context.get());
  file->module = parseSourceFile<ModuleOp>(sources, file->context.get());
  if (!file->module)
    return reference::error(path + ": not run, because of the errors above");
  llvm::Expected<func::FuncOp> function = reference::modelFunction(*file->module);
  if (!function)
    return reference::error(path + ": " + llvm::toString(function.takeError()));
  file->function = *function;
  return file;
}

llvm::Expected<Signature> ModelFile::signature() { return signatureOf(function); }

llvm::Expected<std::vector<Array>> ModelFile::run(llvm::ArrayRef<Array> inputs, const std::string &weights,
                                                  reference::Precision precision) {
  llvm::Expected<reference::WeightProvider> provider = reference::openWeights(weights);
  if (!provider)
    return provider.takeError();
  return reference::run(function, inputs.vec(), *provider, precision);
}

} // namespace mlir::attn::run
