// The functions of one kernel. The code function that emit calls only shares out the work; a task function does one
// piece of it.
//   func @k(pool, symbols, scratch, operands..., results...)   ->  frame = all of these and what else tasks need
//   func @k_rows(frame, index, worker)                         ->  loads them back
#pragma once

#include "compiler/backends/Backend.h"
#include "compiler/backends/code/StoredNumbers.h"
#include "dialect/KernelNumbers.h"
#include "llvm/ADT/MapVector.h"

namespace mlir::attn {

/// Everything a function of the kernel knows: pointers of tensors, values of symbols.
struct KernelScope {
  Value pool;                 // only in the code function
  Value symbols;              // i64 values of the model's symbols
  Value scratch;              // first byte of all workers' scratch
  SmallVector<Value> tensors; // operands, then results
};

class KernelCode {
public:
  KernelCode(KernelOp kernel, LowerContext context);

  KernelOp kernel() { return op; }
  llvm::StringRef isa() const { return context.isa; }
  /// Whether the target has avx512_vnni or avx512_bf16.
  bool hasExtension(llvm::StringRef name) const {
    return llvm::is_contained(llvm::split(context.extensions, ','), name);
  }
  /// What it computes in.
  FloatType number() const { return numberOf(op); }
  int64_t numberBytes() const { return number().getWidth() / 8; }
  int64_t lanes() const { return const_cast<KernelOp &>(op).getSchedule()->getLanes(); }

  /// Scratch bytes of one worker, the least of these; call once, before `define`.
  void setScratch(ArrayRef<AffineExpr> bytes);

  /// Starts the code function and calls `body` to fill it.
  void define(llvm::function_ref<void(CodeBuilder &, const KernelScope &)> body);

  /// A private function (frame, arguments...) of this kernel; `body` gets the arguments after the frame.
  using FunctionBody = llvm::function_ref<void(CodeBuilder &, const KernelScope &, ValueRange)>;
  std::string function(StringRef suffix, int64_t argumentCount, FunctionBody body);

  /// Calls a function made by `function` with the frame at hand. `apart`, it stays a function of its own: constants
  /// that its loops need take no registers from those of the caller.
  void call(CodeBuilder &code, StringRef name, Value frame, ValueRange arguments, bool apart = false);

  /// Calls a function of the runtime (attn/abi.h); null if it has no result.
  Value callRuntime(CodeBuilder &code, StringRef name, TypeRange result, ValueRange arguments);

  /// In the code function: runs task(frame, index, worker) for index in [0, count).
  void parallel(CodeBuilder &code, const KernelScope &scope, StringRef task, Value frame, Value count);

  /// In the code function: the frame that tasks receive.
  Value makeFrame(CodeBuilder &code, const KernelScope &scope);

  /// The frame of the function that is being built by `function`.
  Value currentFrame() const { return frame; }

  /// Pointer to a tensor of the kernel: an operand's block argument, or result `index`.
  Value tensor(const KernelScope &scope, BlockArgument argument) { return scope.tensors[argument.getArgNumber()]; }
  Value result(const KernelScope &scope, unsigned index) { return scope.tensors[op.getInputs().size() + index]; }

  /// The same as elements, in the storage that the type says.
  StoredNumbers numbers(const KernelScope &scope, BlockArgument argument) {
    return firstOf(tensor(scope, argument), argument.getType());
  }
  StoredNumbers resultNumbers(const KernelScope &scope, unsigned index) {
    return firstOf(result(scope, index), op.getResult(index).getType());
  }

  /// Extents of a value inside the kernel, or of one of its operands.
  ArrayRef<AffineExpr> extents(Value value) const { return context.extents->of(value); }
  Value extent(CodeBuilder &code, const KernelScope &scope, AffineExpr expr);

  /// In the code function: how many workers there are (i64).
  Value workers(CodeBuilder &code, const KernelScope &scope);

  /// This worker's scratch.
  Value workerScratch(CodeBuilder &code, const KernelScope &scope, Value worker);

private:
  KernelOp op;
  LowerContext context;
  OpBuilder moduleBuilder;
  Value frame;
};

/// Whether the kernel has one type of reals, and the operands' elements are ones that kernel code is written for.
LogicalResult supportsElements(KernelOp kernel, std::string &why);

/// Whether the numbers of a schedule, which a user may have written, are some that code can be made of: a register tile
/// that is not far beyond any processor's registers, blocks that leave memory in reach. If not, says so in `why`.
LogicalResult supportsNumbers(ScheduleAttr schedule, std::string &why);

} // namespace mlir::attn
