// Strategy `decode`: attention of a few queries, as in a step of decoding, against many keys and values, which are read
// where they lie, in rows, and once: the work is bound by memory.
// A task has a part of the keys of the heads that share them, and takes their queries through it block by block:
//   scores of a vector of keys at once, weights by the online normaliser, values times weights (DecodeTile.cpp)
// Where few heads have keys of their own and the keys are many, these are shared out in parts, by shape alone; the
// states of the parts are merged in order. Else a task ends its queries itself.
#include "compiler/backends/llvm/DecodeKernel.h"
#include "dialect/GroupedHeads.h"

namespace mlir::attn {

// Tasks of one sample that keep several threads busy to the end; and the blocks of keys that are worth a task.
constexpr int64_t enoughTasks = 16;
constexpr int64_t blocksOfPart = 4;

DecodeKernel::DecodeKernel(KernelCode &kernel) : OnlineWeights(kernel) {
  groups = heads / headsOfGroup(chain.score, chain.combine);
  parts = llvm::divideCeil(enoughTasks, groups);
}

/// How many parts the keys have.
Value DecodeKernel::partCount(CodeBuilder &code, Value keyCount) {
  Value worth = code.ceilDiv(keyCount, blocksOfPart * keyBlock());
  return code.max(code.min(worth, code.constant(parts)), code.constant(1));
}

DecodeKernel::Task DecodeKernel::makeTask(CodeBuilder &code, const KernelScope &scope, Value index, Value worker) {
  Value queryCount = kernel.extent(code, scope, queries), keyCount = kernel.extent(code, scope, keys);
  Value blocks = code.ceilDiv(queryCount, queryLimit()), parts = partCount(code, keyCount);
  Value part = code.rem(index, parts), outer = code.div(index, parts);
  Value block = code.rem(outer, blocks), head = code.div(outer, blocks);
  Value sample = code.div(head, code.constant(groups));
  Value firstHead = code.mul(code.rem(head, code.constant(groups)), group());
  Value firstQuery = code.mul(block, queryLimit()), endQuery = code.min(code.add(firstQuery, queryLimit()), queryCount);
  Value size = code.div(code.add(keyCount, code.sub(parts, code.constant(1))), parts);
  size = code.mul(code.ceilDiv(size, keyBlock()), keyBlock());
  Value first = code.min(code.mul(part, size), keyCount);
  HeadPlace place{sample, firstHead};
  return {scope,
          sample,
          firstHead,
          firstQuery,
          keyCount,
          {first, code.min(code.add(first, size), keyCount)},
          headRows(code, kernel, scope, storedKey(chain.score.getKey()), place, heads),
          headRows(code, kernel, scope, chain.combine.getValue(), place, heads),
          kernel.workerScratch(code, scope, worker),
          // The states of all tasks lie in the first worker's scratch: another worker may merge them.
          code.offset(code.offset(scope.scratch, scoreElements()), code.mul(index, taskState())),
          code.mul(code.sub(endQuery, firstQuery), tilesOfQuery()),
          maskScope(code, kernel, scope, chain.masks, place, queryCount, keyCount)};
}

DecodeKernel::Tile DecodeKernel::tileAt(CodeBuilder &code, const Task &task, Value index) {
  Value tiles = code.constant(tilesOfQuery());
  Value head = code.min(code.mul(code.rem(index, tiles), rows()), code.constant(group() - rows()));
  return {code.add(task.firstQuery, code.div(index, tiles)), code.add(task.firstHead, head),
          code.offset(task.state, code.mul(index, stateStride()))};
}

void DecodeKernel::forTiles(CodeBuilder &code, const Task &task, llvm::function_ref<void(const Tile &)> body) {
  code.loop(code.constant(0), task.tiles, 1, [&](Value index) { body(tileAt(code, task, index)); });
}

void DecodeKernel::buildTask(CodeBuilder &code, const Task &task) {
  forTiles(code, task, [&](const Tile &tile) { initialise(code, {task.scores, tile.state, rows()}); });
  code.loop(task.part.from, task.part.to, keyBlock(), [&](Value key) {
    KeyRange block{key, code.min(code.add(key, keyBlock()), task.part.to)};
    forTiles(code, task, [&](const Tile &tile) { buildKeys(code, task, tile, block); });
  });
}

/// Adds up the states of the parts of a task's keys, of which `task` is the first, and writes the result.
void DecodeKernel::finish(CodeBuilder &code, const Task &task, Value count) {
  forTiles(code, task, [&](const Tile &tile) {
    code.loop(code.constant(0), code.constant(rows()), 1, [&](Value r) {
      Value state = code.offset(tile.state, r), sums = sumsOf(code, tile.state, r);
      code.loop(code.constant(1), count, 1, [&](Value part) {
        Value other = code.offset(tile.state, code.mul(part, taskState()));
        merge(code, state, sums, code.offset(other, r), sumsOf(code, other, r));
      });
      HeadPlace place{task.sample, code.add(tile.head, r)};
      HeadRows output =
          resultRows(code, kernel, task.scope, chain.output, chain.merged, place, queries, heads, valueWidth);
      finishRow(code, task.scope, state, sums, output, place, tile.query);
    });
  });
}

void DecodeKernel::build() {
  AffineExpr wholes = batch * groups * queries.ceilDiv(queryLimit());
  int64_t bytes = kernel.numberBytes();
  kernel.setScratch(wholes * parts * (bytes * taskState()) + bytes * scoreElements());
  std::string task = kernel.function("task", 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
    buildTask(code, makeTask(code, scope, arguments[0], arguments[1]));
  });
  std::string whole =
      kernel.function("whole", 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
        Value count = partCount(code, kernel.extent(code, scope, keys));
        finish(code, makeTask(code, scope, code.mul(arguments[0], count), arguments[1]), count);
      });
  std::string alone = kernel.function("alone", 2, [&](CodeBuilder &code, const KernelScope &, ValueRange arguments) {
    kernel.call(code, task, kernel.currentFrame(), arguments);
    kernel.call(code, whole, kernel.currentFrame(), arguments);
  });
  kernel.define([&](CodeBuilder &code, const KernelScope &scope) {
    Value frame = kernel.makeFrame(code, scope), count = kernel.extent(code, scope, wholes);
    Value parts = partCount(code, kernel.extent(code, scope, keys));
    code.branch(
        code.lessEq(parts, code.constant(1)), [&] { kernel.parallel(code, scope, alone, frame, count); },
        [&] {
          kernel.parallel(code, scope, task, frame, code.mul(count, parts));
          kernel.parallel(code, scope, whole, frame, count);
        });
  });
}

bool decodeReadsNarrow(BlockArgument argument) {
  return llvm::all_of(readersOf(argument),
                      [](OpOperand *reader) { return isa<ScoreOp, CombineOp>(reader->getOwner()); });
}

void lowerDecode(KernelCode &kernel) { DecodeKernel(kernel).build(); }

} // namespace mlir::attn
