// Strategy `stream`: attention without a map in memory (online softmax: Milakov & Gimelshein 2018; Dao et al. 2022).
// A task has a block of queries of one head. For each block of keys, in tiles of MR queries:
//   s[MR][keys] = q k^T                     a panel of keys stays in L1 for all tiles
//   m' = max(m, max s); a = 2^(c (m - m'))  c = scale log2 e
//   p = 2^(c (s - m')); l = a l + sum p
//   o = a o + p v                           a panel of values stays in L1 for all tiles
// Keys that no query of the tile sees are skipped, keys that all see need no test (MaskCode.h). A masked score is -inf;
// its weight is stored as -0, which adds nothing and tells the product with v not to read the value. Normalisers
// without a largest score only sum up l, or nothing; what their weights are divided by is known at the end.
#include "compiler/backends/llvm/Formula.h"
#include "compiler/backends/llvm/StreamKernel.h"
#include "dialect/GraphEdges.h"

namespace mlir::attn {

StreamKernel::Tile StreamKernel::tileAt(CodeBuilder &code, const Block &block, Value index, KeyRange keys) {
  Value row = code.add(block.firstQuery, code.mul(index, block.tileRows));
  return {index,
          code.min(row, code.sub(block.endQuery, code.constant(block.tileRows))),
          code.offset(block.scores, code.mul(index, schedule.getRows() * scoreStride())),
          code.offset(block.state, code.mul(index, stateStride())),
          keys,
          {keys, keys}};
}

/// The block of a function's first arguments, with its tiles.
StreamKernel::Block StreamKernel::blockOf(CodeBuilder &code, const KernelScope &scope, ValueRange arguments,
                                          int64_t tileRows) {
  Block block{scope, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], tileRows};
  block.queryCount = kernel.extent(code, scope, queries);
  block.keyCount = kernel.extent(code, scope, keys);
  block.scores = kernel.workerScratch(code, scope, block.worker);
  block.state = code.offset(block.scores, tileLimit() * schedule.getRows() * scoreStride());
  block.tiles = code.ceilDiv(code.sub(block.endQuery, block.firstQuery), tileRows);
  return block;
}

/// Calls a function that begins with the arguments of a block; they are followed by `more`.
void StreamKernel::callForBlock(CodeBuilder &code, StringRef function, const Block &block, ArrayRef<Value> more) {
  SmallVector<Value> arguments{block.sample, block.head, block.firstQuery, block.endQuery, block.worker};
  llvm::append_range(arguments, more);
  kernel.call(code, function, kernel.currentFrame(), arguments, /*apart=*/true);
}

/// Where the keys and values of the block's head are.
void StreamKernel::findKeys(CodeBuilder &code, Block &block) {
  const KernelScope &scope = block.scope;
  HeadPlace place{block.sample, block.head};
  if (isInRows(chain.combine.getValue()))
    block.valueRows = headRows(code, kernel, scope, chain.combine.getValue(), place, heads);
  else
    block.values = headPanels(code, kernel, scope, chain.combine.getValue(), place, heads);
  if (packsKeys())
    block.keyRows = headRows(code, kernel, scope, chain.score.getKey(), place, heads);
  else
    block.keys = headPanels(code, kernel, scope, chain.score.getKey(), place, heads).pointer;
  if (packs())
    findPanels(code, block);
}

/// What the block reads and writes beside keys and values.
void StreamKernel::findQueries(CodeBuilder &code, Block &block) {
  const KernelScope &scope = block.scope;
  HeadPlace place{block.sample, block.head};
  block.query = headRows(code, kernel, scope, chain.score.getQuery(), place, heads);
  block.output = resultRows(code, kernel, scope, chain.output, chain.merged, place, queries, heads, valueWidth);
  block.masks = maskScope(code, kernel, scope, chain.masks, place, block.queryCount, block.keyCount);
  findAhead(code, block, place, block.worker);
}

void StreamKernel::initialise(CodeBuilder &code, const Block &block) {
  code.loop(code.constant(0), block.tiles, 1, [&](Value index) {
    Tile tile = tileAt(code, block, index, {});
    OnlineWeights::initialise(code, {tile.scores, tile.state, block.tileRows});
  });
}

void StreamKernel::finish(CodeBuilder &code, const Block &block) {
  code.loop(code.constant(0), block.tiles, 1, [&](Value index) {
    Tile tile = tileAt(code, block, index, {});
    code.loop(code.constant(0), code.constant(block.tileRows), 1, [&](Value r) {
      Value sums = code.offset(tile.state, code.add(code.mul(r, valuePadded()), outputState()));
      finishRow(code, block.scope, code.offset(tile.state, r), sums, block.output, {block.sample, block.head},
                code.add(tile.row, r));
    });
  });
}

/// Whether what is visible is found by reading all tokens in question.
static bool readsTokens(MaskAttr mask) {
  return llvm::is_contained({MaskKind::Flags, MaskKind::Segments}, mask.getKind()) ||
         llvm::any_of(mask.getChildren(), readsTokens);
}

void StreamKernel::buildBlock(CodeBuilder &code, const Block &block) {
  initialise(code, block);
  if (chain.masks.empty())
    code.loop(code.constant(0), block.keyCount, keyBlock(),
              [&](Value key) { buildKeys(code, block, {key, code.min(code.add(key, keyBlock()), block.keyCount)}); });
  else
    visitVisible(code, block);
  finish(code, block);
}

// A mask such as `window or global` has gaps: after each block of keys the next one begins where, beyond it, the first
// key is that the queries see. Where that is found by reading tokens, not more than a block of them is read at a time.
void StreamKernel::visitVisible(CodeBuilder &code, const Block &block) {
  Value last = code.sub(block.endQuery, code.constant(1));
  auto panelStart = [&](Value key) { return code.mul(code.div(key, code.constant(panelWidth())), panelWidth()); };
  KeyRange all = visibleKeys(code, block.masks, block.firstQuery, last, {code.constant(0), block.keyCount}).any;
  bool near = llvm::any_of(chain.masks, [](MaskOp mask) { return readsTokens(mask.getMask()); });
  code.repeat(ValueRange{panelStart(all.from)}, [&](ValueRange state) {
    Value from = state[0], end = near ? code.min(code.add(from, keyBlock()), all.to) : all.to;
    KeyRange seen = visibleKeys(code, block.masks, block.firstQuery, last, {from, end}).any;
    Value some = code.less(seen.from, seen.to), first = panelStart(seen.from), next = code.add(first, keyBlock());
    code.branch(some, [&] { buildKeys(code, block, {first, code.min(next, seen.to)}); });
    next = code.select(some, next, end);
    return std::pair(code.less(next, all.to), SmallVector<Value>{next});
  });
}

/// Blocks of the queries of a head: each has one register tile at least, if there are so many queries.
Value StreamKernel::blocksOf(CodeBuilder &code, Value count) {
  Value most = code.max(code.div(count, code.constant(schedule.getRows())), code.constant(1));
  return code.min(code.ceilDiv(count, schedule.getBlockRows()), most);
}

/// Calls the code of block `index` of a head, in whole tiles but for the last: `tall`, or `low` if it has less than
/// one.
void StreamKernel::callBlock(CodeBuilder &code, const KernelScope &scope, const HeadPlace &place, Value index,
                             Value worker, StringRef tall, StringRef low) {
  Value count = kernel.extent(code, scope, queries), perHead = blocksOf(code, count);
  Value tiles = code.ceilDiv(count, schedule.getRows());
  auto bound = [&](Value at) {
    return code.min(code.mul(code.div(code.mul(at, tiles), perHead), schedule.getRows()), count);
  };
  Value first = bound(index), end = bound(code.add(index, 1));
  Value enough = code.lessEq(code.constant(schedule.getRows()), code.sub(end, first));
  SmallVector<Value> arguments{place.sample, place.head, first, end, worker};
  code.branch(
      enough, [&] { kernel.call(code, tall, kernel.currentFrame(), arguments); },
      [&] { kernel.call(code, low, kernel.currentFrame(), arguments); });
}

void StreamKernel::build() {
  kernel.setScratch(scratchBytes());
  std::string pack = packs() ? packFunction() : "";
  std::string tall = blockFunction("block", schedule.getRows(), pack), low = blockFunction("row", 1, pack);
  std::string task = blockTask(tall, low, pack);
  kernel.define([&](CodeBuilder &code, const KernelScope &scope) {
    Value frame = kernel.makeFrame(code, scope);
    if (packs())
      forgetHeads(code, scope);
    Value count = code.mul(kernel.extent(code, scope, batch), heads);
    kernel.parallel(code, scope, task, frame, code.mul(count, blocksOf(code, kernel.extent(code, scope, queries))));
  });
}

/// One block of queries, in tiles of so many.
std::string StreamKernel::blockFunction(StringRef name, int64_t tileRows, StringRef pack) {
  std::string weigh = weighFunction((name + "_weigh").str(), tileRows);
  return kernel.function(name, 5, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
    Block block = blockOf(code, scope, arguments, tileRows);
    findKeys(code, block);
    findQueries(code, block);
    block.weigh = weigh;
    block.pack = pack;
    buildBlock(code, block);
  });
}

/// A tile's scores of one block of keys become weights: after the arguments of a block come the tile's number, the
/// first key and the end.
std::string StreamKernel::weighFunction(StringRef name, int64_t tileRows) {
  return kernel.function(name, 8, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
    Block block = blockOf(code, scope, arguments, tileRows);
    KeyRange keys{arguments[6], arguments[7]};
    Tile tile = tileAt(code, block, arguments[5], keys);
    tile.visible = foundVisible(code, block, tile);
    weigh(code, {tile.scores, tile.state, tileRows}, weighedKeys(code, keys.from, tile.visible));
  });
}

/// A task is one block of queries.
std::string StreamKernel::blockTask(StringRef tall, StringRef low, StringRef pack) {
  return kernel.function("task", 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
    Value perHead = blocksOf(code, kernel.extent(code, scope, queries)), outer = code.div(arguments[0], perHead);
    // The last block first: under a causal mask it has the most keys.
    Value index = code.sub(code.sub(perHead, code.constant(1)), code.rem(arguments[0], perHead));
    HeadPlace place{code.div(outer, code.constant(heads)), code.rem(outer, code.constant(heads))};
    if (packs())
      takeHead(code, scope, place, arguments[1], pack);
    code.store(code.constant(0), noted(code, scope, arguments[1], Noted::AskedWithValues));
    callBlock(code, scope, place, index, arguments[1], tall, low);
  });
}

/// Whether a streamed block of keys can be weighed with what is known of those before it.
static bool streams(NormalizeOp normalize) {
  WeightsFrom from = weightsFrom(normalize.getKind());
  return normalize.getAxis() == MapAxis::Keys && (from == WeightsFrom::Place || from == WeightsFrom::Total);
}

/// Whether a reduction of the scores falls out of their softmax.
static bool isByproduct(ReduceMapOp reduce, NormalizeOp normalize) {
  return normalize && normalize.getKind() == Normalizer::Softmax && reduce.getMap() == normalize.getScores() &&
         reduce.getKind() == MapReduction::LogSumExp && reduce.getAxis() == MapAxis::Keys;
}

/// Whether the kernel is one chain score -> modify* and mask* -> normalize -> combine, of which only the end leaves,
/// and the log-sum-exp of a softmax.
static bool isChain(KernelOp kernel) {
  Block &body = kernel.getBody().front();
  Value map;
  NormalizeOp weighed;
  bool combined = false;
  for (Operation &op : body.without_terminator()) {
    if (isa<SplitHeadsOp, MergeHeadsOp, ReduceMapOp>(op))
      continue;
    auto normalize = dyn_cast<NormalizeOp>(op);
    auto score = dyn_cast<ScoreOp>(op);
    auto combine = dyn_cast<CombineOp>(op);
    bool follows = !weighed && map && op.getOperand(0) == map;
    if (!(score && !map && score.getKind() == ScoreKind::Dot) && !(isa<ModifyOp, MaskOp>(op) && follows) &&
        !(normalize && follows && streams(normalize)) &&
        !(combine && !combine.getRelative() && weighed && !combined && op.getOperand(0) == map))
      return false;
    if (normalize)
      weighed = normalize;
    combined |= static_cast<bool>(combine);
    if (!combined)
      map = op.getResult(0);
    if (!combined && llvm::count_if(map.getUsers(), [](Operation *user) { return !isa<ReduceMapOp>(user); }) != 1)
      return false;
  }
  auto reductions = body.getOps<ReduceMapOp>();
  int64_t count = llvm::range_size(reductions);
  return combined && count <= 1 && body.getTerminator()->getNumOperands() == 1 + count &&
         llvm::all_of(reductions, [&](ReduceMapOp reduce) { return isByproduct(reduce, weighed); });
}

LogicalResult supportsStream(KernelOp kernel, std::string &why) {
  if (followsEdges(kernel)) {
    why = "maps along the edges of a graph are not streamed";
    return failure();
  }
  if (!isChain(kernel)) {
    why = "only the chain score dot, formulas and masks, normalize over keys, combine is streamed";
    return failure();
  }
  StreamChain chain(kernel);
  if (!sourceOf(chain.score.getQuery()) || !sourceOf(chain.score.getKey()) || !sourceOf(chain.combine.getValue())) {
    why = "query, key or value is computed inside the kernel";
    return failure();
  }
  // The code has a piece for each few columns: at 2048 it takes a minute to compile.
  if (cast<RankedTensorType>(chain.combine.getValue().getType()).getShape().back() > 1024) {
    why = "values of a streamed attention must have 1024 columns or fewer";
    return failure();
  }
  APFloat scale = chain.score.getScale();
  bool isInexact;
  scale.convert(numberOf(kernel).getFloatSemantics(), APFloat::rmNearestTiesToEven, &isInexact);
  if (scale.isNegative() || !scale.isNormal()) { // it is divided by
    why.clear();
    llvm::raw_string_ostream(why) << "the scale of a streamed score must be a positive normal " << numberOf(kernel);
    return failure();
  }
  for (ModifyOp formula : chain.formulas)
    if (failed(supportsFormula(formula.getFormula(), why)))
      return failure();
  for (MaskOp mask : chain.masks)
    if (failed(supportsFormula(mask.getPredicate(), why)))
      return failure();
  return success();
}

bool streamReadsNarrow(BlockArgument argument) {
  return llvm::all_of(readersOf(argument), [](OpOperand *reader) {
    return isa<ScoreOp, CombineOp>(reader->getOwner()) && reader->getOperandNumber() == 1;
  });
}

void lowerStream(KernelCode &kernel) { StreamKernel(kernel).build(); }

} // namespace mlir::attn
