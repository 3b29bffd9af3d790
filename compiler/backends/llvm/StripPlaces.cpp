// The ops of a strip that look at one place at a time: given scores, formulas, masks.
#include "compiler/backends/llvm/StripKernel.h"
#include "dialect/Captures.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace mlir::attn {

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
  StoredNumbers numbers = kernel.numbers(strip.scope, cast<BlockArgument>(operand)).at(code, offset);
  bool repeats = type.getRank() == 0 || type.getShape().back() == 1;
  return repeats ? code.splat(numbers.loadOne(code)) : numbers.load(code, at.mask);
}

/// What modify, mask, fill or pointwise gives at a place. A masked place stays masked and its formula is not seen.
Value StripKernel::placeAt(CodeBuilder &code, const Strip &strip, Operation &op, const Place &at) {
  if (auto given = dyn_cast<GivenScoreOp>(op))
    return givenAt(code, strip, given.getTable(), at);
  SmallVector<Value> operands;
  Value masked;
  for (Value operand : placeOperands(op)) {
    Value x = operandAt(code, strip, operand, at);
    operands.push_back(x);
    Value hidden = !isa<BlockArgument>(operand) ? isHidden(code, x, plan.of(operand).hidden) : Value();
    masked = masked && hidden ? arith::OrIOp::create(code.b, masked, hidden).getResult() : hidden ? hidden : masked;
  }
  Hidden hidden = plan.of(op.getResult(0)).hidden;
  Value y = operands[0];
  if (auto fill = dyn_cast<FillOp>(op))
    return masked ? code.select(masked, code.splatReal(fill.getValue().convertToDouble()), y) : y;
  auto addIndices = [&] {
    Value head = code.narrow(place(code, strip, at.head).head);
    operands.append({code.narrow(strip.sample), head, code.narrow(at.row)});
    operands.push_back(code.lanesFrom(at.column));
  };
  if (auto modify = dyn_cast<ModifyOp>(op)) {
    addIndices();
    y = buildFormula(code, modify.getFormula(), operands, captured(code, kernel, strip.scope, modify.getCaptures()));
  } else if (auto pointwise = dyn_cast<PointwiseOp>(op)) {
    if (pointwise.getIndexed())
      addIndices();
    y = buildFormula(code, pointwise.getFormula(), operands,
                     captured(code, kernel, strip.scope, pointwise.getCaptures()));
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

} // namespace mlir::attn
