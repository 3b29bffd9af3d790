// Whose turn it is to be asked for; see the header.
#include "compiler/backends/llvm/AskAhead.h"

namespace mlir::attn {

// A pace of one line a step.
constexpr int64_t paceOne = 1 << 16;

AskAhead::Rows AskAhead::lines(CodeBuilder &code, Value pointer, Value bytes) {
  return {pointer, code.constant(lineBytes), code.ceilDiv(bytes, lineBytes)};
}

AskAhead::AskAhead(CodeBuilder &code, SmallVector<Rows, 2> lines, Value products) : rows(std::move(lines)) {
  if (rows.empty())
    return;
  Value all = code.constant(0);
  for (const Rows &each : rows)
    all = code.add(all, each.count);
  share = code.add(code.div(all, code.max(products, code.constant(1))), 1); // no queries, no products
  asked = code.stack(code.i64(), 1);
  code.store(code.constant(0), asked);
}

AskAhead::Turn AskAhead::take(CodeBuilder &code, Value steps) const {
  if (rows.empty())
    return {};
  Value left = code.load(code.i64(), asked), none = code.constant(0), first = asked, stride = none, pace;
  steps = code.max(steps, code.constant(1));
  Value taken = code.div(steps, code.constant(linesOfRow));
  if (share) {
    taken = code.min(taken, share);
    pace = code.div(code.mul(taken, paceOne * linesOfRow), steps);
  }
  code.store(code.add(left, taken), asked);
  for (const Rows &next : rows) {
    Value isHere = code.both(code.lessEq(none, left), code.less(left, next.count));
    first = code.select(isHere, code.offsetBytes(next.first, code.mul(left, next.stride)), first);
    stride = code.select(isHere, next.stride, stride);
    left = code.sub(left, next.count);
  }
  return {first, stride, linesOfRow, pace};
}

void AskAhead::Turn::ask(CodeBuilder &code, Value step) const {
  if (!first)
    return;
  if (pace)
    step = code.div(code.mul(step, pace), code.constant(paceOne));
  Value row = code.div(step, code.constant(lines)), line = code.rem(step, code.constant(lines));
  Value offset = code.add(code.mul(row, stride), code.mul(line, lineBytes));
  code.prefetch(code.offsetBytes(first, offset), 2);
}

} // namespace mlir::attn
