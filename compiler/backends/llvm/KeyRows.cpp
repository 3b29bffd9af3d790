// Sums along rows of keys; see the header.
#include "compiler/backends/llvm/KeyRows.h"
#include "compiler/backends/llvm/Microkernel.h"
#include "compiler/backends/llvm/Transpose.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

namespace mlir::attn {

KeyRows::KeyRows(CodeBuilder &code, const HeadRows &keys, Value first, Value last, int64_t width)
    : stride(keys.rowStride), width(width) {
  for (int64_t i = 0; i < code.lanes(); ++i)
    rows.push_back(keys.row(code, code.min(code.add(first, i), last)));
}

/// Lines of so many rows in turn are no stream that a processor would foresee: those of the next keys are asked for.
Value KeyRows::sums(CodeBuilder &code, const StoredNumbers *query) const {
  auto step = [&](Value d, ValueRange state, Value mask) {
    Value x = query ? query->at(code, d).load(code, mask) : Value();
    SmallVector<Value> next;
    for (auto [row, sum] : llvm::zip_equal(rows, state)) {
      StoredNumbers numbers = row.at(code, d);
      code.prefetch(numbers.at(code, code.lanes() * stride).pointer);
      Value key = numbers.load(code, mask);
      next.push_back(code.fma(query ? x : key, key, sum));
    }
    return next;
  };
  SmallVector<Value> state(rows.size(), code.zeros());
  int64_t whole = width / code.lanes();
  state = forSteps(code, code.constant(0), code.constant(whole), state,
                   [&](Value at, ValueRange sums) { return step(code.mul(at, code.lanes()), sums, {}); });
  if (int64_t rest = width % code.lanes())
    state = step(code.constant(whole * code.lanes()), state, code.maskBelow(code.constant(rest)));
  return acrossLanes(code, state, [&](Value x, Value y) { return code.fadd(x, y); });
}

Value KeyRows::dots(CodeBuilder &code, StoredNumbers query, Value factors) const {
  Value dots = sums(code, &query);
  return factors ? code.fmul(dots, factors) : dots;
}

// 1 / max(sqrt(sum k^2), eps)
Value KeyRows::inverseNorms(CodeBuilder &code, Value key) const {
  auto norm = key.getDefiningOp<L2NormalizeOp>();
  if (!norm)
    return {};
  Value length = math::SqrtOp::create(code.b, sums(code, nullptr));
  Value eps = code.splatReal(norm.getEps().convertToDouble());
  return code.fdiv(code.splatReal(1), arith::MaximumFOp::create(code.b, length, eps));
}

} // namespace mlir::attn
