// The code of one streaming kernel, in three parts: Stream.cpp shares out blocks of queries and keeps their state,
// StreamTile.cpp takes its tiles through one block of keys, StreamKeys.cpp makes panels of keys that lie in rows.
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
    Value sample, head, firstQuery, endQuery; // i64
    Value queryCount, keyCount;
    HeadRows query, output;
    HeadRows keyRows;   // if they are packed here
    HeadPanels keys;    // of this head
    HeadPanels values;  // the same
    HeadRows valueRows; // instead of panels, if they are in rows
    Value scores;       // [tiles][MR][scoreStride] weights or scores
    Value state;        // [tiles][stateStride]
    Value tiles;
    int64_t tileRows;
    MaskScope masks;
    AskAhead withScores, withValues; // what products of scores, and those with values, ask for
  };

  // A tile of queries and what is kept of it while the block goes through the keys:
  //   state   largest score [MR], sum [MR], factor [MR], output [MR][valuePadded], visible keys of the block of keys
  struct Tile {
    Value row; // first query; the last tile moves back to be full
    Value scores, state;
    KeyRange block;      // of keys
    VisibleKeys visible; // among those of the block
  };

  int64_t rangeState() { return llvm::alignTo(outputEnd(), 2); }
  int64_t stateStride() { return llvm::alignTo(rangeState() + 8, 16); }
  /// Tiles of a block at most; of one row each where there are fewer queries than a tile has.
  int64_t tileLimit() { return std::max(schedule.getBlockRows() / schedule.getRows() + 2, schedule.getRows()); }

  /// Whether keys, or values, lie in rows. Keys then become panels of the worker's, once for all queries of a head.
  bool packsKeys() { return isInRows(chain.score.getKey()); }
  bool readsValueRows() { return isInRows(chain.combine.getValue()); }
  static bool isInRows(Value value) {
    LayoutAttr layout = getLayout(sourceOf(value).getType());
    return !layout || layout.getKind() == LayoutKind::RowMajor;
  }
  /// Columns of values that go together.
  int64_t valueColumns(const Block &block) { return readsValueRows() ? panelWidth() : block.values.width; }
  int64_t tilesBytes() {
    return kernel.numberBytes() * tileLimit() * (schedule.getRows() * scoreStride() + stateStride());
  }
  /// The tiles, and how many rows have been asked for.
  int64_t blockBytes() { return tilesBytes() + 64; }

  Value blocksOf(CodeBuilder &code, Value count);
  void callBlock(CodeBuilder &code, const KernelScope &scope, const HeadPlace &place, Value index, Value worker,
                 StringRef tall, StringRef low);
  std::string blockTask(StringRef tall, StringRef low);
  std::string headTask(StringRef tall, StringRef low);
  void packKeys(CodeBuilder &code, const Block &block);
  enum class Products { Scores, Values };
  Value askedRows(CodeBuilder &code, const KernelScope &scope, Value worker, Products products);
  void startAhead(CodeBuilder &code, const KernelScope &scope, Value worker);
  void findAhead(CodeBuilder &code, Block &block, const HeadPlace &place, Value worker);
  void packSquare(CodeBuilder &code, const Block &block, Value key, Value from, int64_t count, Value column);

  Block makeBlock(CodeBuilder &code, const KernelScope &scope, ValueRange arguments, int64_t tileRows);
  void buildBlock(CodeBuilder &code, const Block &block);
  void visitVisible(CodeBuilder &code, const Block &block);
  void initialise(CodeBuilder &code, const Block &block);
  void buildKeys(CodeBuilder &code, const Block &block, KeyRange keys);
  Tile tileAt(CodeBuilder &code, const Block &block, Value index, KeyRange keys);
  void findVisible(CodeBuilder &code, const Block &block, Tile tile);
  VisibleKeys foundVisible(CodeBuilder &code, const Block &block, const Tile &tile);
  void forTiles(CodeBuilder &code, const Block &block, KeyRange keys, llvm::function_ref<void(const Tile &)> body);
  void scorePanel(CodeBuilder &code, const Block &block, const Tile &tile, Value key);
  void finishPanel(CodeBuilder &code, const Block &block, Value row, Value key, Value target, Value isFull);
  void combineValues(CodeBuilder &code, const Block &block, KeyRange keys);
  void combinePanel(CodeBuilder &code, const Block &block, const Tile &tile, Value panel, int64_t columns);
  void finish(CodeBuilder &code, const Block &block);
};

} // namespace mlir::attn
