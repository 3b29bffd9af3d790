// Strategy `dense`: linears of one input as a packed product with what follows them applied tile by tile.
//   tile(r0, r1, p0, p1):  for each panel p of weights, for each tile of MR rows:
//                            acc[MR][NR] = sum_k x[r, k] * w[p][k][0:NR]        in registers
//                            store f(acc + bias, ...)                           row-major or in panels
//   norm(r0, r1):          row normalisations, over rows that are complete
// Many rows: a task owns a block of rows and does both. Few rows: tasks own panels, and a second pass normalises.
#include "compiler/backends/llvm/Formula.h"
#include "compiler/backends/llvm/Microkernel.h"
#include "compiler/backends/llvm/PanelStore.h"
#include "compiler/backends/llvm/Rows.h"
#include "compiler/backends/llvm/Strategies.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace mlir::attn {
namespace {

bool isRowNorm(Operation &op) { return isa<LayerNormOp, RmsNormOp, L2NormalizeOp>(op); }

/// A linear of the kernel with its share of the panels.
struct Segment {
  LinearOp linear;
  int64_t width;      // output columns
  int64_t firstPanel; // of the kernel
  int64_t panels;
};

/// Which part of the kernel's body happens where.
struct DensePlan {
  SmallVector<Segment> segments;
  int64_t panels = 0;
  int64_t depth = 0;                       // K
  SmallVector<Operation *> tileOps;        // pointwise, before any normalisation
  SmallVector<Operation *> rowOps;         // normalisations and what follows them
  llvm::DenseMap<Value, unsigned> segment; // of a value computed in a tile
  /// Values that leave a tile, with the result tensor (its number) whose memory they are stored in.
  SmallVector<std::pair<Value, unsigned>> stored;

  explicit DensePlan(KernelOp kernel);
};

DensePlan::DensePlan(KernelOp kernel) {
  int64_t cols = kernel.getSchedule()->getCols();
  Block &body = kernel.getBody().front();
  llvm::DenseSet<Value> afterNorm;
  for (Operation &op : body.without_terminator()) {
    if (auto linear = dyn_cast<LinearOp>(op)) {
      auto weight = linear.getWeight().getType();
      depth = weight.getDimSize(1);
      int64_t count = llvm::divideCeil(weight.getDimSize(0), cols);
      segment[linear.getResult()] = segments.size();
      segments.push_back({linear, weight.getDimSize(0), panels, count});
      panels += count;
      continue;
    }
    bool late = isRowNorm(op) || llvm::any_of(op.getOperands(), [&](Value v) { return afterNorm.contains(v); });
    if (late) {
      afterNorm.insert(op.getResult(0));
      rowOps.push_back(&op);
      continue;
    }
    tileOps.push_back(&op);
    for (Value operand : op.getOperands())
      if (segment.contains(operand))
        segment[op.getResult(0)] = segment[operand];
  }

  Operation *yield = body.getTerminator();
  unsigned lateResult = yield->getNumOperands();
  for (auto [index, value] : llvm::enumerate(yield->getOperands())) {
    if (segment.contains(value))
      stored.push_back({value, index});
    else
      lateResult = index;
  }
  for (Operation *op : rowOps)
    for (Value operand : op->getOperands())
      if (segment.contains(operand) && llvm::none_of(stored, [&](auto &entry) { return entry.first == operand; }))
        stored.push_back({operand, lateResult});
}

class DenseKernel {
public:
  explicit DenseKernel(KernelCode &kernel)
      : kernel(kernel), op(kernel.kernel()), schedule(*op.getSchedule()), plan(op) {
    Value first = plan.segments[0].linear.getInput();
    space.assign(kernel.extents(first).begin(), kernel.extents(first).end());
    space.pop_back();
  }

  void build();

private:
  Value rows(CodeBuilder &code, const KernelScope &scope);
  void buildTile(CodeBuilder &code, const KernelScope &scope, ValueRange arguments);
  void buildSegment(CodeBuilder &code, const KernelScope &scope, Segment segment, ValueRange arguments);
  SmallVector<Value> product(CodeBuilder &code, Value input, Value panel, int64_t tileRows);
  void finishTile(CodeBuilder &code, const KernelScope &scope, Segment segment, Value scratch, Value row, Value column,
                  int64_t tileRows);
  void storeRows(CodeBuilder &code, const KernelScope &scope, Segment segment, Value value, unsigned result,
                 Value scratch, Value row, Value column, int64_t tileRows);
  void storePanels(CodeBuilder &code, const KernelScope &scope, Segment segment, unsigned result, Value scratch,
                   Value row, Value column, int64_t tileRows);
  void buildNorm(CodeBuilder &code, const KernelScope &scope, ValueRange arguments);
  RowProgram tileRow(CodeBuilder &code, const KernelScope &scope, Segment segment, Value scratch, Value row,
                     Value column);

  int64_t cols() { return schedule.getCols(); }
  int64_t vectors() { return cols() / schedule.getLanes(); }

  KernelCode &kernel;
  KernelOp op;
  ScheduleAttr schedule;
  DensePlan plan;
  Extents space; // of the rows
};

Value DenseKernel::rows(CodeBuilder &code, const KernelScope &scope) {
  Value count = code.constant(1);
  for (AffineExpr extent : space)
    count = code.mul(count, kernel.extent(code, scope, extent));
  return count;
}

/// sum_k input[r, k] * panel[k][0:NR] for `tileRows` rows, all accumulators in registers.
SmallVector<Value> DenseKernel::product(CodeBuilder &code, Value input, Value panel, int64_t tileRows) {
  SmallVector<Value> zeros(tileRows * vectors(), code.zeros());
  return accumulate(
      code, code.constant(0), code.constant(plan.depth), tileRows, vectors(), zeros,
      [&](Value k, int64_t r) { return code.load(code.f32(), code.offset(code.offset(input, k), r * plan.depth)); },
      [&](Value k, int64_t v) {
        return code.loadVector(code.offset(code.offset(panel, code.mul(k, cols())), v * code.lanes()));
      });
}

/// The values of one row of a tile: the linear is scratch + bias.
RowProgram DenseKernel::tileRow(CodeBuilder &code, const KernelScope &scope, Segment segment, Value scratch, Value row,
                                Value column) {
  RowProgram program(kernel, scope);
  program.setRow(code, row, space);
  RowLoad bias;
  if (segment.linear.getBias())
    bias = program.get(code, segment.linear.getBias());
  program.bind(segment.linear.getResult(), [=](CodeBuilder &code, Value at, Value mask) {
    Value sum = code.loadVector(code.offset(scratch, code.sub(at, column)));
    return bias ? code.fadd(sum, bias(code, at, mask)) : sum;
  });
  for (Operation *tileOp : plan.tileOps)
    if (plan.segment.lookup(tileOp->getResult(0)) == plan.segment.lookup(segment.linear.getResult()))
      program.run(code, *tileOp, Value());
  return program;
}

void DenseKernel::storeRows(CodeBuilder &code, const KernelScope &scope, Segment segment, Value value, unsigned result,
                            Value scratch, Value row, Value column, int64_t tileRows) {
  bool partial = segment.width % cols() != 0;
  code.loop(code.constant(0), code.constant(tileRows), 1, [&](Value r) {
    Value line = code.offset(scratch, code.mul(r, cols())), place = code.add(row, r);
    RowProgram program = tileRow(code, scope, segment, line, place, column);
    RowLoad load = program.get(code, value);
    Value target = code.offset(kernel.result(scope, result), code.mul(place, segment.width));
    for (int64_t v = 0; v < vectors(); ++v) {
      Value at = code.add(column, v * code.lanes());
      Value mask = partial ? code.maskBelow(code.sub(code.constant(segment.width), at)) : Value();
      code.storeVector(load(code, at, mask), code.offset(target, at), mask);
    }
  });
}

void DenseKernel::storePanels(CodeBuilder &code, const KernelScope &scope, Segment segment, unsigned result,
                              Value scratch, Value row, Value column, int64_t tileRows) {
  PanelStore panels(code, kernel.result(scope, result), cast<RankedTensorType>(op.getResult(result).getType()),
                    kernel.extent(code, scope, space.back()));
  SmallVector<Value> targets;
  for (int64_t r = 0; r < tileRows; ++r)
    targets.push_back(panels.token(code, code.add(row, r)));
  if (panels.keepsChannels() && panels.width == cols()) {
    Value distance = panels.channel(code, column);
    for (int64_t r = 0; r < tileRows; ++r)
      for (int64_t at = 0; at < cols(); at += code.lanes())
        code.storeVector(code.loadVector(code.offset(scratch, r * cols() + at)),
                         code.offset(code.offset(targets[r], distance), at));
    return;
  }
  Value count = code.min(code.constant(cols()), code.sub(code.constant(segment.width), column));
  code.loop(code.constant(0), count, 1, [&](Value c) {
    Value distance = panels.channel(code, code.add(column, c));
    for (int64_t r = 0; r < tileRows; ++r)
      code.store(code.load(code.f32(), code.offset(scratch, code.add(c, r * cols()))),
                 code.offset(targets[r], distance));
  });
}

void DenseKernel::finishTile(CodeBuilder &code, const KernelScope &scope, Segment segment, Value scratch, Value row,
                             Value column, int64_t tileRows) {
  unsigned own = plan.segment.lookup(segment.linear.getResult());
  for (auto [value, result] : plan.stored) {
    if (plan.segment.lookup(value) != own)
      continue;
    if (!getLayout(op.getResult(result).getType())) {
      storeRows(code, scope, segment, value, result, scratch, row, column, tileRows);
      continue;
    }
    // Finished values replace the sums, then go out to their panels.
    code.loop(code.constant(0), code.constant(tileRows), 1, [&, value = value](Value r) {
      Value line = code.offset(scratch, code.mul(r, cols()));
      RowProgram program = tileRow(code, scope, segment, line, code.add(row, r), column);
      RowLoad load = program.get(code, value);
      for (int64_t v = 0; v < vectors(); ++v) {
        Value at = code.add(column, v * code.lanes());
        Value mask = segment.width % cols() ? code.maskBelow(code.sub(code.constant(segment.width), at)) : Value();
        code.storeVector(load(code, at, mask), code.offset(line, v * code.lanes()));
      }
    });
    storePanels(code, scope, segment, result, scratch, row, column, tileRows);
  }
}

void DenseKernel::buildSegment(CodeBuilder &code, const KernelScope &scope, Segment segment, ValueRange arguments) {
  Value firstRow = arguments[0], endRow = arguments[1];
  Value first = code.max(arguments[2], code.constant(segment.firstPanel));
  Value end = code.min(arguments[3], code.constant(segment.firstPanel + segment.panels));
  Value weight = kernel.tensor(scope, cast<BlockArgument>(segment.linear.getWeight()));
  Value input = kernel.tensor(scope, cast<BlockArgument>(segment.linear.getInput()));
  Value scratch = code.stack(schedule.getRows() * cols());
  code.loop(first, end, 1, [&](Value panelIndex) {
    Value local = code.sub(panelIndex, code.constant(segment.firstPanel));
    Value panel = code.offset(weight, code.mul(local, plan.depth * cols())), column = code.mul(local, cols());
    auto tile = [&](Value row, int64_t tileRows) {
      SmallVector<Value> sums = product(code, code.offset(input, code.mul(row, plan.depth)), panel, tileRows);
      for (auto [index, sum] : llvm::enumerate(sums))
        code.storeVector(sum, code.offset(scratch, index * code.lanes()));
      finishTile(code, scope, segment, scratch, row, column, tileRows);
    };
    forTiles(code, firstRow, endRow, schedule.getRows(), tile);
  });
}

void DenseKernel::buildTile(CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
  for (const Segment &segment : plan.segments)
    buildSegment(code, scope, segment, arguments);
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
      program.bind(value, rowAt(memory(result)));
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
                    memory(index));
  });
}

// Rows of one normalising task after panel tasks.
constexpr int64_t normRows = 16;

void DenseKernel::build() {
  std::string tile = kernel.function("tile", 4, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
    buildTile(code, scope, arguments);
  });
  bool norms = !plan.rowOps.empty();
  std::string norm;
  if (norms)
    norm = kernel.function("norm", 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
      buildNorm(code, scope, arguments);
    });

  int64_t blockRows = std::max(schedule.getBlockRows(), schedule.getRows());
  // As many blocks as keep each at a full register tile or more.
  auto blocks = [&](CodeBuilder &code, Value rowCount) {
    Value most = code.max(code.div(rowCount, code.constant(schedule.getRows())), code.constant(1));
    return code.min(code.ceilDiv(rowCount, blockRows), most);
  };
  std::string rowTask =
      kernel.function("rows", 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
        Value rowCount = rows(code, scope), count = blocks(code, rowCount), index = arguments[0];
        Value first = code.div(code.mul(index, rowCount), count);
        Value end = code.div(code.mul(code.add(index, 1), rowCount), count);
        kernel.call(code, tile, kernel.currentFrame(), {first, end, code.constant(0), code.constant(plan.panels)});
        if (norms)
          kernel.call(code, norm, kernel.currentFrame(), {first, end});
      });
  std::string panelTask =
      kernel.function("panels", 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
        kernel.call(code, tile, kernel.currentFrame(),
                    {code.constant(0), rows(code, scope), arguments[0], code.add(arguments[0], 1)});
      });
  std::string normTask;
  if (norms)
    normTask = kernel.function("norms", 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
      Value first = code.mul(arguments[0], normRows);
      kernel.call(code, norm, kernel.currentFrame(), {first, code.min(code.add(first, normRows), rows(code, scope))});
    });

  kernel.define([&](CodeBuilder &code, const KernelScope &scope) {
    Value frame = kernel.makeFrame(code, scope), rowCount = rows(code, scope);
    code.branch(
        code.lessEq(rowCount, code.constant(2 * blockRows)),
        [&] {
          // No rows: no tasks.
          Value panels =
              code.select(code.less(code.constant(0), rowCount), code.constant(plan.panels), code.constant(0));
          kernel.parallel(code, scope, panelTask, frame, panels);
          if (norms)
            kernel.parallel(code, scope, normTask, frame, code.ceilDiv(rowCount, normRows));
        },
        [&] { kernel.parallel(code, scope, rowTask, frame, blocks(code, rowCount)); });
  });
}

} // namespace

/// Whether the weight is known when compiling, and no other op would find panels where it expects rows.
static bool hasPackableWeight(LinearOp linear) {
  auto weight = dyn_cast<BlockArgument>(linear.getWeight());
  auto kernel = cast<KernelOp>(linear->getParentOp());
  return weight && kernel.getInputs()[weight.getArgNumber()].getDefiningOp<WeightOp>() &&
         llvm::all_of(weight.getUses(),
                      [](OpOperand &use) { return isa<LinearOp>(use.getOwner()) && use.getOperandNumber() == 1; });
}

/// Whether each linear reads operands of the kernel and what follows it reads no other linear; if not, says so in
/// `why`.
static LogicalResult supportsTiles(Block &body, std::string &why) {
  llvm::DenseMap<Value, Operation *> linearOf; // of a value made from one
  for (Operation &op : body.without_terminator()) {
    auto linear = dyn_cast<LinearOp>(op);
    if (linear && !hasPackableWeight(linear)) {
      why = "attn.linear needs an attn.weight that its kernel reads as nothing else";
      return failure();
    }
    Operation *own = linear;
    for (Value operand : op.getOperands()) {
      Operation *other = linearOf.lookup(operand);
      if (linear ? !isa<BlockArgument>(operand) : own && other && own != other) {
        why = op.getName().getStringRef().str() + " joins two linears of one kernel";
        return failure();
      }
      own = own ? own : other;
    }
    linearOf[op.getResult(0)] = own;
  }
  return success();
}

LogicalResult supportsDense(KernelOp kernel, std::string &why) {
  if (failed(supportsTiles(kernel.getBody().front(), why)))
    return failure();
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (auto pointwise = dyn_cast<PointwiseOp>(op)) {
      if (failed(supportsFormula(pointwise.getFormula(), why)))
        return failure();
    } else if (!isa<LinearOp>(op) && !isRowNorm(op)) {
      why = op.getName().getStringRef().str() + " can not follow a linear in one kernel";
      return failure();
    }
  }
  DensePlan plan(kernel);
  llvm::SmallDenseSet<unsigned> used;
  for (auto [value, result] : plan.stored)
    if (result == kernel.getNumResults() || !used.insert(result).second) {
      why = "a row normalisation needs more rows in memory than the kernel has results";
      return failure();
    }
  return success();
}

void lowerDense(KernelCode &kernel) { DenseKernel(kernel).build(); }

} // namespace mlir::attn
