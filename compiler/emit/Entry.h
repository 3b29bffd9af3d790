// The parts of attn-build-entry and attn-build-interface, one function each; private to the stage.
#pragma once

#include "compiler/emit/Buffers.h"
#include "compiler/emit/Interface.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"

#include "attn/abi.h"

namespace mlir::attn {

/// What every part needs: the planned model, and a builder at the end of the module.
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

  bool defines(StringRef symbol) const {
    return SymbolTable::lookupNearestSymbolFrom(model, StringAttr::get(builder.getContext(), symbol)) != nullptr;
  }

  /// A function with a body, for others to call by its name; the builder moves to its first block.
  LLVM::LLVMFuncOp function(StringRef name, Type result, ArrayRef<Type> arguments) const;
};

/// What the interface tells of the binary.
struct Binary {
  Interface interface;
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
  /// The largest result, 0 without any; `round` to a multiple of 64 each.
  FailureOr<Value> largest(AffineMap map);
  Value add(Value a, Value b);
  Value multiply(Value a, Value b);
  Value roundUp(Value bytes);

private:
  Entry &entry;
  Value symbols;
  llvm::DenseMap<AffineExpr, Value> known;
};

/// `<prefix>_arena_bytes.<target>(symbols, threads)`: the sum of the slots, then `threads` slices of scratch memory.
LogicalResult buildArenaBytes(Entry &entry, StringRef target);
/// `<prefix>_main.<target>(invocation)`: calls the code of each kernel with the places the plan gave its operands and
/// results.
LogicalResult buildMain(Entry &entry, StringRef target);
/// `<prefix>_kernels.<target>`: the names of the kernels that main calls, then null.
void buildKernelNames(Entry &entry, StringRef target);
/// `<prefix>_code` and all it points to.
void buildMetadata(Entry &entry, const Binary &binary);

} // namespace mlir::attn
