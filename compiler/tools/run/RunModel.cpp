// One run of attn-run, from options to verdict.
#include "compiler/tools/run/RunModel.h"
#include "compiler/tools/run/ModelFile.h"
#include "compiler/tools/run/Report.h"
#include "llvm/ADT/StringExtras.h"

namespace mlir::attn::run {

using reference::Precision;

static llvm::Expected<size_t> indexOf(const std::string &name, const Signature &signature) {
  for (auto [i, port] : llvm::enumerate(signature.outputs))
    if (port.name == name)
      return i;
  return reference::error("the model has no output \"" + name + "\"; it has " +
                          llvm::join(llvm::map_range(signature.outputs, [](const Port &p) { return p.name; }), ", "));
}

static llvm::Error writeOutputs(const Options &options, const Signature &signature, llvm::ArrayRef<Array> results) {
  for (const auto &[name, path] : options.outputs) {
    llvm::Expected<size_t> i = indexOf(name, signature);
    if (!i)
      return i.takeError();
    // The f64 reference keeps its digits, but those that a result of bf16 has not.
    bool isWide = options.reference && options.precision.value_or(Precision::F64) == Precision::F64 &&
                  !isInteger(signature.outputs[*i].dtype) && signature.outputs[*i].dtype != ATTN_BF16;
    if (llvm::Error failed = writeArray(path, results[*i], isWide ? attn_dtype(ATTN_F64) : signature.outputs[*i].dtype))
      return failed;
  }
  return llvm::Error::success();
}

/// Compares results with files, and prints them when nothing else is done with them. True when every comparison holds.
static llvm::Expected<bool> report(const Options &options, const Signature &signature, llvm::ArrayRef<Array> results) {
  bool holds = true;
  for (const auto &[name, path] : options.expected) {
    llvm::Expected<size_t> i = indexOf(name, signature);
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

/// Runs one library in every way that the options ask for: with each number of threads and, guarded, with its memory
/// before and behind a page that faults. Nothing if two of them differ in a bit.
static llvm::Expected<std::optional<std::vector<Array>>> runEveryWay(const Options &options, const std::string &path,
                                                                     llvm::ArrayRef<Array> inputs) {
  llvm::SmallVector<Guard, 2> guards = {Guard::None};
  if (options.guard)
    guards = {Guard::End, Guard::Start};
  std::vector<std::vector<char>> bits;
  std::vector<Array> results;
  for (int threads : options.threads)
    for (Guard guard : guards) {
      auto library = Library::open(path, {options.weights, threads, guard, options.variant});
      if (!library)
        return library.takeError();
      llvm::Error failed = library->bind(inputs);
      if (!failed)
        failed = library->run();
      if (failed)
        return failed;
      bool isFirst = bits.empty();
      for (auto [i, port] : llvm::enumerate(library->signature().outputs)) {
        if (isFirst)
          bits.push_back(library->bits(i).vec());
        if (library->bits(i) == llvm::ArrayRef(bits[i]))
          continue;
        llvm::outs() << path << ": " << port.name << ": other bits with " << threads << " threads"
                     << (guard == Guard::Start ? " and its memory at the start of a page" : "") << " than with "
                     << options.threads.front() << "\n";
        return std::nullopt;
      }
      if (isFirst)
        results = library->results();
    }
  return results;
}

/// What a model of these ports is computed in, if the options do not say.
static Precision precisionOf(const Options &options, const Signature &signature) {
  auto isF64 = [](const Port &port) { return port.dtype == ATTN_F64; };
  bool inF64 = llvm::any_of(signature.inputs, isF64) || llvm::any_of(signature.outputs, isF64);
  return options.precision.value_or(inF64 ? Precision::F64 : Precision::F32);
}

/// Inputs as the model gets them: an f32 that is computed with in f64 has lost its other digits before.
static std::vector<Array> inputsFor(Precision precision, const Signature &signature, llvm::ArrayRef<Array> inputs) {
  std::vector<Array> rounded(inputs.begin(), inputs.end());
  for (auto [port, input] : llvm::zip(signature.inputs, rounded))
    if (precision == Precision::F64 && port.dtype == ATTN_F32)
      input = roundedTo(ATTN_F32, input);
  return rounded;
}

/// Compares each model's results with the reference, which is computed once.
static llvm::Expected<bool> expectReference(const Options &options, const Signature &signature,
                                            llvm::ArrayRef<Array> given,
                                            llvm::ArrayRef<std::vector<Array>> resultsOfModels) {
  auto file = ModelFile::read(options.expectReference);
  if (!file)
    return file.takeError();
  Precision precision = precisionOf(options, signature);
  std::vector<Array> inputs = inputsFor(precision, signature, given);
  auto exact = (*file)->run(inputs, options.weights, precision == Precision::F64 ? Precision::F80 : Precision::F64);
  if (!exact)
    return exact.takeError();
  auto rounded = (*file)->run(inputs, options.weights, precision);
  if (!rounded)
    return rounded.takeError();
  bool holds = true;
  for (auto [path, results] : llvm::zip(options.models, resultsOfModels)) {
    if (exact->size() != results.size())
      return reference::error("the reference has " + llvm::Twine(exact->size()) + " results, the model " +
                              llvm::Twine(results.size()));
    std::string label = options.models.size() > 1 ? path + ": " : "";
    for (auto [port, result, truth, naive] : llvm::zip(signature.outputs, results, *exact, *rounded))
      holds &= compareWithReference(label + port.name, port.dtype, result, truth, naive, precision);
  }
  return holds;
}

static llvm::Error benchmarkLibrary(const Options &options, llvm::ArrayRef<Array> inputs) {
  auto library = Library::open(options.models.front(), {options.weights, options.threads.front(), Guard::None,
                                                        options.variant, options.profile});
  if (!library)
    return library.takeError();
  if (llvm::Error failed = library->bind(inputs))
    return failed;
  return benchmark(*library, options.json, options.profile);
}

static bool samePorts(llvm::ArrayRef<Port> a, llvm::ArrayRef<Port> b) {
  return a.size() == b.size() && llvm::all_of(llvm::zip(a, b), [](auto pair) {
           auto &[x, y] = pair;
           return x.name == y.name && x.dtype == y.dtype && x.dims == y.dims;
         });
}

/// The signature of one model, printed if that is asked for.
static llvm::Expected<Signature> describedSignature(const Options &options, const std::string &path) {
  std::optional<Library> library;
  llvm::Expected<Signature> signature = Signature();
  if (options.reference) {
    auto file = ModelFile::read(path);
    if (!file)
      return file.takeError();
    signature = (*file)->signature();
  } else {
    auto opened = Library::open(path, {options.weights, options.threads.front(), Guard::None, options.variant});
    if (!opened)
      return opened.takeError();
    library.emplace(std::move(*opened));
    signature = library->signature();
  }
  if (signature && options.describe)
    printSignature(*signature);
  if (library && options.describe)
    printMetadata(*library);
  return signature;
}

/// The signature that all models have.
static llvm::Expected<Signature> commonSignature(const Options &options) {
  std::optional<Signature> common;
  for (const std::string &path : options.models) {
    llvm::Expected<Signature> signature = describedSignature(options, path);
    if (!signature)
      return signature;
    if (common && !(samePorts(common->inputs, signature->inputs) && samePorts(common->outputs, signature->outputs)))
      return reference::error(path + ": its inputs or outputs are not those of " + options.models.front());
    common = *signature;
  }
  return *common;
}

/// The results of each model; nothing if two runs of one differ in a bit.
static llvm::Expected<std::optional<std::vector<std::vector<Array>>>> runEach(const Options &options,
                                                                              llvm::ArrayRef<Array> inputs) {
  std::vector<std::vector<Array>> all;
  for (const std::string &path : options.models) {
    if (!options.reference) {
      auto results = runEveryWay(options, path, inputs);
      if (!results)
        return results.takeError();
      if (!*results)
        return std::nullopt;
      all.push_back(std::move(**results));
      continue;
    }
    auto file = ModelFile::read(path);
    if (!file)
      return file.takeError();
    auto results = (*file)->run(inputs, options.weights, options.precision.value_or(Precision::F64));
    if (!results)
      return results.takeError();
    llvm::Expected<Signature> signature = (*file)->signature();
    if (!signature)
      return signature.takeError();
    for (auto [port, result] : llvm::zip_equal(signature->outputs, *results))
      if (port.dtype == ATTN_BF16)
        result = roundedTo(ATTN_BF16, result);
    all.push_back(std::move(*results));
  }
  return all;
}

llvm::Expected<bool> runModel(const Options &options) {
  llvm::Expected<Signature> signature = commonSignature(options);
  if (!signature)
    return signature.takeError();
  if (options.describe)
    return true;
  auto inputs = makeInputs(*signature, options.inputs);
  if (!inputs)
    return inputs.takeError();
  if (options.benchmark) {
    if (llvm::Error failed = benchmarkLibrary(options, *inputs))
      return failed;
    if (options.outputs.empty() && options.expected.empty() && options.expectReference.empty())
      return true;
  }
  auto results = runEach(options, *inputs);
  if (!results)
    return results.takeError();
  if (!*results)
    return false;
  if (llvm::Error failed = writeOutputs(options, *signature, (*results)->front()))
    return failed;
  bool holds = true;
  for (const std::vector<Array> &of : **results) {
    llvm::Expected<bool> agrees = report(options, *signature, of);
    if (!agrees)
      return agrees;
    holds &= *agrees;
  }
  if (options.expectReference.empty())
    return holds;
  llvm::Expected<bool> agrees = expectReference(options, *signature, *inputs, **results);
  return agrees ? llvm::Expected<bool>(*agrees && holds) : std::move(agrees);
}

} // namespace mlir::attn::run
