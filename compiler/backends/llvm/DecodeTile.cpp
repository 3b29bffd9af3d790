// A query of some heads against one block of keys and values in rows.
#include "compiler/backends/llvm/DecodeKernel.h"
#include "compiler/backends/llvm/KeyRows.h"

namespace mlir::attn {

void DecodeKernel::buildKeys(CodeBuilder &code, const Task &task, const Tile &tile, KeyRange keys) {
  VisibleKeys visible = visibleKeys(code, task.masks, tile.query, tile.query, keys);
  auto body = [&] {
    scoreKeys(code, task, tile, keys, visible);
    WeighedKeys weighed = weighedKeys(code, keys.from, visible);
    weigh(code, {task.scores, tile.state, rows()}, weighed);
    combineValues(code, task, tile, keys, visible);
  };
  if (chain.masks.empty())
    return body();
  code.branch(code.less(visible.any.from, visible.any.to), body);
}

void DecodeKernel::scoreKeys(CodeBuilder &code, const Task &task, const Tile &tile, KeyRange keys,
                             const VisibleKeys &visible) {
  Value panels = code.div(visible.any.from, code.constant(panelWidth()));
  Value from = code.mul(panels, panelWidth()), to = visible.any.to;
  code.loop(from, to, lanes(), [&](Value key) { scoreVector(code, task, tile, keys, key); });
  code.loop(from, to, panelWidth(), [&](Value key) {
    Value isFull =
        code.both(code.lessEq(visible.full.from, key), code.lessEq(code.add(key, panelWidth()), visible.full.to));
    auto edit = [&](bool masked) {
      code.loop(code.constant(0), code.constant(rows()), 1, [&](Value r) {
        MaskScope masks = task.masks;
        masks.head = code.add(tile.head, r);
        finishScores(code, task.scope, masks, tile.query, key, lineOf(code, task, r), code.sub(key, keys.from), masked);
      });
    };
    code.branch(isFull, [&] { edit(false); }, [&] { edit(true); });
  });
}

/// Scores of `lanes` keys for the heads of a tile.
void DecodeKernel::scoreVector(CodeBuilder &code, const Task &task, const Tile &tile, KeyRange keys, Value key) {
  KeyRows rows(code, task.keys, key, code.sub(task.keyCount, code.constant(1)), width);
  Value factors = rows.inverseNorms(code, chain.score.getKey());
  code.loop(code.constant(0), code.constant(this->rows()), 1, [&](Value r) {
    HeadRows query =
        headRows(code, kernel, task.scope, chain.score.getQuery(), {task.sample, code.add(tile.head, r)}, heads);
    code.storeVector(rows.dots(code, query.row(code, tile.query), factors),
                     code.offset(lineOf(code, task, r), code.sub(key, keys.from)));
  });
}

void DecodeKernel::combineValues(CodeBuilder &code, const Task &task, const Tile &tile, KeyRange keys,
                                 const VisibleKeys &visible) {
  auto columns = [&](Value column, int64_t count) { combineColumns(code, task, tile, keys, visible, column, count); };
  int64_t rest = valueWidth % panelWidth(), whole = valueWidth - rest;
  code.loop(code.constant(0), code.constant(whole), panelWidth(), [&](Value column) { columns(column, panelWidth()); });
  if (rest)
    columns(code.constant(whole), rest);
}

/// A tile's weights times some columns of the values.
void DecodeKernel::combineColumns(CodeBuilder &code, const Task &task, const Tile &tile, KeyRange keys,
                                  const VisibleKeys &visible, Value column, int64_t columns) {
  int64_t vectors = llvm::divideCeil(columns, lanes());
  StoredNumbers values = task.values.numbers.at(code, column);
  Value last = columns % lanes() ? code.maskBelow(code.constant(columns % lanes())) : Value();
  auto output = [&](int64_t r, int64_t v) {
    return code.offset(code.offset(sumsOf(code, tile.state, code.constant(r)), column), v * lanes());
  };
  addValues(
      code, tile.state, rows(), vectors, visible, output,
      [&](Value key, int64_t r) {
        Value line = lineOf(code, task, code.constant(r));
        return code.load(code.number(), code.offset(line, code.sub(key, keys.from)));
      },
      [&](Value key, int64_t v) {
        StoredNumbers row = values.at(code, code.mul(key, task.values.rowStride));
        return row.at(code, v * lanes()).load(code, v + 1 == vectors ? last : Value());
      });
}

} // namespace mlir::attn
