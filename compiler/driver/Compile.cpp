// parse -> the stages of the table -> files. Runs on a thread with a large stack, since MLIR recurses on nested input.
#include "compiler/driver/Compile.h"
#include "compiler/driver/Build.h"
#include "compiler/driver/Explain.h"
#include "compiler/driver/Graph.h"
#include "compiler/driver/Input.h"
#include "compiler/driver/Schedules.h"
#include "compiler/driver/Stages.h"
#include "compiler/driver/Target.h"
#include "compiler/emit/Buffers.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/thread.h"

namespace mlir::attn {

namespace {

/// That are shown: the weights file of another model lacks every tensor.
constexpr unsigned kMostErrors = 20;

class Compilation {
public:
  explicit Compilation(const CompileOptions &options) : options(options) {}

  int run() {
    int code = compileAll();
    if (options.timeReport)
      timing.print(llvm::errs());
    return code;
  }

private:
  int fail(const llvm::Twine &message) {
    llvm::errs() << "attnc: error: " << message << "\n";
    return kUserError;
  }
  int fail(llvm::Error error) { return fail(llvm::toString(std::move(error))); }

  /// The exit code after a failure that diagnostics have told; one that nobody told is our fault.
  int failed(llvm::StringRef where) {
    if (!errors) {
      llvm::errs() << "attnc: internal error: " << where << " failed without saying why; please report this model\n";
      return kInternalError;
    }
    llvm::errs() << "attnc: " << errors << (errors == 1 ? " error" : " errors");
    if (errors > kMostErrors)
      llvm::errs() << ", of which the first " << kMostErrors << " are shown";
    llvm::errs() << "; nothing was written\n";
    return kUserError;
  }

  int compileAll() {
    llvm::Expected<llvm::SmallVector<TargetInfo>> resolved =
        resolveTargets(options.marches.empty() ? llvm::ArrayRef(std::string("native")) : options.marches);
    if (!resolved)
      return fail(resolved.takeError());
    targets = *resolved;
    for (TargetInfo &target : targets)
      if (options.vectorBits)
        target.vectorBits = options.vectorBits; // LLVM splits what is wider than a register
    if (int code = checkPaths())
      return code;
    llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> input = readInput(options.input);
    if (!input)
      return fail(input.takeError());
    if (unsigned line = tooDeepAt((*input)->getBuffer()))
      return fail(options.input + ":" + llvm::Twine(line) + ": nested deeper than " + llvm::Twine(kMaxNesting) +
                  " levels");
    sources.AddNewSourceBuffer(std::move(*input), llvm::SMLoc());

    DialectRegistry registry;
    registerDialects(registry);
    MLIRContext context(registry);
    context.printOpOnDiagnostic(false);
    SourceMgrDiagnosticHandler printer(sources, &context, llvm::errs());
    ScopedDiagnosticHandler counter(&context, [&](Diagnostic &diagnostic) {
      errors += diagnostic.getSeverity() == DiagnosticSeverity::Error;
      return success(errors > kMostErrors); // one that succeeds keeps it from the printer
    });
    OwningOpRef<ModuleOp> module;
    {
      Timing::Scope scope(timing, "parse");
      module = parseSourceFile<ModuleOp>(sources, &context);
    }
    if (!module)
      return failed("parsing");
    if (mlir::failed(applyBinds(*module)))
      return failed("--bind");
    if (int code = applySchedules(*module))
      return code;
    return process(std::move(module));
  }

  int checkPaths() {
    for (llvm::StringRef read :
         {llvm::StringRef(options.input), llvm::StringRef(options.weights), llvm::StringRef(options.schedules)})
      if (!read.empty() && read != "-" && options.output != "-" && llvm::sys::fs::equivalent(read, options.output))
        return fail("-o " + options.output + " would overwrite '" + read + "', which is read");
    if (options.dumpStages.empty())
      return kSuccess;
    if (std::error_code code = llvm::sys::fs::create_directories(options.dumpStages))
      return fail("--dump-stages=" + options.dumpStages + ": " + code.message());
    return kSuccess;
  }

  /// `--bind` becomes `attn.bounds` on the model: what passes may read about a dimension.
  LogicalResult applyBinds(ModuleOp module) {
    FailureOr<func::FuncOp> model = findModel(module);
    if (mlir::failed(model))
      return failure();
    if (options.binds.empty())
      return success();
    llvm::SmallVector<llvm::StringRef> known;
    for (unsigned i = 0; i < model->getNumArguments(); ++i)
      if (auto dims = model->getArgAttrOfType<ArrayAttr>(i, "attn.dims"))
        for (Attribute dim : dims)
          known.push_back(splitDimension(cast<StringAttr>(dim).getValue()).first);
    Builder builder(module.getContext());
    llvm::SmallVector<NamedAttribute> bounds;
    for (const Bind &bind : options.binds) {
      if (!llvm::is_contained(known, bind.name))
        return model->emitError("--bind ")
               << bind.name << ": no input has a dimension of this name" << suggestion(bind.name, known);
      bounds.push_back(builder.getNamedAttr(bind.name, builder.getDenseI64ArrayAttr({bind.minimum, bind.maximum})));
    }
    (*model)->setAttr("attn.bounds", builder.getDictionaryAttr(bounds));
    return success();
  }

  /// `--schedules` becomes `attn.schedules` on the model.
  int applySchedules(ModuleOp module) {
    if (options.schedules.empty())
      return kSuccess;
    llvm::Expected<DictionaryAttr> read = readSchedules(options.schedules, module.getContext());
    if (!read)
      return fail("--schedules: " + llvm::toString(read.takeError()));
    if (!(schedules = *read)) {
      llvm::errs() << "attnc: --schedules=" << options.schedules
                   << " is not a file of schedules; nothing was written\n";
      return kUserError;
    }
    (*findModel(module))->setAttr("attn.schedules", schedules);
    return kSuccess;
  }

  /// A file for another model, or for this one compiled otherwise, has no effect: that is worth a word.
  void tellUnusedSchedules(llvm::MutableArrayRef<Variant> variants) {
    llvm::DenseSet<Attribute> keys;
    for (Variant &variant : variants)
      variant.module->walk([&](KernelOp kernel) { keys.insert(kernel->getAttr("attn.key")); });
    unsigned used = llvm::count_if(schedules, [&](NamedAttribute entry) { return keys.contains(entry.getName()); });
    if (used == schedules.size())
      return;
    llvm::errs() << "attnc: note: --schedules=" << options.schedules << ": " << used << " of " << schedules.size()
                 << " schedules are for kernels that are compiled here; a key depends on the model, -march, "
                    "--precision and --bind\n";
  }

  /// The last stage that the output needs.
  llvm::StringRef lastStage() const {
    if (!options.stopAfter.empty())
      return options.stopAfter;
    bool decisionsOnly = options.kind == OutputKind::Dot || options.kind == OutputKind::None;
    return decisionsOnly ? "tile" : "emit";
  }

  /// What does not depend on the processor is done once; then each has its copy.
  int process(OwningOpRef<ModuleOp> module) {
    llvm::SmallVector<Variant> variants;
    variants.push_back({targets.front(), std::move(module)});
    unsigned number = 10;
    for (const Stage &stage : stages()) {
      if (stage.forTarget)
        for (const TargetInfo &target : llvm::drop_begin(targets, variants.size()))
          variants.push_back({target, variants.front().module->clone()});
      if (stage.name == "emit" && mlir::failed(placeWeightsOf(variants)))
        return failed("placing the weights");
      for (Variant &variant : variants)
        if (int code = runStage(stage, variant, number))
          return code;
      if (stage.name == "tile" && schedules)
        tellUnusedSchedules(variants);
      number += 10;
      if (stage.name == lastStage())
        break;
    }
    if (int code = writeFiles(variants))
      return code;
    if (options.onlyPrintCommands)
      return kSuccess;
    if (llvm::Error error = outputs.commit())
      return fail(std::move(error));
    llvm::outs() << explanation;
    return kSuccess;
  }

  /// One packed file serves all variants.
  static LogicalResult placeWeightsOf(llvm::ArrayRef<Variant> variants) {
    FailureOr<llvm::SmallVector<func::FuncOp>> models = modelsOf(variants);
    if (mlir::failed(models))
      return failure();
    placeWeights(*models);
    return success();
  }

  /// The interface is in the module of the first variant.
  StageOptions stageOptions(const Variant &variant) const {
    StageOptions result;
    result.target = variant.target;
    result.backend = options.backend;
    result.precision = options.precision;
    result.listAlternatives = options.listAlternatives;
    result.emit.prefix = options.prefix;
    result.emit.target = variant.target.name;
    result.emit.embedWeights = options.embedWeights;
    result.emit.program = options.kind == OutputKind::Executable;
    if (variant.target.name == targets.front().name)
      for (const TargetInfo &target : targets) {
        result.emit.targets.push_back(target.name);
        result.emit.cpuFeatures.push_back(target.cpuFeatures);
      }
    return result;
  }

  int runStage(const Stage &stage, Variant &variant, unsigned number) {
    std::string name = stage.name.str();
    if (stage.forTarget && targets.size() > 1)
      name += "." + variant.target.name;
    Timing::Scope scope(timing, name);
    ModuleOp module = *variant.module;
    PassManager passes(module.getContext(), ModuleOp::getOperationName());
    passes.enableVerifier(false); // once a stage is enough
    stage.build(passes, stageOptions(variant));
    unsigned before = errors;
    if (mlir::failed(passes.run(module)) || errors != before)
      return failed(stage.name);
    if (mlir::failed(verify(module)))
      return failed(stage.name);
    // After fuse for what is apart, before a back end refuses it; after tile for how it is computed.
    if (options.requireFused && (stage.name == "fuse" || stage.name == "tile") && mlir::failed(requireFused(module)))
      return failed("--require-fused");
    if (options.requireLinear && stage.name == "simplify" && mlir::failed(requireLinear(module)))
      return failed("--require-linear");
    if (options.dumpStages.empty())
      return kSuccess;
    llvm::SmallString<256> path(options.dumpStages);
    llvm::sys::path::append(path, std::to_string(number) + "-" + name + ".mlir");
    if (llvm::Error error = outputs.write(path, moduleText(module)))
      return fail(std::move(error));
    return kSuccess;
  }

  static std::string moduleText(ModuleOp module) {
    std::string text;
    llvm::raw_string_ostream os(text);
    module.print(os);
    os << "\n";
    return text;
  }

  int writeFiles(llvm::ArrayRef<Variant> variants) {
    if (options.explain) {
      FailureOr<std::string> text = explain(variants, options.explainJson);
      if (mlir::failed(text))
        return failed("--explain");
      explanation = *text;
    }
    BuildJob job{options, variants, outputs, timing};
    ModuleOp module = *variants.front().module;
    llvm::Error error = llvm::Error::success();
    switch (options.kind) {
    case OutputKind::None:
      break;
    case OutputKind::Mlir:
      error = outputs.write(options.output, moduleText(module));
      break;
    case OutputKind::Dot: {
      FailureOr<std::string> graph = kernelGraph(module);
      if (mlir::failed(graph))
        return failed("--emit=dot");
      error = outputs.write(options.output, *graph);
      break;
    }
    case OutputKind::Header: {
      FailureOr<std::string> header = headerText(job);
      if (mlir::failed(header))
        return failed("--emit=header");
      error = outputs.write(options.output, *header);
      break;
    }
    default:
      return buildBinary(job);
    }
    return error ? fail(std::move(error)) : kSuccess;
  }

  int buildBinary(BuildJob &job) {
    if (options.marches.empty())
      llvm::errs() << "attnc: note: compiling for this machine (" << targets.front().name << ": "
                   << featureText(targets.front()) << "); use -march=x86-64-v3 for a portable binary\n";
    std::string error;
    if (mlir::succeeded(buildFiles(job, error)))
      return kSuccess;
    return error.empty() ? failed("code generation") : fail(error);
  }

  const CompileOptions &options;
  llvm::SmallVector<TargetInfo> targets; ///< the most demanding first
  llvm::SourceMgr sources;
  Outputs outputs;
  Timing timing;
  std::string explanation;
  DictionaryAttr schedules; ///< given; null if none
  unsigned errors = 0;
};

} // namespace

int compile(const CompileOptions &options) {
  int code = kInternalError;
  llvm::thread worker(std::optional<unsigned>(kStackBytes), [&] { code = Compilation(options).run(); });
  worker.join();
  return code;
}

} // namespace mlir::attn
