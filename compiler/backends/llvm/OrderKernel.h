// The code of one kernel that says which row goes where. Order.cpp has the ops that make lists of indices, a list or a
// few rows a task; OrderRows.cpp those that move rows by them, or by blocks; OrderMove.cpp those that move runs of
// numbers, of tensors of any rank; Rearrange.cpp what moves them by a formula of the place.
#pragma once

#include "compiler/backends/llvm/Rows.h"
#include "compiler/backends/llvm/Strategies.h"

namespace mlir::attn {

class OrderKernel {
public:
  explicit OrderKernel(KernelCode &kernel) : kernel(kernel), op(kernel.kernel().getBody().front().front()) {}

  void build();

private:
  using Body = llvm::function_ref<void(CodeBuilder &, const KernelScope &, Value at, Value worker)>;
  using Count = std::function<Value(CodeBuilder &, const KernelScope &)>;

  // --- Order.cpp
  void bucket(BucketOp bucket);
  Value largestPlace(CodeBuilder &code, Value numbers, int64_t half);
  void sort();
  void sortByDigit(CodeBuilder &code, Value ids, Value from, Value to, Value counts, Value tokens, int64_t shift);
  void invert();
  void wrap(WrapOp wrap);

  // --- OrderRows.cpp
  void gather();
  void scatter();
  void mergeParts(MergePartsOp merge);
  void copyAll();
  void sumBlocks(BlockSumOp sum);
  void sumRunning(BlockSumOp sum);
  void concat();

  // --- OrderMove.cpp
  void take();
  void appendRows();
  void scatterAdd();
  void argmax();
  void cacheAppend(CacheAppendOp append);
  void copyRun(CodeBuilder &code, Value from, Value to, Value first, Value end);
  void zeroRun(CodeBuilder &code, Value to, Value first, Value end);

  // --- Rearrange.cpp
  void rearrange(RearrangeOp rearrange);
  void moveRun(CodeBuilder &code, const KernelScope &scope, ArrayRef<Value> from, Value to, int64_t length,
               bool repeats);

  void copyRow(CodeBuilder &code, Value from, Value to, int64_t width);
  void addRow(CodeBuilder &code, Value from, Value to, int64_t width);
  void ifRow(CodeBuilder &code, Value index, Value rows, llvm::function_ref<void(Value)> yes,
             llvm::function_ref<void()> no = {});

  /// Tasks that each call `body` for up to `rows` numbers below `count`, one after the other.
  void forEach(int64_t rows, const Count &count, Body body);

  /// A task that takes a run of the numbers of `pieces` pieces with `size` numbers each, and calls `body` for the
  /// numbers [first, end) of each piece that are in it: many small pieces, or a part of a large one.
  using RunBody = llvm::function_ref<void(CodeBuilder &, const KernelScope &, Value piece, Value first, Value end)>;
  struct Pieces {
    Count pieces, size;
  };
  std::string runTask(StringRef name, const Pieces &numbers, RunBody body);
  void startRuns(CodeBuilder &code, const KernelScope &scope, StringRef task, const Pieces &numbers);
  void forRuns(const Pieces &numbers, RunBody body);

  /// How many rows a value has, all dimensions but its last `inner`.
  Count rowsOf(Value value, int64_t inner);
  /// How many numbers its last `inner` dimensions have.
  Count numbersOf(Value value, int64_t inner);
  Value extent(CodeBuilder &code, const KernelScope &scope, Value value, int64_t dim) {
    return kernel.extent(code, scope, kernel.extents(value)[dim]);
  }
  Value input(const KernelScope &scope, unsigned operand) {
    return kernel.tensor(scope, cast<BlockArgument>(op.getOperand(operand)));
  }
  static ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }
  /// A number of a tensor of i32, as i64.
  Value loadIndex(CodeBuilder &code, Value pointer);
  void storeIndex(CodeBuilder &code, Value number, Value pointer);

  KernelCode &kernel;
  Operation &op;
};

} // namespace mlir::attn
