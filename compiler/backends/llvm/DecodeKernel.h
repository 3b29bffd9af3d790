// The code of one decoding kernel, in two parts: Decode.cpp shares out the heads and their keys, DecodeTile.cpp takes
// the queries of a group of heads through one block of keys.
#pragma once

#include "compiler/backends/llvm/OnlineWeights.h"
#include "compiler/backends/llvm/Strategies.h"

namespace mlir::attn {

class DecodeKernel : OnlineWeights {
public:
  explicit DecodeKernel(KernelCode &kernel);

  void build();

private:
  // What the code of one task knows: some queries of the heads that share keys and values, and a part of the keys.
  struct Task {
    const KernelScope &scope;
    Value sample, firstHead, firstQuery; // i64
    Value keyCount;
    KeyRange part;         // of keys
    HeadRows keys, values; // of these heads
    Value scores;          // [rows][scoreStride]
    Value state;           // [tiles][stateStride]
    Value tiles;
    MaskScope masks; // of the first head: which keys can be seen at all is the same for every head
  };

  // One query of `rows` heads; the last tile of a query moves back to be full.
  struct Tile {
    Value query, head, state;
  };

  int64_t group() { return heads / groups; }
  int64_t rows() { return std::min(schedule.getRows(), group()); }
  int64_t tilesOfQuery() { return llvm::divideCeil(group(), rows()); }
  int64_t queryLimit() { return std::max<int64_t>(schedule.getBlockRows() / group(), 1); }
  int64_t scoreElements() { return llvm::alignTo(rows() * scoreStride(), 16); }
  int64_t stateStride() { return llvm::alignTo(outputEnd(), 16); }
  int64_t taskState() { return queryLimit() * tilesOfQuery() * stateStride(); }
  Value lineOf(CodeBuilder &code, const Task &task, Value r) {
    return code.offset(task.scores, code.mul(r, scoreStride()));
  }
  Value sumsOf(CodeBuilder &code, Value state, Value r) {
    return code.offset(state, code.add(code.mul(r, valuePadded()), outputState()));
  }

  Value partCount(CodeBuilder &code, Value keyCount);
  Task makeTask(CodeBuilder &code, const KernelScope &scope, Value index, Value worker);
  Tile tileAt(CodeBuilder &code, const Task &task, Value index);
  void forTiles(CodeBuilder &code, const Task &task, llvm::function_ref<void(const Tile &)> body);
  void buildTask(CodeBuilder &code, const Task &task);
  void finish(CodeBuilder &code, const Task &task, Value count);

  void buildKeys(CodeBuilder &code, const Task &task, const Tile &tile, KeyRange keys);
  void scoreKeys(CodeBuilder &code, const Task &task, const Tile &tile, KeyRange keys, const VisibleKeys &visible);
  void scoreVector(CodeBuilder &code, const Task &task, const Tile &tile, KeyRange keys, Value key);
  void combineValues(CodeBuilder &code, const Task &task, const Tile &tile, KeyRange keys, const VisibleKeys &visible);
  void combineColumns(CodeBuilder &code, const Task &task, const Tile &tile, KeyRange keys, const VisibleKeys &visible,
                      Value column, int64_t columns);

  int64_t groups; // of heads that share keys and values
  int64_t parts;  // of the keys, at most
};

} // namespace mlir::attn
