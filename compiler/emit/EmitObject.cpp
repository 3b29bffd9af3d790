// MLIR to LLVM dialect to LLVM IR to machine code, in this process.
#include "compiler/emit/EmitObject.h"
#include "compiler/emit/Buffers.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Conversion/VectorToSCF/VectorToSCF.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Linker/Linker.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"

namespace mlir::attn {

static constexpr const char *kTriple = "x86_64-unknown-linux-gnu";

void registerEmitTranslations(DialectRegistry &registry) {
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
}

LogicalResult convertToLLVMDialect(ModuleOp module, bool verify) {
  FailureOr<func::FuncOp> model = findModel(module);
  if (failed(model))
    return failure();
  for (func::FuncOp function : functionsOf(*model))
    function.erase();
  auto internal = LLVM::LinkageAttr::get(module.getContext(), LLVM::Linkage::Internal);
  for (auto function : module.getOps<func::FuncOp>())
    if (!function.isExternal())
      function->setAttr("llvm.linkage", internal); // kernel code: only the C interface has names outside
  PassManager passes(module.getContext(), ModuleOp::getOperationName());
  passes.enableVerifier(verify);
  OpPassManager &functions = passes.nest<func::FuncOp>();
  functions.addPass(createConvertVectorToSCFPass());
  functions.addPass(memref::createExpandStridedMetadataPass());
  functions.addPass(createLowerAffinePass());
  functions.addPass(createSCFToControlFlowPass());
  passes.addPass(createConvertVectorToLLVMPass());
  passes.addPass(createConvertMathToLLVMPass());
  passes.addPass(createFinalizeMemRefToLLVMConversionPass());
  passes.addPass(createArithToLLVMConversionPass());
  passes.addPass(createConvertIndexToLLVMPass());
  passes.addPass(createUBToLLVMConversionPass());
  passes.addPass(createConvertControlFlowToLLVMPass());
  passes.addPass(createConvertFuncToLLVMPass());
  passes.addPass(createReconcileUnrealizedCastsPass());
  return passes.run(module);
}

ObjectEmitter::ObjectEmitter() = default;
ObjectEmitter::ObjectEmitter(ObjectEmitter &&) = default;
ObjectEmitter::~ObjectEmitter() = default;

static llvm::CodeGenOptLevel codeGenLevel(unsigned level) {
  return level == 0   ? llvm::CodeGenOptLevel::None
         : level == 1 ? llvm::CodeGenOptLevel::Less
         : level == 2 ? llvm::CodeGenOptLevel::Default
                      : llvm::CodeGenOptLevel::Aggressive;
}

/// Leaves loop strength reduction out: a third of the time for machine code, and where kernels' addresses differ by
/// constants (see `kPasses`) they are as fast without. Only an option of LLVM's says so.
static void leaveLoopsAsWritten() {
  static constexpr const char *name = "disable-lsr";
  if (llvm::cl::Option *option = llvm::cl::getRegisteredOptions().lookup(name))
    option->addOccurrence(/*pos=*/0, name, "true", /*MultiArg=*/true);
}

llvm::Expected<ObjectEmitter> ObjectEmitter::create(const TargetInfo &target, unsigned level) {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86Target();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmPrinter();
  LLVMInitializeX86AsmParser();
  leaveLoopsAsWritten();
  std::string error;
  llvm::Triple triple(kTriple);
  const llvm::Target *found = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!found)
    return llvm::createStringError(error);
  ObjectEmitter emitter;
  emitter.target = target;
  emitter.level = level;
  emitter.machine.reset(found->createTargetMachine(triple, target.cpu, target.features, llvm::TargetOptions(),
                                                   llvm::Reloc::PIC_, std::nullopt, codeGenLevel(level)));
  if (!emitter.machine)
    return llvm::createStringError("LLVM has no target machine for " +
                                   target.cpu); // untested: -march is checked before
  return emitter;
}

void ObjectEmitter::describe(llvm::Module &module) const {
  module.setTargetTriple(machine->getTargetTriple());
  module.setDataLayout(machine->createDataLayout());
  module.setPICLevel(llvm::PICLevel::BigPIC);
}

/// Links code that is in the IR as bitcode. Its arithmetic was made without any freedom; a multiply and an add may
/// become one instruction.
static LogicalResult linkBitcode(BitcodeOp op, llvm::Module &into) {
  llvm::MemoryBufferRef buffer(op.getBitcode(), op.getName());
  llvm::Expected<std::unique_ptr<llvm::Module>> module = llvm::parseBitcodeFile(buffer, into.getContext());
  if (!module)
    return op.emitOpError("is not bitcode that LLVM reads: ") // untested: a source may not hold bitcode
           << llvm::toString(module.takeError());
  for (llvm::Function &function : **module) {
    if (function.isDeclaration() && !function.isIntrinsic())
      return op.emitOpError("calls ") << function.getName() << ", which no model has"; // untested: a fault of ours
    for (llvm::Instruction &instruction : llvm::instructions(function))
      if (llvm::is_contained({llvm::Instruction::FAdd, llvm::Instruction::FSub, llvm::Instruction::FMul},
                             instruction.getOpcode()))
        instruction.setHasAllowContract(true);
  }
  (*module)->setTargetTriple(into.getTargetTriple());
  (*module)->setDataLayout(into.getDataLayout());
  if (llvm::Linker::linkModules(into, std::move(*module), llvm::Linker::LinkOnlyNeeded))
    return op.emitOpError("can not be linked"); // untested: LLVM refuses no two modules that it made
  into.getFunction(op.getName())->setLinkage(llvm::GlobalValue::InternalLinkage);
  return success();
}

FailureOr<std::unique_ptr<llvm::Module>> ObjectEmitter::translate(ModuleOp module, llvm::LLVMContext &context) {
  llvm::SmallVector<BitcodeOp> bitcodes(module.getOps<BitcodeOp>());
  for (BitcodeOp bitcode : bitcodes)
    bitcode->remove();
  llvm::scope_exit erase([&] {
    for (BitcodeOp bitcode : bitcodes)
      bitcode->erase();
  });
  std::unique_ptr<llvm::Module> result = translateModuleToLLVMIR(module, context, "attn", /*disableVerification=*/true);
  if (!result)
    return failure();
  describe(*result);
  for (BitcodeOp bitcode : bitcodes)
    if (failed(linkBitcode(bitcode, *result)))
      return failure();
  for (llvm::Function &function : *result) {
    if (function.isDeclaration())
      continue;
    if (!function.hasFnAttribute("target-cpu"))
      function.addFnAttr("target-cpu", target.cpu);
    function.addFnAttr("tune-cpu", target.tune);
    if (!target.features.empty() && !function.hasFnAttribute("target-features"))
      function.addFnAttr("target-features", target.features);
    function.addFnAttr("prefer-vector-width", std::to_string(target.vectorBits));
    function.addFnAttr(llvm::Attribute::NoUnwind);
  }
  return result;
}

// Kernels are loops over vectors by construction, written out where that pays: what is left to do is to simplify, to
// hoist, and to separate the constants by which steps that are written out differ, so that instructions hold them.
// LLVM's own pipeline for O1 takes three times as long, unrolling as long again, and no kernel of the benchmarks is
// faster for it.
static constexpr const char *kPasses =
    "function(sroa<modify-cfg>,early-cse,simplifycfg),cgscc(inline),globaldce,"
    "function(sroa<modify-cfg>,early-cse<memssa>,instcombine<no-verify-fixpoint>,simplifycfg,"
    "loop-mssa(loop-rotate,licm),early-cse<memssa>,instcombine<no-verify-fixpoint>,"
    "sccp,bdce,adce,instcombine<no-verify-fixpoint>,simplifycfg,early-cse<memssa>,"
    "loop-mssa(licm),simplifycfg,separate-const-offset-from-gep,early-cse),globaldce";

void ObjectEmitter::optimize(llvm::Module &module) {
  llvm::PassBuilder builder(machine.get());
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager graph;
  llvm::ModuleAnalysisManager modules;
  llvm::TargetLibraryInfoImpl library(module.getTargetTriple());
  functions.registerPass([&] { return llvm::TargetLibraryAnalysis(library); });
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(graph);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, graph, modules);
  llvm::ModulePassManager passes;
  if (level == 0)
    passes = builder.buildO0DefaultPipeline(llvm::OptimizationLevel::O0);
  else
    llvm::cantFail(builder.parsePassPipeline(passes, kPasses));
  passes.run(module, modules);
}

llvm::Error ObjectEmitter::write(llvm::Module &module, llvm::SmallVectorImpl<char> &output, bool assembly) {
  llvm::raw_svector_ostream stream(output);
  llvm::legacy::PassManager passes;
  auto type = assembly ? llvm::CodeGenFileType::AssemblyFile : llvm::CodeGenFileType::ObjectFile;
  if (machine->addPassesToEmitFile(passes, stream, nullptr, type, /*DisableVerify=*/true))
    return llvm::createStringError("LLVM can not write this kind of file"); // untested: x86 writes both kinds
  passes.run(module);
  return llvm::Error::success();
}

/// Assembler text for a file's bytes as a hidden symbol; the path is quoted.
static std::string includeFile(const std::string &symbol, const std::string &path) {
  std::string quoted;
  for (char c : path)
    quoted += (c == '"' || c == '\\') ? std::string("\\") + c : std::string(1, c);
  return ".section .rodata." + symbol + ",\"a\",@progbits\n.p2align 12\n.globl " + symbol + "\n.hidden " + symbol +
         "\n.type " + symbol + ",@object\n" + symbol + ":\n.incbin \"" + quoted + "\"\n.size " + symbol + ", .-" +
         symbol + "\n";
}

llvm::Error ObjectEmitter::writeWeights(const std::string &prefix, llvm::ArrayRef<uint8_t> id,
                                        const std::string &packedPath, llvm::SmallVectorImpl<char> &output) {
  llvm::LLVMContext context;
  llvm::Module module("weights", context);
  describe(module);
  llvm::Constant *bytes = llvm::ConstantDataArray::get(context, id);
  auto *global = new llvm::GlobalVariable(module, bytes->getType(), /*isConstant=*/true,
                                          llvm::GlobalValue::ExternalLinkage, bytes, prefix + "_weights_id");
  global->setVisibility(llvm::GlobalValue::HiddenVisibility);
  if (!packedPath.empty())
    module.setModuleInlineAsm(includeFile(prefix + "_weights", packedPath));
  return write(module, output, /*assembly=*/false);
}

} // namespace mlir::attn
