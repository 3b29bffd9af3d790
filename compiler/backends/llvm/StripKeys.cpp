// Scores of a strip of few queries: keys are read where they lie, in rows, as a copy of them into panels would cost
// more than all the products.
#include "compiler/backends/llvm/KeyRows.h"
#include "compiler/backends/llvm/Rows.h"
#include "compiler/backends/llvm/StripKernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace mlir::attn {

// s = scale q k^T, a vector of keys at a time.
void StripKernel::scoreRows(CodeBuilder &code, const Strip &strip, ScoreOp op) {
  int64_t heads = op.getScores().getType().getDimSize(1), width = op.getQuery().getType().getDimSize(3);
  double scale = op.getScale().convertToDouble();
  auto [from, to] = rowsOf(code, strip, op.getScores());
  forHeads(code, strip, op.getScores(), [&, from = from, to = to](Value head) {
    HeadPlace at = place(code, strip, head);
    HeadRows query = headRows(code, kernel, strip.scope, op.getQuery(), at, heads);
    HeadRows keys = headRows(code, kernel, strip.scope, storedKey(op.getKey()), at, heads);
    KeyRange seen = seenKeys(code, strip, StripPlan::masksAfter(op.getScores()), head, from, to);
    Value first = code.mul(code.div(seen.from, code.constant(lanes())), lanes());
    code.loop(first, seen.to, lanes(), [&](Value key) {
      KeyRows rows(code, keys, key, code.sub(strip.keys, code.constant(1)), width);
      Value factors = rows.inverseNorms(code, op.getKey());
      if (scale != 1)
        factors = factors ? code.fmul(factors, code.splatReal(scale)) : code.splatReal(scale);
      code.loop(from, to, 1, [&](Value row) {
        code.storeVector(rows.dots(code, query.row(code, row), factors),
                         code.offset(rowOf(code, strip, op.getScores(), head, row), key));
      });
    });
  });
}

// s = scale sum_d f(q, k), key by key: lanes are channels.
void StripKernel::pairScoreRows(CodeBuilder &code, const Strip &strip, PairScoreOp op) {
  int64_t heads = op.getScores().getType().getDimSize(1), width = op.getQuery().getType().getDimSize(3);
  SmallVector<CapturedTensor> captures = captured(code, kernel, strip.scope, op.getCaptures());
  forRows(code, strip, op.getScores(), [&](Value head, Value row) {
    HeadPlace at = place(code, strip, head);
    StoredNumbers query = headRows(code, kernel, strip.scope, op.getQuery(), at, heads).row(code, row);
    HeadRows keys = headRows(code, kernel, strip.scope, op.getKey(), at, heads);
    Value target = rowOf(code, strip, op.getScores(), head, row);
    KeyRange seen = seenKeys(code, strip, StripPlan::masksAfter(op.getScores()), head, row, code.add(row, 1));
    code.loop(seen.from, seen.to, 1, [&](Value key) {
      StoredNumbers numbers = keys.row(code, key);
      Value sum = sumColumns(code, width, [&](Value d, Value mask) {
        Value x = query.at(code, d).load(code, mask), y = numbers.at(code, d).load(code, mask);
        return buildFormula(code, op.getFormula(), {x, y, code.narrow(at.head), code.lanesFrom(d)}, captures);
      });
      code.store(code.fmul(sum, code.real(op.getScale().convertToDouble())), code.offset(target, key));
    });
  });
}

} // namespace mlir::attn
