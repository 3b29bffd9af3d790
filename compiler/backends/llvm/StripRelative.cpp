// Tables of relative positions in a strip: scores with a row for each distance, and values by distance.
#include "compiler/backends/llvm/StripKernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace mlir::attn {

/// target[r] = scale * query . table[r] for all rows of a table [rows, D].
void StripKernel::tableScores(CodeBuilder &code, const Strip &strip, Value query, Value table, Value target,
                              double scale) {
  auto type = cast<RankedTensorType>(table.getType());
  int64_t rows = type.getDimSize(0), width = type.getDimSize(1);
  Value pointer = kernel.tensor(strip.scope, cast<BlockArgument>(table));
  code.loop(code.constant(0), code.constant(rows), 1, [&](Value r) {
    Value line = code.offset(pointer, code.mul(r, width));
    Value sum = sumColumns(code, width, [&](Value column, Value mask) {
      Value x = code.loadVector(code.offset(query, column), mask), y = code.loadVector(code.offset(line, column), mask);
      return code.fmul(x, y);
    });
    code.store(code.fmul(sum, code.real(scale)), code.offset(target, r));
  });
}

// The scores of all distances, with the first and last repeated on both sides: a vector of keys then is one load.
void StripKernel::relativeScore(CodeBuilder &code, const Strip &strip, RelativeScoreOp op) {
  int64_t heads = op.getScores().getType().getDimSize(1), rows = op.getTable().getType().getDimSize(0), half = rows / 2;
  Value offset = op.getAlignment() == Alignment::TopLeft ? code.constant(0) : code.sub(strip.keys, strip.queries);
  Value scores = code.offset(strip.relative, lanes());
  forRows(code, strip, op.getScores(), [&](Value head, Value row) {
    HeadRows query = headRows(code, kernel, strip.scope, op.getQuery(), place(code, strip, head), heads);
    tableScores(code, strip, query.row(code, row).pointer, op.getTable(), scores, op.getScale().convertToDouble());
    code.storeVector(code.splat(code.load(code.number(), scores)), strip.relative);
    code.storeVector(code.splat(code.load(code.number(), code.offset(scores, rows - 1))), code.offset(scores, rows));
    Value target = rowOf(code, strip, op.getScores(), head, row);
    Value start = code.sub(code.constant(half), code.add(row, offset));
    code.loop(code.constant(0), strip.keys, lanes(), [&](Value column) {
      Value at = code.max(code.min(code.add(column, start), code.constant(rows)), code.constant(-lanes()));
      code.storeVector(code.loadVector(code.offset(scores, at)), code.offset(target, column));
    });
  });
}

// Two small products a query, then a sum for each pixel: one number for the image row, a vector for the columns.
void StripKernel::relativeScore2d(CodeBuilder &code, const Strip &strip, RelativeScore2dOp op) {
  int64_t heads = op.getScores().getType().getDimSize(1);
  int64_t height = op.getRows().getType().getDimSize(0) / 2 + 1, width = op.getCols().getType().getDimSize(0) / 2 + 1;
  Value downs = strip.relative, rights = code.offset(downs, llvm::alignTo(2 * height - 1, lanes()));
  double scale = op.getScale().convertToDouble();
  forRows(code, strip, op.getScores(), [&](Value head, Value row) {
    HeadRows query = headRows(code, kernel, strip.scope, op.getQuery(), place(code, strip, head), heads);
    Value numbers = query.row(code, row).pointer;
    tableScores(code, strip, numbers, op.getRows(), downs, scale);
    tableScores(code, strip, numbers, op.getCols(), rights, scale);
    Value target = rowOf(code, strip, op.getScores(), head, row);
    Value y = code.div(row, code.constant(width)), x = code.rem(row, code.constant(width));
    Value firstRight = code.offset(rights, code.sub(code.constant(width - 1), x));
    code.loop(code.constant(0), code.constant(height), 1, [&](Value down) {
      Value distance = code.add(code.sub(down, y), height - 1);
      Value own = code.splat(code.load(code.number(), code.offset(downs, distance)));
      Value line = code.offset(target, code.mul(down, width));
      // The last vector may pass the end of the image row; the next row writes over what it left there.
      code.loop(code.constant(0), code.constant(width), lanes(), [&](Value at) {
        code.storeVector(code.fadd(own, code.loadVector(code.offset(firstRight, at))), code.offset(line, at));
      });
    });
  });
}

/// strip.relative[r] = the sum of the weights of a row at distance r - c. Key `first` has distance -c: nearer distances
/// are one place each, the first and last hold all that lies beyond.
void StripKernel::sumByDistance(CodeBuilder &code, const Strip &strip, CombineOp op, Value weights, Value first) {
  int64_t last = op.getRelative().getType().getDimSize(0) - 1;
  Hidden hidden = plan.of(op.getWeights()).hidden;
  auto load = [&](Value column, Value mask) {
    Value x = code.loadVector(code.offset(weights, column), mask);
    return hidden == Hidden::Score ? code.select(isHidden(code, x, hidden), code.zeros(), x) : x;
  };
  code.loop(code.constant(1), code.constant(last), lanes(), [&](Value r) {
    Value column = code.add(first, r);
    // Keys below M but not below 0: distances that have no key are not read.
    Value inside = arith::XOrIOp::create(code.b, code.maskBelow(code.sub(strip.keys, column)),
                                         code.maskBelow(code.sub(code.constant(0), column)));
    code.storeVector(load(column, inside), code.offset(strip.relative, r));
  });
  SmallVector<Value> sums{code.zeros(), code.zeros()};
  sums = code.reduce(code.constant(0), strip.keys, lanes(), sums, [&](Value column, ValueRange state) {
    Value x = load(column, code.maskBelow(code.sub(strip.keys, column)));
    Value before = code.maskBelow(code.sub(code.add(first, 1), column));
    Value inner = code.maskBelow(code.sub(code.add(first, std::max<int64_t>(last, 1)), column));
    return SmallVector<Value>{code.fadd(state[0], code.select(before, x, code.zeros())),
                              code.fadd(state[1], code.select(inner, code.zeros(), x))};
  });
  Value low = code.sumLanes(sums[0]), high = code.sumLanes(sums[1]);
  code.store(last ? low : code.fadd(low, high), strip.relative);
  if (last)
    code.store(high, code.offset(strip.relative, last));
}

// The weights of a row by distance, then their product with the table.
void StripKernel::addRelativeValues(CodeBuilder &code, const Strip &strip, CombineOp op, Value head, HeadRows output) {
  int64_t rows = op.getRelative().getType().getDimSize(0), width = op.getRelative().getType().getDimSize(1);
  bool topLeft = *op.getAlignment() == Alignment::TopLeft;
  Value offset = topLeft ? code.constant(0) : code.sub(strip.keys, strip.queries);
  Value table = kernel.tensor(strip.scope, cast<BlockArgument>(op.getRelative()));
  code.loop(strip.first, strip.end, 1, [&](Value row) {
    Value first = code.sub(code.add(row, offset), code.constant(rows / 2));
    sumByDistance(code, strip, op, rowOf(code, strip, op.getWeights(), head, row), first);
    Value target = output.row(code, row).pointer;
    forColumns(code, width, [&](Value column, Value mask) {
      Value place = code.offset(target, column), old = code.loadVector(place, mask);
      Value sum = code.reduce(code.constant(0), code.constant(rows), 1, old, [&](Value r, ValueRange state) {
        Value line = code.loadVector(code.offset(code.offset(table, code.mul(r, width)), column), mask);
        Value weight = code.splat(code.load(code.number(), code.offset(strip.relative, r)));
        return SmallVector<Value>{code.fma(weight, line, state[0])};
      })[0];
      code.storeVector(sum, place, mask);
    });
  });
}

} // namespace mlir::attn
