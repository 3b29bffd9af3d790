// Strategy `stream`: attention without a map in memory (online softmax: Milakov & Gimelshein 2018; Dao et al. 2022).
// A task has a block of queries of one head. For each block of keys, for each tile of MR queries:
//   s[MR][keys] = q k^T                     register tiles over key panels, into L1
//   m' = max(m, max s); a = 2^(c (m - m'))  c = scale log2 e
//   p = 2^(c (s - m')); l = a l + sum p
//   o = a o + p v                           register tile over all keys of the block
// Keys that no query of the tile sees are skipped, keys that all see need no test (MaskCode.h). A masked score is -inf; its weight is
// stored as -0, which adds nothing and tells the product with v not to read the value.
#include "compiler/backends/llvm/ExpandMath.h"
#include "compiler/backends/llvm/Formula.h"
#include "compiler/backends/llvm/MaskCode.h"
#include "compiler/backends/llvm/Strategies.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <cmath>

namespace mlir::attn {
namespace {

/// The ops of a score map chain, in order.
struct StreamChain {
  ScoreOp score;
  SmallVector<ModifyOp> formulas;
  SmallVector<MaskOp> masks;
  CombineOp combine;
  bool merged = false;

  explicit StreamChain(KernelOp kernel) {
    for (Operation &op : kernel.getBody().front()) {
      if (auto found = dyn_cast<ScoreOp>(op))
        score = found;
      else if (auto found = dyn_cast<ModifyOp>(op))
        formulas.push_back(found);
      else if (auto found = dyn_cast<MaskOp>(op))
        masks.push_back(found);
      else if (auto found = dyn_cast<CombineOp>(op))
        combine = found;
      merged |= isa<MergeHeadsOp>(op);
    }
  }
};

/// The kernel operand that a query, key or value comes from.
BlockArgument sourceOf(Value value) {
  if (auto split = value.getDefiningOp<SplitHeadsOp>())
    value = split.getInput();
  return dyn_cast<BlockArgument>(value);
}

/// How to find row `i` of head `h` of sample `b` in a row-major tensor, [B, H, N, D] or [B, N, H*D].
struct HeadRows {
  Value pointer;     // of row 0
  int64_t rowStride; // in elements
};

class StreamKernel {
public:
  explicit StreamKernel(KernelCode &kernel)
      : kernel(kernel), op(kernel.kernel()), schedule(*op.getSchedule()), chain(op) {
    auto query = chain.score.getQuery().getType();
    auto value = chain.combine.getValue().getType();
    heads = query.getDimSize(1);
    keyHeads = chain.score.getKey().getType().getDimSize(1);
    valueHeads = value.getDimSize(1);
    width = query.getDimSize(3);
    valueWidth = value.getDimSize(3);
    ArrayRef<AffineExpr> map = kernel.extents(chain.score.getScores());
    batch = map[0];
    queries = map[2];
    keys = map[3];
    scale = chain.score.getScale().convertToDouble();
    for (MaskOp mask : chain.masks)
      masks.push_back(shiftOperands(mask));
  }

  void build();

private:
  // What a function that handles one block of queries knows.
  struct Block {
    const KernelScope &scope;
    Value sample, head, firstQuery, endQuery; // i64
    Value queryCount, keyCount;
    HeadRows query, value, output;
    Value keyPanels; // of this head
    Value scores;    // [MR][keyBlock] weights or scores of one tile
    Value state;     // [tiles]{max[MR], sum[MR], factor[MR], output[MR][valuePadded]}
    int64_t tileRows;
  };

  int64_t lanes() { return schedule.getLanes(); }
  int64_t panelWidth() { return schedule.getCols(); }
  int64_t panelVectors() { return panelWidth() / lanes(); }
  int64_t keyBlock() { return llvm::alignTo(std::max(schedule.getKeyBlock(), panelWidth()), panelWidth()); }
  int64_t valuePadded() { return llvm::alignTo(valueWidth, lanes()); }
  int64_t stateStride() { return schedule.getRows() * (3 + valuePadded()); }
  int64_t tileLimit() { return schedule.getBlockRows() / schedule.getRows() + 2; }

  MaskAttr shiftOperands(MaskOp mask);
  HeadRows headRows(CodeBuilder &code, const KernelScope &scope, Value tensorPointer, bool merged, Value sample,
                    Value head, int64_t headCount, AffineExpr rows, int64_t rowWidth);
  Block makeBlock(CodeBuilder &code, const KernelScope &scope, ValueRange arguments, int64_t tileRows);
  void buildBlock(CodeBuilder &code, Block &block);
  void initialise(CodeBuilder &code, const Block &block, Value tiles);
  void buildTile(CodeBuilder &code, const Block &block, Value tile, Value firstKey);
  void scorePanels(CodeBuilder &code, const Block &block, Value row, Value firstKey, const VisibleKeys &visible);
  void finishScores(CodeBuilder &code, const Block &block, Value row, Value panelKey, Value target, Value isFull);
  void weigh(CodeBuilder &code, const Block &block, Value tileState, Value firstKey, const VisibleKeys &visible);
  void combineValues(CodeBuilder &code, const Block &block, Value tileState, Value firstKey, const VisibleKeys &visible);
  void finish(CodeBuilder &code, const Block &block, Value tiles);
  Value tileRow(CodeBuilder &code, const Block &block, Value tile);
  VisibleKeys visible(CodeBuilder &code, const Block &block, Value first, Value last);
  MaskScope maskScope(const Block &block, llvm::function_ref<Value(int64_t)> length) {
    return {block.queryCount, block.keyCount, length};
  }
  Value length(CodeBuilder &code, const Block &block, int64_t operand);
  Value exponential(CodeBuilder &code, Value x);

  KernelCode &kernel;
  KernelOp op;
  ScheduleAttr schedule;
  StreamChain chain;
  SmallVector<MaskAttr> masks;
  SmallVector<Value> maskOperands;
  int64_t heads, keyHeads, valueHeads, width, valueWidth;
  AffineExpr batch, queries, keys;
  double scale;
};

/// The mask with operand numbers that count through all masks of the chain.
MaskAttr StreamKernel::shiftOperands(MaskOp mask) {
  int64_t base = maskOperands.size();
  llvm::append_range(maskOperands, mask.getMaskOperands());
  std::function<MaskAttr(MaskAttr)> shift = [&](MaskAttr node) {
    SmallVector<int64_t> values(node.getValues());
    if (node.getKind() == MaskKind::Lengths)
      values[0] += base;
    SmallVector<MaskAttr> children = llvm::map_to_vector(node.getChildren(), shift);
    return MaskAttr::get(op.getContext(), node.getKind(), values, children);
  };
  return shift(mask.getMask());
}

HeadRows StreamKernel::headRows(CodeBuilder &code, const KernelScope &scope, Value pointer, bool merged, Value sample,
                                Value head, int64_t headCount, AffineExpr rows, int64_t rowWidth) {
  Value count = kernel.extent(code, scope, rows);
  if (merged) {
    Value offset = code.add(code.mul(code.mul(sample, count), headCount * rowWidth), code.mul(head, rowWidth));
    return {code.offset(pointer, offset), headCount * rowWidth};
  }
  Value index = code.add(code.mul(sample, headCount), head);
  return {code.offset(pointer, code.mul(code.mul(index, count), rowWidth)), rowWidth};
}

Value StreamKernel::length(CodeBuilder &code, const Block &block, int64_t operand) {
  Value pointer = kernel.tensor(block.scope, cast<BlockArgument>(maskOperands[operand]));
  Value length = code.load(code.b.getI32Type(), code.offset(pointer, block.sample));
  return arith::ExtSIOp::create(code.b, code.i64(), length);
}

VisibleKeys StreamKernel::visible(CodeBuilder &code, const Block &block, Value first, Value last) {
  auto lengthOf = [&](int64_t operand) { return length(code, block, operand); };
  return visibleKeys(code, masks, maskScope(block, lengthOf), first, last);
}

Value StreamKernel::exponential(CodeBuilder &code, Value x) {
  ExpandMathOptions options;
  options.isa = mathIsa(kernel.isa());
  return buildFastExp2(code.b, code.b.getLoc(), x, options);
}

/// First query of a tile; the last tile moves back to be full.
Value StreamKernel::tileRow(CodeBuilder &code, const Block &block, Value tile) {
  Value row = code.add(block.firstQuery, code.mul(tile, block.tileRows));
  return code.min(row, code.sub(block.endQuery, code.constant(block.tileRows)));
}

StreamKernel::Block StreamKernel::makeBlock(CodeBuilder &code, const KernelScope &scope, ValueRange arguments,
                                            int64_t tileRows) {
  Block block{scope, arguments[0], arguments[1], arguments[2], arguments[3], {}, {}, {}, {}, {}, {}, {}, {}, tileRows};
  block.queryCount = kernel.extent(code, scope, queries);
  block.keyCount = kernel.extent(code, scope, keys);
  auto rows = [&](Value value, int64_t valueHeads, AffineExpr extent, int64_t rowWidth) {
    BlockArgument source = sourceOf(value);
    Value head = valueHeads == heads ? block.head : code.div(block.head, code.constant(heads / valueHeads));
    return headRows(code, scope, kernel.tensor(scope, source), source != value, block.sample, head, valueHeads, extent,
                    rowWidth);
  };
  block.query = rows(chain.score.getQuery(), heads, queries, width);
  block.value = rows(chain.combine.getValue(), valueHeads, keys, valueWidth);
  block.output = headRows(code, scope, kernel.result(scope, 0), chain.merged, block.sample, block.head, heads, queries,
                          valueWidth);
  Value keyHead = keyHeads == heads ? block.head : code.div(block.head, code.constant(heads / keyHeads));
  Value panels = code.ceilDiv(block.keyCount, panelWidth());
  Value index = code.mul(code.add(code.mul(block.sample, keyHeads), keyHead), panels);
  block.keyPanels = code.offset(kernel.tensor(scope, sourceOf(chain.score.getKey())), code.mul(index, width * panelWidth()));
  block.scores = kernel.workerScratch(code, scope, arguments[4]);
  block.state = code.offset(block.scores, schedule.getRows() * keyBlock());
  return block;
}

// State of a tile: max[MR], sum[MR], factor[MR], output[MR][valuePadded].
void StreamKernel::initialise(CodeBuilder &code, const Block &block, Value tiles) {
  int64_t rows = schedule.getRows();
  code.loop(code.constant(0), tiles, 1, [&](Value tile) {
    Value state = code.offset(block.state, code.mul(tile, stateStride()));
    for (int64_t r = 0; r < block.tileRows; ++r) {
      code.store(code.real(-INFINITY), code.offset(state, r));
      code.store(code.real(0), code.offset(state, rows + r));
    }
    code.loop(code.constant(3 * rows), code.constant(3 * rows + block.tileRows * valuePadded()), lanes(),
              [&](Value at) { code.storeVector(code.zeros(), code.offset(state, at)); });
  });
}

void StreamKernel::buildBlock(CodeBuilder &code, Block &block) {
  Value tiles = code.ceilDiv(code.sub(block.endQuery, block.firstQuery), block.tileRows);
  initialise(code, block, tiles);
  VisibleKeys keys = visible(code, block, block.firstQuery, code.sub(block.endQuery, code.constant(1)));
  Value first = code.mul(code.div(keys.any.from, code.constant(keyBlock())), keyBlock());
  code.loop(first, keys.any.to, keyBlock(), [&](Value firstKey) {
    code.loop(code.constant(0), tiles, 1, [&](Value tile) { buildTile(code, block, tile, firstKey); });
  });
  finish(code, block, tiles);
}

void StreamKernel::buildTile(CodeBuilder &code, const Block &block, Value tile, Value firstKey) {
  Value row = tileRow(code, block, tile);
  VisibleKeys keys = visible(code, block, row, code.add(row, block.tileRows - 1));
  Value end = code.add(firstKey, keyBlock());
  auto clamp = [&](Value key) { return code.min(code.max(key, firstKey), end); };
  keys = {{clamp(keys.any.from), clamp(keys.any.to)}, {clamp(keys.full.from), clamp(keys.full.to)}};
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
    SmallVector<Value> zeros(block.tileRows * panelVectors(), code.zeros());
    SmallVector<Value> sums = code.reduce(code.constant(0), code.constant(width), 1, zeros, [&](Value d, ValueRange state) {
      Value line = code.offset(panel, code.mul(d, panelWidth())), column = code.offset(query, d);
      SmallVector<Value> keyLanes, next;
      for (int64_t v = 0; v < panelVectors(); ++v)
        keyLanes.push_back(code.loadVector(code.offset(line, v * lanes())));
      for (int64_t r = 0; r < block.tileRows; ++r) {
        Value x = code.splat(code.load(code.f32(), code.offset(column, r * block.query.rowStride)));
        for (int64_t v = 0; v < panelVectors(); ++v)
          next.push_back(code.fma(x, keyLanes[v], state[r * panelVectors() + v]));
      }
      return next;
    });
    Value target = code.offset(block.scores, code.sub(key, firstKey));
    for (int64_t r = 0; r < block.tileRows; ++r)
      for (int64_t v = 0; v < panelVectors(); ++v)
        code.storeVector(sums[r * panelVectors() + v], code.offset(target, r * keyBlock() + v * lanes()));
    Value isFull = code.both(code.lessEq(visible.full.from, key), code.lessEq(code.add(key, panelWidth()), visible.full.to));
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
          SmallVector<CapturedTensor> captures;
          for (Value capture : formula.getCaptures()) {
            CapturedTensor tensor{kernel.tensor(block.scope, cast<BlockArgument>(capture)), {}};
            for (AffineExpr extent : kernel.extents(capture))
              tensor.extents.push_back(kernel.extent(code, block.scope, extent));
            captures.push_back(std::move(tensor));
          }
          Value keyLanes = arith::AddIOp::create(code.b, code.splat(narrow(key)), code.iota());
          s = buildFormula(code, formula.getFormula(),
                           {s, narrow(block.sample), narrow(block.head), narrow(query), keyLanes}, captures);
        }
        if (masked) {
          auto lengthOf = [&](int64_t operand) { return length(code, block, operand); };
          Value seen = visibleLanes(code, masks, maskScope(block, lengthOf), query, key);
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
    if (!masks.empty())
      accumulate(visible.any.from, visible.full.from, true);
    accumulate(masks.empty() ? visible.any.from : visible.full.from, masks.empty() ? visible.any.to : visible.full.to, false);
    if (!masks.empty())
      accumulate(visible.full.to, visible.any.to, true);
    for (int64_t r = 0; r < block.tileRows; ++r)
      for (int64_t v = 0; v < count; ++v)
        code.storeVector(sums[r * count + v], output(r, v));
  }
}

/// output = o / l; 0 for a row without a visible key.
void StreamKernel::finish(CodeBuilder &code, const Block &block, Value tiles) {
  int64_t rows = schedule.getRows();
  code.loop(code.constant(0), tiles, 1, [&](Value tile) {
    Value state = code.offset(block.state, code.mul(tile, stateStride())), row = tileRow(code, block, tile);
    code.loop(code.constant(0), code.constant(block.tileRows), 1, [&](Value r) {
      Value sum = code.load(code.f32(), code.offset(state, code.add(r, rows)));
      Value dead = arith::CmpFOp::create(code.b, arith::CmpFPredicate::OEQ, sum, code.real(0));
      Value inverse = code.splat(code.select(dead, code.real(0), code.fdiv(code.real(1), sum)));
      Value from = code.offset(state, code.add(code.mul(r, valuePadded()), 3 * rows));
      Value to = code.offset(block.output.pointer, code.mul(code.add(row, r), block.output.rowStride));
      for (int64_t at = 0; at < valueWidth; at += lanes()) {
        Value mask = at + lanes() > valueWidth ? code.maskBelow(code.constant(valueWidth - at)) : Value();
        code.storeVector(code.fmul(code.loadVector(code.offset(from, at)), inverse), code.offset(to, at), mask);
      }
    });
  });
}

void StreamKernel::build() {
  int64_t scratch = 4 * (schedule.getRows() * keyBlock() + tileLimit() * stateStride());
  kernel.setScratch(getAffineConstantExpr(scratch, op.getContext()));
  auto blockFunction = [&](StringRef name, int64_t tileRows) {
    return kernel.function(name, 5, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
      Block block = makeBlock(code, scope, arguments, tileRows);
      buildBlock(code, block);
    });
  };
  std::string tall = blockFunction("block", schedule.getRows()), low = blockFunction("row", 1);
  auto blocks = [&](CodeBuilder &code, Value count) {
    Value most = code.max(code.div(count, code.constant(schedule.getRows())), code.constant(1));
    return code.min(code.ceilDiv(count, schedule.getBlockRows()), most);
  };
  std::string task = kernel.function("task", 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
    Value count = kernel.extent(code, scope, queries), perHead = blocks(code, count);
    Value outer = code.div(arguments[0], perHead);
    // The last block first: under a causal mask it has the most keys.
    Value index = code.sub(code.sub(perHead, code.constant(1)), code.rem(arguments[0], perHead));
    Value first = code.div(code.mul(index, count), perHead), end = code.div(code.mul(code.add(index, 1), count), perHead);
    Value sample = code.div(outer, code.constant(heads)), head = code.rem(outer, code.constant(heads));
    Value enough = code.lessEq(code.constant(schedule.getRows()), code.sub(end, first));
    SmallVector<Value> place{sample, head, first, end, arguments[1]};
    code.branch(
        enough, [&] { kernel.call(code, tall, kernel.currentFrame(), place); },
        [&] { kernel.call(code, low, kernel.currentFrame(), place); });
  });
  kernel.define([&](CodeBuilder &code, const KernelScope &scope) {
    Value frame = kernel.makeFrame(code, scope);
    Value count = code.mul(kernel.extent(code, scope, batch), heads);
    kernel.parallel(code, scope, task, frame, code.mul(count, blocks(code, kernel.extent(code, scope, queries))));
  });
}

} // namespace

LogicalResult supportsStream(KernelOp kernel, std::string &why) {
  StreamChain chain(kernel);
  if (!sourceOf(chain.score.getQuery()) || !sourceOf(chain.score.getKey()) || !sourceOf(chain.combine.getValue())) {
    why = "query, key or value is computed inside the kernel";
    return failure();
  }
  if (chain.score.getScale().isNegative() || !chain.score.getScale().isFinite()) {
    why = "the scale of a streamed score must be positive and finite";
    return failure();
  }
  for (ModifyOp formula : chain.formulas) {
    if (failed(supportsFormula(formula.getFormula(), why)))
      return failure();
    for (Value capture : formula.getCaptures())
      if (!getElementTypeOrSelf(capture).isF32()) {
        why = "a formula captures a tensor that is not f32";
        return failure();
      }
  }
  return success();
}

void lowerStream(KernelCode &kernel) { StreamKernel(kernel).build(); }

} // namespace mlir::attn
