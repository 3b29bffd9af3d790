// The rules, each with its reason. What a rule says of a parameter is a starting point: `attnc tune` times what
// `alternativesOf` lists, and docs/performance.md says how near the rules come.
#include "compiler/tile/ScheduleRules.h"
#include "dialect/GraphEdges.h"
#include "dialect/GroupedHeads.h"
#include "dialect/KernelNumbers.h"
#include "dialect/RowOrder.h"
#include "dialect/WeightPanels.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"

namespace mlir::attn {

namespace {

/// Rows and columns of the register tile: as many accumulators as leave room for a row of the other operand and a
/// broadcast. 512 bit: 6 x 4 of 32 registers; 256 and 128 bit: 6 x 2 of 16.
constexpr int64_t tileRows = 6;
int64_t tileVectors(int64_t vectorBits) { return vectorBits == 512 ? 4 : 2; }

struct RegisterTile {
  int64_t rows, vectors;
};

/// Decoding: heads that share keys and values share what is loaded of them, in as few tiles as 4 rows allow; half of
/// the registers are accumulators, the rest what they are multiplied by.
RegisterTile decodeTile(int64_t group, int64_t vectorBits) {
  int64_t rows = llvm::divideCeil(group, llvm::divideCeil(group, 4));
  return {rows, std::min<int64_t>(8, (vectorBits == 512 ? 16 : 8) / rows)};
}

/// Values that fill half of a tile's vectors would leave half of its sums unused. More than 8 rows gain nothing, and
/// compute more of what a causal mask hides.
RegisterTile streamTile(KernelOp kernel, const ScheduleContext &context) {
  RegisterTile wide{tileRows, tileVectors(context.vectorBits)}, narrow{8, wide.vectors / 2};
  int64_t lanes = context.vectorBits / numberBits(kernel);
  bool hasRows = context.mostQueries == 0 || context.mostQueries >= narrow.rows;
  bool isNarrow = llvm::all_of(kernel.getBody().front().getOps<CombineOp>(), [&](CombineOp combine) {
    return KeyShape(combine.getValue().getType()).width <= narrow.vectors * lanes;
  });
  return isNarrow && hasRows && context.vectorBits == 512 ? narrow : wide;
}

/// 512 bit has two tiles of 24 sums: 8 x 3 reads less of the weights for each product than 6 x 4. It is taken where it
/// does not compute more columns than there are and takes whole panels of weights.
RegisterTile denseTile(KernelOp kernel, int64_t lanes, int64_t vectorBits) {
  RegisterTile wide{tileRows, tileVectors(vectorBits)}, tall{8, 3};
  if (vectorBits != 512 || tall.vectors * lanes % weightPanelColumns)
    return wide;
  auto columnsOf = [&](RegisterTile tile) {
    int64_t columns = 0;
    for (LinearOp linear : kernel.getBody().front().getOps<LinearOp>())
      columns += llvm::alignTo(linear.getWeight().getType().getDimSize(0), tile.vectors * lanes);
    return columns;
  };
  return columnsOf(tall) <= columnsOf(wide) ? tall : wide;
}

// A task's rows of the left operand stay in the second-level cache beside a weight panel.
constexpr int64_t blockBytes = 256 * 1024;
constexpr int64_t maxBlockRows = 96;

// Keys between two rescalings: a panel of their values stays in a 32 KiB first-level cache beside the weights of a
// register tile, the scores of a task in the second-level cache. 256 of f32.
constexpr int64_t streamBytes = 1024;

// Queries that are few: against each, a copy of keys and values into panels costs more than it saves.
constexpr int64_t fewQueries = 4;

// Numbers of a node, in vectors, that are summed along its edges at once: with the weights and values of an edge they
// fit 16 registers.
constexpr int64_t edgeVectors = 8;

// Keys, or values, between two rescalings of decoding: a block of each stays in the second-level cache for all queries
// that read it.
constexpr int64_t decodeBytes = 64 * 1024;

// Keys, and queries, of linear attention that are taken together: their rows of features and, on the diagonal, their
// weights stay in the second-level cache beside the state. A causal chunk of c costs c products for each place of it
// that a state would spare, and spares a pass over the state for each c: of the width of usual values.
constexpr int64_t linearKeys = 128, causalKeys = 64;

/// The K of a dense product that goes through all rows of a task before the next: its block of a tile's columns stays
/// in the first-level cache beside the rows of the tile. 256 bit: 16 of 32 KiB, and rows of 6 (f64: 12). 512 bit: 36 of
/// 48 KiB, and rows of 6. Numbers of int8 are narrower; there a block is bounded by what its sums cost to keep.
int64_t depthBlock(int64_t vectorBits, Precision products) {
  if (products == Precision::Int8)
    return 512;
  return vectorBits == 512 ? 192 : 256;
}

int64_t keyBlock(KernelOp kernel, Strategy strategy) {
  if (strategy == Strategy::Linear)
    return (*kernel.getBody().front().getOps<LinearAttentionOp>().begin()).getCausal() ? causalKeys : linearKeys;
  return strategy == Strategy::Stream ? streamBytes * 8 / numberBits(kernel) : 0;
}

bool holdsMaps(KernelOp kernel) {
  return llvm::any_of(kernel.getBody().front(), [](Operation &op) {
    return op.hasTrait<OpTrait::attn::MakesMap>() || isa<CombineOp, ReduceMapOp>(op);
  });
}

/// The strategy of a kernel without maps or products.
Strategy rowStrategy(KernelOp kernel) {
  return ordersRows(kernel.getBody().front().front()) ? Strategy::Order : Strategy::Rows;
}

/// The heads of a kernel's map that share keys and values; 0 if it has not one score and one combination.
int64_t groupOf(KernelOp kernel) {
  auto scores = kernel.getBody().front().getOps<ScoreOp>();
  auto combines = kernel.getBody().front().getOps<CombineOp>();
  bool isOne = llvm::hasSingleElement(scores) && llvm::hasSingleElement(combines);
  return isOne ? headsOfGroup(*scores.begin(), *combines.begin()) : 0;
}

/// Keys of a block of decoding.
int64_t decodeKeys(KernelOp kernel) {
  ScoreOp score = *kernel.getBody().front().getOps<ScoreOp>().begin();
  CombineOp combine = *kernel.getBody().front().getOps<CombineOp>().begin();
  int64_t width = std::max(KeyShape(score.getKey().getType()).width, KeyShape(combine.getValue().getType()).width);
  return std::clamp<int64_t>(decodeBytes / (std::max<int64_t>(width, 1) * numberBits(kernel) / 8), 64, 256);
}

/// Rows that a strip holds: each panel of keys and values that is brought into the cache serves this many.
constexpr int64_t stripRows = 4 * tileRows;

/// Rows beyond its own that a strip needs for its convolutions.
int64_t haloRows(KernelOp kernel) {
  int64_t rows = 0;
  for (MapConvOp conv : kernel.getBody().front().getOps<MapConvOp>())
    rows += conv.getWeight().getType().getDimSize(2) - 1;
  return rows;
}

/// K of a kernel of linears.
int64_t depthOf(KernelOp kernel) {
  LinearOp linear = *kernel.getBody().front().getOps<LinearOp>().begin();
  return linear.getWeight().getType().getDimSize(1);
}

int64_t blockRows(KernelOp kernel, Strategy strategy, int64_t rowsOfTile) {
  if (strategy == Strategy::Strip) {
    if (llvm::any_of(kernel.getBody().front(), needsWholeMap))
      return 0;
    // With the rows beyond its own a strip is a whole number of register tiles. Those rows are computed twice: strips
    // that have some are twice as long.
    int64_t halo = haloRows(kernel);
    return halo == 0 ? stripRows : 2 * llvm::alignTo(stripRows + halo, tileRows) - halo;
  }
  if (strategy != Strategy::Dense)
    return strategy == Strategy::Stream ? maxBlockRows : 0;
  int64_t rowBytes = std::max<int64_t>(depthOf(kernel), 1) * numberBits(kernel) / 8;
  int64_t rows = std::clamp<int64_t>(blockBytes / rowBytes, rowsOfTile, maxBlockRows);
  return rows - rows % rowsOfTile;
}

} // namespace

/// A map of a kernel, or null.
static Value anyMap(KernelOp kernel) {
  for (Operation &op : kernel.getBody().front()) {
    if (op.hasTrait<OpTrait::attn::MakesMap>())
      return op.getResult(0);
    if (isa<CombineOp, ReduceMapOp>(op))
      return op.getOperand(0);
  }
  return {};
}

int64_t QueryLimits::of(KernelOp kernel) {
  Value map = anyMap(kernel);
  if (!map)
    return 0;
  int64_t fixed = cast<RankedTensorType>(map.getType()).getDimSize(2);
  auto bounds = function->getAttrOfType<DictionaryAttr>("attn.bounds");
  if (!ShapedType::isDynamic(fixed) || !bounds)
    return ShapedType::isDynamic(fixed) ? 0 : fixed;
  if (failed(extents) && failed(extents = FunctionExtents::compute(function)))
    return 0; // the error is told; a later stage stops at it
  auto symbol = dyn_cast<AffineSymbolExpr>(extents->of(map)[2]);
  auto range = symbol ? bounds.getAs<DenseI64ArrayAttr>(extents->symbols()[symbol.getPosition()].name) : nullptr;
  return range ? range[1] : 0;
}

bool readsKeyRows(KernelOp kernel, int64_t mostQueries) {
  ScheduleAttr schedule = *kernel.getSchedule();
  if (schedule.getBackend() != BackendKind::LLVM)
    return false;
  if (schedule.getStrategy() == Strategy::Strip)
    return mostQueries > 0 && mostQueries <= fewQueries;
  return schedule.getStrategy() == Strategy::Stream; // workers make panels of what they read
}

SmallVector<Strategy> strategiesOf(KernelOp kernel, BackendKind backend, int64_t mostQueries) {
  if (backend == BackendKind::Halide) // online normalisers are not in its vocabulary: every map is a strip
    return {holdsMaps(kernel) ? Strategy::Strip : rowStrategy(kernel)};
  Block &body = kernel.getBody().front();
  if (!body.getOps<LinearOp>().empty())
    return {Strategy::Dense};
  if (!body.getOps<LinearAttentionOp>().empty())
    return {Strategy::Linear};
  if (followsEdges(kernel))
    return {Strategy::Edges};
  if (holdsMaps(kernel) && groupOf(kernel) && mostQueries > 0 && mostQueries <= fewQueries)
    return {Strategy::Decode, Strategy::Stream, Strategy::Strip};
  if (holdsMaps(kernel))
    return {Strategy::Stream, Strategy::Strip};
  return {rowStrategy(kernel)};
}

ScheduleAttr scheduleFor(KernelOp kernel, BackendKind backend, Strategy strategy, const ScheduleContext &context) {
  int64_t lanes = context.vectorBits / numberBits(kernel);
  Precision products = strategy == Strategy::Dense ? context.products : Precision::Own;
  RegisterTile tile{tileRows, tileVectors(context.vectorBits)};
  if (strategy == Strategy::Stream)
    tile = streamTile(kernel, context);
  if (strategy == Strategy::Dense)
    tile = denseTile(kernel, lanes, context.vectorBits);
  int64_t taskRows = blockRows(kernel, strategy, tile.rows), keys = keyBlock(kernel, strategy);
  if (strategy == Strategy::Edges)
    tile = {1, edgeVectors};
  if (strategy == Strategy::Decode) {
    tile = decodeTile(groupOf(kernel), context.vectorBits);
    taskRows = groupOf(kernel) * context.mostQueries;
    keys = decodeKeys(kernel);
  }
  return ScheduleAttr::get(kernel.getContext(), backend, strategy, lanes, tile.rows, lanes * tile.vectors, taskRows,
                           keys, strategy == Strategy::Dense ? depthBlock(context.vectorBits, products) : 0, products);
}

/// A schedule to change one decision of.
struct Draft {
  BackendKind backend;
  Strategy strategy;
  int64_t lanes, rows, cols, blockRows, keyBlock, depthBlock;
  Precision precision;

  explicit Draft(ScheduleAttr from)
      : backend(from.getBackend()), strategy(from.getStrategy()), lanes(from.getLanes()), rows(from.getRows()),
        cols(from.getCols()), blockRows(from.getBlockRows()), keyBlock(from.getKeyBlock()),
        depthBlock(from.getDepthBlock()), precision(from.getPrecision()) {}

  ScheduleAttr schedule(MLIRContext *context) const {
    return ScheduleAttr::get(context, backend, strategy, lanes, rows, cols, blockRows, keyBlock, depthBlock, precision);
  }
};

/// Register tiles of which the sums and a row of the other operand fit the registers, and which are not so small that
/// sums wait for each other: a product takes 4 or 5 cycles, and two begin in each.
static SmallVector<RegisterTile> tilesWorthTiming(int64_t vectorBits) {
  int64_t registers = vectorBits == 512 ? 32 : 16;
  SmallVector<RegisterTile> tiles;
  for (int64_t vectors : {1, 2, 3, 4, 6})
    for (int64_t rows : {2, 3, 4, 5, 6, 8, 12, 14})
      if (rows * vectors >= registers / 2 && rows * vectors + vectors + 1 <= registers)
        tiles.push_back({rows, vectors});
  return tiles;
}

/// What each strategy is worth timing with, beside its register tile.
static SmallVector<Draft> draftsOf(KernelOp kernel, const Draft &own, const ScheduleContext &context) {
  SmallVector<Draft> drafts;
  auto vary = [&](int64_t Draft::*decision, ArrayRef<int64_t> values) {
    for (int64_t value : values) {
      drafts.push_back(own);
      drafts.back().*decision = value;
    }
  };
  if (own.strategy == Strategy::Dense || own.strategy == Strategy::Stream || own.strategy == Strategy::Strip ||
      own.strategy == Strategy::Linear)
    for (RegisterTile tile : tilesWorthTiming(context.vectorBits)) {
      drafts.push_back(own);
      drafts.back().rows = tile.rows;
      drafts.back().cols = tile.vectors * own.lanes;
      if (own.blockRows && own.strategy != Strategy::Strip)
        drafts.back().blockRows = llvm::divideCeil(own.blockRows, tile.rows) * tile.rows;
    }
  switch (own.strategy) {
  case Strategy::Dense:
    vary(&Draft::blockRows, {4 * own.rows, 8 * own.rows, 16 * own.rows, 32 * own.rows});
    for (int64_t block : {64, 128, 256, 512, 1024, 0}) // from the whole depth on, all are the same
      if (block < depthOf(kernel) && (block || own.depthBlock < depthOf(kernel)))
        vary(&Draft::depthBlock, {block});
    break;
  case Strategy::Stream:
    vary(&Draft::blockRows, {own.rows, 2 * own.rows, 4 * own.rows, 8 * own.rows, 16 * own.rows, 32 * own.rows});
    vary(&Draft::keyBlock, {64, 128, 256, 512});
    break;
  case Strategy::Strip:
    if (own.blockRows)
      for (int64_t tiles : {1, 2, 4, 8, 16})
        vary(&Draft::blockRows, {tiles * own.rows - haloRows(kernel) % own.rows});
    break;
  case Strategy::Decode:
    vary(&Draft::keyBlock, {32, 64, 128, 256, 512});
    vary(&Draft::cols, {2 * own.lanes, 4 * own.lanes, 8 * own.lanes});
    break;
  case Strategy::Linear:
    vary(&Draft::keyBlock, {32, 64, 128, 256});
    break;
  case Strategy::Rows:
  case Strategy::Order:
  case Strategy::Edges:
    break;
  }
  return drafts;
}

SmallVector<ScheduleAttr> alternativesOf(KernelOp kernel, const ScheduleContext &context) {
  ScheduleAttr own = *kernel.getSchedule();
  llvm::SmallSetVector<ScheduleAttr, 32> worth;
  for (const Draft &draft : draftsOf(kernel, Draft(own), context))
    if (draft.blockRows >= 0)
      worth.insert(draft.schedule(kernel.getContext()));
  for (BackendKind backend : {BackendKind::LLVM, BackendKind::Halide})
    for (Strategy strategy : strategiesOf(kernel, backend, context.mostQueries))
      if (backend != own.getBackend() || strategy != own.getStrategy())
        worth.insert(scheduleFor(kernel, backend, strategy, context));
  worth.remove(own);
  SmallVector<ScheduleAttr> kept;
  for (ScheduleAttr schedule : worth) {
    kernel.setScheduleAttr(schedule);
    std::string why;
    if (succeeded(backendFor(schedule.getBackend()).supports(kernel, why)))
      kept.push_back(schedule);
  }
  kernel.setScheduleAttr(own);
  return kept;
}

/// The op that a kernel is known by.
static StringRef mainOp(KernelOp kernel) {
  Block &body = kernel.getBody().front();
  Operation *main = &body.front();
  for (Operation &op : body)
    if (isa<LinearOp, MapConvOp, LinearAttentionOp>(op) || (isa<CombineOp>(op) && !isa<LinearOp, MapConvOp>(main)))
      main = &op;
  return main->getName().stripDialect();
}

std::string scheduleKey(KernelOp kernel, const ScheduleContext &context) {
  // A clone has no neighbours, so that the text does not depend on what stands around the kernel.
  OwningOpRef<KernelOp> clone = cast<KernelOp>(kernel->clone());
  clone->removeScheduleAttr();
  (*clone)->setDiscardableAttrs(ArrayRef<NamedAttribute>());
  std::string text;
  llvm::raw_string_ostream os(text);
  (*clone)->print(os, OpPrintingFlags().useLocalScope().assumeVerified());
  bool multiplies = !kernel.getBody().front().getOps<LinearOp>().empty();
  os << context.mostQueries << (multiplies ? stringifyEnum(context.products) : StringRef());
  return (mainOp(kernel) + "-" + Twine(context.vectorBits) + "-" +
          llvm::utohexstr(llvm::xxh3_64bits(text), /*LowerCase=*/true, /*Width=*/16))
      .str();
}

} // namespace mlir::attn
