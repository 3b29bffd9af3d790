// Strategy `rows`: the row-local ops of a kernel, row by row, in vectors along the last dimension. Also copies keys
// and values into panels, and tensors into rows of other elements.
#include "compiler/backends/llvm/Formula.h"
#include "compiler/backends/llvm/PanelStore.h"
#include "compiler/backends/llvm/Rows.h"
#include "compiler/backends/llvm/Strategies.h"
#include "dialect/Captures.h"

namespace mlir::attn {
namespace {

// Rows of one task.
constexpr int64_t blockRows = 16;
// Numbers of one task that takes them as they come.
constexpr int64_t blockNumbers = 16384;
// Columns of a row that a stack has room for.
constexpr int64_t stackColumns = 16384;

bool needsBuffer(Operation &op) {
  return isa<LayerNormOp, RmsNormOp, L2NormalizeOp, PoolOp, MergeHeadsOp, FeaturesOp>(op);
}

/// Whether a kernel takes its operands number by number, wherever rows end: it only copies one into rows of other
/// elements, or its ops are pointwise without broadcasting. In one dimension a number's place is its index.
bool isFlat(KernelOp kernel) {
  LayoutAttr layout = getLayout(kernel.getResult(0).getType());
  Block &body = kernel.getBody().front();
  if (body.without_terminator().empty())
    return !layout || layout.getKind() == LayoutKind::RowMajor;
  RankedTensorType type = withoutLayout(kernel.getResult(0).getType());
  return llvm::all_of(body.without_terminator(), [&](Operation &op) {
    auto pointwise = dyn_cast<PointwiseOp>(op);
    return pointwise && (!pointwise.getIndexed() || type.getRank() <= 1) &&
           llvm::all_of(pointwise.getInputs(), [&](Value input) {
             return cast<RankedTensorType>(input.getType()).getShape() == type.getShape();
           });
  });
}

/// All numbers of the operands, whatever their shape, as one long row.
void buildFlat(KernelCode &kernel) {
  KernelOp op = kernel.kernel();
  auto count = [&](CodeBuilder &code, const KernelScope &scope) {
    Value product = code.constant(1);
    for (AffineExpr extent : kernel.extents(op.getBody().front().getTerminator()->getOperand(0)))
      product = code.mul(product, kernel.extent(code, scope, extent));
    return product;
  };
  std::string task = kernel.function("flat", 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
    RowProgram program(kernel, scope);
    for (BlockArgument argument : op.getBody().getArguments())
      program.bind(argument, rowAt(kernel.numbers(scope, argument)));
    Block &body = op.getBody().front();
    for (Operation &inner : body.without_terminator())
      program.run(code, inner, Value());
    Value first = code.mul(arguments[0], blockNumbers);
    Value end = code.min(code.add(first, blockNumbers), count(code, scope));
    forColumns(code, first, end, [&](Value at, Value mask) {
      for (auto [index, value] : llvm::enumerate(body.getTerminator()->getOperands()))
        kernel.resultNumbers(scope, index).at(code, at).store(code, program.get(code, value)(code, at, mask), mask);
    });
  });
  kernel.define([&](CodeBuilder &code, const KernelScope &scope) {
    Value frame = kernel.makeFrame(code, scope);
    kernel.parallel(code, scope, task, frame, code.ceilDiv(count(code, scope), blockNumbers));
  });
}

class RowsKernel {
public:
  explicit RowsKernel(KernelCode &kernel) : kernel(kernel), op(kernel.kernel()) {
    Value first = op.getBody().front().getTerminator()->getOperand(0);
    space.assign(kernel.extents(first).begin(), kernel.extents(first).end());
    space.pop_back();
  }

  void build() {
    std::string task =
        kernel.function("rows", 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
          Value first = code.mul(arguments[0], blockRows);
          Value end = code.min(code.add(first, blockRows), rows(code, scope));
          auto each = [&](llvm::function_ref<void(Value)> body) { code.loop(first, end, 1, body); };
          if (!op.getBody().front().without_terminator().empty())
            return each([&](Value row) { computeRow(code, scope, row); });
          code.branch(
              code.less(code.sub(end, first), code.constant(blockRows)),
              [&] { each([&](Value row) { copyRows(code, scope, row, 1); }); },
              [&] { copyRows(code, scope, first, blockRows); });
        });
    kernel.define([&](CodeBuilder &code, const KernelScope &scope) {
      Value frame = kernel.makeFrame(code, scope);
      kernel.parallel(code, scope, task, frame, code.ceilDiv(rows(code, scope), blockRows));
    });
  }

private:
  Value rows(CodeBuilder &code, const KernelScope &scope) {
    Value count = code.constant(1);
    for (AffineExpr extent : space)
      count = code.mul(count, kernel.extent(code, scope, extent));
    return count;
  }

  StoredNumbers resultRow(CodeBuilder &code, const KernelScope &scope, unsigned result, Value row) {
    Value yielded = op.getBody().front().getTerminator()->getOperand(result);
    Value width = kernel.extent(code, scope, kernel.extents(yielded).back());
    return kernel.resultNumbers(scope, result).at(code, code.mul(row, width));
  }

  /// Writes a row, whose width may be known at run time only.
  void writeRow(CodeBuilder &code, const KernelScope &scope, RowProgram &program, Value value, StoredNumbers target) {
    RowLoad row = program.get(code, value);
    auto type = cast<RankedTensorType>(value.getType());
    if (!type.isDynamicDim(type.getRank() - 1))
      return program.write(code, row, type.getShape().back(), target);
    Value width = kernel.extent(code, scope, kernel.extents(value).back());
    forColumns(code, code.constant(0), width,
               [&](Value column, Value mask) { target.at(code, column).store(code, row(code, column, mask), mask); });
  }

  void computeRow(CodeBuilder &code, const KernelScope &scope, Value row) {
    Block &body = op.getBody().front();
    RowProgram program(kernel, scope);
    program.setRow(code, row, space);
    // One row in memory can be the result's own, if that is f32; more get scratch.
    bool own = llvm::count_if(body.without_terminator(), needsBuffer) == 1 &&
               storageOf(op.getResult(0).getType()) == Precision::Own;
    for (Operation &inner : body.without_terminator()) {
      Value buffer;
      if (needsBuffer(inner))
        buffer = own ? resultRow(code, scope, 0, row).pointer
                     : code.stack(cast<RankedTensorType>(inner.getResult(0).getType()).getShape().back());
      program.run(code, inner, buffer);
    }
    for (auto [index, value] : llvm::enumerate(body.getTerminator()->getOperands()))
      writeRow(code, scope, program, value, resultRow(code, scope, index, row));
  }

  /// Row-major keys or values to panels.
  void copyRows(CodeBuilder &code, const KernelScope &scope, Value row, int64_t count) {
    auto type = cast<RankedTensorType>(op.getResult(0).getType());
    int64_t width = type.getShape().back();
    StoredNumbers source = kernel.numbers(scope, op.getBody().getArgument(0)).at(code, code.mul(row, width));
    PanelStore panels(code, kernel.result(scope, 0), type, kernel.extent(code, scope, space.back()));
    panels.store(code, {source, width, row, count, code.constant(0), code.constant(width)});
  }

  KernelCode &kernel;
  KernelOp op;
  Extents space;
};

} // namespace

LogicalResult supportsRows(KernelOp kernel, std::string &why) {
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (auto pointwise = dyn_cast<PointwiseOp>(op)) {
      if (failed(supportsFormula(pointwise.getFormula(), why)))
        return failure();
    } else if (auto features = dyn_cast<FeaturesOp>(op)) {
      if (failed(supportsFormula(features.getFormula(), why)))
        return failure();
    } else if (!isa<LayerNormOp, RmsNormOp, L2NormalizeOp, EmbedOp, PositionsOp, PoolOp, SplitHeadsOp, MergeHeadsOp>(
                   op)) {
      why = op.getName().getStringRef().str() +
            " has no code outside a fused attention; does the model return or reuse its map?";
      return failure();
    }
  }
  return success();
}

/// Whether an op of a row sees only numbers that a StoredNumbers has loaded: not the tokens of positions, say.
static bool readsNumbers(OpOperand &use) {
  Operation *op = use.getOwner();
  if (isCaptured(use))
    return false;
  if (isa<EmbedOp, PositionsOp, PoolOp, FeaturesOp>(op))
    return use.getOperandNumber() == 0;
  return isa<PointwiseOp, LayerNormOp, RmsNormOp, L2NormalizeOp, SplitHeadsOp, MergeHeadsOp, YieldOp>(op);
}

bool rowsReadNarrow(BlockArgument argument) { return llvm::all_of(argument.getUses(), readsNumbers); }

bool rowsWriteNarrow(OpResult result) {
  auto kernel = cast<KernelOp>(result.getOwner());
  auto needsStack = [](Operation &op) {
    return needsBuffer(op) && cast<RankedTensorType>(op.getResult(0).getType()).getShape().back() > stackColumns;
  };
  return llvm::none_of(kernel.getBody().front(), needsStack);
}

void lowerRows(KernelCode &kernel) {
  if (isFlat(kernel.kernel()))
    return buildFlat(kernel);
  RowsKernel(kernel).build();
}

} // namespace mlir::attn
