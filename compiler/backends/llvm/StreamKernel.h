// The code of one streaming kernel, in four parts: Stream.cpp shares out blocks of queries and keeps their state,
// StreamTile.cpp takes its tiles through one block of keys, StreamPanels.cpp makes panels of keys and values that lie
// in rows, StreamAhead.cpp asks for memory ahead.
#pragma once

#include "compiler/backends/llvm/AskAhead.h"
#include "compiler/backends/llvm/OnlineWeights.h"
#include "compiler/backends/llvm/Strategies.h"

namespace mlir::attn {

class StreamKernel : OnlineWeights {
public:
  explicit StreamKernel(KernelCode &kernel) : OnlineWeights(kernel) {}

  void build();

private:
  // What a function that handles one block of queries knows.
  struct Block {
    const KernelScope &scope;
    Value sample, head, firstQuery, endQuery, worker; // i64
    int64_t tileRows;
    StringRef weigh = {}, pack = {}; // functions that do so with a tile, and with a block of keys
    Value queryCount = {}, keyCount = {};
    Value scores = {}; // [tiles][MR][scoreStride] weights or scores
    Value state = {};  // [tiles][stateStride]
    Value tiles = {};
    HeadRows query = {}, output = {};
    HeadRows keyRows = {}, valueRows = {}; // if they are in rows
    Value keys = {};                       // panels of them, [keys / panelWidth][width][panelWidth]
    HeadPanels values = {};                // of this head, if it has any
    Value holdsHead = {}; // i1, where panels are made: whether they hold all keys of the head, or a block of them
    MaskScope masks = {};
    AskAhead withScores = {}, withValues = {}; // what products of scores, and those with values, ask for
  };

  // A tile of queries and what is kept of it while the block goes through the keys:
  //   state   largest score [MR], sum [MR], factor [MR], output [MR][valuePadded], visible keys of the block of keys
  struct Tile {
    Value index;
    Value row; // first query; the last tile moves back to be full
    Value scores, state;
    KeyRange block;      // of keys
    VisibleKeys visible; // among those of the block
  };

  int64_t rangeState() { return llvm::alignTo(outputEnd(), 2); }
  int64_t stateStride() { return llvm::alignTo(rangeState() + 8, 16); }
  /// Tiles of a block at most; of one row each where there are fewer queries than a tile has.
  int64_t tileLimit() { return std::max(schedule.getBlockRows() / schedule.getRows() + 2, schedule.getRows()); }

  /// Whether keys are in rows, of which panels are made here, and values, of which panels may be made.
  bool packsKeys() { return isInRows(chain.score.getKey()); }
  bool packsValues();
  bool packs() { return packsKeys() || packsValues(); }
  bool readsValueRows() { return isInRows(chain.combine.getValue()) && !packsValues(); }
  static bool isInRows(Value value) {
    LayoutAttr layout = getLayout(sourceOf(value).getType());
    return !layout || layout.getKind() == LayoutKind::RowMajor;
  }
  /// Columns of values that go together.
  int64_t valueColumns(const Block &block) { return readsValueRows() ? panelWidth() : block.values.width; }
  int64_t tilesBytes() {
    return kernel.numberBytes() * tileLimit() * (schedule.getRows() * scoreStride() + stateStride());
  }
  /// The tiles, and a cache line of numbers: how many rows have been asked for, and of which head the panels are.
  int64_t blockBytes() { return tilesBytes() + 64; }
  int64_t packedColumns();
  // Of the panels, numbers for each key.
  int64_t keyElements();
  int64_t valueElements();
  int64_t heldKeys();
  Value holdsHead(CodeBuilder &code, Value keyCount);
  SmallVector<AffineExpr, 2> scratchBytes();

  Value blocksOf(CodeBuilder &code, Value count);
  void callBlock(CodeBuilder &code, const KernelScope &scope, const HeadPlace &place, Value index, Value worker,
                 StringRef tall, StringRef low);
  std::string blockFunction(StringRef name, int64_t tileRows, StringRef pack);
  std::string weighFunction(StringRef name, int64_t tileRows);
  std::string blockTask(StringRef tall, StringRef low, StringRef pack);
  enum class Noted { AskedWithScores, AskedWithValues, Head };
  Value noted(CodeBuilder &code, const KernelScope &scope, Value worker, Noted what);
  void forgetHeads(CodeBuilder &code, const KernelScope &scope);
  void takeHead(CodeBuilder &code, const KernelScope &scope, const HeadPlace &place, Value worker, StringRef pack);
  SmallVector<AskAhead::Rows, 2> nextHead(CodeBuilder &code, const Block &block, const HeadPlace &place);
  void findAhead(CodeBuilder &code, Block &block, const HeadPlace &place, Value worker);
  Value packedHead(CodeBuilder &code, const HeadPlace &place);
  void findPanels(CodeBuilder &code, Block &block);
  std::string packFunction();
  Block addressedByKey(CodeBuilder &code, Block block, KeyRange keys);
  void packBlock(CodeBuilder &code, const Block &block, KeyRange keys);
  void packValues(CodeBuilder &code, const Block &block, KeyRange keys);
  void packKeys(CodeBuilder &code, const Block &block, KeyRange keys);
  void packSquare(CodeBuilder &code, const Block &block, Value key, Value from, int64_t count, Value column);

  Block blockOf(CodeBuilder &code, const KernelScope &scope, ValueRange arguments, int64_t tileRows);
  void callForBlock(CodeBuilder &code, StringRef function, const Block &block, ArrayRef<Value> more);
  void findKeys(CodeBuilder &code, Block &block);
  void findQueries(CodeBuilder &code, Block &block);
  void buildBlock(CodeBuilder &code, const Block &block);
  void visitVisible(CodeBuilder &code, const Block &block);
  void initialise(CodeBuilder &code, const Block &block);
  void buildKeys(CodeBuilder &code, const Block &block, KeyRange keys);
  Tile tileAt(CodeBuilder &code, const Block &block, Value index, KeyRange keys);
  void findVisible(CodeBuilder &code, const Block &block, Tile tile);
  VisibleKeys foundVisible(CodeBuilder &code, const Block &block, const Tile &tile);
  void forTiles(CodeBuilder &code, const Block &block, KeyRange keys, llvm::function_ref<void(const Tile &)> body);
  void scorePanel(CodeBuilder &code, const Block &block, const Tile &tile, Value key);
  void combineValues(CodeBuilder &code, const Block &block, KeyRange keys);
  void combinePanel(CodeBuilder &code, const Block &block, const Tile &tile, Value panel, int64_t columns);
  void finish(CodeBuilder &code, const Block &block);
};

} // namespace mlir::attn
