// Packing needs the IR only to check; it then runs in a thread of its own, and so does the generation of each variant's
// code.
#include "compiler/driver/Build.h"
#include "compiler/driver/Input.h"
#include "compiler/driver/Link.h"
#include "compiler/driver/Target.h"
#include "compiler/emit/EmitHeader.h"
#include "compiler/emit/EmitObject.h"
#include "compiler/emit/PackWeights.h"
#include "dialect/KernelNumbers.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/thread.h"
#include <deque>
#include <thread>

namespace mlir::attn {

namespace {

/// A variant on its way from LLVM IR to bytes: what a thread of its own may touch.
struct CodeGeneration {
  CodeGeneration(ObjectEmitter emitter, std::string label) : emitter(std::move(emitter)), label(std::move(label)) {}

  ObjectEmitter emitter;
  std::string label; ///< of the variant, where there are several
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module;
  llvm::SmallVector<char, 0> bytes;
  std::string error;
};

class Builder {
public:
  Builder(BuildJob &job, std::string &error) : job(job), options(job.options), error(error) {}

  LogicalResult build() {
    bool text = options.kind == OutputKind::LlvmIr || options.kind == OutputKind::Assembly;
    std::string header;
    if (!text && failed(openWeights()))
      return failure();
    if (!text && options.kind != OutputKind::Executable) {
      FailureOr<std::string> result = headerText(job);
      if (failed(result))
        return failure();
      header = *result;
    }
    startPacking();
    LogicalResult generated = generate();
    finishPacking();
    if (failed(generated) || !error.empty())
      return failure();
    return text ? writeText() : finish(header);
  }

private:
  LogicalResult fail(llvm::Error failure) {
    if (failure)
      error = llvm::toString(std::move(failure));
    return success(error.empty());
  }

  LogicalResult openWeights() {
    Timing::Scope scope(job.timing, "check weights");
    FailureOr<SmallVector<func::FuncOp>> models = modelsOf(job.variants);
    if (failed(models))
      return failure();
    FailureOr<WeightPacker> opened = WeightPacker::open(*models, {options.weights, options.convertWeights});
    if (failed(opened))
      return failure();
    packer = std::move(*opened);
    if (!packer.dataBytes())
      return success();
    auto path =
        options.embedWeights ? job.outputs.intermediate("weights") : job.outputs.reserve(options.output + ".weights");
    if (!path)
      return fail(path.takeError());
    packedPath = *path;
    return success();
  }

  void startPacking() {
    if (packedPath.empty() || options.onlyPrintCommands)
      return;
    packing = std::thread([this] {
      Timing::Scope scope(job.timing, "pack weights");
      if (auto written = packer.write(packedPath))
        id = *written;
      else
        packError = llvm::toString(written.takeError());
    });
  }

  void finishPacking() {
    if (packing.joinable())
      packing.join();
    if (error.empty())
      error = packError;
  }

  LogicalResult generate() {
    for (const Variant &variant : job.variants) {
      llvm::Expected<ObjectEmitter> made = ObjectEmitter::create(variant.target, options.level);
      if (!made)
        return fail(made.takeError());
      codes.emplace_back(std::move(*made), job.variants.size() > 1 ? "." + variant.target.name : "");
    }
    {
      Timing::Scope scope(job.timing, "convert to the LLVM dialect");
      for (const Variant &variant : job.variants)
        if (failed(convertToLLVMDialect(*variant.module, /*verify=*/false)))
          return failure();
    }
    Timing::Scope scope(job.timing, "generate code");
    for (auto [variant, code] : llvm::zip_equal(job.variants, codes)) {
      FailureOr<std::unique_ptr<llvm::Module>> translated = code.emitter.translate(*variant.module, code.context);
      if (failed(translated))
        return failure();
      code.module = std::move(*translated);
    }
    std::vector<llvm::thread> threads;
    for (CodeGeneration &code : codes)
      threads.emplace_back(std::optional<unsigned>(kStackBytes), [&] { generate(code); });
    for (llvm::thread &thread : threads)
      thread.join();
    for (const CodeGeneration &code : codes)
      if (error.empty())
        error = code.error;
    return success(error.empty());
  }

  void generate(CodeGeneration &code) {
    {
      Timing::Scope scope(job.timing, "  LLVM: optimise" + code.label);
      code.emitter.optimize(*code.module);
    }
    if (options.kind == OutputKind::LlvmIr) {
      llvm::raw_svector_ostream os(code.bytes);
      code.module->print(os, nullptr);
      return;
    }
    Timing::Scope scope(job.timing, "  LLVM: machine code" + code.label);
    if (llvm::Error failure = code.emitter.write(*code.module, code.bytes, options.kind == OutputKind::Assembly))
      code.error = llvm::toString(std::move(failure));
  }

  LogicalResult writeText() {
    const llvm::SmallVector<char, 0> &text = codes.front().bytes;
    return fail(job.outputs.write(options.output, StringRef(text.data(), text.size())));
  }

  LogicalResult finish(StringRef header) {
    Timing::Scope scope(job.timing, "link");
    LinkJob linkJob{options.kind, "", options.output};
    linkJob.printCommands = options.printCommands;
    linkJob.run = !options.onlyPrintCommands;
    for (CodeGeneration &code : codes)
      linkJob.objects.push_back({"model" + code.label + ".o", std::move(code.bytes)});
    if (packer.dataBytes()) {
      llvm::SmallVector<char, 0> weights;
      bool include = options.embedWeights && !options.onlyPrintCommands;
      if (failed(fail(codes.front().emitter.writeWeights(options.prefix, id, include ? packedPath : "", weights))))
        return failure();
      linkJob.objects.push_back({"weights.o", std::move(weights)});
    }
    llvm::Expected<std::string> path = job.outputs.reserve(options.output, options.kind == OutputKind::Executable ||
                                                                               options.kind == OutputKind::Shared);
    if (!path)
      return fail(path.takeError());
    linkJob.output = *path;
    if (failed(fail(link(linkJob, job.outputs))))
      return failure();
    if (header.empty())
      return success();
    llvm::SmallString<256> headerPath(options.output);
    llvm::sys::path::replace_extension(headerPath, "h");
    return fail(job.outputs.write(headerPath, header));
  }

  BuildJob &job;
  const CompileOptions &options;
  std::string &error;
  WeightPacker packer;
  WeightsId id = {};
  std::string packedPath, packError;
  std::thread packing;
  std::deque<CodeGeneration> codes; // of each variant
};

} // namespace

LogicalResult buildFiles(BuildJob &job, std::string &error) { return Builder(job, error).build(); }

FailureOr<std::string> headerText(const BuildJob &job) {
  FailureOr<func::FuncOp> model = findModel(*job.variants.front().module);
  if (failed(model))
    return failure();
  FailureOr<FunctionExtents> extents = FunctionExtents::compute(*model);
  if (failed(extents))
    return failure();
  FailureOr<Interface> interface = Interface::compute(*model, *extents);
  if (failed(interface))
    return failure();
  HeaderOptions header;
  header.prefix = job.options.prefix;
  header.source = llvm::sys::path::filename(job.options.input).str();
  for (const Variant &variant : job.variants)
    header.variants.emplace_back(variant.target.name, featureText(variant.target));
  header.weightsBytes = packedBytes(*model);
  header.embedded = job.options.embedWeights;
  (*job.variants.front().module)->walk([&](KernelOp kernel) { header.callsLibm |= numberOf(kernel).isF64(); });
  return emitHeader(*interface, header);
}

} // namespace mlir::attn
