// Compilation of a kernel and its error measure; see MathKernel.h.
#include "MathKernel.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVMPass.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlir::attn;

// --- AVX-512 intrinsics by the book, for machines without ------------------------------------------------------------

static float scaled(float a, float b) {
  if (std::isnan(a) && std::isinf(b))
    return b > 0 ? b : 0.0f;
  if (std::isnan(a) || std::isnan(b))
    return std::numeric_limits<float>::quiet_NaN();
  if (std::isinf(b) && (b > 0 ? a == 0 : std::isinf(a)))
    return std::numeric_limits<float>::quiet_NaN();
  return static_cast<float>(std::ldexp(double(a), static_cast<int>(std::fmax(-1e6, std::fmin(1e6, std::floor(b))))));
}

static void emulateScalef(float *out, const float *a, const float *b) {
  for (int i = 0; i < 16; ++i)
    out[i] = scaled(a[i], b[i]);
}

static void emulateReduce(float *out, const float *a, const float *) {
  for (int i = 0; i < 16; ++i)
    out[i] = std::isinf(a[i]) ? 0.0f : a[i] - std::floor(a[i]);
}

static void emulatePermute(float *out, const float *table, const float *index) {
  for (int i = 0; i < 16; ++i) {
    uint32_t lane;
    std::memcpy(&lane, index + i, sizeof lane);
    out[i] = table[lane & 15];
  }
}

static void (*emulationOf(StringRef intrinsic))(float *, const float *, const float *) {
  if (intrinsic == "llvm.x86.avx512.mask.scalef.ps.512")
    return emulateScalef;
  if (intrinsic == "llvm.x86.avx512.mask.reduce.ps.512")
    return emulateReduce;
  if (intrinsic == "llvm.x86.avx512.permvar.sf.512")
    return emulatePermute;
  return nullptr;
}

/// Replaces each AVX-512 intrinsic by a call through memory to its emulation.
static llvm::Error emulateAvx512(llvm::Module *module) {
  for (llvm::Function &function : *module)
    for (llvm::Instruction &instruction : llvm::make_early_inc_range(llvm::instructions(function))) {
      auto *call = dyn_cast<llvm::CallInst>(&instruction);
      llvm::Function *callee = call ? call->getCalledFunction() : nullptr;
      auto *emulation = callee ? emulationOf(callee->getName()) : nullptr;
      if (!emulation)
        continue;
      llvm::IRBuilder<> builder(call);
      llvm::Type *pointer = builder.getPtrTy();
      SmallVector<llvm::Value *> slots = {builder.CreateAlloca(call->getType())};
      for (unsigned i : {0u, 1u}) {
        slots.push_back(builder.CreateAlloca(call->getType()));
        builder.CreateStore(call->getArgOperand(i), slots.back());
      }
      auto *type = llvm::FunctionType::get(builder.getVoidTy(), {pointer, pointer, pointer}, false);
      auto *address = builder.CreateIntToPtr(builder.getInt64(reinterpret_cast<uintptr_t>(emulation)), pointer);
      builder.CreateCall(type, address, slots);
      call->replaceAllUsesWith(builder.CreateLoad(call->getType(), slots.front()));
      call->eraseFromParent();
    }
  return llvm::Error::success();
}

static bool hasFeature(StringRef name) {
  static const llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  return features.lookup(name);
}

bool mlir::attn::canRun(MathIsa isa) { return isa == MathIsa::Generic || (hasFeature("fma") && hasFeature("avx2")); }

// --- Compilation -----------------------------------------------------------------------------------------------------

static std::string sourceOf(StringRef op, Type shape, int lanes) {
  std::string text, shaped, loaded;
  llvm::raw_string_ostream(shaped) << shape;
  auto vector = dyn_cast<VectorType>(shape);
  bool isFlat = !vector || vector.getRank() == 1;
  loaded = isFlat ? shaped : "vector<" + std::to_string(lanes) + "xf32>";
  llvm::raw_string_ostream out(text);
  out << "func.func @entry(%in: !llvm.ptr, %out: !llvm.ptr) {\n"
      << "  %flat = llvm.load %in {alignment = 4 : i64} : !llvm.ptr -> " << loaded << "\n";
  auto reshape = [&](StringRef to, StringRef from, StringRef toType, StringRef fromType) {
    if (!isFlat)
      out << "  " << to << " = vector.shape_cast " << from << " : " << fromType << " to " << toType << "\n";
  };
  reshape("%x", "%flat", shaped, loaded);
  out << "  %y = math." << (op == "fast_exp2" ? "exp2" : op) << " " << (isFlat ? "%flat" : "%x") << " : " << shaped
      << "\n";
  reshape("%result", "%y", loaded, shaped);
  out << "  llvm.store " << (isFlat ? "%y" : "%result") << ", %out {alignment = 4 : i64} : " << loaded
      << ", !llvm.ptr\n  return\n}\n";
  return text;
}

static LogicalResult lower(ModuleOp module, StringRef op, MathIsa isa) {
  if (op == "fast_exp2")
    module.walk([&](math::Exp2Op exp2) {
      OpBuilder builder(exp2);
      exp2.replaceAllUsesWith(buildFastExp2(builder, exp2.getLoc(), exp2.getOperand(), {isa}));
      exp2.erase();
    });
  PassManager passes(module.getContext());
  passes.addPass(createExpandMath({isa}));
  passes.addPass(createConvertVectorToLLVMPass());
  passes.addPass(createConvertMathToLLVMPass());
  passes.addPass(createArithToLLVMConversionPass());
  passes.addPass(createUBToLLVMConversionPass());
  passes.addPass(createConvertFuncToLLVMPass());
  passes.addPass(createReconcileUnrealizedCastsPass());
  return passes.run(module);
}

std::unique_ptr<MathKernel> MathKernel::compile(StringRef op, MathIsa isa, StringRef shape) {
  static const bool ready = !llvm::InitializeNativeTarget() && !llvm::InitializeNativeTargetAsmPrinter();
  if (!ready)
    return nullptr;
  DialectRegistry registry;
  registry
      .insert<arith::ArithDialect, func::FuncDialect, LLVM::LLVMDialect, math::MathDialect, vector::VectorDialect>();
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  auto kernel = std::make_unique<MathKernel>();
  kernel->context = std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  kernel->context->loadAllAvailableDialects();

  Type type = parseType(shape, kernel->context.get());
  auto vector = dyn_cast<VectorType>(type);
  kernel->step = vector ? vector.getNumElements() : 1;
  auto module = parseSourceString<ModuleOp>(sourceOf(op, type, kernel->step), kernel->context.get());
  if (!module || failed(lower(*module, op, isa)))
    return nullptr;

  ExecutionEngineOptions options;
  if (isa == MathIsa::Avx512 && !(hasFeature("avx512f") && hasFeature("avx512dq")))
    options.transformer = emulateAvx512;
  auto engine = ExecutionEngine::create(*module, options);
  if (!engine) {
    llvm::errs() << engine.takeError() << "\n";
    return nullptr;
  }
  kernel->engine = std::move(*engine);
  auto symbol = kernel->engine->lookup("entry");
  if (!symbol) {
    llvm::errs() << symbol.takeError() << "\n";
    return nullptr;
  }
  kernel->entry = reinterpret_cast<void (*)(const float *, float *)>(*symbol);
  return kernel;
}

// --- Error measure ---------------------------------------------------------------------------------------------------

static double reference(StringRef op, double x) {
  using Function = double (*)(double);
  static const llvm::StringMap<Function> functions = {{"exp", std::exp},
                                                      {"exp2", std::exp2},
                                                      {"fast_exp2", std::exp2},
                                                      {"expm1", std::expm1},
                                                      {"log", std::log},
                                                      {"log2", std::log2},
                                                      {"log1p", std::log1p},
                                                      {"tanh", std::tanh},
                                                      {"erf", std::erf},
                                                      {"sin", std::sin},
                                                      {"cos", std::cos},
                                                      {"sqrt", std::sqrt},
                                                      {"floor", std::floor},
                                                      {"ceil", std::ceil},
                                                      {"trunc", std::trunc},
                                                      {"round", std::round},
                                                      {"roundeven", std::nearbyint},
                                                      {"rsqrt", [](double v) { return 1 / std::sqrt(v); }}};
  return functions.lookup(op)(x);
}

static double ulpError(double exact, float y) {
  constexpr double wrong = std::numeric_limits<double>::infinity();
  if (std::isnan(exact) || std::isnan(y))
    return std::isnan(exact) && std::isnan(y) ? 0 : wrong;
  if (exact == 0)
    return y == 0 && std::signbit(y) == std::signbit(exact) ? 0 : wrong;
  // An infinite result stands for 2^128, the first value that f32 lacks.
  double bounded = std::fmax(-0x1p128, std::fmin(0x1p128, exact));
  double value = std::isinf(y) ? std::copysign(0x1p128, y) : y;
  uint64_t bits;
  std::memcpy(&bits, &bounded, sizeof bits);
  int exponent = static_cast<int>(bits >> 52 & 0x7ff) - 1023;
  exponent = exponent < -126 ? -126 : exponent > 127 ? 127 : exponent;
  bits = static_cast<uint64_t>(23 - exponent + 1023) << 52;
  double perUlp;
  std::memcpy(&perUlp, &bits, sizeof perUlp);
  return std::fabs(value - bounded) * perUlp;
}

double mlir::attn::ulpError(StringRef op, float x, float y) {
  if (op == "fast_exp2") {
    if (x > 0)
      return 0;
    if (x < -126 && y == 0)
      return 0;
    if (x <= -150)
      return std::numeric_limits<double>::infinity();
  }
  return ::ulpError(reference(op, x), y);
}
