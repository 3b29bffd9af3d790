// Strategy `dense`: linears of one input as a packed product with what follows them applied tile by tile.
//   tile(r0, r1, t0, t1):  for each tile t of NR columns:
//                            for each block of K, for each tile of MR rows:     the block of the weights stays in L1
//                              sums[MR][NR] += x[r, k] * w[k, t]                in registers
//                            store f(sums + bias, ...)                          row-major or in panels
//   norm(r0, r1):          row normalisations, over rows that are complete
// Many rows: a task owns a block of rows and does both. Few rows: tasks own column tiles, and a second pass normalises.
// Where the product reads rows in other numbers (DenseProduct.h), a task writes its rows so first.
#include "compiler/backends/llvm/DensePlan.h"
#include "compiler/backends/llvm/DenseProduct.h"
#include "compiler/backends/llvm/Formula.h"
#include "compiler/backends/llvm/Microkernel.h"
#include "compiler/backends/llvm/PanelStore.h"
#include "compiler/backends/llvm/Rows.h"
#include "compiler/backends/llvm/Strategies.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace mlir::attn {
namespace {

/// Rows that go through all columns together.
struct RowBlock {
  Value first, end;
  Value endTile; // of columns
  Value left;    // row `first` as the product reads it
  Value sums;    // [tiles of rows][rows of a tile][NR]: each tile has its own, also where two share rows
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

// Rows of one task that prepares or normalises, where others own column tiles.
constexpr int64_t fewRows = 16;

// Rows of a tile where a block has few: batches of texts, beams of a search.
constexpr int64_t fewTileRows = 4;

// Rows for which weights are not widened in memory first.
constexpr int64_t mostStoredRows = 2;

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
  Value rows(CodeBuilder &code, const KernelScope &scope);
  Value leftRow(CodeBuilder &code, const RowBlock &block, Value row);
  Value weightColumn(CodeBuilder &code, const KernelScope &scope, const Segment &segment, Value column);
  Value maskOf(CodeBuilder &code, const Segment &segment, Value column);
  Value blocks(CodeBuilder &code, const KernelScope &scope);
  std::pair<Value, Value> blockBounds(CodeBuilder &code, const KernelScope &scope, Value index);
  int64_t depthGroups();
  Value ahead(CodeBuilder &code, const RowBlock &block, Value columnTile, const DenseColumns &columns, Value end,
              Value row);
  DenseColumns blockOf(CodeBuilder &code, const DenseColumns &columns, Value first);
  void forDepth(CodeBuilder &code, llvm::function_ref<void(Value, int64_t, bool)> block);

  void buildPrepare(CodeBuilder &code, const KernelScope &scope, Value first, Value end, Value target, Value worker);
  void buildTiles(CodeBuilder &code, const KernelScope &scope, ValueRange arguments);
  void forRowTiles(CodeBuilder &code, const RowBlock &block, llvm::function_ref<void(Value row, int64_t rows)> body);
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
  /// Fewer are shared out by columns.
  int64_t manyRows() { return 2 * blockRows(); }
  int64_t preparedBytes() { return manyRows() * product->rowBytes(); }

  KernelCode &kernel;
  KernelOp op;
  ScheduleAttr schedule;
  DensePlan plan;
  std::unique_ptr<DenseProduct> product;
  Extents space; // of the rows
};

Value DenseKernel::rows(CodeBuilder &code, const KernelScope &scope) {
  Value count = code.constant(1);
  for (AffineExpr extent : space)
    count = code.mul(count, kernel.extent(code, scope, extent));
  return count;
}

Value DenseKernel::leftRow(CodeBuilder &code, const RowBlock &block, Value row) {
  return code.offsetBytes(block.left, code.mul(code.sub(row, block.first), product->rowBytes()));
}

/// The first byte of a column in its panel; beyond the last panel, of a column in the last.
Value DenseKernel::weightColumn(CodeBuilder &code, const KernelScope &scope, const Segment &segment, Value column) {
  const WeightPanels &panels = product->panels;
  if (segment.width % cols() != 0)
    column = code.min(column, code.constant(llvm::alignTo(segment.width, panels.width) - code.lanes()));
  Value panel = code.mul(code.div(column, code.constant(panels.width)), panels.bytes());
  Value inside = code.mul(code.rem(column, code.constant(panels.width)), panels.elementBytes);
  Value weight = kernel.tensor(scope, cast<BlockArgument>(LinearOp(segment.linear).getWeight()));
  return code.offsetBytes(weight, code.add(panel, inside));
}

/// Lanes that the segment has columns for, where it may lack some.
Value DenseKernel::maskOf(CodeBuilder &code, const Segment &segment, Value column) {
  return segment.width % cols() ? code.maskBelow(code.sub(code.constant(segment.width), column)) : Value();
}

/// Groups of K in a block.
int64_t DenseKernel::depthGroups() {
  int64_t groups = product->panels.groups;
  if (!schedule.getDepthBlock())
    return groups;
  int64_t blocks = llvm::divideCeil(groups, std::max<int64_t>(schedule.getDepthBlock() / product->panels.group, 4));
  return std::min(groups, static_cast<int64_t>(llvm::alignTo(llvm::divideCeil(groups, blocks), 4)));
}

/// Blocks of many rows: a multiple of four, so that two or four threads end together.
Value DenseKernel::blocks(CodeBuilder &code, const KernelScope &scope) {
  return code.mul(code.ceilDiv(code.ceilDiv(rows(code, scope), blockRows()), 4), 4);
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

/// Calls `block(first, count, ends)` for all groups of K, in blocks as equal as multiples of four allow.
void DenseKernel::forDepth(CodeBuilder &code, llvm::function_ref<void(Value, int64_t, bool)> block) {
  int64_t groups = product->panels.groups, count = depthGroups();
  int64_t last = groups % count == 0 && product->endsInGroup() ? count : groups % count;
  code.loop(code.constant(0), code.constant(groups - last), count, [&](Value first) { block(first, count, false); });
  if (last)
    block(code.constant(groups - last), last, true);
}

/// The values of row `r` of a tile: the linear is what its sums are worth + bias.
RowProgram DenseKernel::tileRow(CodeBuilder &code, const KernelScope &scope, const DenseTile &tile, Value r) {
  const Segment &segment = tile.segment;
  Value row = code.add(tile.row, r), sums = code.offset(tile.sums, code.mul(r, cols())), column = tile.column;
  Value left = leftRow(code, tile.block, row);
  RowProgram program(kernel, scope);
  program.setRow(code, row, space);
  RowLoad bias;
  LinearOp linear = segment.linear;
  if (linear.getBias())
    bias = program.get(code, linear.getBias());
  program.bind(linear.getResult(), [=, this, &scope, &segment](CodeBuilder &code, Value at, Value mask) {
    Value sum = code.loadVector(code.offset(sums, code.sub(at, column)));
    sum = product->worth(code, sum, left, weightColumn(code, scope, segment, at));
    return bias ? code.fadd(sum, bias(code, at, mask)) : sum;
  });
  for (Operation *tileOp : plan.tileOps)
    if (plan.segment.lookup(tileOp->getResult(0)) == plan.segment.lookup(linear.getResult()))
      program.run(code, *tileOp, Value());
  return program;
}

/// Writes `value` to rows of `width` at `target`.
void DenseKernel::storeRows(CodeBuilder &code, const KernelScope &scope, const DenseTile &tile, Value value,
                            StoredNumbers target, int64_t width) {
  code.loop(code.constant(0), code.constant(tile.rows), 1, [&](Value r) {
    RowProgram program = tileRow(code, scope, tile, r);
    RowLoad load = program.get(code, value);
    StoredNumbers line = target.at(code, code.mul(r, width));
    for (int64_t v = 0; v < vectors(); ++v) {
      Value at = code.add(tile.column, v * code.lanes()), mask = maskOf(code, tile.segment, at);
      line.at(code, v * code.lanes()).store(code, load(code, at, mask), mask);
    }
  });
}

void DenseKernel::finishTile(CodeBuilder &code, const KernelScope &scope, const DenseTile &tile) {
  unsigned own = plan.segment.lookup(LinearOp(tile.segment.linear).getResult());
  for (auto [value, result] : plan.stored) {
    if (plan.segment.lookup(value) != own)
      continue;
    LayoutAttr layout = getLayout(op.getResult(result).getType());
    if (!layout || layout.getKind() == LayoutKind::RowMajor) {
      int64_t width = tile.segment.width;
      Value first = code.add(code.mul(tile.row, width), tile.column);
      storeRows(code, scope, tile, value, kernel.resultNumbers(scope, result).at(code, first), width);
      continue;
    }
    Value finished = code.stack(schedule.getRows() * cols());
    storeRows(code, scope, tile, value, {finished}, cols());
    PanelStore panels(code, kernel.result(scope, result), cast<RankedTensorType>(op.getResult(result).getType()),
                      kernel.extent(code, scope, space.back()));
    Value count = code.min(code.constant(cols()), code.sub(code.constant(tile.segment.width), tile.column));
    panels.store(code, {{finished}, cols(), tile.row, tile.rows, tile.column, count});
  }
}

/// The columns from group `first` on, as they are stored.
DenseColumns DenseKernel::blockOf(CodeBuilder &code, const DenseColumns &columns, Value first) {
  DenseColumns result{{}, columns.stride};
  for (Value vector : columns.vectors)
    result.vectors.push_back(code.offsetBytes(vector, code.mul(first, columns.stride)));
  return result;
}

/// Calls `body` for the row tiles of a block. A few rows are tiles of `fewTileRows` where that is less work: than two
/// tiles that share most of their rows, or than tiles of one row, each of which waits for its sums.
void DenseKernel::forRowTiles(CodeBuilder &code, const RowBlock &block,
                              llvm::function_ref<void(Value row, int64_t rows)> body) {
  int64_t rows = schedule.getRows();
  if (rows <= fewTileRows)
    return forTiles(code, block.first, block.end, rows, body);
  Value count = code.sub(block.end, block.first), few = code.constant(fewTileRows);
  Value usual =
      code.select(code.less(count, code.constant(rows)), code.mul(count, 2), code.mul(code.ceilDiv(count, rows), rows));
  Value isLess = code.less(code.mul(code.ceilDiv(count, fewTileRows), fewTileRows), usual);
  Value isFew = code.both(code.lessEq(few, count), code.lessEq(count, code.constant(2 * fewTileRows)));
  code.branch(
      code.both(isFew, isLess),
      [&] {
        code.loop(block.first, block.end, fewTileRows,
                  [&](Value row) { body(code.min(row, code.sub(block.end, few)), fewTileRows); });
      },
      [&] { forTiles(code, block.first, block.end, rows, body); });
}

/// What the tile of rows at `row` asks for while it multiplies a block of K that ends at group `end`: a panel of the
/// block that its task takes next, which its first reader would otherwise wait for line by line. A tile of one panel
/// has its block in the first level: there it gains nothing.
Value DenseKernel::ahead(CodeBuilder &code, const RowBlock &block, Value columnTile, const DenseColumns &columns,
                         Value end, Value row) {
  int64_t panels = cols() / product->panels.width, bytes = product->panels.bytes();
  if (panels <= 1)
    return {};
  Value first = columns.vectors[0], isLast = code.lessEq(block.endTile, code.add(columnTile, 1));
  Value next = code.select(isLast, first, code.offsetBytes(first, code.constant(panels * bytes)));
  next = code.select(code.less(end, code.constant(product->panels.groups)),
                     code.offsetBytes(first, code.mul(end, columns.stride)), next);
  Value panel = code.div(code.sub(row, block.first), code.constant(schedule.getRows()));
  return code.offsetBytes(next, code.mul(code.min(panel, code.constant(panels - 1)), bytes));
}

/// All rows of a block with one tile of columns.
void DenseKernel::buildColumns(CodeBuilder &code, const KernelScope &scope, const RowBlock &block,
                               const Segment &segment, Value columnTile) {
  Value column = code.mul(code.sub(columnTile, code.constant(segment.firstTile)), cols());
  DenseColumns columns{{}, product->panels.width * product->panels.elementBytes};
  for (int64_t v = 0; v < vectors(); ++v)
    columns.vectors.push_back(weightColumn(code, scope, segment, code.add(column, v * code.lanes())));
  auto forRows = [&](llvm::function_ref<void(const DenseTile &)> body) {
    forRowTiles(code, block, [&](Value row, int64_t count) {
      // Tiles that share rows have sums of their own.
      Value index = code.div(code.add(code.sub(row, block.first), count - 1), code.constant(count));
      Value sums = code.offset(block.sums, code.mul(index, count * cols()));
      body({block, segment, column, row, count, sums});
    });
  };
  forRows([&](const DenseTile &tile) {
    for (int64_t at = 0; at < tile.rows * cols(); at += code.lanes())
      code.storeVector(code.zeros(), code.offset(tile.sums, at));
  });
  forDepth(code, [&](Value first, int64_t count, bool ends) {
    auto leftOf = [&](Value row) { return code.offset(leftRow(code, block, row), code.mul(first, product->parts())); };
    DenseColumns stored = blockOf(code, columns, first);
    auto multiply = [&](const DenseColumns &part) {
      forRows([&](const DenseTile &tile) {
        Value next = ahead(code, block, columnTile, columns, code.add(first, count), tile.row);
        product->accumulate(code, leftOf(tile.row), part, product->elements(count, ends), tile.sums, tile.rows, next);
      });
    };
    if (product->parts() == 1)
      return multiply(stored);
    Value few = code.lessEq(code.sub(block.end, block.first), code.constant(mostStoredRows));
    code.branch(
        few,
        [&] {
          code.loop(block.first, block.end, 1, [&](Value row) {
            Value sums = code.offset(block.sums, code.mul(code.sub(row, block.first), cols()));
            product->accumulateStored(code, leftOf(row), stored, count, ends, sums);
          });
        },
        [&] {
          Value memory = code.stack(depthGroups() * product->parts() * cols());
          multiply(product->widen(code, columns, first, count, memory));
        });
  });
  forRows([&](const DenseTile &tile) { finishTile(code, scope, tile); });
}

/// Function `tile` (first row, end row, first tile, end tile, worker whose scratch holds the rows).
void DenseKernel::buildTiles(CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
  Value input = kernel.tensor(scope, cast<BlockArgument>(LinearOp(plan.segments[0].linear).getInput()));
  Value left = product->prepares() ? kernel.workerScratch(code, scope, arguments[4])
                                   : code.offset(input, code.mul(arguments[0], plan.depth));
  RowBlock block{arguments[0], arguments[1], arguments[3], left,
                 code.stack((manyRows() + schedule.getRows()) * cols())};
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
  auto tiles = kernel.function("tile", 5, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
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
        kernel.call(code, tiles, kernel.currentFrame(), {first, end, none, all, arguments[1]});
        if (norms)
          kernel.call(code, norm, kernel.currentFrame(), {first, end});
      });

  // Few rows: all of them, prepared in the scratch of worker 0, and one tile of columns a task.
  std::string columnTask =
      kernel.function("columns", 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
        Value none = code.constant(0);
        kernel.call(code, tiles, kernel.currentFrame(),
                    {none, rows(code, scope), arguments[0], code.add(arguments[0], 1), none});
      });
  auto rowsTask = [&](StringRef suffix,
                      llvm::function_ref<void(CodeBuilder &, const KernelScope &, Value, Value, Value)> body) {
    return kernel.function(suffix, 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
      Value first = code.mul(arguments[0], fewRows);
      body(code, scope, first, code.min(code.add(first, fewRows), rows(code, scope)), arguments[1]);
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
          Value groups = code.ceilDiv(rowCount, fewRows);
          if (product->prepares())
            kernel.parallel(code, scope, prepareTask, frame, groups);
          // No rows: no tasks.
          Value tiles = code.select(code.less(code.constant(0), rowCount), code.constant(plan.tiles), code.constant(0));
          kernel.parallel(code, scope, columnTask, frame, tiles);
          if (norms)
            kernel.parallel(code, scope, normTask, frame, groups);
        },
        [&] { kernel.parallel(code, scope, rowTask, frame, blocks(code, scope)); });
  });
}

} // namespace

void lowerDense(KernelCode &kernel) { DenseKernel(kernel).build(); }

} // namespace mlir::attn
