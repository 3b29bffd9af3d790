// The code of one dense kernel: Dense.cpp shares out rows and columns, DenseTile.cpp takes the rows of a task through a
// tile of columns.
#pragma once

#include "compiler/backends/llvm/DensePlan.h"
#include "compiler/backends/llvm/DenseProduct.h"
#include "compiler/backends/llvm/Rows.h"

namespace mlir::attn {

class DenseKernel {
public:
  explicit DenseKernel(KernelCode &kernel)
      : kernel(kernel), op(kernel.kernel()), schedule(*op.getSchedule()), plan(op),
        product(DenseProduct::create(kernel, getLayout(plan.segments[0].linear.getWeight().getType()), plan.depth,
                                     storageOf(plan.segments[0].linear.getInput().getType()))) {
    Value first = plan.segments[0].linear.getInput();
    space.assign(kernel.extents(first).begin(), kernel.extents(first).end());
    space.pop_back();
  }

  void build();

private:
  /// Rows that go through all columns together.
  struct RowBlock {
    Value first, end;
    Value left; // row `first` as the product reads it
    Value sums; // [rows][NR]: each tile has its own, also where two share rows
  };

  /// A register tile whose sums are complete.
  struct DenseTile {
    const RowBlock &block;
    const Segment &segment;
    Value column; // of the segment
    Value row;
    int64_t rows;
    Value sums;
  };

  Value rows(CodeBuilder &code, const KernelScope &scope);
  Value leftRow(CodeBuilder &code, const RowBlock &block, Value row);
  Value weightColumn(CodeBuilder &code, const KernelScope &scope, const Segment &segment, Value column);
  Value maskOf(CodeBuilder &code, const Segment &segment, Value column);
  Value blocks(CodeBuilder &code, const KernelScope &scope);
  Value groups(CodeBuilder &code, const KernelScope &scope);
  std::pair<Value, Value> blockBounds(CodeBuilder &code, const KernelScope &scope, Value index);
  int64_t depthGroups();
  Value ahead(CodeBuilder &code, const RowBlock &block, Value columnTile, const DenseColumns &columns, Value end,
              Value row);
  DenseColumns blockOf(CodeBuilder &code, const DenseColumns &columns, Value first);
  void forDepth(CodeBuilder &code, llvm::function_ref<void(Value, int64_t, bool)> block);

  void buildPrepare(CodeBuilder &code, const KernelScope &scope, Value first, Value end, Value target, Value worker);
  void buildTiles(CodeBuilder &code, const KernelScope &scope, ValueRange arguments);
  void forRowTiles(CodeBuilder &code, const RowBlock &block,
                   llvm::function_ref<void(Value row, int64_t rows, Value place)> body);
  void buildColumns(CodeBuilder &code, const KernelScope &scope, const RowBlock &block, const Segment &segment,
                    Value tile);
  void finishTile(CodeBuilder &code, const KernelScope &scope, const DenseTile &tile);
  void storeRows(CodeBuilder &code, const KernelScope &scope, const DenseTile &tile, Value value, StoredNumbers target,
                 int64_t width);
  RowProgram tileRow(CodeBuilder &code, const KernelScope &scope, const DenseTile &tile, Value r);
  void buildNorm(CodeBuilder &code, const KernelScope &scope, ValueRange arguments);

  int64_t cols() { return schedule.getCols(); }
  int64_t vectors() { return cols() / schedule.getLanes(); }
  int64_t blockRows() { return std::max(schedule.getBlockRows(), schedule.getRows()); }
  /// More are shared out by rows alone: there are blocks enough for many threads. Rows that are prepared for all tasks
  /// lie in the scratch of one worker, so that they must be fewer.
  int64_t manyRows() { return (product->prepares() ? 2 : 16) * blockRows(); }
  /// No more are shared out by columns alone: their quarters would be less than two register tiles, or than three
  /// where each widens its weights.
  int64_t fewRows() { return std::min((product->parts() == 1 ? 6 : 12) * schedule.getRows(), manyRows()); }
  Value isFew(CodeBuilder &code, Value rowCount) { return code.lessEq(rowCount, code.constant(fewRows())); }
  int64_t mostBlockRows() { return std::max(blockRows(), fewRows()); }
  int64_t preparedBytes() { return manyRows() * product->rowBytes(); }

  KernelCode &kernel;
  KernelOp op;
  ScheduleAttr schedule;
  DensePlan plan;
  std::unique_ptr<DenseProduct> product;
  Extents space; // of the rows
};

} // namespace mlir::attn
