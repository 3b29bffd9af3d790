// A block of queries, tile by tile, against one block of keys: scores, weights, values; see Stream.cpp for the
// formulas.
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

/// First key of the panel that holds `key`.
static Value panelStart(CodeBuilder &code, Value key, int64_t panelWidth) {
  return code.mul(code.div(key, code.constant(panelWidth)), panelWidth);
}

/// Writes down which keys of the block a tile sees.
void StreamKernel::findVisible(CodeBuilder &code, const Block &block, Tile tile) {
  VisibleKeys found = visibleKeys(code, block.masks, tile.row, code.add(tile.row, block.tileRows - 1), tile.block);
  Value bounds[] = {found.any.from, found.any.to, found.full.from, found.full.to};
  Value memory = code.offset(tile.state, rangeState());
  for (auto [at, bound] : llvm::enumerate(bounds))
    code.store(bound, code.offset(memory, 2 * at));
}

VisibleKeys StreamKernel::foundVisible(CodeBuilder &code, const Block &block, const Tile &tile) {
  if (block.masks.masks.empty())
    return {tile.block, tile.block};
  Value memory = code.offset(tile.state, rangeState());
  auto bound = [&](int64_t at) { return code.load(code.i64(), code.offset(memory, 2 * at)); };
  return {{bound(0), bound(1)}, {bound(2), bound(3)}};
}

/// Calls `body` for the tiles that see a key of the block.
void StreamKernel::forTiles(CodeBuilder &code, const Block &block, KeyRange keys,
                            llvm::function_ref<void(const Tile &)> body) {
  code.loop(code.constant(0), block.tiles, 1, [&](Value index) {
    Tile tile = tileAt(code, block, index, keys);
    tile.visible = foundVisible(code, block, tile);
    if (block.masks.masks.empty())
      return body(tile);
    code.branch(code.less(tile.visible.any.from, tile.visible.any.to), [&] { body(tile); });
  });
}

void StreamKernel::buildKeys(CodeBuilder &code, const Block &block, KeyRange keys) {
  if (!block.masks.masks.empty())
    code.loop(code.constant(0), block.tiles, 1,
              [&](Value index) { findVisible(code, block, tileAt(code, block, index, keys)); });
  code.loop(keys.from, keys.to, panelWidth(), [&](Value key) {
    forTiles(code, block, keys, [&](const Tile &tile) {
      if (block.masks.masks.empty())
        return scorePanel(code, block, tile, key);
      Value sees =
          code.both(code.less(key, tile.visible.any.to), code.less(tile.visible.any.from, code.add(key, panelWidth())));
      code.branch(sees, [&] { scorePanel(code, block, tile, key); });
    });
  });
  forTiles(code, block, keys, [&](const Tile &tile) { weigh(code, block, tile); });
  combineValues(code, block, keys);
}

void StreamKernel::scorePanel(CodeBuilder &code, const Block &block, const Tile &tile, Value key) {
  Value query = code.offset(block.query.pointer, code.mul(tile.row, block.query.rowStride));
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
  Value target = code.offset(tile.scores, code.sub(key, tile.block.from));
  for (int64_t r = 0; r < block.tileRows; ++r)
    for (int64_t v = 0; v < panelVectors(); ++v)
      code.storeVector(sums[r * panelVectors() + v], code.offset(target, r * scoreStride() + v * lanes()));
  KeyRange full = tile.visible.full;
  Value isFull = code.both(code.lessEq(full.from, key), code.lessEq(code.add(key, panelWidth()), full.to));
  finishScores(code, block, tile.row, key, target, isFull);
}

/// Formulas, then -inf where a key is not visible. Nothing to do for a plain full panel.
void StreamKernel::finishScores(CodeBuilder &code, const Block &block, Value row, Value panelKey, Value target,
                                Value isFull) {
  auto edit = [&](bool masked) {
    code.loop(code.constant(0), code.constant(block.tileRows), 1, [&](Value r) {
      Value query = code.add(row, r), line = code.offset(target, code.mul(r, scoreStride()));
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

void StreamKernel::weigh(CodeBuilder &code, const Block &block, const Tile &tile) {
  const VisibleKeys &visible = tile.visible;
  Value firstKey = tile.block.from, from = code.sub(panelStart(code, visible.any.from, panelWidth()), firstKey);
  Value to = code.sub(visible.any.to, firstKey);
  // Panels between these hold no masked score.
  Value fullFrom = code.sub(code.mul(code.ceilDiv(visible.full.from, panelWidth()), panelWidth()), firstKey);
  Value fullTo = code.sub(panelStart(code, visible.full.to, panelWidth()), firstKey);
  fullFrom = code.min(code.max(fullFrom, from), to);
  fullTo = code.max(fullTo, fullFrom);
  WeighedKeys keys{{from, to}, {fullFrom, fullTo}};
  code.loop(code.constant(0), code.constant(block.tileRows), 1, [&](Value r) {
    Value line = code.offset(tile.scores, code.mul(r, scoreStride())), rowState = code.offset(tile.state, r);
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

void StreamKernel::combineValues(CodeBuilder &code, const Block &block, KeyRange keys) {
  auto panelOfValues = [&](Value panel, int64_t columns) {
    Value values = code.offset(block.values.pointer, code.mul(panel, block.values.stride));
    Value column = code.add(code.mul(panel, panelWidth()), outputState());
    forTiles(code, block, keys, [&](const Tile &tile) {
      Value weights = code.offset(tile.scores, code.sub(code.constant(0), keys.from));
      Value factors = code.offset(tile.state, 2 * schedule.getRows());
      int64_t vectors = llvm::divideCeil(columns, lanes());
      combinePanel(code, block, {weights, factors, values, code.offset(tile.state, column), vectors}, tile.visible);
    });
  };
  int64_t full = valueWidth / panelWidth(), rest = valueWidth % panelWidth();
  code.loop(code.constant(0), code.constant(full), 1, [&](Value panel) { panelOfValues(panel, panelWidth()); });
  if (rest)
    panelOfValues(code.constant(full), rest);
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
          return code.load(code.f32(), code.offset(code.offset(tile.weights, key), r * scoreStride()));
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
