// The register tile of all products; see the header.
#include "compiler/backends/llvm/Microkernel.h"
#include "mlir/IR/Matchers.h"

namespace mlir::attn {

/// Steps of a loop that are written out: the end of a longer one is foreseen less often.
static int64_t unrolled(Value from, Value to) {
  APInt first, end;
  bool known = matchPattern(from, m_ConstantInt(&first)) && matchPattern(to, m_ConstantInt(&end));
  return known && (end - first).srem(4) == 0 ? 4 : 1;
}

SmallVector<Value> forSteps(CodeBuilder &code, Value from, Value to, ValueRange sums,
                            llvm::function_ref<SmallVector<Value>(Value, ValueRange)> step) {
  int64_t count = unrolled(from, to);
  return code.reduce(from, to, count, sums, [&](Value k, ValueRange state) {
    SmallVector<Value> next(state);
    for (int64_t i = 0; i < count; ++i)
      next = step(code.add(k, i), next);
    return next;
  });
}

SmallVector<Value> accumulate(CodeBuilder &code, Value from, Value to, int64_t rows, int64_t vectors, ValueRange sums,
                              llvm::function_ref<Value(Value, int64_t)> left,
                              llvm::function_ref<Value(Value, int64_t)> right,
                              llvm::function_ref<Value(Value)> skipped) {
  return forSteps(code, from, to, sums, [&](Value k, ValueRange state) {
    SmallVector<Value> line, next;
    for (int64_t v = 0; v < vectors; ++v)
      line.push_back(right(k, v));
    for (int64_t r = 0; r < rows; ++r) {
      Value x = code.splat(left(k, r)), skip = skipped ? skipped(x) : Value();
      for (int64_t v = 0; v < vectors; ++v) {
        Value old = state[r * vectors + v], sum = code.fma(x, line[v], old);
        next.push_back(skip ? code.select(skip, old, sum) : sum);
      }
    }
    return next;
  });
}

void forTiles(CodeBuilder &code, Value from, Value to, int64_t rows, llvm::function_ref<void(Value, int64_t)> tile) {
  Value full = code.constant(rows);
  code.branch(
      code.lessEq(full, code.sub(to, from)),
      [&] { code.loop(from, to, rows, [&](Value row) { tile(code.min(row, code.sub(to, full)), rows); }); },
      [&] { code.loop(from, to, 1, [&](Value row) { tile(row, 1); }); });
}

} // namespace mlir::attn
