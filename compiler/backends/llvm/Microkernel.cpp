// The register tile of all products; see the header.
#include "compiler/backends/llvm/Microkernel.h"
#include "mlir/IR/Matchers.h"

namespace mlir::attn {

// Steps of a loop that are written out together: the end of a longer one is foreseen less often.
constexpr int64_t together = 4;

/// How many steps of a loop are written out: `together` or, of fewer, all, where that divides the number of steps, as
/// far as it is known.
static int64_t unrolled(Value from, Value to) {
  APInt first, end;
  if (!matchPattern(from, m_ConstantInt(&first)) || !matchPattern(to, m_ConstantInt(&end)))
    return 1;
  int64_t count = (end - first).getSExtValue(), most = std::min(count, together);
  return most > 0 && count % most == 0 ? most : 1;
}

using Step = llvm::function_ref<SmallVector<Value>(Value, ValueRange)>;

static SmallVector<Value> forSteps(CodeBuilder &code, Value from, Value to, int64_t count, ValueRange sums, Step step) {
  return code.reduce(from, to, count, sums, [&](Value k, ValueRange state) {
    SmallVector<Value> next(state);
    for (int64_t i = 0; i < count; ++i)
      next = step(code.add(k, i), next);
    return next;
  });
}

SmallVector<Value> forSteps(CodeBuilder &code, Value from, Value to, ValueRange sums, Step step) {
  return forSteps(code, from, to, unrolled(from, to), sums, step);
}

SmallVector<Value> accumulate(CodeBuilder &code, Value from, Value to, int64_t rows, int64_t vectors, ValueRange sums,
                              llvm::function_ref<Value(Value, int64_t)> left,
                              llvm::function_ref<Value(Value, int64_t)> right,
                              llvm::function_ref<Value(Value)> skipped) {
  auto step = [&](Value k, ValueRange state) {
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
  };
  // What is skipped is in few places.
  if (skipped || unrolled(from, to) > 1)
    return forSteps(code, from, to, sums, step);
  Value whole = code.add(from, code.mul(code.div(code.sub(to, from), code.constant(together)), together));
  return forSteps(code, whole, to, forSteps(code, from, whole, together, sums, step), step);
}

void forTiles(CodeBuilder &code, Value from, Value to, int64_t rows, llvm::function_ref<void(Value, int64_t)> tile) {
  Value full = code.constant(rows);
  code.branch(
      code.lessEq(full, code.sub(to, from)),
      [&] { code.loop(from, to, rows, [&](Value row) { tile(code.min(row, code.sub(to, full)), rows); }); },
      [&] { code.loop(from, to, 1, [&](Value row) { tile(row, 1); }); });
}

} // namespace mlir::attn
