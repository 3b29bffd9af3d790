// Strategy `dense`: linears of one input as a packed product with what follows them applied tile by tile.
//   tile(r0, r1, t0, t1):  for each tile t of NR columns:
//                            for each block of K, for each tile of MR rows:     the block of the weights stays in L1
//                              sums[MR][NR] += x[r, k] * w[k, t]                in registers
//                            store f(sums + bias, ...)                          row-major or in panels
//   norm(r0, r1):          row normalisations, over rows that are complete
// Many rows: a task owns a block of rows and does both. Fewer: tasks own a part of the columns, of all rows or of a
// quarter of them, and a second pass normalises.
// Where the product reads rows in other numbers (DenseProduct.h), a task writes its rows so first.
#include "compiler/backends/llvm/DenseKernel.h"
#include "compiler/backends/llvm/Strategies.h"

namespace mlir::attn {

// Rows of one task that prepares or normalises, where others own columns.
constexpr int64_t passRows = 16;

// Blocks are a multiple of this many, so that two or four threads end together.
constexpr int64_t leastBlocks = 4;

// Parts of the columns where blocks are few, so that more threads than blocks find work. Pieces that lie side by side
// go to one worker: two workers seldom read the same rows.
constexpr int64_t blockGroups = 4;

Value DenseKernel::rows(CodeBuilder &code, const KernelScope &scope) {
  Value count = code.constant(1);
  for (AffineExpr extent : space)
    count = code.mul(count, kernel.extent(code, scope, extent));
  return count;
}

/// Blocks of rows.
Value DenseKernel::blocks(CodeBuilder &code, const KernelScope &scope) {
  Value rowCount = rows(code, scope);
  Value many = code.mul(code.ceilDiv(code.ceilDiv(rowCount, blockRows()), leastBlocks), leastBlocks);
  return code.select(isFew(code, rowCount), code.constant(1), many);
}

/// Tasks that share the columns of a block.
Value DenseKernel::groups(CodeBuilder &code, const KernelScope &scope) {
  Value shared = code.constant(std::min(blockGroups, plan.tiles));
  return code.select(isFew(code, rows(code, scope)), code.constant(plan.tiles), shared);
}

/// First and end row of block `index`: whole tiles, as equal as they can be.
std::pair<Value, Value> DenseKernel::blockBounds(CodeBuilder &code, const KernelScope &scope, Value index) {
  Value count = blocks(code, scope);
  Value rowCount = rows(code, scope), tiles = code.ceilDiv(rowCount, schedule.getRows());
  auto bound = [&](Value block) {
    return code.min(code.mul(code.div(code.mul(block, tiles), count), schedule.getRows()), rowCount);
  };
  return {bound(index), bound(code.add(index, 1))};
}

/// Function `tile` (first row, end row, first tile, end tile, worker whose scratch holds the rows, row it begins with).
void DenseKernel::buildTiles(CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
  Value input = kernel.tensor(scope, cast<BlockArgument>(LinearOp(plan.segments[0].linear).getInput()));
  Value left = code.offset(input, code.mul(arguments[0], plan.depth));
  if (product->prepares())
    left = code.offsetBytes(kernel.workerScratch(code, scope, arguments[4]),
                            code.mul(code.sub(arguments[0], arguments[5]), product->rowBytes()));
  RowBlock block{arguments[0], arguments[1], left, code.stack((mostBlockRows() + schedule.getRows()) * cols())};
  for (const Segment &segment : plan.segments) {
    Value first = code.max(arguments[2], code.constant(segment.firstTile));
    Value end = code.min(arguments[3], code.constant(segment.firstTile + segment.tiles));
    code.loop(first, end, 1, [&](Value tile) { buildColumns(code, scope, block, segment, tile); });
  }
}

/// Writes rows [first, end) as the product reads them, with room behind the rows of the worker that runs it.
void DenseKernel::buildPrepare(CodeBuilder &code, const KernelScope &scope, Value first, Value end, Value target,
                               Value worker) {
  StoredNumbers input = kernel.numbers(scope, cast<BlockArgument>(LinearOp(plan.segments[0].linear).getInput()));
  Value room = code.offsetBytes(kernel.workerScratch(code, scope, worker), code.constant(preparedBytes()));
  code.loop(first, end, 1, [&](Value row) {
    product->prepare(code, rowAt(input.at(code, code.mul(row, plan.depth))),
                     code.offsetBytes(target, code.mul(code.sub(row, first), product->rowBytes())), room);
  });
}

void DenseKernel::buildNorm(CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
  code.loop(arguments[0], arguments[1], 1, [&](Value row) {
    RowProgram program(kernel, scope);
    program.setRow(code, row, space);
    auto memory = [&](unsigned result) {
      int64_t width = cast<RankedTensorType>(op.getResult(result).getType()).getShape().back();
      return code.offset(kernel.result(scope, result), code.mul(row, width));
    };
    for (auto [value, result] : plan.stored)
      program.bind(value, rowAt({memory(result)}));
    // A row is normalised in the memory of the result it ends in.
    Operation *yield = op.getBody().front().getTerminator();
    SmallVector<std::pair<unsigned, Value>> late;
    for (auto [index, value] : llvm::enumerate(yield->getOperands()))
      if (!plan.segment.contains(value))
        late.push_back({index, value});
    for (Operation *rowOp : plan.rowOps)
      program.run(code, *rowOp, memory(late.front().first));
    for (auto [index, value] : late)
      program.write(code, program.get(code, value), cast<RankedTensorType>(value.getType()).getShape().back(),
                    {memory(index)});
  });
}

void DenseKernel::build() {
  if (product->prepares())
    kernel.setScratch(getAffineConstantExpr(preparedBytes() + product->roomBytes(), op.getContext()));
  auto tiles = kernel.function("tile", 6, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
    buildTiles(code, scope, arguments);
  });
  bool norms = !plan.rowOps.empty();
  std::string norm;
  if (norms)
    norm = kernel.function("norm", 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
      buildNorm(code, scope, arguments);
    });

  std::string rowTask =
      kernel.function("rows", 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
        auto [first, end] = blockBounds(code, scope, arguments[0]);
        if (product->prepares())
          buildPrepare(code, scope, first, end, kernel.workerScratch(code, scope, arguments[1]), arguments[1]);
        Value none = code.constant(0), all = code.constant(plan.tiles);
        kernel.call(code, tiles, kernel.currentFrame(), {first, end, none, all, arguments[1], first});
        if (norms)
          kernel.call(code, norm, kernel.currentFrame(), {first, end});
      });

  // Not many rows: all of them, prepared in the scratch of worker 0.
  std::string columnTask =
      kernel.function("columns", 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
        Value none = code.constant(0), count = groups(code, scope), group = code.rem(arguments[0], count);
        auto [first, end] = blockBounds(code, scope, code.div(arguments[0], count));
        auto tile = [&](Value index) { return code.div(code.mul(index, plan.tiles), count); };
        kernel.call(code, tiles, kernel.currentFrame(),
                    {first, end, tile(group), tile(code.add(group, 1)), none, none});
      });
  auto rowsTask = [&](StringRef suffix,
                      llvm::function_ref<void(CodeBuilder &, const KernelScope &, Value, Value, Value)> body) {
    return kernel.function(suffix, 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
      Value first = code.mul(arguments[0], passRows);
      body(code, scope, first, code.min(code.add(first, passRows), rows(code, scope)), arguments[1]);
    });
  };
  std::string prepareTask, normTask;
  if (product->prepares())
    prepareTask =
        rowsTask("prepare", [&](CodeBuilder &code, const KernelScope &scope, Value first, Value end, Value worker) {
          Value place = code.mul(first, product->rowBytes());
          Value target = code.offsetBytes(kernel.workerScratch(code, scope, code.constant(0)), place);
          buildPrepare(code, scope, first, end, target, worker);
        });
  if (norms)
    normTask = rowsTask("norms", [&](CodeBuilder &code, const KernelScope &, Value first, Value end, Value) {
      kernel.call(code, norm, kernel.currentFrame(), {first, end});
    });

  kernel.define([&](CodeBuilder &code, const KernelScope &scope) {
    Value frame = kernel.makeFrame(code, scope), rowCount = rows(code, scope);
    code.branch(
        code.lessEq(rowCount, code.constant(manyRows())),
        [&] {
          Value passes = code.ceilDiv(rowCount, passRows);
          if (product->prepares())
            kernel.parallel(code, scope, prepareTask, frame, passes);
          // No rows: no tasks.
          Value tasks = code.mul(blocks(code, scope), groups(code, scope));
          tasks = code.select(code.less(code.constant(0), rowCount), tasks, code.constant(0));
          kernel.parallel(code, scope, columnTask, frame, tasks);
          if (norms)
            kernel.parallel(code, scope, normTask, frame, passes);
        },
        [&] { kernel.parallel(code, scope, rowTask, frame, blocks(code, scope)); });
  });
}

void lowerDense(KernelCode &kernel) { DenseKernel(kernel).build(); }

} // namespace mlir::attn
