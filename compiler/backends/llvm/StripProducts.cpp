// The ops of a strip that are sums of products: scores, mixed heads, convolutions, values.
#include "compiler/backends/llvm/Microkernel.h"
#include "compiler/backends/llvm/StripKernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace mlir::attn {

// s = scale q k^T, a register tile of queries by a panel of keys at a time. Keys that masks hide from every row of the
// strip are left out: what stands in their places is overwritten before it is read.
void StripKernel::score(CodeBuilder &code, const Strip &strip, ScoreOp op) {
  if (isInRows(op.getKey()))
    return scoreRows(code, strip, op);
  int64_t heads = op.getScores().getType().getDimSize(1), width = op.getQuery().getType().getDimSize(3);
  double scale = op.getScale().convertToDouble();
  auto [from, to] = rowsOf(code, strip, op.getScores());
  forHeads(code, strip, op.getScores(), [&, from = from, to = to](Value head) {
    HeadPlace at = place(code, strip, head);
    HeadRows query = headRows(code, kernel, strip.scope, op.getQuery(), at, heads);
    Value panels = headPanels(code, kernel, strip.scope, op.getKey(), at, heads).pointer;
    KeyRange seen = seenKeys(code, strip, StripPlan::masksAfter(op.getScores()), head, from, to);
    Value tiles = code.ceilDiv(code.sub(to, from), schedule.getRows());
    Value panelCount = code.ceilDiv(code.sub(seen.to, seen.from), panelWidth());
    AskAhead maps(code, linesOf(code, strip, strip.reads, head, from, to), code.mul(tiles, panelCount));
    // A panel of keys stays in the first-level cache for all tiles of queries, which ask for the next.
    code.loop(panelStart(code, seen.from), seen.to, panelWidth(), [&](Value key) {
      Value panel = code.offset(panels, code.mul(key, width)), next = code.offset(panel, width * panelWidth());
      Value bytes = code.constant(width * panelWidth() * kernel.numberBytes());
      AskAhead keys(code, {AskAhead::lines(code, next, bytes)}, tiles);
      forTiles(code, from, to, schedule.getRows(), [&](Value row, int64_t rows) {
        Value queries = query.row(code, row).pointer;
        Value target = code.offset(rowOf(code, strip, op.getScores(), head, row), key);
        SmallVector<Value> sums(rows * panelVectors(), code.zeros());
        AskAhead::Turn ofKeys = keys.take(code, code.constant(width)), ofMaps = maps.take(code, code.constant(width));
        sums = accumulate(
            code, code.constant(0), code.constant(width), rows, panelVectors(), sums,
            [&](Value d, int64_t r) {
              return code.load(code.number(), code.offset(code.offset(queries, d), r * query.rowStride));
            },
            [&](Value d, int64_t v) {
              if (v == 0) {
                ofKeys.ask(code, d);
                ofMaps.ask(code, d);
              }
              return code.loadVector(code.offset(code.offset(panel, code.mul(d, panelWidth())), v * lanes()));
            });
        for (int64_t r = 0; r < rows; ++r)
          for (int64_t v = 0; v < panelVectors(); ++v) {
            Value sum = sums[r * panelVectors() + v], line = code.offset(target, code.mul(strip.rowStride, r));
            code.storeVector(scale == 1 ? sum : code.fmul(sum, code.splatReal(scale)), code.offset(line, v * lanes()));
          }
      });
    });
  });
}

// s = scale sum_d f(q, k): lanes are keys, so that a formula sees a vector of keys and one number of the query.
void StripKernel::pairScore(CodeBuilder &code, const Strip &strip, PairScoreOp op) {
  if (isInRows(op.getKey()))
    return pairScoreRows(code, strip, op);
  int64_t heads = op.getScores().getType().getDimSize(1), width = op.getQuery().getType().getDimSize(3);
  SmallVector<CapturedTensor> captures = captured(code, kernel, strip.scope, op.getCaptures());
  forRows(code, strip, op.getScores(), [&](Value head, Value row) {
    HeadPlace at = place(code, strip, head);
    HeadRows query = headRows(code, kernel, strip.scope, op.getQuery(), at, heads);
    Value panels = headPanels(code, kernel, strip.scope, op.getKey(), at, heads).pointer;
    Value numbers = query.row(code, row).pointer;
    Value target = rowOf(code, strip, op.getScores(), head, row);
    KeyRange seen = seenKeys(code, strip, StripPlan::masksAfter(op.getScores()), head, row, code.add(row, 1));
    code.loop(panelStart(code, seen.from), seen.to, panelWidth(), [&](Value key) {
      Value panel = code.offset(panels, code.mul(key, width));
      SmallVector<Value> sums(panelVectors(), code.zeros());
      sums = code.reduce(code.constant(0), code.constant(width), 1, sums, [&](Value d, ValueRange state) {
        Value line = code.offset(panel, code.mul(d, panelWidth()));
        Value x = code.splat(code.load(code.number(), code.offset(numbers, d)));
        SmallVector<Value> next;
        for (int64_t v = 0; v < panelVectors(); ++v) {
          Value y = code.loadVector(code.offset(line, v * lanes()));
          Value term = buildFormula(code, op.getFormula(), {x, y, code.narrow(at.head), code.narrow(d)}, captures);
          next.push_back(code.fadd(state[v], term));
        }
        return next;
      });
      Value scale = code.splatReal(op.getScale().convertToDouble());
      for (int64_t v = 0; v < panelVectors(); ++v)
        code.storeVector(code.fmul(sums[v], scale), code.offset(code.offset(target, key), v * lanes()));
    });
  });
}

/// Lanes that are masked in any head; null where none can be. Most masks are the same in every head.
Value StripKernel::hiddenInAny(CodeBuilder &code, const Strip &strip, Value map, Value row, Value column) {
  Hidden hidden = plan.of(map).hidden;
  auto ofHead = [&](Value head) {
    return isHidden(code, code.loadVector(code.offset(rowOf(code, strip, map, head, row), column)), hidden);
  };
  Value first = ofHead(code.constant(0));
  if (!first || !plan.masksByHead)
    return first;
  return code.reduce(code.constant(1), code.constant(plan.of(map).heads), 1, first, [&](Value head, ValueRange state) {
    return SmallVector<Value>{arith::OrIOp::create(code.b, state[0], ofHead(head))};
  })[0];
}

// t[g] = sum_h w[g, h] s[h]: output heads are the rows of the register tile.
void StripKernel::mixHeads(CodeBuilder &code, const Strip &strip, MixHeadsOp op) {
  auto weight = cast<RankedTensorType>(op.getWeight().getType());
  int64_t in = weight.getDimSize(1);
  Hidden hidden = plan.of(op.getScores()).hidden;
  Value weights = kernel.tensor(strip.scope, cast<BlockArgument>(op.getWeight()));
  auto [from, to] = rowsOf(code, strip, op.getResult());
  code.loop(from, to, 1, [&](Value row) {
    code.loop(code.constant(0), strip.keys, panelWidth(), [&](Value column) {
      forTiles(
          code, code.constant(0), code.constant(weight.getDimSize(0)), schedule.getRows(),
          [&](Value out, int64_t rows) {
            SmallVector<Value> sums(rows * panelVectors(), code.zeros());
            Value line = code.offset(weights, code.mul(out, in));
            sums = accumulate(
                code, code.constant(0), code.constant(in), rows, panelVectors(), sums,
                [&](Value h, int64_t r) { return code.load(code.number(), code.offset(code.offset(line, h), r * in)); },
                [&](Value h, int64_t v) {
                  Value source = code.offset(rowOf(code, strip, op.getScores(), h, row), column);
                  return code.loadVector(code.offset(source, v * lanes()));
                });
            for (int64_t v = 0; v < panelVectors(); ++v) {
              Value masked = hiddenInAny(code, strip, op.getScores(), row, code.add(column, v * lanes()));
              for (int64_t r = 0; r < rows; ++r) {
                Value target = code.offset(rowOf(code, strip, op.getResult(), code.add(out, r), row), column);
                Value sum = sums[r * panelVectors() + v];
                if (masked)
                  sum = code.select(masked, hiddenCode(code, hidden), code.fadd(sum, code.zeros()));
                code.storeVector(sum, code.offset(target, v * lanes()));
              }
            }
          });
    });
  });
}

/// The slot of a convolution's input with 0 in masked places, before and after each row.
int64_t StripKernel::cleanInput(CodeBuilder &code, const Strip &strip, MapConvOp op) {
  Value scores = op.getScores();
  const StripValue &input = plan.of(scores);
  int64_t slot = input.slot;
  if (input.hidden != Hidden::Never) {
    slot = plan.cleanSlot.lookup(op);
    forRows(code, strip, scores, [&](Value head, Value row) {
      Value source = rowOf(code, strip, scores, head, row),
            target = this->row(code, strip, slotOf(code, strip, slot, head), row);
      code.loop(code.constant(0), strip.keys, lanes(), [&](Value column) {
        Value x = code.loadVector(code.offset(source, column));
        code.storeVector(code.select(isHidden(code, x, input.hidden), code.zeros(), x), code.offset(target, column));
      });
    });
  }
  forRows(code, strip, scores, [&](Value head, Value row) {
    Value line = this->row(code, strip, slotOf(code, strip, slot, head), row);
    Value start = code.sub(code.constant(0), code.constant(plan.border));
    code.loop(start, code.constant(0), lanes(),
              [&](Value at) { code.storeVector(code.zeros(), code.offset(line, at)); });
    // The first of these vectors may begin inside the row.
    Value end = code.sub(strip.rowStride, code.constant(plan.border));
    Value tail = code.mul(code.div(strip.keys, code.constant(lanes())), lanes());
    code.loop(tail, end, lanes(), [&](Value at) {
      Value x = code.loadVector(code.offset(line, at));
      Value inside = code.maskBelow(code.sub(strip.keys, at));
      code.storeVector(code.select(inside, x, code.zeros()), code.offset(line, at));
    });
  });
  return slot;
}

void StripKernel::mapConv(CodeBuilder &code, const Strip &strip, MapConvOp op) {
  int64_t slot = cleanInput(code, strip, op);
  int64_t heads = op.getWeight().getType().getDimSize(0);
  auto [from, to] = rowsOf(code, strip, op.getResult());
  // Column by column: the rows of a panel stay in the first-level cache until all that look at them are done.
  code.loop(code.constant(0), strip.keys, panelWidth(), [&, from = from, to = to](Value column) {
    code.loop(from, to, 1, [&](Value row) {
      forTiles(code, code.constant(0), code.constant(heads), schedule.getRows(),
               [&](Value head, int64_t rows) { convolveTile(code, strip, op, slot, row, column, head, rows); });
    });
  });
}

/// A panel of row `row` of `outHeads` heads from `head` on:
///   c[g] = bias[g] + sum_{h,u,t} w[g,h,u,t] s[h, row - down + u - kh/2, column - right + t - kw/2]
void StripKernel::convolveTile(CodeBuilder &code, const Strip &strip, MapConvOp op, int64_t slot, Value row,
                               Value column, Value head, int64_t outHeads) {
  auto weight = cast<RankedTensorType>(op.getWeight().getType());
  int64_t in = weight.getDimSize(1), height = weight.getDimSize(2), width = weight.getDimSize(3);
  int64_t down = op.getShift().empty() ? 0 : op.getShift()[0], right = op.getShift().empty() ? 0 : op.getShift()[1];
  Value weights = kernel.tensor(strip.scope, cast<BlockArgument>(op.getWeight()));
  Value centre = code.sub(row, code.constant(down)), top = code.sub(centre, code.constant(height / 2));
  // Rows outside the map are 0: their part of the kernel is left out. A row that nothing was moved to is 0.
  Value first = code.max(code.sub(code.constant(0), top), code.constant(0));
  Value last = code.min(code.sub(strip.queries, top), code.constant(height));
  Value moved = code.less(centre, code.constant(0));
  last = code.select(moved, first, last);
  SmallVector<Value> sums;
  for (int64_t r = 0; r < outHeads; ++r) {
    Value bias = code.real(0);
    if (op.getBias())
      bias = code.load(code.number(),
                       code.offset(kernel.tensor(strip.scope, cast<BlockArgument>(op.getBias())), code.add(head, r)));
    sums.append(panelVectors(), code.splat(code.select(moved, code.real(0), bias)));
  }
  sums = code.reduce(code.constant(0), code.constant(in), 1, sums, [&](Value h, ValueRange state) {
    Value rows = slotOf(code, strip, slot, h);
    return code.reduce(first, last, 1, state, [&](Value u, ValueRange inner) {
      Value line = this->row(code, strip, rows, code.add(top, u));
      line = code.offset(code.offset(line, column), -(width / 2) - right);
      Value kernelRow = code.mul(code.add(code.mul(code.add(code.mul(head, in), h), height), u), width);
      Value numbers = code.offset(weights, kernelRow);
      auto tap = [&](Value t, int64_t r) {
        return code.load(code.number(), code.offset(code.offset(numbers, t), r * in * height * width));
      };
      return accumulate(
          code, code.constant(0), code.constant(width), outHeads, panelVectors(), inner, tap,
          [&](Value t, int64_t v) { return code.loadVector(code.offset(code.offset(line, t), v * lanes())); });
    });
  });
  for (int64_t r = 0; r < outHeads; ++r)
    for (int64_t v = 0; v < panelVectors(); ++v) {
      Value at = code.add(column, v * lanes()), sum = sums[r * panelVectors() + v];
      if (right) // columns that nothing was moved to
        sum = code.select(code.maskBelow(code.sub(code.constant(right), at)), code.zeros(), sum);
      code.storeVector(sum, code.offset(rowOf(code, strip, op.getResult(), code.add(head, r), row), at));
    }
}

void StripKernel::combine(CodeBuilder &code, const Strip &strip, CombineOp op) {
  int64_t heads = op.getWeights().getType().getDimSize(1), width = KeyShape(op.getValue().getType()).width;
  Value result = op.getResult();
  bool merged = result.hasOneUse() && isa<MergeHeadsOp>(*result.user_begin());
  Value yielded = merged ? result.user_begin()->getResult(0) : result;
  Operation *yield = op->getBlock()->getTerminator();
  for (auto [number, value] : llvm::enumerate(yield->getOperands())) {
    if (value != yielded)
      continue;
    forHeads(code, strip, op.getWeights(), [&, number = number](Value head) {
      HeadPlace at = place(code, strip, head);
      HeadRows output =
          resultRows(code, kernel, strip.scope, number, merged, at, kernel.extents(op.getWeights())[2], heads, width);
      Value products = code.mul(code.ceilDiv(code.sub(strip.end, strip.first), schedule.getRows()),
                                static_cast<int64_t>(llvm::divideCeil(width, panelWidth())));
      AskAhead ahead(code, linesOf(code, strip, strip.writes, head, strip.first, strip.end), products);
      // A panel of values stays in the second-level cache for all tiles of rows.
      forValuePanels(code, strip, op, at, [&](const HeadRows &values, Value column, int64_t columns) {
        forTiles(code, strip.first, strip.end, schedule.getRows(), [&](Value row, int64_t rows) {
          combineTile(code, strip, op, {head, values, output, row, column, rows, columns, ahead});
        });
      });
      if (op.getRelative())
        addRelativeValues(code, strip, op, head, output);
    });
  }
}

/// Calls `body` for some columns of a head's values at a time: a panel, or as many as a register tile has.
void StripKernel::forValuePanels(CodeBuilder &code, const Strip &strip, CombineOp op, HeadPlace at,
                                 llvm::function_ref<void(const HeadRows &, Value column, int64_t columns)> body) {
  int64_t heads = op.getWeights().getType().getDimSize(1), width = KeyShape(op.getValue().getType()).width;
  bool inRows = isInRows(op.getValue());
  HeadRows rows = inRows ? headRows(code, kernel, strip.scope, op.getValue(), at, heads) : HeadRows();
  HeadPanels panels =
      inRows ? HeadPanels{{}, {}, panelWidth()} : headPanels(code, kernel, strip.scope, op.getValue(), at, heads);
  auto visit = [&](Value panel, int64_t columns) {
    Value column = code.mul(panel, panels.width);
    if (inRows)
      body({rows.numbers.at(code, column), rows.rowStride}, column, columns);
    else
      body({{code.offset(panels.pointer, code.mul(panel, panels.stride))}, panels.width}, column, columns);
  };
  int64_t full = width / panels.width, rest = width % panels.width;
  code.loop(code.constant(0), code.constant(full), 1, [&](Value panel) { visit(panel, panels.width); });
  if (rest)
    visit(code.constant(full), rest);
}

void StripKernel::combineTile(CodeBuilder &code, const Strip &strip, CombineOp op, const ValueTile &tile) {
  int64_t rows = tile.rows, count = llvm::divideCeil(tile.columns, lanes());
  Hidden hidden = plan.of(op.getWeights()).hidden;
  Value weights = rowOf(code, strip, op.getWeights(), tile.head, tile.row);
  Value rest = tile.columns % lanes() ? code.maskBelow(code.constant(tile.columns % lanes())) : Value();
  bool inRows = isInRows(op.getValue()); // a panel is a whole number of vectors
  KeyRange seen =
      seenKeys(code, strip, StripPlan::masksBefore(op.getWeights()), tile.head, tile.row, code.add(tile.row, rows));
  SmallVector<Value> sums(rows * count, code.zeros());
  AskAhead::Turn turn = tile.ahead.take(code, code.sub(seen.to, seen.from));
  sums = accumulate(
      code, seen.from, seen.to, rows, count, sums,
      [&](Value key, int64_t r) {
        return code.load(code.number(), code.offset(code.offset(weights, key), code.mul(strip.rowStride, r)));
      },
      [&](Value key, int64_t v) {
        if (v == 0)
          turn.ask(code, code.sub(key, seen.from));
        return tile.values.row(code, key).at(code, v * lanes()).load(code, inRows && v + 1 == count ? rest : Value());
      },
      [&](Value weight) { return isHidden(code, weight, hidden); });
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t v = 0; v < count; ++v) {
      StoredNumbers target = tile.output.row(code, code.add(tile.row, r)).at(code, tile.column);
      target.at(code, v * lanes()).store(code, sums[r * count + v], v + 1 == count ? rest : Value());
    }
}

} // namespace mlir::attn
