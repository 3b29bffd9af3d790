// Scores to weights in one pass; see the header.
#include "compiler/backends/llvm/OnlineWeights.h"
#include "compiler/backends/llvm/ExpandMath.h"
#include "compiler/backends/llvm/Formula.h"
#include "compiler/backends/llvm/Microkernel.h"
#include "compiler/backends/llvm/Transpose.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include <cmath>

namespace mlir::attn {

/// Of f32, 2^x costs least; of f64, e^x loses no digits to a factor.
Value OnlineWeights::exponential(CodeBuilder &code, Value x) {
  if (code.number().isF64())
    return math::ExpOp::create(code.b, x);
  ExpandMathOptions options;
  options.isa = mathIsa(kernel.isa());
  return buildFastExp2(code.b, code.b.getLoc(), x, options);
}

/// What makes a difference of scores in memory an `x` of `exponential`.
Value OnlineWeights::exponentialFactor(CodeBuilder &code) {
  return code.real(code.number().isF64() ? unscaled() : unscaled() * M_LOG2E);
}

/// With every score at -inf a difference would be NaN: measure from 0 instead.
Value OnlineWeights::orZero(CodeBuilder &code, Value largest) {
  auto all = [&](double x) { return isa<VectorType>(largest.getType()) ? code.splatReal(x) : code.real(x); };
  Value none = arith::CmpFOp::create(code.b, arith::CmpFPredicate::OEQ, largest, all(-INFINITY));
  return code.select(none, all(0), largest);
}

void OnlineWeights::initialise(CodeBuilder &code, const WeighedRows &tile) {
  for (int64_t r = 0; r < tile.rows; r += lanes()) {
    code.storeVector(code.splatReal(-INFINITY), code.offset(tile.state, r));
    code.storeVector(code.zeros(), code.offset(tile.state, stateRows() + r));
  }
  code.loop(code.constant(outputState()), code.constant(outputState() + tile.rows * valuePadded()), lanes(),
            [&](Value at) { code.storeVector(code.zeros(), code.offset(tile.state, at)); });
  forgetLargest(code, tile);
}

/// Before the scores of a block of keys.
void OnlineWeights::forgetLargest(CodeBuilder &code, const WeighedRows &tile) {
  if (usesLargest(kind))
    for (int64_t r = 0; r < tile.rows; ++r)
      code.storeVector(code.splatReal(-INFINITY), keptOf(code, code.offset(tile.lines, r * scoreStride())));
}

void OnlineWeights::noteLargest(CodeBuilder &code, Value line, ArrayRef<Value> scores) {
  if (!usesLargest(kind))
    return;
  Value kept = keptOf(code, line), largest = code.loadVector(kept);
  for (Value s : scores)
    largest = code.fmaxFast(s, largest);
  code.storeVector(largest, kept);
}

void OnlineWeights::finishScores(CodeBuilder &code, const KernelScope &scope, const MaskScope &masks, Value query,
                                 Value panelKey, Value line, Value panelAt, bool masked) {
  bool isPlain = chain.formulas.empty() && !masked;
  if (isPlain && !usesLargest(kind))
    return;
  SmallVector<Value> scores;
  for (int64_t at = 0; at < panelWidth(); at += lanes()) {
    Value key = code.add(panelKey, at), place = code.offset(line, code.add(panelAt, at));
    Value s = code.loadVector(place);
    scores.push_back(s);
    if (isPlain)
      continue;
    if (!chain.formulas.empty() && scale != 1)
      s = code.fmul(s, code.splatReal(scale));
    for (ModifyOp formula : chain.formulas) {
      s = buildFormula(code, formula.getFormula(),
                       {s, code.narrow(masks.sample), code.narrow(masks.head), code.narrow(query), code.lanesFrom(key)},
                       captured(code, kernel, scope, formula.getCaptures()));
    }
    if (masked)
      s = code.select(visibleLanes(code, masks, query, key), s, code.splatReal(-INFINITY));
    code.storeVector(s, place);
    scores.back() = s;
  }
  noteLargest(code, line, scores);
}

OnlineWeights::WeighedKeys OnlineWeights::weighedKeys(CodeBuilder &code, Value firstKey, const VisibleKeys &visible) {
  auto panelStart = [&](Value key) { return code.mul(code.div(key, code.constant(panelWidth())), panelWidth()); };
  Value from = code.sub(panelStart(visible.any.from), firstKey), to = code.sub(visible.any.to, firstKey);
  // Panels between these hold no masked score.
  Value fullFrom = code.sub(code.mul(code.ceilDiv(visible.full.from, panelWidth()), panelWidth()), firstKey);
  Value fullTo = code.sub(panelStart(visible.full.to), firstKey);
  fullFrom = code.min(code.max(fullFrom, from), to);
  fullTo = code.max(fullTo, fullFrom);
  return {{from, to}, {fullFrom, fullTo}};
}

/// Calls `body` with a vector of what `combine` makes of the lanes that rows of a tile have kept, and the place of
/// these rows in the state.
void OnlineWeights::forStateVectors(CodeBuilder &code, const WeighedRows &tile, Combine combine,
                                    llvm::function_ref<void(Value, Value)> body) {
  for (int64_t first = 0; first < tile.rows; first += lanes()) {
    SmallVector<Value> rows;
    for (int64_t r = first; r < std::min(first + lanes(), tile.rows); ++r)
      rows.push_back(code.loadVector(keptOf(code, code.offset(tile.lines, r * scoreStride()))));
    body(code.offset(tile.state, first), acrossLanes(code, rows, combine));
  }
}

void OnlineWeights::weigh(CodeBuilder &code, const WeighedRows &tile, const WeighedKeys &keys) {
  VectorArithmetic arithmetic(code, mathIsa(kernel.isa()));
  NormalizerMaths<VectorArithmetic> maths{arithmetic, kind, chain.normalize.getEps().convertToDouble(), std::nullopt};
  Value factor = code.splat(exponentialFactor(code));
  if (usesLargest(kind))
    findLargest(code, tile);
  auto weighRow = [&](Value r, Value line) {
    if (!usesLargest(kind))
      return weighKeys(code, line, keys, [&](Value s) {
        Value x = unscaled() == 1 ? s : code.fmul(s, code.splatReal(unscaled()));
        return code.fadd(maths.numerator(x, Value()), code.zeros()); // a visible weight is never -0
      });
    Value origin = orZero(code, code.splat(code.load(code.number(), code.offset(tile.state, r))));
    return weighKeys(code, line, keys,
                     [&](Value s) { return exponential(code, code.fmul(code.fsub(s, origin), factor)); });
  };
  auto add = [&](Value x, Value y) { return code.fadd(x, y); };
  code.loop(code.constant(0), code.constant(tile.rows), 1, [&](Value r) {
    Value line = code.offset(tile.lines, code.mul(r, scoreStride()));
    code.storeVector(weighRow(r, line), keptOf(code, line));
  });
  forStateVectors(code, tile, add, [&](Value state, Value sums) {
    if (weightsFrom(kind) != WeightsFrom::Total)
      return;
    Value total = code.offset(state, stateRows()), old = code.loadVector(total);
    code.storeVector(usesLargest(kind) ? code.fma(old, code.loadVector(code.offset(state, 2 * stateRows())), sums)
                                       : code.fadd(old, sums),
                     total);
  });
  forgetLargest(code, tile);
}

/// Writes the weights of a row's scores, -0 where they are masked; gives the sum of their terms, over all lanes.
Value OnlineWeights::weighKeys(CodeBuilder &code, Value line, const WeighedKeys &keys,
                               llvm::function_ref<Value(Value)> weight) {
  bool counts = countsPlaces(kind);
  auto weights = [&](Value begin, Value end, ValueRange sums, bool masked) {
    return code.reduce(begin, end, panelWidth(), sums, [&](Value at, ValueRange state) {
      SmallVector<Value> next;
      for (int64_t v = 0; v < panelVectors(); ++v) {
        Value place = code.offset(line, code.add(at, v * lanes()));
        Value s = code.loadVector(place);
        Value p = weight(s), term = counts ? code.splatReal(1) : Value();
        if (masked) {
          Value hidden = arith::CmpFOp::create(code.b, arith::CmpFPredicate::OEQ, s, code.splatReal(-INFINITY));
          p = code.select(hidden, code.splatReal(-0.0), p);
          term = counts ? code.select(hidden, code.zeros(), term) : Value();
        }
        code.storeVector(p, place);
        next.push_back(code.fadd(state[v], counts ? term : p));
      }
      return next;
    });
  };
  SmallVector<Value> sums(panelVectors(), code.zeros());
  sums = weights(keys.any.from, keys.full.from, sums, true);
  sums = weights(keys.full.from, keys.full.to, sums, false);
  sums = weights(keys.full.to, keys.any.to, sums, true);
  Value sum = sums[0];
  for (Value other : ArrayRef<Value>(sums).drop_front())
    sum = code.fadd(sum, other);
  return sum;
}

/// The largest scores so far, which exponentials are measured from, into the state, and with them the factors that sums
/// of the old ones are carried by.
void OnlineWeights::findLargest(CodeBuilder &code, const WeighedRows &tile) {
  Value factor = code.splat(exponentialFactor(code));
  auto larger = [&](Value x, Value y) { return code.fmaxFast(x, y); };
  forStateVectors(code, tile, larger, [&](Value state, Value largest) {
    Value old = code.loadVector(state), now = code.fmaxFast(largest, old);
    code.storeVector(now, state);
    code.storeVector(exponential(code, code.fmul(code.fsub(old, orZero(code, now)), factor)),
                     code.offset(state, 2 * stateRows()));
  });
}

Value OnlineWeights::hiddenWeight(CodeBuilder &code, Value weight) {
  Value bits = arith::BitcastOp::create(code.b, code.bits(), weight);
  unsigned width = code.number().getWidth();
  auto is = [&](arith::CmpIPredicate predicate, int64_t value) -> Value {
    Value number = code.splat(arith::ConstantIntOp::create(code.b, value, width));
    return arith::CmpIOp::create(code.b, predicate, bits, number);
  };
  // Exponentials are not negative: their sign says enough.
  return usesLargest(kind) ? is(arith::CmpIPredicate::slt, 0) : is(arith::CmpIPredicate::eq, llvm::minIntN(width));
}

NormalizerMaths<VectorArithmetic> OnlineWeights::maths(CodeBuilder &code, VectorArithmetic &arithmetic,
                                                       const KernelScope &scope, Value head) {
  std::optional<Value> sink;
  if (Value sinks = chain.normalize.getSink())
    sink = code.splat(code.load(code.number(), code.offset(kernel.tensor(scope, cast<BlockArgument>(sinks)), head)));
  return {arithmetic, kind, chain.normalize.getEps().convertToDouble(), sink};
}

/// What the sum of weighted values is multiplied by, in all lanes; null for 1.
Value OnlineWeights::outputFactor(CodeBuilder &code, const KernelScope &scope, Value head, Value rowState) {
  if (weightsFrom(kind) == WeightsFrom::Place)
    return {};
  Value sum = code.load(code.number(), code.offset(rowState, stateRows()));
  if (kind == Normalizer::Softmax) {
    Value dead = arith::CmpFOp::create(code.b, arith::CmpFPredicate::OEQ, sum, code.real(0));
    return code.splat(code.select(dead, code.real(0), code.fdiv(code.real(1), sum)));
  }
  VectorArithmetic arithmetic(code, mathIsa(kernel.isa()));
  auto maths = this->maths(code, arithmetic, scope, head);
  Value total = code.splat(sum), origin, zero = code.zeros(), carried = code.splatReal(1);
  if (usesLargest(kind)) { // the sink may be larger than every score
    Value largest = code.fmul(code.splat(code.load(code.number(), rowState)), code.splatReal(unscaled()));
    origin = maths.origin(code.fmaxFast(largest, maths.lowest()));
    carried = maths.numerator(largest, origin);
    total = code.fmul(total, carried);
  }
  Value divisor = maths.divisor(total, origin);
  return arithmetic.ifEqual(divisor, zero, zero, code.fdiv(carried, divisor));
}

Value OnlineWeights::rescaling(CodeBuilder &code, Value rowState) {
  if (!usesLargest(kind))
    return {};
  return code.splat(code.load(code.number(), code.offset(rowState, 2 * stateRows())));
}

/// log sum exp of a row's scores; -inf without a visible one.
Value OnlineWeights::logarithm(CodeBuilder &code, Value rowState) {
  VectorArithmetic arithmetic(code, mathIsa(kernel.isa()));
  ExponentialSum<VectorArithmetic> sums(arithmetic);
  Value sum = code.splat(code.load(code.number(), code.offset(rowState, stateRows())));
  Value largest = code.fmul(code.splat(code.load(code.number(), rowState)), code.splatReal(unscaled()));
  Value logarithm = sums.logarithm(sum, sums.origin(largest));
  return vector::ExtractOp::create(code.b, logarithm, ArrayRef<int64_t>{0});
}

void OnlineWeights::finishRow(CodeBuilder &code, const KernelScope &scope, Value rowState, Value sums,
                              const HeadRows &output, const HeadPlace &place, Value query) {
  Value factor = outputFactor(code, scope, place.head, rowState);
  StoredNumbers to = output.row(code, query);
  for (int64_t at = 0; at < valueWidth; at += lanes()) {
    Value mask = at + lanes() > valueWidth ? code.maskBelow(code.constant(valueWidth - at)) : Value();
    Value sum = code.loadVector(code.offset(sums, at));
    to.at(code, at).store(code, factor ? code.fmul(sum, factor) : sum, mask);
  }
  if (!chain.logarithm)
    return;
  Value line = code.add(code.mul(place.sample, heads), place.head);
  Value at = code.add(code.mul(line, kernel.extent(code, scope, queries)), query);
  code.store(logarithm(code, rowState), code.offset(kernel.result(scope, *chain.logarithm), at));
}

void OnlineWeights::merge(CodeBuilder &code, Value rowState, Value sums, Value partState, Value partSums) {
  int64_t rows = stateRows();
  Value own, other; // what each is multiplied by; null for 1
  if (usesLargest(kind)) {
    Value factor = exponentialFactor(code);
    Value oldMax = code.load(code.number(), rowState), partMax = code.load(code.number(), partState);
    Value newMax = code.fmaxFast(partMax, oldMax), origin = orZero(code, newMax);
    own = exponential(code, code.fmul(code.fsub(oldMax, origin), factor));
    other = exponential(code, code.fmul(code.fsub(partMax, origin), factor));
    code.store(newMax, rowState);
  }
  auto carry = [&](Value x, Value factor) { return factor ? code.fmul(x, factor) : x; };
  Value total = code.offset(rowState, rows), partTotal = code.offset(partState, rows);
  code.store(code.fadd(carry(code.load(code.number(), total), own), carry(code.load(code.number(), partTotal), other)),
             total);
  auto spread = [&](Value factor) { return factor ? code.splat(factor) : factor; };
  Value owns = spread(own), others = spread(other);
  code.loop(code.constant(0), code.constant(valuePadded()), lanes(), [&](Value at) {
    Value to = code.offset(sums, at), part = code.loadVector(code.offset(partSums, at));
    code.storeVector(code.fadd(carry(code.loadVector(to), owns), carry(part, others)), to);
  });
}

/// The keys whose values may be multiplied whether a weight is hidden or not: those that all see, and if the others'
/// values are finite, which 0 times them tells, all.
KeyRange OnlineWeights::unguardedKeys(CodeBuilder &code, const VisibleKeys &visible, int64_t vectors,
                                      llvm::function_ref<Value(Value, int64_t)> value) {
  Value nothing = code.zeros();
  auto addNothing = [&](Value key, ValueRange state) {
    SmallVector<Value> next;
    for (int64_t v = 0; v < vectors; ++v)
      next.push_back(code.fma(value(key, v), nothing, state[v]));
    return next;
  };
  SmallVector<Value> sums(vectors, nothing);
  sums = code.reduce(visible.any.from, visible.full.from, 1, sums, addNothing);
  sums = code.reduce(visible.full.to, visible.any.to, 1, sums, addNothing);
  Value sum = sums[0];
  for (Value other : ArrayRef<Value>(sums).drop_front())
    sum = code.fadd(sum, other);
  Value guards = code.anyLane(arith::CmpFOp::create(code.b, arith::CmpFPredicate::UNO, sum, sum));
  return {code.select(guards, visible.full.from, visible.any.from),
          code.select(guards, visible.full.to, visible.any.to)};
}

void OnlineWeights::addValues(CodeBuilder &code, Value state, int64_t rows, int64_t vectors, const VisibleKeys &visible,
                              llvm::function_ref<Value(int64_t, int64_t)> output,
                              llvm::function_ref<Value(Value, int64_t)> weight,
                              llvm::function_ref<Value(Value, int64_t)> value) {
  SmallVector<Value> sums;
  for (int64_t r = 0; r < rows; ++r) {
    Value rescale = rescaling(code, code.offset(state, r));
    for (int64_t v = 0; v < vectors; ++v) {
      Value sum = code.loadVector(output(r, v));
      sums.push_back(rescale ? code.fmul(sum, rescale) : sum);
    }
  }
  auto add = [&](Value from, Value to, bool masked) {
    auto hidden = [&](Value weight) { return hiddenWeight(code, weight); };
    sums = masked ? accumulate(code, from, to, rows, vectors, sums, weight, value, hidden)
                  : accumulate(code, from, to, rows, vectors, sums, weight, value);
  };
  if (chain.masks.empty()) {
    add(visible.any.from, visible.any.to, false);
  } else {
    KeyRange plain = unguardedKeys(code, visible, vectors, value);
    add(visible.any.from, plain.from, true);
    add(plain.from, plain.to, false);
    add(plain.to, visible.any.to, true);
  }
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t v = 0; v < vectors; ++v)
      code.storeVector(sums[r * vectors + v], output(r, v));
}

} // namespace mlir::attn
