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

/// The kernel operand that a query, key or value comes from.
static BlockArgument sourceOf(Value value) {
  if (auto split = value.getDefiningOp<SplitHeadsOp>())
    value = split.getInput();
  return dyn_cast<BlockArgument>(value);
}

/// The mask with operand numbers that count through all masks of the chain.
MaskAttr StreamKernel::shiftOperands(MaskOp mask) {
  int64_t base = maskOperands.size();
  llvm::append_range(maskOperands, mask.getMaskOperands());
  std::function<MaskAttr(MaskAttr)> shift = [&](MaskAttr node) {
    SmallVector<int64_t> values(node.getValues());
    if (node.getKind() == MaskKind::Lengths)
      values[0] += base;
    SmallVector<MaskAttr> children;
    for (MaskAttr child : node.getChildren())
      children.push_back(shift(child));
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
  block.keyPanels =
      code.offset(kernel.tensor(scope, sourceOf(chain.score.getKey())), code.mul(index, width * panelWidth()));
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
