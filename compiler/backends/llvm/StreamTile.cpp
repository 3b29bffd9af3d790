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
    Value panel = code.offset(block.keyPanels, code.mul(key, width));
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
  int64_t rows = schedule.getRows();
  Value from = code.sub(panelStart(code, visible.any.from, panelWidth()), firstKey);
  Value to = code.sub(visible.any.to, firstKey);
  // Panels between these hold no masked score.
  Value fullFrom = code.sub(code.mul(code.ceilDiv(visible.full.from, panelWidth()), panelWidth()), firstKey);
  Value fullTo = code.sub(panelStart(code, visible.full.to, panelWidth()), firstKey);
  fullFrom = code.min(code.max(fullFrom, from), to);
  fullTo = code.max(fullTo, fullFrom);
  // Scores are in units of log 2 / c; a formula has already applied the scale.
  Value factor = code.real((chain.formulas.empty() ? scale : 1.0) * M_LOG2E);
  code.loop(code.constant(0), code.constant(block.tileRows), 1, [&](Value r) {
    Value line = code.offset(block.scores, code.mul(r, keyBlock()));
    SmallVector<Value> lowest(panelVectors(), code.splatReal(-INFINITY));
    SmallVector<Value> largest = code.reduce(from, to, panelWidth(), lowest, [&](Value at, ValueRange state) {
      SmallVector<Value> next;
      for (int64_t v = 0; v < panelVectors(); ++v)
        next.push_back(code.fmaxFast(code.loadVector(code.offset(line, code.add(at, v * lanes()))), state[v]));
      return next;
    });
    Value blockMax = largest[0];
    for (Value other : ArrayRef<Value>(largest).drop_front())
      blockMax = code.fmaxFast(blockMax, other);
    Value oldMax = code.load(code.f32(), code.offset(tileState, r));
    Value newMax = code.fmaxFast(code.maxLanes(blockMax), oldMax);
    // With every score at -inf the difference would be NaN: measure from 0 instead.
    Value none = arith::CmpFOp::create(code.b, arith::CmpFPredicate::OEQ, newMax, code.real(-INFINITY));
    Value origin = code.select(none, code.real(0), newMax);
    Value rescale = exponential(code, code.fmul(code.fsub(oldMax, origin), factor));
    Value origins = code.splat(origin), factors = code.splat(factor);

    auto weights = [&](Value begin, Value end, ValueRange sums, bool masked) {
      return code.reduce(begin, end, panelWidth(), sums, [&](Value at, ValueRange state) {
        SmallVector<Value> next;
        for (int64_t v = 0; v < panelVectors(); ++v) {
          Value place = code.offset(line, code.add(at, v * lanes()));
          Value s = code.loadVector(place);
          Value p = exponential(code, code.fmul(code.fsub(s, origins), factors));
          if (masked) {
            Value hidden = arith::CmpFOp::create(code.b, arith::CmpFPredicate::OEQ, s, code.splatReal(-INFINITY));
            p = code.select(hidden, code.splatReal(-0.0), p);
          }
          code.storeVector(p, place);
          next.push_back(code.fadd(state[v], p));
        }
        return next;
      });
    };
    SmallVector<Value> sums(panelVectors(), code.zeros());
    sums = weights(from, fullFrom, sums, true);
    sums = weights(fullFrom, fullTo, sums, false);
    sums = weights(fullTo, to, sums, true);
    Value sum = sums[0];
    for (Value other : ArrayRef<Value>(sums).drop_front())
      sum = code.fadd(sum, other);
    Value total = code.offset(tileState, code.add(r, rows));
    code.store(code.fma(code.load(code.f32(), total), rescale, code.sumLanes(sum)), total);
    code.store(newMax, code.offset(tileState, r));
    code.store(rescale, code.offset(tileState, code.add(r, 2 * rows)));
  });
}

void StreamKernel::combineValues(CodeBuilder &code, const Block &block, Value tileState, Value firstKey,
                                 const VisibleKeys &visible) {
  int64_t rows = schedule.getRows(), most = panelVectors();
  int64_t vectors = valuePadded() / lanes();
  for (int64_t first = 0; first < vectors; first += most) {
    int64_t count = std::min(most, vectors - first);
    auto output = [&](int64_t r, int64_t v) {
      return code.offset(tileState, 3 * rows + r * valuePadded() + (first + v) * lanes());
    };
    SmallVector<Value> sums;
    for (int64_t r = 0; r < block.tileRows; ++r) {
      Value rescale = code.splat(code.load(code.f32(), code.offset(tileState, 2 * rows + r)));
      for (int64_t v = 0; v < count; ++v)
        sums.push_back(code.fmul(code.loadVector(output(r, v)), rescale));
    }
    auto accumulate = [&](Value from, Value to, bool masked) {
      sums = code.reduce(from, to, 1, sums, [&](Value key, ValueRange state) {
        Value value = code.offset(block.value.pointer, code.mul(key, block.value.rowStride));
        Value weight = code.offset(block.scores, code.sub(key, firstKey));
        SmallVector<Value> values, next;
        for (int64_t v = 0; v < count; ++v) {
          bool partial = (first + v + 1) * lanes() > valueWidth;
          Value mask = partial ? code.maskBelow(code.constant(valueWidth - (first + v) * lanes())) : Value();
          values.push_back(code.loadVector(code.offset(value, (first + v) * lanes()), mask));
        }
        for (int64_t r = 0; r < block.tileRows; ++r) {
          Value p = code.load(code.f32(), code.offset(weight, r * keyBlock()));
          Value hidden;
          if (masked) {
            Value bits = arith::BitcastOp::create(code.b, code.b.getI32Type(), p);
            hidden = code.splat(arith::CmpIOp::create(code.b, arith::CmpIPredicate::slt, bits,
                                                      arith::ConstantIntOp::create(code.b, 0, 32)));
          }
          Value lanesOfP = code.splat(p);
          for (int64_t v = 0; v < count; ++v) {
            Value old = state[r * count + v], sum = code.fma(lanesOfP, values[v], old);
            next.push_back(masked ? code.select(hidden, old, sum) : sum);
          }
        }
        return next;
      });
    };
    if (!chain.masks.empty())
      accumulate(visible.any.from, visible.full.from, true);
    accumulate(chain.masks.empty() ? visible.any.from : visible.full.from,
               chain.masks.empty() ? visible.any.to : visible.full.to, false);
    if (!chain.masks.empty())
      accumulate(visible.full.to, visible.any.to, true);
    for (int64_t r = 0; r < block.tileRows; ++r)
      for (int64_t v = 0; v < count; ++v)
        code.storeVector(sums[r * count + v], output(r, v));
  }
}

} // namespace mlir::attn
