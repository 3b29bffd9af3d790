// One run of attn-run, from options to verdict.
#include "compiler/tools/run/RunModel.h"
#include "compiler/tools/run/ModelFile.h"
#include "compiler/tools/run/Report.h"
#include "llvm/ADT/StringExtras.h"
#include <optional>

namespace mlir::attn::run {

using reference::Precision;

/// Writes, compares and prints results. True when every comparison holds.
static llvm::Expected<bool> report(const Options &options, const Signature &signature, llvm::ArrayRef<Array> results) {
  auto indexOf = [&](const std::string &name) -> llvm::Expected<size_t> {
    for (auto [i, port] : llvm::enumerate(signature.outputs))
      if (port.name == name)
        return i;
    return reference::error("the model has no output \"" + name + "\"; it has " +
                            llvm::join(llvm::map_range(signature.outputs, [](const Port &p) { return p.name; }), ", "));
  };
  bool holds = true;
  for (const auto &[name, path] : options.outputs) {
    llvm::Expected<size_t> i = indexOf(name);
    if (!i)
      return i.takeError();
    // The f64 reference keeps its digits.
    bool isWide = options.reference && !options.f32 && !isInteger(signature.outputs[*i].dtype);
    if (llvm::Error failed = writeArray(path, results[*i], isWide ? attn_dtype(ATTN_F64) : signature.outputs[*i].dtype))
      return failed;
  }
  for (const auto &[name, path] : options.expected) {
    llvm::Expected<size_t> i = indexOf(name);
    llvm::Expected<Array> expected = readArray(path);
    if (!i || !expected)
      return llvm::joinErrors(i.takeError(), expected.takeError());
    holds &= compare(name, results[*i], *expected, options.rtol, options.atol);
  }
  if (options.outputs.empty() && options.expected.empty() && options.expectReference.empty())
    for (auto [port, result] : llvm::zip(signature.outputs, results))
      printArray(port.name, result, port.dtype);
  return holds;
}

static llvm::Expected<bool> expectReference(const Options &options, const Signature &signature,
                                            llvm::ArrayRef<Array> inputs, llvm::ArrayRef<Array> results) {
  auto file = ModelFile::read(options.expectReference);
  if (!file)
    return file.takeError();
  auto f64 = (*file)->run(inputs, options.weights, Precision::F64);
  if (!f64)
    return f64.takeError();
  auto f32 = (*file)->run(inputs, options.weights, Precision::F32);
  if (!f32)
    return f32.takeError();
  if (f64->size() != results.size())
    return reference::error("the reference has " + llvm::Twine(f64->size()) + " results, the model " +
                            llvm::Twine(results.size()));
  bool holds = true;
  for (auto [port, result, wide, naive] : llvm::zip(signature.outputs, results, *f64, *f32))
    holds &= compareWithReference(port.name, result, wide, naive);
  return holds;
}

llvm::Expected<bool> runModel(const Options &options) {
  std::unique_ptr<ModelFile> file;
  std::optional<Library> library;
  if (options.reference) {
    auto read = ModelFile::read(options.model);
    if (!read)
      return read.takeError();
    file = std::move(*read);
  } else {
    auto opened = Library::open(options);
    if (!opened)
      return opened.takeError();
    library.emplace(std::move(*opened));
  }
  llvm::Expected<Signature> signature = file ? file->signature() : library->signature();
  if (!signature)
    return signature.takeError();
  if (options.describe) {
    printSignature(*signature);
    if (library)
      printMetadata(*library);
    return true;
  }
  auto inputs = makeInputs(*signature, options.inputs);
  if (!inputs)
    return inputs.takeError();
  std::vector<Array> results;
  if (file) {
    auto computed = file->run(*inputs, options.weights, options.f32 ? Precision::F32 : Precision::F64);
    if (!computed)
      return computed.takeError();
    results = std::move(*computed);
  } else {
    llvm::Error failed = library->bind(*inputs);
    if (!failed)
      failed = options.benchmark ? benchmark(*library, options.json) : library->run();
    if (failed)
      return failed;
    results = library->results();
    if (options.benchmark && options.outputs.empty() && options.expected.empty() && options.expectReference.empty())
      return true;
  }
  llvm::Expected<bool> holds = report(options, *signature, results);
  if (!holds || options.expectReference.empty())
    return holds;
  llvm::Expected<bool> agrees = expectReference(options, *signature, *inputs, results);
  return agrees ? llvm::Expected<bool>(*agrees && *holds) : std::move(agrees);
}

} // namespace mlir::attn::run
