// Strategy `edges`: maps that lie along the edges of a graph, a node's row at a time. No number is held for an edge
// beyond the row at hand; what a score says of a node alone is computed once for each node, before the rows.
//   row(b, i):  the distinct columns of the node's edges, and the node itself where the mask adds it -> places
//               for each op of the kernel: for the vectors of the row's places: ...
// A task has rows with about as many edges as any other has, so that a node of many edges keeps no other waiting.
#include "compiler/backends/llvm/EdgesKernel.h"
#include "dialect/GraphEdges.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::attn {
namespace {

// Edges and nodes that are worth a task, and nodes that terms are summed for at a time.
constexpr int64_t taskEdges = 256, termNodes = 32;

bool isPlaceOp(Operation *op) { return isa<ModifyOp, MaskOp, PointwiseOp>(op); }

/// What a mask leaves of a map.
enum class Support { Edges, EdgesAndLoops, Loops, Other };

Support supportOf(MaskAttr mask) {
  if (mask.getKind() == MaskKind::Graph)
    return Support::Edges;
  if (mask.getKind() == MaskKind::Window && mask.getValues()[0] == 0 && mask.getValues()[1] == 0)
    return Support::Loops;
  if (mask.getKind() != MaskKind::Or || mask.getChildren().size() != 2)
    return Support::Other;
  Support x = supportOf(mask.getChildren()[0]), y = supportOf(mask.getChildren()[1]);
  bool both = (x == Support::Edges && y == Support::Loops) || (x == Support::Loops && y == Support::Edges);
  return both ? Support::EdgesAndLoops : Support::Other;
}

/// Whether a map has no places but those of edges and loops.
bool liesAlongEdges(Value map) {
  Operation *op = map.getDefiningOp();
  if (isa_and_nonnull<EdgeScoreOp, MaskOp>(op))
    return true;
  return isa_and_nonnull<ModifyOp, NormalizeOp, PointwiseOp>(op) && llvm::any_of(op->getOperands(), liesAlongEdges);
}

} // namespace

Value unmasked(Value map) {
  while (auto mask = map.getDefiningOp<MaskOp>())
    map = mask.getScores();
  return map;
}

/// The ops that read a map, masks aside.
static void addReaders(Value map, SmallVectorImpl<Operation *> &readers) {
  for (Operation *user : map.getUsers())
    if (isa<MaskOp>(user))
      addReaders(user->getResult(0), readers);
    else
      readers.push_back(user);
}

EdgesKernel::EdgesKernel(KernelCode &kernel) : kernel(kernel), op(kernel.kernel()), schedule(*op.getSchedule()) {
  Block &body = op.getBody().front();
  for (Operation &inner : body) {
    forEachGraph(&inner, [&](OpOperand &rows, OpOperand &columns) {
      rowptr = cast<BlockArgument>(rows.get());
      col = cast<BlockArgument>(columns.get());
    });
    if (auto mask = dyn_cast<MaskOp>(inner))
      addsLoops |= supportOf(mask.getMask()) == Support::EdgesAndLoops;
  }
  placeMaps(body);
  placeMemory();
}

/// Whether a map is computed where it is read: it is made place by place, and read once by an op that works so too.
bool EdgesKernel::isMadeWhereRead(Value map) {
  Operation *op = map.getDefiningOp();
  auto pairs = dyn_cast<PairScoreOp>(op);
  SmallVector<Operation *> readers;
  addReaders(map, readers);
  return (isPlaceOp(op) || (pairs && NodeTerms::of(pairs))) && readers.size() == 1 && isPlaceOp(readers[0]);
}

void EdgesKernel::placeMaps(Block &body) {
  for (Operation &inner : body) {
    Value map = mapResult(inner);
    if (!map || isa<MaskOp>(inner))
      continue;
    ArrayRef<AffineExpr> extents = kernel.extents(map);
    batch = extents[0], queries = extents[2], keys = extents[3];
    heads = cast<RankedTensorType>(map.getType()).getDimSize(1);
    if (auto normalize = dyn_cast<NormalizeOp>(inner)) { // in place, where nothing else reads the scores
      Value scores = unmasked(normalize.getScores());
      SmallVector<Operation *> readers;
      addReaders(scores, readers);
      slots[map] = readers.size() == 1 ? slots[scores] : slotCount++;
    } else if (!isMadeWhereRead(map)) {
      slots[map] = slotCount++;
    }
  }
  width = heads < lanes() ? llvm::PowerOf2Ceil(heads) : llvm::alignTo(heads, lanes());
  edges = kernel.extents(col)[0];
}

void EdgesKernel::placeMemory() {
  int64_t bytes = kernel.numberBytes();
  auto room = [&](AffineExpr count, int64_t size) { return (count * size + lanes() * bytes).ceilDiv(64) * 64; };
  markBytes = room(keys, 4); // of columns, which come before the marks
  firstSlot = markBytes * 2;
  slotBytes = room(keys * width, bytes);
  AffineExpr end = firstSlot + slotBytes * slotCount;
  for (auto pairs : op.getBody().front().getOps<PairScoreOp>())
    if (std::optional<NodeTerms> both = NodeTerms::of(pairs)) {
      terms.push_back({pairs, pairs.getQuery(), both->query, end});
      end = end + room(batch * queries * width, bytes);
      terms.push_back({pairs, pairs.getKey(), both->key, end});
      end = end + room(batch * keys * width, bytes);
    }
  kernel.setScratch(end);
}

Value EdgesKernel::loadIndex(CodeBuilder &code, Value pointer, Value at) {
  return arith::ExtSIOp::create(code.b, code.i64(), code.load(code.i32(), code.offset(code.i32(), pointer, at)));
}

Value EdgesKernel::narrow(CodeBuilder &code, Value x) { return arith::TruncIOp::create(code.b, code.i32(), x); }

Value EdgesKernel::slot(CodeBuilder &code, const Row &row, Value map) {
  Value offset = code.mul(extent(code, row.scope, slotBytes), slots.lookup(unmasked(map)));
  return code.offsetBytes(row.memory, offset);
}

std::optional<unsigned> EdgesKernel::resultOf(Value value) {
  for (auto [number, yielded] : llvm::enumerate(op.getBody().front().getTerminator()->getOperands()))
    if (yielded == value)
      return number;
  return std::nullopt;
}

EdgesKernel::Row EdgesKernel::makeRow(CodeBuilder &code, const KernelScope &scope, Value sample, Value node,
                                      Value worker) {
  Value pointers = kernel.tensor(scope, rowptr), scratch = kernel.workerScratch(code, scope, worker);
  Row row{scope,
          sample,
          node,
          loadIndex(code, pointers, node),
          loadIndex(code, pointers, code.add(node, 1)),
          {},
          {},
          {},
          code.offsetBytes(scratch, extent(code, scope, markBytes)),
          code.offsetBytes(scratch, extent(code, scope, firstSlot))};
  Value listed = code.offset(code.i32(), kernel.tensor(scope, col), row.first);
  Value yes = arith::ConstantIntOp::create(code.b, 1, 1), no = arith::ConstantIntOp::create(code.b, 0, 1);
  SmallVector<Value> found =
      code.reduce(row.first, row.last, 1, {yes, no, code.constant(-1)}, [&](Value edge, ValueRange state) {
        Value column = loadIndex(code, kernel.tensor(scope, col), edge);
        Value isNode = arith::CmpIOp::create(code.b, arith::CmpIPredicate::eq, column, node);
        return SmallVector<Value>{code.both(state[0], code.less(state[2], column)),
                                  arith::OrIOp::create(code.b, state[1], isNode), column};
      });
  row.rising = found[0];
  row.columns = scratch;
  collectPlaces(code, row, addsLoops ? found[1] : yes, listed);
  return row;
}

/// The places of a row: the columns as they are listed, or a list of one's own. A column that is listed several times
/// is marked with its first edge, then with its place.
void EdgesKernel::collectPlaces(CodeBuilder &code, Row &row, Value hasLoop, Value listed) {
  Value degree = code.sub(row.last, row.first), none = code.constant(0), counted = code.stack(code.i64(), 1);
  Value asListed = code.both(row.rising, hasLoop);
  auto place = [&](Value at) { return code.offset(code.i32(), row.columns, at); };
  auto mark = [&](Value column) { return code.offset(code.i32(), row.marks, column); };
  auto copy = [&] {
    code.loop(none, degree, 1,
              [&](Value at) { code.store(code.load(code.i32(), code.offset(code.i32(), listed, at)), place(at)); });
    code.store(degree, counted);
  };
  auto collect = [&] {
    code.loop(none, degree, 1, [&](Value at) {
      Value edge = code.sub(code.sub(degree, code.constant(1)), at);
      code.store(narrow(code, edge), mark(loadIndex(code, listed, edge)));
    });
    Value count = code.reduce(none, degree, 1, ValueRange{none}, [&](Value edge, ValueRange state) {
      Value column = loadIndex(code, listed, edge), marked = loadIndex(code, row.marks, column);
      Value isFirst = arith::CmpIOp::create(code.b, arith::CmpIPredicate::eq, marked, edge);
      code.branch(isFirst, [&] {
        code.store(narrow(code, column), place(state[0]));
        code.store(narrow(code, state[0]), mark(column));
      });
      return SmallVector<Value>{code.add(state[0], code.select(isFirst, code.constant(1), none))};
    })[0];
    code.store(count, counted);
  };
  code.branch(asListed, [&] { code.store(degree, counted); }, [&] { code.branch(row.rising, copy, collect); });
  row.count = code.load(code.i64(), counted);
  if (addsLoops) {
    Value more = code.select(hasLoop, none, code.constant(1));
    code.branch(code.less(none, more), [&] { code.store(narrow(code, row.node), place(row.count)); });
    row.count = code.add(row.count, more);
  }
  row.columns = code.select(asListed, listed, row.columns);
}

/// The first node before whose row there are at least `work` nodes and edges.
Value EdgesKernel::nodeAt(CodeBuilder &code, const KernelScope &scope, Value work) {
  Value count = extent(code, scope, queries);
  return code.repeat({code.constant(0), count}, [&](ValueRange range) {
    Value middle = code.div(code.add(range[0], range[1]), code.constant(2));
    Value before = code.add(loadIndex(code, kernel.tensor(scope, rowptr), middle), middle);
    Value isBelow = code.less(before, work);
    Value from = code.select(isBelow, code.min(code.add(middle, 1), range[1]), range[0]);
    Value to = code.select(isBelow, range[1], middle);
    return std::pair(code.less(from, to), SmallVector<Value>{from, to});
  })[0];
}

void EdgesKernel::visit(CodeBuilder &code, const Row &row, Operation &inner) {
  llvm::TypeSwitch<Operation *>(&inner)
      .Case([&](ScoreOp o) {
        score(code, row, inner, o.getScale().convertToDouble(),
              [&](Value query, Value key, Value, Value) { return code.fmul(query, key); });
      })
      .Case([&](PairScoreOp o) {
        if (NodeTerms::of(o))
          return places(code, row, inner);
        SmallVector<CapturedTensor> captures = captured(code, kernel, row.scope, o.getCaptures());
        score(code, row, inner, o.getScale().convertToDouble(),
              [&](Value query, Value key, Value head, Value channels) {
                return buildFormula(code, o.getFormula(), {query, key, head, channels}, captures);
              });
      })
      .Case([&](EdgeScoreOp o) { edgeScore(code, row, o); })
      .Case([&](EdgeValuesOp o) { edgeValues(code, row, o); })
      .Case([&](NormalizeOp o) { normalize(code, row, o); })
      .Case([&](ReduceMapOp o) { reduceMap(code, row, o); })
      .Case([&](CombineOp o) { combine(code, row, o); })
      .Case<ModifyOp, PointwiseOp>([&](Operation *o) { places(code, row, *o); });
}

void EdgesKernel::build() {
  auto blocksOf = [&](CodeBuilder &code, const KernelScope &scope) {
    return code.ceilDiv(code.max(extent(code, scope, queries), extent(code, scope, keys)), termNodes);
  };
  auto partsOf = [&](CodeBuilder &code, const KernelScope &scope) {
    return code.ceilDiv(extent(code, scope, queries + edges), taskEdges);
  };
  std::string rows = kernel.function("rows", 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
    Value parts = partsOf(code, scope), sample = code.div(arguments[0], parts), part = code.rem(arguments[0], parts);
    Value first = nodeAt(code, scope, code.mul(part, taskEdges));
    Value end = nodeAt(code, scope, code.mul(code.add(part, 1), taskEdges));
    code.loop(first, end, 1, [&](Value node) {
      Row row = makeRow(code, scope, sample, node, arguments[1]);
      for (Operation &inner : op.getBody().front().without_terminator())
        visit(code, row, inner);
    });
  });
  std::string sums;
  if (!terms.empty())
    sums = kernel.function("terms", 2, [&](CodeBuilder &code, const KernelScope &scope, ValueRange arguments) {
      Value blocks = blocksOf(code, scope), sample = code.div(arguments[0], blocks);
      Value first = code.mul(code.rem(arguments[0], blocks), termNodes);
      for (const Terms &side : terms) {
        Value count = extent(code, scope, lengthOfKeys(kernel.extents(side.rows)));
        code.loop(first, code.min(code.add(first, termNodes), count), 1,
                  [&](Value node) { sumTerms(code, scope, side, sample, node); });
      }
    });
  kernel.define([&](CodeBuilder &code, const KernelScope &scope) {
    Value frame = kernel.makeFrame(code, scope), samples = extent(code, scope, batch);
    if (!terms.empty())
      kernel.parallel(code, scope, sums, frame, code.mul(samples, blocksOf(code, scope)));
    kernel.parallel(code, scope, rows, frame, code.mul(samples, partsOf(code, scope)));
  });
}

namespace {

/// What is in the way of computing a kernel along edges.
class EdgesCheck {
public:
  explicit EdgesCheck(KernelOp kernel) : kernel(kernel) {}

  LogicalResult run(std::string &why) {
    bool fine = checkGraph() && llvm::all_of(kernel.getBody().front().without_terminator(),
                                             [&](Operation &op) { return checkOp(op) && checkFormulas(op); });
    for (Value result : kernel.getBody().front().getTerminator()->getOperands())
      fine =
          fine && (!mapResult(*result.getDefiningOp()) || refuse("a map along edges leaves the kernel; make it again "
                                                                 "where it is read, or take its edge_values"));
    why = reason;
    return success(fine);
  }

private:
  bool refuse(const Twine &text) {
    reason = text.str();
    return false;
  }

  /// One graph, of inputs that are checked at the entry, and one set of loops.
  bool checkGraph() {
    Value rowptr, col;
    bool isOne = true, given = false, masked = false, looped = false, isSquare = true;
    for (Operation &op : kernel.getBody().front()) {
      forEachGraph(&op, [&](OpOperand &rows, OpOperand &columns) {
        isOne &= !rowptr || (rowptr == rows.get() && col == columns.get());
        rowptr = rows.get(), col = columns.get();
      });
      given |= isa<EdgeScoreOp>(op);
      auto mask = dyn_cast<MaskOp>(op);
      if (!mask)
        continue;
      Support support = supportOf(mask.getMask());
      if (support != Support::Edges && support != Support::EdgesAndLoops)
        return refuse("a mask beside graph(..) and graph(..) or window(0, 0, ..) is not computed along edges yet");
      (support == Support::Edges ? masked : looped) = true;
      isSquare &= mask.getType().getDimSize(2) == mask.getType().getDimSize(3);
    }
    auto isInput = [&](Value value) {
      auto argument = dyn_cast<BlockArgument>(value);
      return argument && isa<BlockArgument>(kernel.getInputs()[argument.getArgNumber()]);
    };
    if (!rowptr)
      return refuse("no op follows the edges of a graph");
    if (!isOne)
      return refuse("the maps of one kernel lie along the edges of two graphs");
    if (!isInput(rowptr) || !isInput(col))
      return refuse("the model computes the graph; expected row pointers and columns to be inputs, which are checked");
    if (looped && (masked || given || !isSquare))
      return refuse("some of its maps have loops, others have not");
    return true;
  }

  bool checkOp(Operation &op) {
    if (Value map = mapResult(op)) {
      int64_t own = cast<RankedTensorType>(map.getType()).getDimSize(1);
      if (heads && own != heads)
        return refuse("its maps have different numbers of heads");
      heads = own;
    }
    return llvm::TypeSwitch<Operation *, bool>(&op)
        .Case([&](ScoreOp o) { return checkRows({o.getQuery(), o.getKey()}); })
        .Case([&](PairScoreOp o) { return checkRows({o.getQuery(), o.getKey()}); })
        .Case([&](PointwiseOp o) {
          bool plain =
              llvm::all_of(o.getOperands(), [&](Value x) { return x.getType() == o.getType() && x.getDefiningOp(); });
          return plain || refuse("a map along edges meets a tensor that is none");
        })
        .Case([&](NormalizeOp o) {
          bool byRow = !needsWholeMap(*o) && o.getAxis() == MapAxis::Keys;
          return checkAlong(o.getScores()) && (byRow || refuse("only the edges of a node are normalised together"));
        })
        .Case([&](ReduceMapOp o) {
          bool byRow = o.getAxis() == MapAxis::Keys;
          return checkAlong(o.getMap()) && (byRow || refuse("only the edges of a node are reduced together"));
        })
        .Case([&](CombineOp o) {
          return checkAlong(o.getWeights()) && checkRows({o.getValue()}) &&
                 (!o.getRelative() || refuse("values by distance are not combined along edges"));
        })
        .Case([&](EdgeValuesOp o) { return checkAlong(o.getMap()); })
        .Case<EdgeScoreOp, ModifyOp, MaskOp, SplitHeadsOp, MergeHeadsOp>([](Operation *) { return true; })
        .Default([&](Operation *o) { return refuse(o->getName().getStringRef() + " is not computed along edges"); });
  }

  bool checkRows(ArrayRef<Value> rows) {
    return llvm::all_of(rows, sourceOf) || refuse("query, key or value is computed inside the kernel");
  }

  bool checkAlong(Value map) {
    return (map.getDefiningOp() && liesAlongEdges(map)) || refuse("a map has places that are no edges");
  }

  bool checkFormulas(Operation &op) {
    return llvm::all_of(op.getRegions(), [&](Region &region) {
      std::string why;
      return succeeded(supportsFormula(region, why)) || refuse(why);
    });
  }

  KernelOp kernel;
  std::string reason;
  int64_t heads = 0;
};

} // namespace

LogicalResult supportsEdges(KernelOp kernel, std::string &why) { return EdgesCheck(kernel).run(why); }

bool edgesReadNarrow(BlockArgument argument) {
  auto readsRows = [](OpOperand &use) {
    if (isa<ScoreOp, PairScoreOp>(use.getOwner()))
      return use.getOperandNumber() < 2;
    return isa<CombineOp>(use.getOwner()) && use.getOperandNumber() == 1;
  };
  return llvm::all_of(argument.getUses(), [&](OpOperand &use) {
    auto split = dyn_cast<SplitHeadsOp>(use.getOwner());
    return split ? llvm::all_of(split->getUses(), readsRows) : readsRows(use);
  });
}

void lowerEdges(KernelCode &kernel) { EdgesKernel(kernel).build(); }

} // namespace mlir::attn
