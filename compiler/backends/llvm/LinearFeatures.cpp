// Rows of features, made where they are needed: a chunk at a time, in the worker's scratch, or read where they lie.
#include "compiler/backends/llvm/Formula.h"
#include "compiler/backends/llvm/LinearKernel.h"
#include "compiler/backends/llvm/Microkernel.h"
#include "dialect/Captures.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

namespace mlir::attn {

FeatureSource::FeatureSource(Value made) : rows(made) {
  if ((features = made.getDefiningOp<FeaturesOp>()))
    rows = features.getInput();
  else if ((random = made.getDefiningOp<RandomFeaturesOp>()))
    rows = random.getInput();
  auto type = cast<RankedTensorType>(rows.getType());
  heads = type.getDimSize(1);
  rowWidth = type.getDimSize(3);
  llvm::SetVector<Operation *> found;
  if (Operation *op = rows.getDefiningOp())
    found.insert(op);
  for (unsigned at = 0; at < found.size(); ++at)
    for (Value operand : found[at]->getOperands())
      if (Operation *op = operand.getDefiningOp())
        found.insert(op);
  rowOps = found.takeVector();
  llvm::sort(rowOps, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
}

/// Computes row `row` of a head's queries or keys, before they are features.
void LinearKernel::makeRow(CodeBuilder &code, const Head &head, FeatureSource &source, Value sourceHead, Value row,
                           llvm::function_ref<void(RowProgram &)> use) {
  RowProgram program(kernel, head.scope);
  program.setPlace(code, {head.sample, sourceHead, row}, kernel.extents(source.rows).drop_back());
  for (Operation *op : source.rowOps)
    program.run(code, *op, Value());
  use(program);
}

HeadRows LinearKernel::featureRows(CodeBuilder &code, const Head &head, FeatureSource &source, Value sourceHead,
                                   Value first, Value count, Value target, Value largest) {
  if (source.isInMemory()) {
    HeadRows rows = headRows(code, kernel, head.scope, source.rows, {head.sample, sourceHead}, source.heads);
    return {rows.row(code, first), rows.rowStride};
  }
  HeadRows made{{target}, featureStride()};
  if (source.random) {
    project(code, head, source, sourceHead, first, count, target);
    if (&source == &keySource && findsLargest())
      raiseLargest(code, head, target, first, count);
    code.loop(code.constant(0), count, 1, [&](Value index) {
      finishRandomRow(code, head, source, index, code.add(first, index), target, largest);
    });
    return made;
  }
  code.loop(code.constant(0), count, 1, [&](Value index) {
    StoredNumbers to = made.row(code, index);
    makeRow(code, head, source, sourceHead, code.add(first, index), [&](RowProgram &program) {
      if (source.features)
        program.writeFeatures(code, source.features, to.pointer);
      else
        program.write(code, program.get(code, source.rows), features, to);
    });
  });
  return made;
}

// --- exp(z . w - |z|^2 / 2 - c), z = x / D^(1/4)

/// Of `count` rows from `first` on: z into the worker's rows, z . w into `target`.
void LinearKernel::project(CodeBuilder &code, const Head &head, FeatureSource &source, Value sourceHead, Value first,
                           Value count, Value target) {
  int64_t depth = source.rowWidth, stride = llvm::alignTo(depth, lanes());
  Value rows = at(code, head, places().rows), scale = code.splatReal(std::pow(double(depth), -0.25));
  code.loop(code.constant(0), count, 1, [&](Value index) {
    Value to = code.offset(rows, code.mul(index, stride));
    makeRow(code, head, source, sourceHead, code.add(first, index), [&](RowProgram &program) {
      RowLoad load = program.get(code, source.rows);
      forColumns(code, depth, [&](Value column, Value mask) {
        code.storeVector(code.fmul(load(code, column, mask), scale), code.offset(to, column), mask);
      });
    });
  });
  Value panels = kernel.tensor(head.scope, cast<BlockArgument>(source.random.getProjection()));
  code.loop(code.constant(0), code.constant(features), panelWidth(), [&](Value column) {
    Value panel = code.offset(panels, code.mul(column, depth));
    forTiles(code, code.constant(0), count, schedule.getRows(), [&](Value row, int64_t size) {
      Value left = code.offset(rows, code.mul(row, stride)), to = code.offset(target, code.mul(row, featureStride()));
      SmallVector<Value> sums(size * panelVectors(), code.zeros());
      sums = accumulate(
          code, code.constant(0), code.constant(depth), size, panelVectors(), sums,
          [&](Value d, int64_t r) { return code.load(code.number(), code.offset(code.offset(left, d), r * stride)); },
          [&](Value d, int64_t v) {
            return code.loadVector(code.offset(code.offset(panel, code.mul(d, panelWidth())), v * lanes()));
          });
      for (int64_t r = 0; r < size; ++r)
        for (int64_t v = 0; v < panelVectors(); ++v)
          code.storeVector(sums[r * panelVectors() + v],
                           code.offset(code.offset(to, column), r * featureStride() + v * lanes()));
    });
  });
}

/// The largest exponent of a row, or of a row and what is known.
static Value largestOf(CodeBuilder &code, Value row, int64_t width, Value known) {
  Value lowest = code.splatReal(-std::numeric_limits<float>::infinity()), most = lowest;
  int64_t full = width - width % code.lanes();
  most = code.reduce(code.constant(0), code.constant(full), code.lanes(), ValueRange{most},
                     [&](Value column, ValueRange state) {
                       return SmallVector<Value>{code.fmaxFast(state[0], code.loadVector(code.offset(row, column)))};
                     })[0];
  if (full != width) {
    Value mask = code.maskBelow(code.constant(width - full));
    most = code.fmaxFast(most, code.select(mask, code.loadVector(code.offset(row, full), mask), lowest));
  }
  return code.fmaxFast(code.maxLanes(most), known);
}

HeadRows LinearKernel::queryRows(CodeBuilder &code, const Head &head, Value member, Value first, Value count,
                                 Value target) {
  Value largest = code.offset(at(code, head, places().largest + 1), member);
  return featureRows(code, head, querySource, queryHead(code, head, member), first, count, target, largest);
}

Value LinearKernel::rowsRead(CodeBuilder &code, const KernelScope &scope, AffineExpr rows, Value lengths,
                             Value sample) {
  Value count = kernel.extent(code, scope, rows);
  if (!lengths)
    return count;
  Value pointer = code.offset(code.i32(), kernel.tensor(scope, cast<BlockArgument>(lengths)), sample);
  return code.min(count, arith::ExtSIOp::create(code.b, code.i64(), code.load(code.i32(), pointer)));
}

/// The largest exponent of `count` rows of products, or what is known.
Value LinearKernel::largestOfRows(CodeBuilder &code, Value rows, Value count, Value known) {
  return code.reduce(code.constant(0), count, 1, ValueRange{known}, [&](Value index, ValueRange state) {
    Value row = code.offset(rows, code.mul(index, featureStride()));
    return SmallVector<Value>{largestOf(code, row, features, state[0])};
  })[0];
}

/// Keys of a chunk raise the largest exponent: what the state so far is multiplied by is written beside it.
void LinearKernel::raiseLargest(CodeBuilder &code, const Head &head, Value rows, Value first, Value count) {
  Value largest = at(code, head, places().largest), known = code.load(code.number(), largest);
  Value made = code.min(count, code.sub(rowsMade(code, head, keySource), first));
  Value raised = largestOfRows(code, rows, made, known);
  // With every exponent at -inf a difference would be NaN.
  Value none = code.real(-std::numeric_limits<float>::infinity());
  Value isNone = arith::CmpFOp::create(code.b, arith::CmpFPredicate::OEQ, raised, none);
  Value origin = code.select(isNone, code.real(0), raised);
  code.store(raised, largest);
  code.store(math::ExpOp::create(code.b, code.fsub(known, origin)), at(code, head, places().carried));
}

/// The rows of a head whose features are not 0.
Value LinearKernel::rowsMade(CodeBuilder &code, const Head &head, FeatureSource &source) {
  return rowsRead(code, head.scope, kernel.extents(source.rows)[2], source.random.getLengths(), head.sample);
}

/// Finds the largest exponent of a head, if its features are taken from it and it is not found as they are made: a
/// pass of its own over the rows.
void LinearKernel::prepareRandom(CodeBuilder &code, const Head &head, FeatureSource &source, Value sourceHead,
                                 Value target, Value largest) {
  if (!source.random || source.random.getStabilizer() != Stabilizer::Head)
    return;
  Value end = rowsMade(code, head, source), none = code.real(-std::numeric_limits<float>::infinity());
  if (&source == &keySource && findsLargest())
    return code.store(none, largest);
  Value most = code.reduce(code.constant(0), end, chunk(), ValueRange{none}, [&](Value first, ValueRange state) {
    Value count = code.min(code.sub(end, first), code.constant(chunk()));
    project(code, head, source, sourceHead, first, count, target);
    return SmallVector<Value>{largestOfRows(code, target, count, state[0])};
  })[0];
  code.store(most, largest);
}

/// 1 / sqrt(R), in all lanes.
Value LinearKernel::featureFactor(CodeBuilder &code) { return code.splatReal(1 / std::sqrt(double(features))); }

void LinearKernel::finishRandomRow(CodeBuilder &code, const Head &head, FeatureSource &source, Value index,
                                   Value position, Value target, Value largest) {
  RandomFeaturesOp op = source.random;
  Value row = code.offset(target, code.mul(index, featureStride()));
  Value z = code.offset(at(code, head, places().rows), code.mul(index, llvm::alignTo(source.rowWidth, lanes())));
  Value squares = sumColumns(code, source.rowWidth, [&](Value column, Value mask) {
    Value x = code.loadVector(code.offset(z, column), mask);
    return code.fmul(x, x);
  });
  Value shift = code.fmul(squares, code.real(0.5));
  if (op.getStabilizer() == Stabilizer::Row)
    shift = code.fadd(shift, largestOf(code, row, features, code.real(-std::numeric_limits<float>::infinity())));
  else if (op.getStabilizer() == Stabilizer::Head)
    shift = code.fadd(shift, code.load(code.number(), largest));
  Value all = code.splat(shift), eps = code.splatReal(op.getEps().convertToDouble());
  bool isRaw = &source == &keySource && findsLargest(); // the rest comes when the state settles
  Value isRead = code.splat(code.less(position, rowsMade(code, head, source)));
  forColumns(code, features, [&](Value column, Value mask) {
    Value to = code.offset(row, column);
    Value e = math::ExpOp::create(code.b, code.fsub(code.loadVector(to, mask), all));
    Value feature = isRaw ? e : code.fmul(code.fadd(e, eps), featureFactor(code));
    code.storeVector(code.select(isRead, feature, code.zeros()), to, mask);
  });
}

bool linearReadsNarrow(BlockArgument argument) {
  return llvm::all_of(argument.getUses(), [](OpOperand &use) {
    Operation *op = use.getOwner();
    return (isa<LinearAttentionOp, PointwiseOp, SplitHeadsOp>(op) && !isCaptured(use)) ||
           (isa<FeaturesOp, RandomFeaturesOp>(op) && use.getOperandNumber() == 0);
  });
}

} // namespace mlir::attn
