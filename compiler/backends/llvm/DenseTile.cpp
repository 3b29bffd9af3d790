// The rows of a task with one tile of columns: products block by block of K, then what follows them.
#include "compiler/backends/llvm/DenseKernel.h"
#include "compiler/backends/llvm/Microkernel.h"
#include "compiler/backends/llvm/PanelStore.h"

namespace mlir::attn {

// Rows of a tile for the rows that whole tiles leave, or where there are few: batches of texts, beams of a search.
constexpr int64_t fewTileRows = 4;

// Rows for which weights are not widened in memory first.
constexpr int64_t mostStoredRows = 2;

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

/// Calls `body(row, rows, place)` for the row tiles of a block; sums of a tile begin at row `place`. What whole tiles
/// leave, if it is little, is a tile of `fewTileRows`; rows that are little more than one tile are two such tiles. A
/// last tile shares rows with the one before it, so that only fewer than `fewTileRows` rows are taken one by one: each
/// waits for its sums.
void DenseKernel::forRowTiles(CodeBuilder &code, const RowBlock &block,
                              llvm::function_ref<void(Value row, int64_t rows, Value place)> body) {
  int64_t tileRows = schedule.getRows(), few = std::min(fewTileRows, tileRows);
  Value zero = code.constant(0), oneTile = code.constant(tileRows), count = code.sub(block.end, block.first);
  Value whole = code.mul(code.ceilDiv(count, tileRows), tileRows), left = code.rem(count, oneTile);
  if (few < tileRows)
    whole = code.select(code.lessEq(left, code.constant(few)), code.sub(count, left), whole);
  if (few < tileRows && tileRows < 2 * few) // 7 of 6: 4 and 4, not 6 and 4
    whole = code.select(code.both(code.less(oneTile, count), code.lessEq(count, code.constant(2 * few))), zero, whole);
  whole = code.select(code.less(count, oneTile), zero, whole);
  Value single = code.select(code.less(count, code.constant(few)), zero, count);
  auto tiles = [&](Value from, Value to, int64_t rows) {
    code.loop(from, to, rows, [&](Value place) {
      body(code.min(code.add(block.first, place), code.sub(block.end, code.constant(rows))), rows, place);
    });
  };
  tiles(zero, whole, tileRows);
  if (few < tileRows)
    tiles(whole, single, few);
  tiles(single, count, 1);
}

/// What the tile of rows at `row` asks for while it multiplies a block of K that ends at group `end`: a panel of the
/// block that its task takes next, which its first reader would otherwise wait for line by line. A tile of one panel
/// has its block in the first level: there it gains nothing.
Value DenseKernel::ahead(CodeBuilder &code, const RowBlock &block, Value columnTile, const DenseColumns &columns,
                         Value end, Value row) {
  int64_t panels = cols() / product->panels.width, bytes = product->panels.bytes();
  if (panels <= 1)
    return {};
  Value first = columns.vectors[0], isLast = code.lessEq(code.constant(plan.tiles), code.add(columnTile, 1));
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
    forRowTiles(code, block, [&](Value row, int64_t count, Value place) {
      body({block, segment, column, row, count, code.offset(block.sums, code.mul(place, cols()))});
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
        product->accumulate(code, leftOf(tile.row), part, product->elements(count, ends), tile.sums, tile.rows,
                            vectors(), next);
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

} // namespace mlir::attn
