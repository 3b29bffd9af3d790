// Packing needs the IR only to check; it then runs in a thread of its own while this one generates code.
#include "compiler/driver/Build.h"
#include "compiler/driver/Link.h"
#include "compiler/emit/Buffers.h"
#include "compiler/emit/EmitHeader.h"
#include "compiler/emit/EmitObject.h"
#include "compiler/emit/PackWeights.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <thread>

namespace mlir::attn {

namespace {

class Builder {
public:
  Builder(ModuleOp module, BuildJob &job, std::string &error)
      : module(module), job(job), options(job.options), error(error) {}

  LogicalResult build() {
    bool text = options.kind == OutputKind::LlvmIr || options.kind == OutputKind::Assembly;
    std::string header;
    if (!text && failed(openWeights()))
      return failure();
    if (!text && options.kind != OutputKind::Executable) {
      FailureOr<std::string> result = headerText(module, job);
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
    FailureOr<func::FuncOp> model = findModel(module);
    if (failed(model))
      return failure();
    FailureOr<WeightPacker> opened = WeightPacker::open(*model, {options.weights, options.convertWeights});
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
    llvm::Expected<ObjectEmitter> made = ObjectEmitter::create(job.target, options.level);
    if (!made)
      return fail(made.takeError());
    emitter.emplace(std::move(*made));
    {
      Timing::Scope scope(job.timing, "convert to the LLVM dialect");
      if (failed(convertToLLVMDialect(module, /*verify=*/false)))
        return failure();
    }
    Timing::Scope scope(job.timing, "generate code");
    FailureOr<std::unique_ptr<llvm::Module>> translated = emitter->translate(module, context);
    if (failed(translated))
      return failure();
    {
      Timing::Scope inner(job.timing, "  LLVM: optimise");
      emitter->optimize(**translated);
    }
    if (options.kind == OutputKind::LlvmIr) {
      llvm::raw_svector_ostream os(code);
      (*translated)->print(os, nullptr);
      return success();
    }
    Timing::Scope inner(job.timing, "  LLVM: machine code");
    return fail(emitter->write(**translated, code, options.kind == OutputKind::Assembly));
  }

  LogicalResult writeText() { return fail(job.outputs.write(options.output, StringRef(code.data(), code.size()))); }

  LogicalResult finish(StringRef header) {
    Timing::Scope scope(job.timing, "link");
    LinkJob linkJob{options.kind, "", options.output};
    linkJob.printCommands = options.printCommands;
    linkJob.run = !options.onlyPrintCommands;
    linkJob.objects.push_back(std::move(code));
    if (packer.dataBytes()) {
      llvm::SmallVector<char, 0> weights;
      bool include = options.embedWeights && !options.onlyPrintCommands;
      if (failed(fail(emitter->writeWeights(options.prefix, id, include ? packedPath : "", weights))))
        return failure();
      linkJob.objects.push_back(std::move(weights));
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

  ModuleOp module;
  BuildJob &job;
  const CompileOptions &options;
  std::string &error;
  WeightPacker packer;
  WeightsId id = {};
  std::string packedPath, packError;
  std::thread packing;
  llvm::LLVMContext context;
  std::optional<ObjectEmitter> emitter;
  llvm::SmallVector<char, 0> code;
};

} // namespace

LogicalResult buildFiles(ModuleOp module, BuildJob &job, std::string &error) {
  return Builder(module, job, error).build();
}

FailureOr<std::string> headerText(ModuleOp module, const BuildJob &job) {
  FailureOr<func::FuncOp> model = findModel(module);
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
  header.target = job.target.name;
  header.cpuFeatures = job.target.cpuFeatures;
  header.weightsBytes = packedBytes(*model);
  header.embedded = job.options.embedWeights;
  return emitHeader(*interface, header);
}

} // namespace mlir::attn
