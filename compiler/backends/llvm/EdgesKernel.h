// The code of one kernel whose maps lie along the edges of a graph. EdgesCheck.cpp says which these are. Edges.cpp
// finds the places of a node's row and shares rows out; EdgesPlaces.cpp has what is done place by place, and with all
// places of a row; EdgesMask.cpp what masks beside the graph say of a place; EdgesProducts.cpp sums of products.
//
// A row's numbers lie place after place, those of a place head after head, `width` of each: the heads, and as many more
// as make a vector hold whole places, or a place whole vectors:
//   [place 0: head 0 .. head 7][place 1: head 0 .. head 7] ...
// so that lanes are heads, and of few heads the same heads of several places.
#pragma once

#include "compiler/backends/llvm/MapInputs.h"
#include "compiler/backends/llvm/PlaceGroup.h"
#include "compiler/backends/llvm/Strategies.h"

namespace mlir::attn {

/// The numbers of a pair_score that is a sum of one that does not look at the key and one that does not look at the
/// query: each is computed once for a node, not for each edge.
struct NodeTerms {
  Value query, key;

  static std::optional<NodeTerms> of(PairScoreOp op);
};

/// What a mask leaves of a map: the edges of a graph, or these and loops, and of them where `others` hold, which name
/// no graph. A mask without a graph is nothing but these.
struct EdgeMask {
  enum Kind { NoGraph, Edges, EdgesAndLoops, Other } kind;
  SmallVector<MaskAttr> others;

  static EdgeMask of(MaskAttr mask);
};

/// The map that `map` is along the edges: masks of nothing but the graph hide nothing there.
Value unmasked(Value map);

class EdgesKernel {
public:
  explicit EdgesKernel(KernelCode &kernel);
  void build();

private:
  /// One node of one sample.
  struct Row {
    const KernelScope &scope;
    Value sample, node, first, last; // its edges are [first, last)
    Value columns;                   // i32 of each place
    Value count;                     // of places
    Value rising;                    // i1: place p is edge first + p
    Value marks;                     // i32: of each column its place, where that is not so
    Value memory;                    // slot 0
  };

  /// A vector of a row's numbers.
  struct Place {
    Value at;             // numbers of the row before it
    Value columns, heads; // i32, of all lanes or lane by lane
    Value valid;          // lanes that exist; null: all do
  };

  /// Numbers of every node that lie in the first worker's scratch: [B, N, width] of one side of a pair_score.
  struct Terms {
    PairScoreOp op;
    Value rows, term;  // queries or keys, and what is summed of them
    AffineExpr offset; // bytes
  };

  using Step = llvm::function_ref<SmallVector<Value>(const Place &, ValueRange state)>;

  // --- Edges.cpp
  void placeMaps(Block &body);
  void placeMemory();
  bool isMadeWhereRead(Value map);
  Row makeRow(CodeBuilder &code, const KernelScope &scope, Value sample, Value node, Value worker);
  void collectPlaces(CodeBuilder &code, Row &row, Value hasLoop, Value listed);
  Value nodeAt(CodeBuilder &code, const KernelScope &scope, Value work);
  void visit(CodeBuilder &code, const Row &row, Operation &op);
  void buildTerms(CodeBuilder &code, const KernelScope &scope, Value task);

  // --- EdgesPlaces.cpp
  SmallVector<Value> forPlaces(CodeBuilder &code, const Row &row, int64_t head, ValueRange initial, Step step);
  Place placesAt(CodeBuilder &code, const Row &row, Value at, bool partial);
  Value headLanes(CodeBuilder &code, int64_t first);
  Value numbersOfHeads(CodeBuilder &code, Value pointer, int64_t head, bool isPadded);
  Value valueAt(CodeBuilder &code, const Row &row, Value map, const Place &place);
  Value made(CodeBuilder &code, const Row &row, Operation &op, const Place &place);
  Value visible(CodeBuilder &code, const Row &row, MaskOp mask, const Place &place);
  void places(CodeBuilder &code, const Row &row, Operation &op);
  void forGroups(CodeBuilder &code, const Row &row, Value map, Value target,
                 llvm::function_ref<void(PlaceGroup &, int64_t head)> body);
  void normalize(CodeBuilder &code, const Row &row, NormalizeOp op);
  void reduceMap(CodeBuilder &code, const Row &row, ReduceMapOp op);

  // --- EdgesProducts.cpp
  using Product = llvm::function_ref<Value(Value query, Value key, Value head, Value channels)>;
  void score(CodeBuilder &code, const Row &row, Operation &op, double scale, Product product);
  Value termsAt(CodeBuilder &code, const Row &row, PairScoreOp op, const Place &place);
  void sumTerms(CodeBuilder &code, const KernelScope &scope, const Terms &terms, Value sample, Value node);
  void combine(CodeBuilder &code, const Row &row, CombineOp op);
  void combineTile(CodeBuilder &code, const Row &row, CombineOp op, Value head, int64_t heads, Value column,
                   int64_t columns);
  void edgeScore(CodeBuilder &code, const Row &row, EdgeScoreOp op);
  void edgeValues(CodeBuilder &code, const Row &row, EdgeValuesOp op);
  void forEdges(CodeBuilder &code, const Row &row, llvm::function_ref<void(Value edge, Value numbers)> body);

  int64_t lanes() const { return schedule.getLanes(); }
  int64_t vectorHeads() const { return std::min(width, lanes()); }
  /// Calls `body` with the first of each vector of heads.
  void forHeadVectors(llvm::function_ref<void(int64_t head)> body) {
    for (int64_t head = 0; head < width; head += vectorHeads())
      body(head);
  }
  Value slot(CodeBuilder &code, const Row &row, Value map);
  Value termsOf(CodeBuilder &code, const KernelScope &scope, const Terms &terms, Value sample, Value node);
  Value extent(CodeBuilder &code, const KernelScope &scope, AffineExpr expr) {
    return kernel.extent(code, scope, expr);
  }
  Value loadIndex(CodeBuilder &code, Value pointer, Value at);
  Hidden hiddenOf(Value map) { return hidden.lookup(unmasked(map)); }
  std::optional<unsigned> resultOf(Value value);

  KernelCode &kernel;
  KernelOp op;
  ScheduleAttr schedule;
  BlockArgument rowptr, col;
  AffineExpr batch, queries, keys, edges;
  bool addsLoops = false;
  int64_t heads = 0, width = 0;
  llvm::DenseMap<Value, int64_t> slots; // of maps that are held, by what `unmasked` gives
  llvm::DenseMap<Value, Hidden> hidden; // of all maps, by the same: how edges are marked that masks hide
  int64_t slotCount = 0;
  SmallVector<Terms> terms;
  AffineExpr markBytes, slotBytes, firstSlot; // of a worker: columns, marks, slots
};

} // namespace mlir::attn
