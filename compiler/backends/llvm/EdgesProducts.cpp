// The ops along edges that are sums of products, or read and write numbers of edges.
#include "compiler/backends/llvm/EdgesKernel.h"
#include "compiler/backends/llvm/Rows.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::attn {

/// Whether a number of a formula follows from `argument`.
static bool followsFrom(Value number, Value argument) {
  llvm::SetVector<Value> from;
  from.insert(number);
  for (unsigned at = 0; at < from.size(); ++at)
    if (Operation *op = from[at].getDefiningOp())
      from.insert_range(op->getOperands());
  return from.contains(argument);
}

std::optional<NodeTerms> NodeTerms::of(PairScoreOp op) {
  Block &formula = op.getFormula().front();
  auto sum = formula.getTerminator()->getOperand(0).getDefiningOp<arith::AddFOp>();
  if (!sum)
    return std::nullopt;
  Value query = formula.getArgument(0), key = formula.getArgument(1);
  auto split = [&](Value x, Value y) { return !followsFrom(x, key) && !followsFrom(y, query); };
  if (split(sum.getLhs(), sum.getRhs()))
    return NodeTerms{sum.getLhs(), sum.getRhs()};
  if (split(sum.getRhs(), sum.getLhs()))
    return NodeTerms{sum.getRhs(), sum.getLhs()};
  return std::nullopt;
}

// s = scale sum_d f(q, k), for one place and head at a time: lanes are channels.
void EdgesKernel::score(CodeBuilder &code, const Row &row, Operation &op, double scale, Product product) {
  Value query = op.getOperand(0), key = op.getOperand(1), target = slot(code, row, op.getResult(0));
  int64_t channels = cast<RankedTensorType>(query.getType()).getDimSize(3);
  code.loop(code.constant(0), row.count, 1, [&](Value place) {
    Value column = loadIndex(code, row.columns, place), numbers = code.offset(target, code.mul(place, width));
    code.loop(code.constant(0), code.constant(heads), 1, [&](Value head) {
      HeadPlace at{row.sample, head};
      StoredNumbers q = headRows(code, kernel, row.scope, query, at, heads).row(code, row.node);
      StoredNumbers k = headRows(code, kernel, row.scope, key, at, heads).row(code, column);
      Value sum = sumColumns(code, channels, [&](Value channel, Value mask) {
        return product(q.at(code, channel).load(code, mask), k.at(code, channel).load(code, mask), code.narrow(head),
                       code.lanesFrom(channel));
      });
      code.store(scale == 1 ? sum : code.fmul(sum, code.real(scale)), code.offset(numbers, head));
    });
  });
}

Value EdgesKernel::termsOf(CodeBuilder &code, const KernelScope &scope, const Terms &terms, Value sample, Value node) {
  Value memory = code.offsetBytes(scope.scratch, extent(code, scope, terms.offset));
  Value count = extent(code, scope, lengthOfKeys(kernel.extents(terms.rows)));
  return code.offset(memory, code.mul(code.add(code.mul(sample, count), node), width));
}

void EdgesKernel::sumTerms(CodeBuilder &code, const KernelScope &scope, const Terms &terms, Value sample, Value node) {
  PairScoreOp op = terms.op;
  SmallVector<CapturedTensor> captures = captured(code, kernel, scope, op.getCaptures());
  int64_t channels = op.getQuery().getType().getDimSize(3);
  Value target = termsOf(code, scope, terms, sample, node);
  code.loop(code.constant(0), code.constant(heads), 1, [&](Value head) {
    StoredNumbers row = headRows(code, kernel, scope, terms.rows, {sample, head}, heads).row(code, node);
    Value sum = sumColumns(code, channels, [&](Value channel, Value mask) {
      Value x = row.at(code, channel).load(code, mask); // the other side is not looked at
      return buildFormulaValue(code, op.getFormula(), terms.term, {x, x, code.narrow(head), code.lanesFrom(channel)},
                               captures);
    });
    code.store(sum, code.offset(target, head));
  });
}

/// The score at a place from the terms of its two nodes.
Value EdgesKernel::termsAt(CodeBuilder &code, const Row &row, PairScoreOp op, const Place &place) {
  const Terms *side = llvm::find_if(terms, [&](const Terms &other) { return other.op == op; });
  int64_t head = 0; // in whole vectors of heads: what is left of the place's first number
  Value query = termsOf(code, row.scope, side[0], row.sample, row.node), key, sum;
  if (width < lanes()) {
    Value nodes = termsOf(code, row.scope, side[1], row.sample, code.constant(0));
    Value index = arith::AddIOp::create(
        code.b, arith::MulIOp::create(code.b, place.columns, code.lanes32(code.constant(width))), place.heads);
    key = code.gather(code.number(), nodes, index, place.valid);
    sum = numbersOfHeads(code, query, head, true);
  } else {
    Value first = code.rem(place.at, code.constant(width));
    Value column = arith::ExtSIOp::create(code.b, code.i64(), place.columns);
    key = code.loadVector(code.offset(termsOf(code, row.scope, side[1], row.sample, column), first));
    sum = code.loadVector(code.offset(query, first));
  }
  sum = code.fadd(sum, key);
  double scale = op.getScale().convertToDouble();
  return scale == 1 ? sum : code.fmul(sum, code.splatReal(scale));
}

// As many sums as the schedule has columns: of several heads where values are narrow, else of parts of one head.
void EdgesKernel::combine(CodeBuilder &code, const Row &row, CombineOp op) {
  int64_t columns = KeyShape(op.getValue().getType()).width, own = llvm::divideCeil(columns, lanes());
  int64_t most = schedule.getCols() / lanes();
  Value none = code.constant(0), end = code.constant(heads);
  if (own == 0)
    return;
  if (own <= most) {
    int64_t group = most / own;
    while (heads % group)
      --group;
    return code.loop(none, end, group, [&](Value head) { combineTile(code, row, op, head, group, none, columns); });
  }
  int64_t tile = most * lanes(), full = columns / tile * tile;
  code.loop(none, end, 1, [&](Value head) {
    code.loop(none, code.constant(full), tile,
              [&](Value column) { combineTile(code, row, op, head, 1, column, tile); });
    if (full < columns)
      combineTile(code, row, op, head, 1, code.constant(full), columns - full);
  });
}

/// Columns [column, column + columns) of `count` heads from `head` on.
void EdgesKernel::combineTile(CodeBuilder &code, const Row &row, CombineOp op, Value head, int64_t count, Value column,
                              int64_t columns) {
  Value merged = op.getResult().hasOneUse() && isa<MergeHeadsOp>(*op.getResult().user_begin())
                     ? (*op.getResult().user_begin())->getResult(0)
                     : Value();
  std::optional<unsigned> number = resultOf(merged ? merged : op.getResult());
  if (!number)
    return;
  int64_t vectors = llvm::divideCeil(columns, lanes()), channels = KeyShape(op.getValue().getType()).width;
  auto maskOf = [&](int64_t v) {
    int64_t left = columns - v * lanes();
    return left < lanes() ? code.maskBelow(code.constant(left)) : Value();
  };
  auto placeOf = [&](int64_t h) { return HeadPlace{row.sample, code.add(head, h)}; };
  SmallVector<HeadRows> values;
  for (int64_t h = 0; h < count; ++h)
    values.push_back(headRows(code, kernel, row.scope, op.getValue(), placeOf(h), heads));
  Value weights = slot(code, row, op.getWeights());
  Hidden hidden = hiddenOf(op.getWeights());
  auto unlessMasked = [&](Value masked, Value x) { return masked ? code.select(masked, code.zeros(), x) : x; };
  SmallVector<Value> sums(count * vectors, code.zeros());
  sums = code.reduce(code.constant(0), row.count, 1, sums, [&](Value place, ValueRange state) {
    Value node = loadIndex(code, row.columns, place), at = code.add(code.mul(place, width), head);
    SmallVector<Value> next;
    for (int64_t h = 0; h < count; ++h) {
      Value weight = code.splat(code.load(code.number(), code.offset(code.offset(weights, at), h)));
      Value masked = isHidden(code, weight, hidden); // a NaN among the values stays there
      weight = unlessMasked(masked, weight);
      StoredNumbers value = values[h].row(code, node).at(code, column);
      for (int64_t v = 0; v < vectors; ++v)
        next.push_back(code.fma(weight, unlessMasked(masked, value.at(code, v * lanes()).load(code, maskOf(v))),
                                state[h * vectors + v]));
    }
    return next;
  });
  for (int64_t h = 0; h < count; ++h) {
    HeadRows output =
        resultRows(code, kernel, row.scope, *number, static_cast<bool>(merged), placeOf(h), queries, heads, channels);
    StoredNumbers target = output.row(code, row.node).at(code, column);
    for (int64_t v = 0; v < vectors; ++v)
      target.at(code, v * lanes()).store(code, sums[h * vectors + v], maskOf(v));
  }
}

/// Calls `body` for each edge of a row with how many numbers of the row are before its place.
void EdgesKernel::forEdges(CodeBuilder &code, const Row &row, llvm::function_ref<void(Value, Value)> body) {
  code.loop(row.first, row.last, 1, [&](Value edge) {
    Value marked = loadIndex(code, row.marks, loadIndex(code, kernel.tensor(row.scope, col), edge));
    body(edge, code.mul(code.select(row.rising, code.sub(edge, row.first), marked), width));
  });
}

void EdgesKernel::edgeScore(CodeBuilder &code, const Row &row, EdgeScoreOp op) {
  Value target = slot(code, row, op.getResult()), all = extent(code, row.scope, edges), none = code.constant(0);
  Value values = kernel.tensor(row.scope, cast<BlockArgument>(op.getValues()));
  code.loop(none, code.mul(row.count, width), lanes(),
            [&](Value at) { code.storeVector(code.zeros(), code.offset(target, at)); });
  forEdges(code, row, [&](Value edge, Value at) {
    code.loop(none, code.constant(heads), 1, [&](Value head) {
      Value place = code.offset(target, code.add(at, head));
      Value number = code.load(code.number(), code.offset(values, code.add(code.mul(head, all), edge)));
      code.store(code.fadd(code.load(code.number(), place), number), place);
    });
  });
}

void EdgesKernel::edgeValues(CodeBuilder &code, const Row &row, EdgeValuesOp op) {
  std::optional<unsigned> number = resultOf(op.getResult());
  if (!number)
    return;
  Value from = slot(code, row, op.getMap()), result = kernel.result(row.scope, *number);
  Value all = extent(code, row.scope, edges);
  forEdges(code, row, [&](Value edge, Value at) {
    code.loop(code.constant(0), code.constant(heads), 1, [&](Value head) {
      Value line = code.add(code.mul(row.sample, heads), head);
      Value number = code.load(code.number(), code.offset(from, code.add(at, head)));
      if (Value masked = isHidden(code, code.splat(number), hiddenOf(op.getMap())))
        number = vector::ExtractOp::create(code.b, code.select(masked, code.zeros(), code.splat(number)),
                                           ArrayRef<int64_t>{0});
      code.store(number, code.offset(result, code.add(code.mul(line, all), edge)));
    });
  });
}

} // namespace mlir::attn
