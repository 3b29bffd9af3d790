// Values of a kernel as rows.
#include "compiler/backends/llvm/Rows.h"
#include "compiler/backends/llvm/Formula.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

namespace mlir::attn {

RowLoad rowAt(StoredNumbers first, bool repeated) {
  if (repeated)
    return [=](CodeBuilder &code, Value, Value) { return code.splat(first.loadOne(code)); };
  return [=](CodeBuilder &code, Value column, Value mask) { return first.at(code, column).load(code, mask); };
}

void forColumns(CodeBuilder &code, int64_t width, llvm::function_ref<void(Value, Value)> body) {
  int64_t full = width - width % code.lanes();
  if (full == code.lanes())
    body(code.constant(0), Value());
  else if (full)
    code.loop(code.constant(0), code.constant(full), code.lanes(), [&](Value column) { body(column, Value()); });
  if (full != width)
    body(code.constant(full), code.maskBelow(code.constant(width - full)));
}

void forColumns(CodeBuilder &code, Value first, Value end, llvm::function_ref<void(Value, Value)> body) {
  Value rest = code.rem(code.sub(end, first), code.constant(code.lanes())), full = code.sub(end, rest);
  code.loop(first, full, code.lanes(), [&](Value column) { body(column, Value()); });
  code.branch(code.less(code.constant(0), rest), [&] { body(full, code.maskBelow(rest)); });
}

Value sumColumns(CodeBuilder &code, int64_t width, llvm::function_ref<Value(Value, Value)> term) {
  // Independent partial sums hide the latency of an addition.
  int64_t vectors = width / code.lanes();
  int64_t ways = vectors % 4 == 0 ? 4 : vectors % 3 == 0 ? 3 : vectors % 2 == 0 ? 2 : 1;
  int64_t full = vectors * code.lanes();
  SmallVector<Value> sums(ways, code.zeros());
  if (full)
    sums = code.reduce(code.constant(0), code.constant(full), ways * code.lanes(), sums,
                       [&](Value column, ValueRange state) {
                         SmallVector<Value> next;
                         for (int64_t way = 0; way < ways; ++way)
                           next.push_back(code.fadd(state[way], term(code.add(column, way * code.lanes()), Value())));
                         return next;
                       });
  Value sum = sums[0];
  for (Value other : ArrayRef<Value>(sums).drop_front())
    sum = code.fadd(sum, other);
  if (full != width) {
    Value mask = code.maskBelow(code.constant(width - full));
    sum = code.fadd(sum, code.select(mask, term(code.constant(full), mask), code.zeros()));
  }
  return code.sumLanes(sum);
}

void RowProgram::setRow(CodeBuilder &code, Value row, ArrayRef<AffineExpr> space) {
  currentRow = row;
  this->space.assign(space.begin(), space.end());
  place.assign(space.size(), Value());
  Value rest = row;
  for (size_t d = space.size(); d-- > 1;) {
    Value extent = kernel.extent(code, scope, space[d]);
    place[d] = code.rem(rest, extent);
    rest = code.div(rest, extent);
  }
  if (!space.empty())
    place[0] = rest;
}

void RowProgram::setPlace(CodeBuilder &code, ArrayRef<Value> place, ArrayRef<AffineExpr> space) {
  this->space.assign(space.begin(), space.end());
  this->place.assign(place.begin(), place.end());
  currentRow = place.front();
  for (auto [index, extent] : llvm::zip(place.drop_front(), space.drop_front()))
    currentRow = code.add(code.mul(currentRow, kernel.extent(code, scope, extent)), index);
}

RowLoad RowProgram::get(CodeBuilder &code, Value value) {
  auto found = rows.find(value);
  if (found != rows.end())
    return found->second;
  RowLoad row = operandRow(code, cast<BlockArgument>(value));
  rows[value] = row;
  return row;
}

/// An operand broadcast to the current space, from the last dimension backwards.
RowLoad RowProgram::operandRow(CodeBuilder &code, BlockArgument argument) {
  auto type = cast<RankedTensorType>(argument.getType());
  ArrayRef<AffineExpr> extents = kernel.extents(argument);
  StoredNumbers numbers = kernel.numbers(scope, argument);
  Value width = type.getRank() ? kernel.extent(code, scope, extents.back()) : code.constant(1);
  bool repeated = type.getRank() == 0 || type.getShape().back() == 1;
  if (type.getRank() && extents.drop_back() == ArrayRef<AffineExpr>(space) && !space.empty())
    return rowAt(numbers.at(code, code.mul(currentRow, width)), repeated);
  Value row;
  for (int64_t d = 0; d + 1 < type.getRank(); ++d) {
    Value extent = kernel.extent(code, scope, extents[d]);
    row = row ? code.mul(row, extent) : Value();
    int64_t at = static_cast<int64_t>(place.size()) - (type.getRank() - 1) + d;
    if (type.getDimSize(d) == 1)
      continue;
    row = row ? code.add(row, place[at]) : place[at];
  }
  return rowAt(row ? numbers.at(code, code.mul(row, width)) : numbers, repeated);
}

void RowProgram::run(CodeBuilder &code, Operation &op, Value buffer) {
  RowLoad row;
  if (isa<PointwiseOp>(op))
    row = pointwise(code, op);
  else if (isa<LayerNormOp>(op))
    row = layerNorm(code, op, buffer);
  else if (isa<RmsNormOp>(op))
    row = rootMeanSquareNorm(code, op, buffer);
  else if (isa<L2NormalizeOp>(op))
    row = l2Normalize(code, op, buffer);
  else if (isa<EmbedOp>(op))
    row = embed(code, op);
  else if (isa<PositionsOp>(op))
    row = positions(code, op);
  else if (isa<SplitHeadsOp>(op))
    row = splitHeads(code, op);
  else if (isa<MergeHeadsOp>(op))
    row = mergeHeads(code, op, buffer);
  else if (isa<FeaturesOp>(op))
    row = features(code, op, buffer);
  else
    row = pool(code, op, buffer);
  rows[op.getResult(0)] = row;
}

void RowProgram::write(CodeBuilder &code, const RowLoad &row, int64_t width, StoredNumbers target) {
  forColumns(code, width,
             [&](Value column, Value mask) { target.at(code, column).store(code, row(code, column, mask), mask); });
}

/// What formulas see of the place of the current row.
SmallVector<Value> RowProgram::placeIndices(CodeBuilder &code) {
  return llvm::map_to_vector(place, [&](Value x) { return code.narrow(x); });
}

RowLoad RowProgram::pointwise(CodeBuilder &code, Operation &op) {
  auto pointwise = cast<PointwiseOp>(op);
  SmallVector<RowLoad> inputs = llvm::map_to_vector(pointwise.getInputs(), [&](Value v) { return get(code, v); });
  SmallVector<CapturedTensor> captures = captured(code, kernel, scope, pointwise.getCaptures());
  SmallVector<Value> indices = pointwise.getIndexed() ? placeIndices(code) : SmallVector<Value>();
  return [=, formula = &pointwise.getFormula(), indexed = pointwise.getIndexed()](CodeBuilder &code, Value column,
                                                                                  Value mask) {
    SmallVector<Value> values =
        llvm::map_to_vector(inputs, [&](const RowLoad &row) { return row(code, column, mask); });
    llvm::append_range(values, indices);
    if (indexed)
      values.push_back(code.lanesFrom(column));
    return buildFormula(code, *formula, values, captures);
  };
}

static int64_t widthOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape().back(); }

static Value reciprocalRoot(CodeBuilder &code, Value x) {
  return code.fdiv(code.real(1), math::SqrtOp::create(code.b, x));
}

// (x - mean) / sqrt(var + eps) * gamma + beta; the variance from centred values, in a second pass over the row in
// `buffer`.
RowLoad RowProgram::layerNorm(CodeBuilder &code, Operation &op, Value buffer) {
  auto norm = cast<LayerNormOp>(op);
  int64_t width = widthOf(norm.getResult());
  RowLoad input = get(code, norm.getInput()), gamma = get(code, norm.getGamma()), beta = get(code, norm.getBeta());
  Value sum = sumColumns(code, width, [&](Value column, Value mask) {
    Value x = input(code, column, mask);
    code.storeVector(x, code.offset(buffer, column), mask);
    return x;
  });
  Value mean = code.splat(code.fdiv(sum, code.real(width)));
  RowLoad stored = rowAt({buffer});
  Value squares = sumColumns(code, width, [&](Value column, Value mask) {
    Value centred = code.fsub(stored(code, column, mask), mean);
    return code.fmul(centred, centred);
  });
  Value variance = code.fdiv(squares, code.real(width));
  Value factor = code.splat(reciprocalRoot(code, code.fadd(variance, code.real(norm.getEps().convertToDouble()))));
  return [=](CodeBuilder &code, Value column, Value mask) {
    Value unit = code.fmul(code.fsub(stored(code, column, mask), mean), factor);
    return code.fma(unit, gamma(code, column, mask), beta(code, column, mask));
  };
}

Value RowProgram::sumOfSquares(CodeBuilder &code, const RowLoad &row, int64_t width) {
  return sumColumns(code, width, [&](Value column, Value mask) {
    Value x = row(code, column, mask);
    return code.fmul(x, x);
  });
}

// x / sqrt(mean(x^2) + eps) * gamma
RowLoad RowProgram::rootMeanSquareNorm(CodeBuilder &code, Operation &op, Value buffer) {
  auto norm = cast<RmsNormOp>(op);
  int64_t width = widthOf(norm.getResult());
  write(code, get(code, norm.getInput()), width, {buffer});
  RowLoad stored = rowAt({buffer}), gamma = get(code, norm.getGamma());
  Value mean = code.fdiv(sumOfSquares(code, stored, width), code.real(width));
  Value factor = code.splat(reciprocalRoot(code, code.fadd(mean, code.real(norm.getEps().convertToDouble()))));
  return [=](CodeBuilder &code, Value column, Value mask) {
    return code.fmul(code.fmul(stored(code, column, mask), factor), gamma(code, column, mask));
  };
}

// x / max(sqrt(sum x^2), eps)
RowLoad RowProgram::l2Normalize(CodeBuilder &code, Operation &op, Value buffer) {
  auto norm = cast<L2NormalizeOp>(op);
  int64_t width = widthOf(norm.getResult());
  write(code, get(code, norm.getInput()), width, {buffer});
  RowLoad stored = rowAt({buffer});
  Value length = math::SqrtOp::create(code.b, sumOfSquares(code, stored, width));
  Value bounded = arith::MaximumFOp::create(code.b, length, code.real(norm.getEps().convertToDouble()));
  Value divisor = code.splat(bounded);
  return [=](CodeBuilder &code, Value column, Value mask) { return code.fdiv(stored(code, column, mask), divisor); };
}

// A token outside of the table, which only the model can have made, has a row of zeros.
RowLoad RowProgram::embed(CodeBuilder &code, Operation &op) {
  auto embed = cast<EmbedOp>(op);
  Value ids = kernel.tensor(scope, cast<BlockArgument>(embed.getIds()));
  StoredNumbers table = kernel.numbers(scope, cast<BlockArgument>(embed.getTable()));
  Value id = code.load(code.i32(), code.offset(code.i32(), ids, currentRow));
  Value row = arith::ExtSIOp::create(code.b, code.i64(), id);
  Value rows = code.constant(cast<RankedTensorType>(embed.getTable().getType()).getDimSize(0));
  Value isRow = arith::CmpIOp::create(code.b, arith::CmpIPredicate::ult, row, rows);
  Value first = code.select(isRow, code.mul(row, widthOf(embed.getResult())), code.constant(0));
  RowLoad chosen = rowAt(table.at(code, first));
  return [=](CodeBuilder &code, Value column, Value mask) {
    return code.select(isRow, chosen(code, column, mask), code.zeros());
  };
}

RowLoad RowProgram::positions(CodeBuilder &code, Operation &op) {
  auto positions = cast<PositionsOp>(op);
  StoredNumbers table = kernel.numbers(scope, cast<BlockArgument>(positions.getTable()));
  return rowAt(table.at(code, code.mul(place.back(), widthOf(positions.getResult()))));
}

// Row (b, h, n) is columns [h D, h D + D) of row (b, n).
RowLoad RowProgram::splitHeads(CodeBuilder &code, Operation &op) {
  auto split = cast<SplitHeadsOp>(op);
  RankedTensorType type = split.getResult().getType();
  Value tokens = kernel.extent(code, scope, space[2]);
  Value row = code.add(code.mul(code.add(code.mul(place[0], tokens), place[2]), type.getDimSize(1)), place[1]);
  StoredNumbers input = kernel.numbers(scope, cast<BlockArgument>(split.getInput()));
  return rowAt(input.at(code, code.mul(row, widthOf(split))));
}

// Row (b, n) is rows (b, h, n) of all heads, one after the other.
RowLoad RowProgram::mergeHeads(CodeBuilder &code, Operation &op, Value buffer) {
  auto merge = cast<MergeHeadsOp>(op);
  RankedTensorType type = merge.getInput().getType();
  int64_t heads = type.getDimSize(1), width = type.getDimSize(3);
  StoredNumbers source = kernel.numbers(scope, cast<BlockArgument>(merge.getInput()));
  Value tokens = kernel.extent(code, scope, space[1]);
  code.loop(code.constant(0), code.constant(heads), 1, [&](Value head) {
    Value row = code.add(code.mul(code.add(code.mul(place[0], heads), head), tokens), place[1]);
    write(code, rowAt(source.at(code, code.mul(row, width))), width, {code.offset(buffer, code.mul(head, width))});
  });
  return rowAt({buffer});
}

void RowProgram::writeFeatures(CodeBuilder &code, FeaturesOp op, Value target) {
  int64_t width = op.getInput().getType().getDimSize(3);
  RowLoad input = get(code, op.getInput());
  SmallVector<CapturedTensor> captures = captured(code, kernel, scope, op.getCaptures());
  SmallVector<Value> indices = placeIndices(code);
  forColumns(code, width, [&](Value column, Value mask) {
    SmallVector<Value> arguments{input(code, column, mask)};
    llvm::append_range(arguments, indices);
    arguments.push_back(code.lanesFrom(column));
    for (auto [t, value] : llvm::enumerate(buildFormulas(code, op.getFormula(), arguments, captures)))
      code.storeVector(value, code.offset(target, code.add(column, static_cast<int64_t>(t) * width)), mask);
  });
}

RowLoad RowProgram::features(CodeBuilder &code, Operation &op, Value buffer) {
  writeFeatures(code, cast<FeaturesOp>(op), buffer);
  return rowAt({buffer});
}

// Mean, sum or maximum of the first n tokens of the sample, 0 for n = 0.
RowLoad RowProgram::pool(CodeBuilder &code, Operation &op, Value buffer) {
  auto pool = cast<PoolOp>(op);
  auto input = cast<BlockArgument>(pool.getInput());
  int64_t width = widthOf(pool.getResult());
  Value tokens = kernel.extent(code, scope, kernel.extents(input)[1]);
  StoredNumbers sample = kernel.numbers(scope, input).at(code, code.mul(code.mul(currentRow, tokens), width));
  Value length = tokens;
  if (pool.getLengths()) {
    Value lengths = kernel.tensor(scope, cast<BlockArgument>(pool.getLengths()));
    Value stored = code.load(code.i32(), code.offset(code.i32(), lengths, currentRow));
    length = code.min(arith::ExtSIOp::create(code.b, code.i64(), stored), tokens);
  }
  bool isMax = pool.getKind() == PoolKind::Max;
  Value divisor = arith::SIToFPOp::create(code.b, code.number(), code.max(length, code.constant(1)));
  Value split = code.splat(divisor), isEmpty = code.less(length, code.constant(1));
  Value start = isMax ? code.select(isEmpty, code.zeros(), code.splatReal(-INFINITY)) : code.zeros();
  forColumns(code, width, [&](Value column, Value mask) {
    Value pooled = code.reduce(code.constant(0), length, 1, ValueRange{start}, [&](Value token, ValueRange state) {
      Value x = sample.at(code, code.add(code.mul(token, width), column)).load(code, mask);
      // Not fmaxFast: a NaN stays one.
      return SmallVector<Value>{isMax ? arith::MaximumFOp::create(code.b, state[0], x) : code.fadd(state[0], x)};
    })[0];
    if (pool.getKind() == PoolKind::Mean)
      pooled = code.fdiv(pooled, split);
    code.storeVector(pooled, code.offset(buffer, column), mask);
  });
  return rowAt({buffer});
}

} // namespace mlir::attn
