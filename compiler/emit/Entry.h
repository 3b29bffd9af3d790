// The parts of attn-build-entry and attn-build-interface, one function each; private to the stage.
#pragma once

#include "compiler/emit/Buffers.h"
#include "compiler/emit/GraphWeights.h"
#include "compiler/emit/Interface.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"

#include "attn/abi.h"

namespace mlir::attn {

struct StepExtents;

/// What every part needs: a planned function, the model or one that its loops step through, and a builder at the end of
/// the module.
struct Entry {
  func::FuncOp model;
  const FunctionExtents &extents;
  std::string prefix;
  ImplicitLocOpBuilder &builder;

  Type pointer() const { return LLVM::LLVMPointerType::get(builder.getContext()); }
  Type i64() const { return builder.getI64Type(); }
  Type i32() const { return builder.getI32Type(); }
  std::string name(const Twine &suffix) const { return (prefix + "_" + suffix).str(); }
  Value constant(int64_t value) const { return LLVM::ConstantOp::create(builder, i64(), value); }

  /// The functions that each target has of its own. A dot, since no name of the C interface has one.
  std::string mainName(StringRef target) const { return name("main." + target); }
  std::string arenaBytesName(StringRef target) const { return name("arena_bytes." + target); }
  std::string kernelsName(StringRef target) const { return name("kernels." + target); }
  StringRef functionName() const { return func::FuncOp(model).getName(); }
  /// And those that each function has, for each target.
  std::string bodyName(StringRef target) const { return name("body." + functionName() + "." + target); }
  std::string memoryName(StringRef target) const { return name("memory." + functionName() + "." + target); }
  std::string scratchName(StringRef target) const { return name("scratch." + functionName() + "." + target); }

  bool defines(StringRef symbol) const {
    return SymbolTable::lookupNearestSymbolFrom(model, StringAttr::get(builder.getContext(), symbol)) != nullptr;
  }

  /// A function with a body, for others to call by its name; the builder moves to its first block.
  LLVM::LLVMFuncOp function(StringRef name, Type result, ArrayRef<Type> arguments) const;

  /// Calls a function of the module; null if it returns nothing.
  Value call(StringRef name, Type result, ValueRange arguments) const;
  /// Calls a function of the runtime that returns nothing.
  void callRuntime(StringRef name, ValueRange arguments) const;
};

/// Memory by bytes, in the function that is being built.
struct Memory {
  explicit Memory(const Entry &entry) : entry(entry) {}

  Value at(Value base, int64_t bytes) const {
    return LLVM::GEPOp::create(entry.builder, entry.pointer(), entry.builder.getI8Type(), base,
                               ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(bytes)});
  }
  Value shifted(Value base, Value bytes) const {
    return LLVM::GEPOp::create(entry.builder, entry.pointer(), entry.builder.getI8Type(), base,
                               ArrayRef<LLVM::GEPArg>{bytes});
  }
  /// A pointer.
  Value load(Value base, int64_t bytes) const {
    return LLVM::LoadOp::create(entry.builder, entry.pointer(), at(base, bytes));
  }
  void store(Value value, Value base, int64_t bytes) const {
    LLVM::StoreOp::create(entry.builder, value, at(base, bytes));
  }
  /// Room on the stack, for as long as the function runs.
  Value stack(int64_t bytes) const {
    return LLVM::AllocaOp::create(entry.builder, entry.pointer(), entry.builder.getI8Type(), entry.constant(bytes),
                                  /*alignment=*/8);
  }

  const Entry &entry;
};

/// What the interface tells of the binary.
struct Binary {
  Interface interface;
  SmallVector<GraphWeight> graphWeights;
  ArrayRef<std::string> targets;
  ArrayRef<uint64_t> cpuFeatures; ///< of each target
  bool embedWeights, program;
};

/// Sizes in unsigned 64-bit arithmetic that never wraps: what does not fit is UINT64_MAX.
class SizeArithmetic {
public:
  SizeArithmetic(Entry &entry, Value symbols) : entry(entry), symbols(symbols) {}

  /// The value of an expression; fails with an error on the model if it has a form whose size could shrink as symbols
  /// grow.
  FailureOr<Value> evaluate(AffineExpr expr);
  /// The largest result, 0 without any, and the least; each a multiple of 64.
  FailureOr<Value> largest(AffineMap map);
  FailureOr<Value> least(AffineMap map);
  Value add(Value a, Value b);
  Value multiply(Value a, Value b);
  Value roundUp(Value bytes);

private:
  template <typename Op>
  FailureOr<Value> choose(AffineMap map, Value among);

  Entry &entry;
  Value symbols;
  llvm::DenseMap<AffineExpr, Value> known;
};

/// What the plan left on a function.
inline ArrayRef<Attribute> slotsOf(func::FuncOp function) {
  return function->getAttrOfType<ArrayAttr>("attn.slots").getValue();
}
inline AffineMap mapOf(Attribute attribute) { return cast<AffineMapAttr>(attribute).getValue(); }

/// The dimensions of a loop's function, in an array on the stack.
FailureOr<Value> buildStepSymbols(Entry &entry, SizeArithmetic &sizes, const StepExtents &step);

/// Of each function: what memory it needs, and its code; `firstKernel` is the number of the first kernel it calls.
LogicalResult buildMemory(Entry &entry, StringRef target);
LogicalResult buildBody(Entry &entry, StringRef target, int64_t firstKernel);
/// Of the model: `<prefix>_arena_bytes.<target>(symbols, threads)` and `<prefix>_main.<target>(invocation)`.
void buildArenaBytes(Entry &entry, StringRef target);
void buildMain(Entry &entry, StringRef target);
/// `<prefix>_kernels.<target>`: the names of the kernels by their numbers, then null.
void buildKernelNames(Entry &entry, StringRef target);
/// `<prefix>_code` and all it points to.
void buildMetadata(Entry &entry, const Binary &binary);

} // namespace mlir::attn
