// The parts of attn-build-entry, one function each; private to the stage.
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
  Interface interface;
  std::string prefix, target;
  uint64_t cpuFeatures;
  bool embedWeights, program;
  ImplicitLocOpBuilder &builder;

  Type pointer() const { return LLVM::LLVMPointerType::get(builder.getContext()); }
  Type i64() const { return builder.getI64Type(); }
  Type i32() const { return builder.getI32Type(); }
  std::string name(const Twine &suffix) const { return (prefix + "_" + suffix).str(); }
  Value constant(int64_t value) const { return LLVM::ConstantOp::create(builder, i64(), value); }

  /// A function with a body, internal to the object; the builder moves to its first block.
  LLVM::LLVMFuncOp function(const Twine &suffix, Type result, ArrayRef<Type> arguments) const;
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

/// `<prefix>_arena_bytes(symbols, threads)`: the sum of the slots, then `threads` slices of scratch memory.
LogicalResult buildArenaBytes(Entry &entry);
/// `<prefix>_main(invocation)`: calls the code of each kernel with the places the plan gave its operands and results.
LogicalResult buildMain(Entry &entry);
/// `<prefix>_code` and all it points to.
void buildMetadata(Entry &entry);
/// The exported functions, each of which forwards to the runtime.
void buildInterface(Entry &entry);

} // namespace mlir::attn
