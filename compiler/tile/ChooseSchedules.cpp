// Strategy by what a kernel holds, register tile by the width of a vector.
#include "compiler/backends/Backend.h"
#include "compiler/tile/Passes.h"
#include "dialect/Extents.h"
#include "dialect/GroupedHeads.h"
#include "llvm/ADT/StringSwitch.h"

namespace mlir::attn {
#define GEN_PASS_DEF_CHOOSESCHEDULES
#include "compiler/tile/Passes.h.inc"

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

// A task's rows of the left operand stay in the second-level cache beside a weight panel: 256 KiB of f32.
constexpr int64_t blockElements = 65536;
constexpr int64_t maxBlockRows = 96;

// Keys between two rescalings: a panel of their values stays in a 32 KiB first-level cache beside the weights of a
// register tile, the scores of a task in the second-level cache.
constexpr int64_t streamKeys = 256;

// Queries that are few: against each, a copy of keys and values into panels costs more than it saves.
constexpr int64_t fewQueries = 4;

// Keys, or values, between two rescalings of decoding: a block of each stays in the second-level cache for all queries
// that read it.
constexpr int64_t decodeElements = 16384;

/// The K of a dense product that goes through all rows of a task before the next. 256 bit: a block of 16 columns takes
/// 16 KiB of a 32 KiB first-level cache, and the rows of a register tile beside it 6. 512 bit: 64 columns come from the
/// second level, in blocks that seldom interrupt a tile. Twice as many where two int8 share the bytes of an f32.
int64_t depthBlock(int64_t vectorBits, Precision products) {
  return (vectorBits == 512 ? 512 : 256) * (products == Precision::Int8 ? 2 : 1);
}

/// What linears of f32 weights multiply; none for a word that says nothing.
std::optional<Precision> precisionOf(StringRef word) {
  return llvm::StringSwitch<std::optional<Precision>>(word)
      .Case("f32", Precision::Own)
      .Case("bf16", Precision::Bf16)
      .Case("int8", Precision::Int8)
      .Default(std::nullopt);
}

bool holdsMaps(KernelOp kernel) {
  return llvm::any_of(kernel.getBody().front(), [](Operation &op) {
    return op.hasTrait<OpTrait::attn::MakesMap>() || isa<CombineOp, ReduceMapOp>(op);
  });
}

/// What can compute a kernel in Halide: online normalisers are not in its vocabulary, so every map is a strip.
SmallVector<Strategy> halideStrategiesOf(KernelOp kernel) {
  return {holdsMaps(kernel) ? Strategy::Strip : Strategy::Rows};
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
  return std::clamp<int64_t>(decodeElements / std::max<int64_t>(width, 1), 64, 256);
}

/// What can compute a kernel with at most `queries` queries (0: any number), best first.
SmallVector<Strategy> strategiesOf(KernelOp kernel, int64_t queries) {
  Block &body = kernel.getBody().front();
  if (!body.getOps<LinearOp>().empty())
    return {Strategy::Dense};
  if (holdsMaps(kernel) && groupOf(kernel) && queries > 0 && queries <= fewQueries)
    return {Strategy::Decode, Strategy::Stream, Strategy::Strip};
  if (holdsMaps(kernel))
    return {Strategy::Stream, Strategy::Strip};
  return {Strategy::Rows};
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

int64_t blockRows(KernelOp kernel, Strategy strategy) {
  if (strategy == Strategy::Strip) {
    if (llvm::any_of(kernel.getBody().front(), needsWholeMap))
      return 0;
    // With the rows beyond its own a strip is a whole number of register tiles.
    int64_t halo = haloRows(kernel);
    return halo == 0 ? stripRows : llvm::alignTo(stripRows + halo, tileRows) - halo;
  }
  if (strategy != Strategy::Dense)
    return strategy == Strategy::Stream ? maxBlockRows : 0;
  auto linear = *kernel.getBody().front().getOps<LinearOp>().begin();
  int64_t depth = linear.getWeight().getType().getDimSize(1);
  int64_t rows = std::clamp<int64_t>(blockElements / std::max<int64_t>(depth, 1), tileRows, maxBlockRows);
  return rows - rows % tileRows;
}

struct ChooseSchedules : impl::ChooseSchedulesBase<ChooseSchedules> {
  using ChooseSchedulesBase::ChooseSchedulesBase;

  void runOnOperation() override {
    if (vectorBits != 128 && vectorBits != 256 && vectorBits != 512) {
      getOperation().emitError("expected vector-bits of 128, 256 or 512, got ") << vectorBits.getValue();
      return signalPassFailure();
    }
    if (backend != "auto" && backend != "llvm" && backend != "halide") {
      getOperation().emitError("expected backend of auto, llvm or halide, got ") << backend.getValue();
      return signalPassFailure();
    }
    if (!precisionOf(precision)) {
      getOperation().emitError("expected precision of f32, bf16 or int8, got ") << precision.getValue();
      return signalPassFailure();
    }
    extents = failure();
    for (KernelOp kernel : getOperation().getOps<KernelOp>())
      if (failed(choose(kernel)))
        signalPassFailure();
  }

  LogicalResult choose(KernelOp kernel) {
    if (kernel.getSchedule())
      return success();
    std::string why;
    if (backend == "halide") {
      for (Strategy strategy : halideStrategiesOf(kernel))
        if (succeeded(take(kernel, BackendKind::Halide, strategy, why)))
          return success();
      kernel->setAttr("attn.declined", StringAttr::get(&getContext(), "halide: " + why));
    }
    for (Strategy strategy : strategiesOf(kernel, mostQueries(kernel)))
      if (succeeded(take(kernel, BackendKind::LLVM, strategy, why)))
        return success();
    return kernel.emitError("no back end can compile this: llvm: ") << why;
  }

  /// The most queries that a kernel's score can have; 0: any number.
  int64_t mostQueries(KernelOp kernel) {
    auto scores = kernel.getBody().front().getOps<ScoreOp>();
    if (scores.empty())
      return 0;
    int64_t fixed = (*scores.begin()).getQuery().getType().getDimSize(2);
    auto bounds = getOperation()->getAttrOfType<DictionaryAttr>("attn.bounds");
    if (!ShapedType::isDynamic(fixed) || !bounds)
      return ShapedType::isDynamic(fixed) ? 0 : fixed;
    if (failed(extents) && failed(extents = FunctionExtents::compute(getOperation())))
      return 0; // the error is told; a later stage stops at it
    auto symbol = dyn_cast<AffineSymbolExpr>(extents->of((*scores.begin()).getScores())[2]);
    auto range = symbol ? bounds.getAs<DenseI64ArrayAttr>(extents->symbols()[symbol.getPosition()].name) : nullptr;
    return range ? range[1] : 0;
  }

  /// Writes a schedule on the kernel, if the back end can keep it.
  LogicalResult take(KernelOp kernel, BackendKind kind, Strategy strategy, std::string &why) {
    int64_t lanes = vectorBits / 32;
    Precision products = strategy == Strategy::Dense ? *precisionOf(precision) : Precision::Own;
    RegisterTile tile{tileRows, tileVectors(vectorBits)};
    int64_t taskRows = blockRows(kernel, strategy), keys = strategy == Strategy::Stream ? streamKeys : 0;
    if (strategy == Strategy::Decode) {
      tile = decodeTile(groupOf(kernel), vectorBits);
      taskRows = groupOf(kernel) * mostQueries(kernel);
      keys = decodeKeys(kernel);
    }
    kernel.setScheduleAttr(
        ScheduleAttr::get(&getContext(), kind, strategy, lanes, tile.rows, lanes * tile.vectors, taskRows, keys,
                          strategy == Strategy::Dense ? depthBlock(vectorBits, products) : 0, products));
    why.clear();
    return backendFor(kind).supports(kernel, why);
  }

  FailureOr<FunctionExtents> extents = failure(); // of the function, once they are asked for
};

} // namespace
} // namespace mlir::attn
