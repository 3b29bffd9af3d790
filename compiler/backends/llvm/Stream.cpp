// Strategy `stream`: attention without a map in memory (online softmax: Milakov & Gimelshein 2018; Dao et al. 2022).
// A task has a block of queries of one head. For each block of keys, for each tile of MR queries:
//   s[MR][keys] = q k^T                     register tiles over key panels, into L1
//   m' = max(m, max s); a = 2^(c (m - m'))  c = scale log2 e
//   p = 2^(c (s - m')); l = a l + sum p
//   o = a o + p v                           register tile over all keys of the block
// Keys that no query of the tile sees are skipped, keys that all see need no test (MaskCode.h). A masked score is -inf;
// its weight is stored as -0, which adds nothing and tells the product with v not to read the value.
#include "compiler/backends/llvm/Formula.h"
#include "compiler/backends/llvm/StreamKernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <cmath>

namespace mlir::attn {

VisibleKeys StreamKernel::visible(CodeBuilder &code, const Block &block, Value first, Value last) {
  return masks.visible(code, kernel, block.scope, block.sample, block.queryCount, block.keyCount, first, last);
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
  HeadPlace place{block.sample, block.head};
  block.query = headRows(code, kernel, scope, chain.score.getQuery(), place, heads);
  block.value = headRows(code, kernel, scope, chain.combine.getValue(), place, heads);
  block.output = resultRows(code, kernel, scope, 0, chain.merged, place, queries, heads, valueWidth);
  block.keyPanels = headPanels(code, kernel, scope, chain.score.getKey(), place, heads, panelWidth());
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
    Value first = code.div(code.mul(index, count), perHead),
          end = code.div(code.mul(code.add(index, 1), count), perHead);
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

/// Whether the kernel is one chain score -> modify* and mask* -> softmax over keys -> combine, of which only the end
/// leaves.
static bool isChain(KernelOp kernel) {
  Block &body = kernel.getBody().front();
  Value map;
  bool weighed = false, combined = false;
  for (Operation &op : body.without_terminator()) {
    if (isa<SplitHeadsOp, MergeHeadsOp>(op))
      continue;
    auto normalize = dyn_cast<NormalizeOp>(op);
    auto score = dyn_cast<ScoreOp>(op);
    auto combine = dyn_cast<CombineOp>(op);
    bool follows = !weighed && map && op.getOperand(0) == map;
    if (!(score && !map && score.getKind() == ScoreKind::Dot) && !(isa<ModifyOp, MaskOp>(op) && follows) &&
        !(normalize && follows && normalize.getKind() == Normalizer::Softmax && normalize.getAxis() == MapAxis::Keys) &&
        !(combine && !combine.getRelative() && weighed && !combined && op.getOperand(0) == map))
      return false;
    weighed |= static_cast<bool>(normalize);
    combined |= static_cast<bool>(combine);
    if (!combined)
      map = op.getResult(0);
    if (!combined && !op.getResult(0).hasOneUse())
      return false;
  }
  return combined && body.getTerminator()->getNumOperands() == 1;
}

LogicalResult supportsStream(KernelOp kernel, std::string &why) {
  if (!isChain(kernel)) {
    why = "only the chain score dot, formulas and masks, softmax over keys, combine is streamed";
    return failure();
  }
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
