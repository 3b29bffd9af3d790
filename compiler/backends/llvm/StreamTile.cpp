// One tile of queries against one block of keys: scores, weights, values; see Stream.cpp for the formulas.
#include "compiler/backends/llvm/ExpandMath.h"
#include "compiler/backends/llvm/Formula.h"
#include "compiler/backends/llvm/Microkernel.h"
#include "compiler/backends/llvm/StreamKernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <cmath>

namespace mlir::attn {

Value StreamKernel::exponential(CodeBuilder &code, Value x) {
  ExpandMathOptions options;
  options.isa = mathIsa(kernel.isa());
  return buildFastExp2(code.b, code.b.getLoc(), x, options);
}

void StreamKernel::buildTile(CodeBuilder &code, const Block &block, Value tile, Value firstKey) {
  Value row = tileRow(code, block, tile);
  KeyRange window{firstKey, code.min(code.add(firstKey, keyBlock()), block.keyCount)};
  VisibleKeys keys = visibleKeys(code, block.masks, row, code.add(row, block.tileRows - 1), window);
  code.branch(code.less(keys.any.from, keys.any.to), [&] {
    Value state = code.offset(block.state, code.mul(tile, stateStride()));
    scorePanels(code, block, row, firstKey, keys);
    weigh(code, block, state, firstKey, keys);
    combineValues(code, block, state, firstKey, keys);
  });
}

/// First key of the panel that holds `key`.
static Value panelStart(CodeBuilder &code, Value key, int64_t panelWidth) {
  return code.mul(code.div(key, code.constant(panelWidth)), panelWidth);
}

void StreamKernel::scorePanels(CodeBuilder &code, const Block &block, Value row, Value firstKey,
                               const VisibleKeys &visible) {
  Value query = code.offset(block.query.pointer, code.mul(row, block.query.rowStride));
  code.loop(panelStart(code, visible.any.from, panelWidth()), visible.any.to, panelWidth(), [&](Value key) {
    Value panel = code.offset(block.keys.pointer, code.mul(key, width));
    SmallVector<Value> sums(block.tileRows * panelVectors(), code.zeros());
    sums = accumulate(
        code, code.constant(0), code.constant(width), block.tileRows, panelVectors(), sums,
        [&](Value d, int64_t r) {
          return code.load(code.f32(), code.offset(code.offset(query, d), r * block.query.rowStride));
        },
        [&](Value d, int64_t v) {
          return code.loadVector(code.offset(code.offset(panel, code.mul(d, panelWidth())), v * lanes()));
        });
    Value target = code.offset(block.scores, code.sub(key, firstKey));
    for (int64_t r = 0; r < block.tileRows; ++r)
      for (int64_t v = 0; v < panelVectors(); ++v)
        code.storeVector(sums[r * panelVectors() + v], code.offset(target, r * keyBlock() + v * lanes()));
    Value isFull =
        code.both(code.lessEq(visible.full.from, key), code.lessEq(code.add(key, panelWidth()), visible.full.to));
    finishScores(code, block, row, key, target, isFull);
  });
}

/// Formulas, then -inf where a key is not visible. Nothing to do for a plain full panel.
void StreamKernel::finishScores(CodeBuilder &code, const Block &block, Value row, Value panelKey, Value target,
                                Value isFull) {
  auto edit = [&](bool masked) {
    code.loop(code.constant(0), code.constant(block.tileRows), 1, [&](Value r) {
      Value query = code.add(row, r), line = code.offset(target, code.mul(r, keyBlock()));
      code.loop(code.constant(0), code.constant(panelWidth()), lanes(), [&](Value at) {
        Value key = code.add(panelKey, at);
        Value s = code.loadVector(code.offset(line, at));
        if (!chain.formulas.empty() && scale != 1)
          s = code.fmul(s, code.splatReal(scale));
        auto narrow = [&](Value x) -> Value { return arith::TruncIOp::create(code.b, code.b.getI32Type(), x); };
        for (ModifyOp formula : chain.formulas) {
          Value keyLanes = arith::AddIOp::create(code.b, code.splat(narrow(key)), code.iota());
          s = buildFormula(code, formula.getFormula(),
                           {s, narrow(block.sample), narrow(block.head), narrow(query), keyLanes},
                           captured(code, kernel, block.scope, formula.getCaptures()));
        }
        if (masked) {
          Value seen = visibleLanes(code, block.masks, query, key);
          s = code.select(seen, s, code.splatReal(-INFINITY));
        }
        code.storeVector(s, code.offset(line, at));
      });
    });
  };
  if (chain.formulas.empty())
    return code.branch(isFull, [] {}, [&] { edit(true); });
  code.branch(isFull, [&] { edit(false); }, [&] { edit(true); });
}

void StreamKernel::weigh(CodeBuilder &code, const Block &block, Value tileState, Value firstKey,
                         const VisibleKeys &visible) {
  Value from = code.sub(panelStart(code, visible.any.from, panelWidth()), firstKey);
  Value to = code.sub(visible.any.to, firstKey);
  // Panels between these hold no masked score.
  Value fullFrom = code.sub(code.mul(code.ceilDiv(visible.full.from, panelWidth()), panelWidth()), firstKey);
  Value fullTo = code.sub(panelStart(code, visible.full.to, panelWidth()), firstKey);
  fullFrom = code.min(code.max(fullFrom, from), to);
  fullTo = code.max(fullTo, fullFrom);
  WeighedKeys keys{{from, to}, {fullFrom, fullTo}};
  code.loop(code.constant(0), code.constant(block.tileRows), 1, [&](Value r) {
    Value line = code.offset(block.scores, code.mul(r, keyBlock())), rowState = code.offset(tileState, r);
    if (usesLargest(kind))
      return weighFromLargest(code, line, rowState, keys);
    VectorArithmetic arithmetic(code, mathIsa(kernel.isa()));
    auto maths = this->maths(code, arithmetic, block);
    Value sum = weighKeys(code, line, keys, [&](Value s) {
      Value x = unscaled() == 1 ? s : code.fmul(s, code.splatReal(unscaled()));
      return code.fadd(maths.numerator(x, Value()), code.zeros()); // a visible weight is never -0
    });
    Value total = code.offset(rowState, schedule.getRows());
    if (weightsFrom(kind) == WeightsFrom::Total)
      code.store(code.fadd(code.load(code.f32(), total), sum), total);
  });
}

/// The largest score of a row in a block of keys.
Value StreamKernel::largestScore(CodeBuilder &code, Value line, const WeighedKeys &keys) {
  SmallVector<Value> lowest(panelVectors(), code.splatReal(-INFINITY));
  SmallVector<Value> largest =
      code.reduce(keys.any.from, keys.any.to, panelWidth(), lowest, [&](Value at, ValueRange state) {
        SmallVector<Value> next;
        for (int64_t v = 0; v < panelVectors(); ++v)
          next.push_back(code.fmaxFast(code.loadVector(code.offset(line, code.add(at, v * lanes()))), state[v]));
        return next;
      });
  Value blockMax = largest[0];
  for (Value other : ArrayRef<Value>(largest).drop_front())
    blockMax = code.fmaxFast(blockMax, other);
  return blockMax;
}

/// Writes the weights of a row's scores, -0 where they are masked; gives the sum of their terms.
Value StreamKernel::weighKeys(CodeBuilder &code, Value line, const WeighedKeys &keys,
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
  return code.sumLanes(sum);
}

/// Exponentials, measured from the largest score so far; the row's state gets it, the new sum, and the factor that sums
/// of the old one are carried by.
void StreamKernel::weighFromLargest(CodeBuilder &code, Value line, Value rowState, const WeighedKeys &keys) {
  int64_t rows = schedule.getRows();
  // Scores are in units of log 2 / c.
  Value factor = code.real(unscaled() * M_LOG2E);
  Value blockMax = largestScore(code, line, keys);
  Value oldMax = code.load(code.f32(), rowState);
  Value newMax = code.fmaxFast(code.maxLanes(blockMax), oldMax);
  // With every score at -inf the difference would be NaN: measure from 0 instead.
  Value none = arith::CmpFOp::create(code.b, arith::CmpFPredicate::OEQ, newMax, code.real(-INFINITY));
  Value origin = code.select(none, code.real(0), newMax);
  Value rescale = exponential(code, code.fmul(code.fsub(oldMax, origin), factor));
  Value origins = code.splat(origin), factors = code.splat(factor);
  Value sum = weighKeys(code, line, keys,
                        [&](Value s) { return exponential(code, code.fmul(code.fsub(s, origins), factors)); });
  Value total = code.offset(rowState, rows);
  code.store(code.fma(code.load(code.f32(), total), rescale, sum), total);
  code.store(newMax, rowState);
  code.store(rescale, code.offset(rowState, 2 * rows));
}

/// Lanes of a splatted weight that is a masked place's.
Value StreamKernel::hiddenWeight(CodeBuilder &code, Value weight) {
  Type type = VectorType::get(lanes(), code.b.getI32Type());
  Value bits = arith::BitcastOp::create(code.b, type, weight);
  auto is = [&](arith::CmpIPredicate predicate, int32_t value) -> Value {
    Value number = code.splat(arith::ConstantIntOp::create(code.b, value, 32));
    return arith::CmpIOp::create(code.b, predicate, bits, number);
  };
  // Exponentials are not negative: their sign says enough.
  return usesLargest(kind) ? is(arith::CmpIPredicate::slt, 0)
                           : is(arith::CmpIPredicate::eq, std::numeric_limits<int32_t>::min());
}

void StreamKernel::combineValues(CodeBuilder &code, const Block &block, Value tileState, Value firstKey,
                                 const VisibleKeys &visible) {
  int64_t rows = schedule.getRows();
  auto tileOf = [&](Value panel, int64_t columns) {
    Value output = code.add(code.mul(panel, panelWidth()), 3 * rows);
    return ValueTile{code.offset(block.scores, code.sub(code.constant(0), firstKey)), code.offset(tileState, 2 * rows),
                     code.offset(block.values.pointer, code.mul(panel, block.values.stride)),
                     code.offset(tileState, output), static_cast<int64_t>(llvm::divideCeil(columns, lanes()))};
  };
  int64_t full = valueWidth / panelWidth(), rest = valueWidth % panelWidth();
  code.loop(code.constant(0), code.constant(full), 1,
            [&](Value panel) { combinePanel(code, block, tileOf(panel, panelWidth()), visible); });
  if (rest)
    combinePanel(code, block, tileOf(code.constant(full), rest), visible);
}

void StreamKernel::combinePanel(CodeBuilder &code, const Block &block, const ValueTile &tile,
                                const VisibleKeys &visible) {
  auto output = [&](int64_t r, int64_t v) { return code.offset(tile.output, r * valuePadded() + v * lanes()); };
  SmallVector<Value> sums;
  for (int64_t r = 0; r < block.tileRows; ++r) {
    Value rescale = usesLargest(kind) ? code.splat(code.load(code.f32(), code.offset(tile.factors, r))) : Value();
    for (int64_t v = 0; v < tile.vectors; ++v) {
      Value sum = code.loadVector(output(r, v));
      sums.push_back(rescale ? code.fmul(sum, rescale) : sum);
    }
  }
  auto add = [&](Value from, Value to, bool masked) {
    auto hidden = [&](Value weight) { return masked ? hiddenWeight(code, weight) : Value(); };
    sums = accumulate(
        code, from, to, block.tileRows, tile.vectors, sums,
        [&](Value key, int64_t r) {
          return code.load(code.f32(), code.offset(code.offset(tile.weights, key), r * keyBlock()));
        },
        [&](Value key, int64_t v) {
          return code.loadVector(code.offset(code.offset(tile.panel, code.mul(key, panelWidth())), v * lanes()));
        },
        hidden);
  };
  if (chain.masks.empty()) {
    add(visible.any.from, visible.any.to, false);
  } else {
    add(visible.any.from, visible.full.from, true);
    add(visible.full.from, visible.full.to, false);
    add(visible.full.to, visible.any.to, true);
  }
  for (int64_t r = 0; r < block.tileRows; ++r)
    for (int64_t v = 0; v < tile.vectors; ++v)
      code.storeVector(sums[r * tile.vectors + v], output(r, v));
}

} // namespace mlir::attn
