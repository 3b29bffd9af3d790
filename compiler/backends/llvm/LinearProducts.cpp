// The products of linear attention, in register tiles: keys with values into the state, queries with keys of a chunk,
// queries with the state.
#include "compiler/backends/llvm/LinearKernel.h"
#include "compiler/backends/llvm/Microkernel.h"
#include "compiler/backends/llvm/Transpose.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

namespace mlir::attn {

/// Calls `tile` for [0, count), `size` at a time, and for the rest: each once.
static void forWholeTiles(CodeBuilder &code, int64_t count, int64_t size,
                          llvm::function_ref<void(Value, int64_t)> tile) {
  int64_t full = count - count % size;
  if (full)
    code.loop(code.constant(0), code.constant(full), size, [&](Value first) { tile(first, size); });
  if (full != count)
    tile(code.constant(full), count - full);
}

void LinearKernel::forFeatureTiles(CodeBuilder &code, Tile tile) {
  forWholeTiles(code, features, schedule.getRows(), tile);
}

/// Columns of values, a register tile's at a time.
void LinearKernel::forValueTiles(CodeBuilder &code, Tile tile) { forWholeTiles(code, width, panelWidth(), tile); }

/// Vector `v` of the `columns` values from `column` on; lanes beyond the last are 0.
Value LinearKernel::valueVector(CodeBuilder &code, const HeadRows &values, Value key, Value column, int64_t v,
                                int64_t columns) {
  int64_t rest = columns - v * lanes();
  Value mask = rest < lanes() ? code.maskBelow(code.constant(rest)) : Value();
  return values.row(code, key).at(code, code.add(column, v * lanes())).load(code, mask);
}

void LinearKernel::addKeys(CodeBuilder &code, const Head &head, const HeadRows &keys, Value first, Value count) {
  Value state = at(code, head, places().state), none = code.constant(0);
  Value carried = findsLargest() ? code.splat(code.load(code.number(), at(code, head, places().carried))) : Value();
  auto add = [&](Value place, Value sum) {
    Value old = code.loadVector(place);
    code.storeVector(carried ? code.fma(old, carried, sum) : code.fadd(old, sum), place);
  };
  forFeatureTiles(code, [&](Value feature, int64_t rows) {
    forValueTiles(code, [&](Value column, int64_t columns) {
      int64_t vectors = llvm::divideCeil(columns, lanes());
      Value target = code.offset(code.offset(state, code.mul(feature, valueStride())), column);
      auto place = [&](int64_t r, int64_t v) { return code.offset(target, r * valueStride() + v * lanes()); };
      // The chunk's own sum first: added one by one to a long sum, keys would lose their last digits.
      SmallVector<Value> sums(rows * vectors, code.zeros());
      sums = accumulate(
          code, none, count, rows, vectors, sums,
          [&](Value key, int64_t r) { return keys.row(code, key).at(code, code.add(feature, r)).loadOne(code); },
          [&](Value key, int64_t v) {
            return valueVector(code, head.values, code.add(first, key), column, v, columns);
          });
      for (int64_t r = 0; r < rows; ++r)
        for (int64_t v = 0; v < vectors; ++v)
          add(place(r, v), sums[r * vectors + v]);
    });
  });
  if (!needsSum())
    return;
  Value sum = at(code, head, places().sum);
  forColumns(code, features, [&](Value column, Value mask) {
    Value total = code.reduce(none, count, 1, ValueRange{code.zeros()}, [&](Value key, ValueRange state) {
      return SmallVector<Value>{code.fadd(state[0], keys.row(code, key).at(code, column).load(code, mask))};
    })[0];
    add(code.offset(sum, column), total);
  });
}

/// Sums of the values alone, which the eps of their keys' features is multiplied by.
void LinearKernel::addPlainValues(CodeBuilder &code, const Head &head, Value first, Value count) {
  Value made = code.sub(rowsMade(code, head, keySource), first), none = code.constant(0);
  Value end = code.max(code.min(count, made), none);
  forColumns(code, width, [&](Value column, Value mask) {
    Value to = code.offset(at(code, head, places().plain), column);
    Value total = code.reduce(none, end, 1, ValueRange{code.zeros()}, [&](Value key, ValueRange state) {
      Value value = head.values.row(code, code.add(first, key)).at(code, column).load(code, mask);
      return SmallVector<Value>{code.fadd(state[0], value)};
    })[0];
    code.storeVector(code.fadd(code.loadVector(to), total), to);
  });
}

/// From sums over exponentials to sums over features: (e + eps) / sqrt(R) for each key.
void LinearKernel::settleState(CodeBuilder &code, const Head &head) {
  Value eps = code.splatReal(keySource.random.getEps().convertToDouble()), factor = featureFactor(code);
  Value state = at(code, head, places().state), plain = at(code, head, places().plain);
  auto settle = [&](Value place, Value ones) {
    code.storeVector(code.fmul(code.fma(ones, eps, code.loadVector(place)), factor), place);
  };
  code.loop(code.constant(0), code.constant(features), 1, [&](Value feature) {
    Value row = code.offset(state, code.mul(feature, valueStride()));
    forColumns(code, width, [&](Value column, Value) {
      settle(code.offset(row, column), code.loadVector(code.offset(plain, column)));
    });
  });
  if (!needsSum())
    return;
  Value made = code.min(rowsMade(code, head, keySource), head.keyCount);
  Value ones = code.splat(arith::SIToFPOp::create(code.b, code.number(), code.max(made, code.constant(0))));
  forColumns(code, features,
             [&](Value column, Value) { settle(code.offset(at(code, head, places().sum), column), ones); });
}

/// Rows of keys to columns: a vector of keys for each feature. Beyond the last key it is read again.
void LinearKernel::transposeKeys(CodeBuilder &code, const Head &head, const HeadRows &keys, Value keyCount) {
  Value columns = at(code, head, places().keyColumns), last = code.sub(keyCount, code.constant(1));
  code.loop(code.constant(0), keyCount, lanes(), [&](Value key) {
    forColumns(code, features, [&](Value feature, Value mask) {
      int64_t count = mask ? features % lanes() : lanes();
      SmallVector<Value> square;
      for (int64_t i = 0; i < lanes(); ++i)
        square.push_back(keys.row(code, code.min(code.add(key, i), last)).at(code, feature).load(code, mask));
      transpose(code, square);
      for (int64_t c = 0; c < count; ++c)
        code.storeVector(square[c],
                         code.offset(code.offset(columns, code.mul(code.add(feature, c), weightStride())), key));
    });
  });
}

void LinearKernel::weighKeys(CodeBuilder &code, const Head &head, const HeadRows &queries, Value count,
                             Value keyCount) {
  Value columns = at(code, head, places().keyColumns), weights = at(code, head, places().weights);
  forTiles(code, code.constant(0), count, schedule.getRows(), [&](Value row, int64_t rows) {
    Value end = code.min(code.add(row, rows), keyCount);
    code.loop(code.constant(0), end, panelWidth(), [&](Value key) {
      Value panel = code.offset(columns, key);
      SmallVector<Value> sums(rows * panelVectors(), code.zeros());
      sums = accumulate(
          code, code.constant(0), code.constant(features), rows, panelVectors(), sums,
          [&](Value feature, int64_t r) { return queries.row(code, code.add(row, r)).at(code, feature).loadOne(code); },
          [&](Value feature, int64_t v) {
            return code.loadVector(code.offset(code.offset(panel, code.mul(feature, weightStride())), v * lanes()));
          });
      for (int64_t r = 0; r < rows; ++r)
        for (int64_t v = 0; v < panelVectors(); ++v) {
          Value seen = code.min(code.add(row, r + 1), keyCount), from = code.add(key, v * lanes());
          Value weight = code.select(code.maskBelow(code.sub(seen, from)), sums[r * panelVectors() + v], code.zeros());
          code.storeVector(weight, code.offset(weights, code.add(code.mul(code.add(row, r), weightStride()), from)));
        }
    });
  });
}

/// 1 / d, 0 for a denominator of 0.
Value LinearKernel::inverseOf(CodeBuilder &code, Value total) {
  Value eps = code.real(attention.getEps().convertToDouble()), zero = code.real(0);
  auto isLess = [&](Value x, Value y) -> Value {
    return arith::CmpFOp::create(code.b, arith::CmpFPredicate::OLT, x, y);
  };
  switch (attention.getDenominator()) {
  case Denominator::None:
    return code.real(1);
  case Denominator::Add:
    total = code.fadd(total, eps);
    break;
  case Denominator::Clamp: // a NaN stays one
    total = code.select(isLess(total, eps), eps, total);
    break;
  case Denominator::Signed: {
    Value guard = code.select(isLess(total, zero), code.fsub(zero, eps), eps);
    total = code.select(isLess(math::AbsFOp::create(code.b, total), eps), guard, total);
    break;
  }
  }
  Value isZero = arith::CmpFOp::create(code.b, arith::CmpFPredicate::OEQ, total, zero);
  return code.select(isZero, zero, code.fdiv(code.real(1), total));
}

void LinearKernel::findInverses(CodeBuilder &code, const Head &head, const HeadRows &queries, Value count,
                                Value keyCount) {
  Value inverses = at(code, head, places().inverses), sum = at(code, head, places().sum);
  Value weights = at(code, head, places().weights);
  code.loop(code.constant(0), count, 1, [&](Value row) {
    StoredNumbers query = queries.row(code, row);
    Value total = sumColumns(code, features, [&](Value column, Value mask) {
      return code.fmul(query.at(code, column).load(code, mask), code.loadVector(code.offset(sum, column)));
    });
    if (keyCount) {
      Value line = code.offset(weights, code.mul(row, weightStride()));
      Value chunk = code.reduce(code.constant(0), code.min(code.add(row, 1), keyCount), lanes(),
                                ValueRange{code.zeros()}, [&](Value key, ValueRange state) {
                                  Value weight = code.loadVector(code.offset(line, key));
                                  return SmallVector<Value>{code.fadd(state[0], weight)};
                                })[0];
      total = code.fadd(total, code.sumLanes(chunk));
    }
    code.store(inverseOf(code, total), code.offset(inverses, row));
  });
}

void LinearKernel::answer(CodeBuilder &code, const Head &head, const HeadRows &queries, Value count,
                          const HeadRows &output, Value key, Value keyCount) {
  bool isDivided = attention.getDenominator() != Denominator::None;
  if (isDivided)
    findInverses(code, head, queries, count, keyCount);
  Value state = at(code, head, places().state), weights = at(code, head, places().weights);
  Value inverses = at(code, head, places().inverses);
  forTiles(code, code.constant(0), count, schedule.getRows(), [&](Value row, int64_t rows) {
    Value end = keyCount ? code.min(code.add(row, rows), keyCount) : Value();
    forValueTiles(code, [&](Value column, int64_t columns) {
      int64_t vectors = llvm::divideCeil(columns, lanes());
      SmallVector<Value> sums(rows * vectors, code.zeros());
      sums = accumulate(
          code, code.constant(0), code.constant(features), rows, vectors, sums,
          [&](Value feature, int64_t r) { return queries.row(code, code.add(row, r)).at(code, feature).loadOne(code); },
          [&](Value feature, int64_t v) {
            return code.loadVector(
                code.offset(code.offset(state, code.add(code.mul(feature, valueStride()), column)), v * lanes()));
          });
      if (keyCount)
        sums = accumulate(
            code, code.constant(0), end, rows, vectors, sums,
            [&](Value j, int64_t r) {
              Value line = code.offset(weights, code.mul(code.add(row, r), weightStride()));
              return code.load(code.number(), code.offset(line, j));
            },
            [&](Value j, int64_t v) { return valueVector(code, head.values, code.add(key, j), column, v, columns); });
      for (int64_t r = 0; r < rows; ++r) {
        Value at = code.add(row, r);
        Value factor = isDivided ? code.splat(code.load(code.number(), code.offset(inverses, at))) : Value();
        for (int64_t v = 0; v < vectors; ++v) {
          int64_t rest = columns - v * lanes();
          Value mask = rest < lanes() ? code.maskBelow(code.constant(rest)) : Value();
          Value sum = sums[r * vectors + v];
          output.row(code, at)
              .at(code, code.add(column, v * lanes()))
              .store(code, factor ? code.fmul(sum, factor) : sum, mask);
        }
      }
    });
  });
}

} // namespace mlir::attn
