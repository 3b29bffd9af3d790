// The ops of a strip that look at one place at a time: formulas, masks, relative positions.
#include "compiler/backends/llvm/StripKernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <cmath>

namespace mlir::attn {

Value hiddenCode(CodeBuilder &code, Hidden hidden) {
  return code.splatReal(hidden == Hidden::Score ? -INFINITY : -0.0);
}

// -0 equals 0, so weights are compared by their bits.
Value isHidden(CodeBuilder &code, Value x, Hidden hidden) {
  if (hidden == Hidden::Never)
    return {};
  if (hidden == Hidden::Score)
    return arith::CmpFOp::create(code.b, arith::CmpFPredicate::OEQ, x, hiddenCode(code, hidden));
  Type bits = VectorType::get(code.lanes(), code.b.getI32Type());
  auto asBits = [&](Value value) { return arith::BitcastOp::create(code.b, bits, value); };
  return arith::CmpIOp::create(code.b, arith::CmpIPredicate::eq, asBits(x), asBits(hiddenCode(code, hidden)));
}

/// The vector at a place of an operand: of a map of the strip, or of a tensor from outside.
Value StripKernel::operandAt(CodeBuilder &code, const Strip &strip, Value operand, const Place &at) {
  if (isa<BlockArgument>(operand))
    return givenAt(code, strip, operand, at);
  if (plan.of(operand).slot < 0)
    return placeAt(code, strip, *operand.getDefiningOp(), at);
  return code.loadVector(code.offset(rowOf(code, strip, operand, at.head, at.row), at.column));
}

/// The vector at a place of a tensor from outside, broadcast to the map.
Value StripKernel::givenAt(CodeBuilder &code, const Strip &strip, Value operand, const Place &at) {
  auto type = cast<RankedTensorType>(operand.getType());
  ArrayRef<AffineExpr> extents = kernel.extents(operand);
  Value indices[] = {strip.sample, place(code, strip, at.head).head, at.row, at.column}, offset = code.constant(0);
  for (int64_t d = 0; d < type.getRank(); ++d) {
    offset = code.mul(offset, kernel.extent(code, strip.scope, extents[d]));
    if (type.getDimSize(d) != 1)
      offset = code.add(offset, indices[4 - type.getRank() + d]);
  }
  Value pointer = code.offset(kernel.tensor(strip.scope, cast<BlockArgument>(operand)), offset);
  bool repeats = type.getRank() == 0 || type.getShape().back() == 1;
  return repeats ? code.splat(code.load(code.f32(), pointer)) : code.loadVector(pointer, at.mask);
}

/// What modify, mask, fill or pointwise gives at a place. A masked place stays masked and its formula is not seen.
Value StripKernel::placeAt(CodeBuilder &code, const Strip &strip, Operation &op, const Place &at) {
  bool single = isa<ModifyOp, MaskOp>(op); // the other operands are captures and what masks name
  SmallVector<Value> operands;
  Value masked;
  for (Value operand : single ? op.getOperands().take_front(1) : op.getOperands()) {
    Value x = operandAt(code, strip, operand, at);
    operands.push_back(x);
    Value hidden = !isa<BlockArgument>(operand) ? isHidden(code, x, plan.of(operand).hidden) : Value();
    masked = masked && hidden ? arith::OrIOp::create(code.b, masked, hidden).getResult() : hidden ? hidden : masked;
  }
  Hidden hidden = plan.of(op.getResult(0)).hidden;
  Value y = operands[0];
  if (auto fill = dyn_cast<FillOp>(op))
    return masked ? code.select(masked, code.splatReal(fill.getValue().convertToDouble()), y) : y;
  if (auto modify = dyn_cast<ModifyOp>(op)) {
    Value keys = arith::AddIOp::create(code.b, code.splat(narrow(code, at.column)), code.iota());
    Value head = narrow(code, place(code, strip, at.head).head);
    y = buildFormula(code, modify.getFormula(), {y, narrow(code, strip.sample), head, narrow(code, at.row), keys},
                     captured(code, kernel, strip.scope, modify.getCaptures()));
  } else if (auto pointwise = dyn_cast<PointwiseOp>(op)) {
    y = buildFormula(code, pointwise.getFormula(), operands);
  } else {
    MaskScope masks =
        maskScope(code, kernel, strip.scope, cast<MaskOp>(op), place(code, strip, at.head), strip.queries, strip.keys);
    y = code.select(visibleLanes(code, masks, at.row, at.column), y, hiddenCode(code, hidden));
  }
  if (hidden == Hidden::Weight) // what a formula gives at a visible place is not the mark of a masked one
    y = code.fadd(y, code.zeros());
  return masked ? code.select(masked, hiddenCode(code, hidden), y) : y;
}

void StripKernel::places(CodeBuilder &code, const Strip &strip, Operation &op) {
  Value map = op.getResult(0);
  if (plan.of(map).slot < 0)
    return;
  forRows(code, strip, map, [&](Value head, Value row) {
    Value target = rowOf(code, strip, map, head, row);
    forKeys(code, strip, [&](Value column, Value mask) {
      code.storeVector(placeAt(code, strip, op, {head, row, column, mask}), code.offset(target, column));
    });
  });
}

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
    tableScores(code, strip, code.offset(query.pointer, code.mul(row, query.rowStride)), op.getTable(), scores,
                op.getScale().convertToDouble());
    code.storeVector(code.splat(code.load(code.f32(), scores)), strip.relative);
    code.storeVector(code.splat(code.load(code.f32(), code.offset(scores, rows - 1))), code.offset(scores, rows));
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
    Value numbers = code.offset(query.pointer, code.mul(row, query.rowStride));
    tableScores(code, strip, numbers, op.getRows(), downs, scale);
    tableScores(code, strip, numbers, op.getCols(), rights, scale);
    Value target = rowOf(code, strip, op.getScores(), head, row);
    Value y = code.div(row, code.constant(width)), x = code.rem(row, code.constant(width));
    Value firstRight = code.offset(rights, code.sub(code.constant(width - 1), x));
    code.loop(code.constant(0), code.constant(height), 1, [&](Value down) {
      Value distance = code.add(code.sub(down, y), height - 1);
      Value own = code.splat(code.load(code.f32(), code.offset(downs, distance)));
      Value line = code.offset(target, code.mul(down, width));
      // The last vector may pass the end of the image row; the next row writes over what it left there.
      code.loop(code.constant(0), code.constant(width), lanes(), [&](Value at) {
        code.storeVector(code.fadd(own, code.loadVector(code.offset(firstRight, at))), code.offset(line, at));
      });
    });
  });
}

} // namespace mlir::attn
