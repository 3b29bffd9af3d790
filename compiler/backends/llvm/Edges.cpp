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

} // namespace

/// Whether a mask is each node's place in its own row.
static bool isLoops(MaskAttr mask) {
  return mask.getKind() == MaskKind::Window && mask.getValues()[0] == 0 && mask.getValues()[1] == 0;
}

EdgeMask EdgeMask::of(MaskAttr mask) {
  bool namesGraph = false;
  forEachMask(mask, [&](MaskAttr node) { namesGraph |= node.getKind() == MaskKind::Graph; });
  if (!namesGraph)
    return {NoGraph, {mask}};
  if (mask.getKind() == MaskKind::Graph)
    return {Edges, {}};
  ArrayRef<MaskAttr> parts = mask.getChildren();
  auto isGraph = [](MaskAttr part) { return part.getKind() == MaskKind::Graph; };
  if (mask.getKind() == MaskKind::Or && parts.size() == 2 && llvm::any_of(parts, isGraph) &&
      llvm::any_of(parts, isLoops))
    return {EdgesAndLoops, {}};
  EdgeMask result{mask.getKind() == MaskKind::And ? NoGraph : Other, {}};
  for (MaskAttr part : parts) {
    EdgeMask own = of(part);
    if (own.kind != NoGraph)
      result.kind = result.kind == NoGraph ? own.kind : Other; // of two graphs, the edges of neither
    result.others.append(own.others);
  }
  return result;
}

/// Whether a mask says nothing but which places are edges.
static bool isGraphAlone(Operation *op) {
  auto mask = dyn_cast_or_null<MaskOp>(op);
  return mask && EdgeMask::of(mask.getMask()).others.empty();
}

Value unmasked(Value map) {
  while (isGraphAlone(map.getDefiningOp()))
    map = map.getDefiningOp<MaskOp>().getScores();
  return map;
}

/// The ops that read a map, masks aside that hide no edge.
static void addReaders(Value map, SmallVectorImpl<Operation *> &readers) {
  for (Operation *user : map.getUsers())
    if (isGraphAlone(user))
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
      addsLoops |= EdgeMask::of(mask.getMask()).kind == EdgeMask::EdgesAndLoops;
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

/// The way `op` marks edges that are masked, from what it reads.
static Hidden hiddenBy(Operation &op, llvm::function_ref<Hidden(Value)> of) {
  Hidden hidden = isa<MaskOp>(op) ? Hidden::Score : Hidden::Never;
  for (Value operand : op.getOperands())
    hidden = std::max(hidden, of(operand));
  return isa<NormalizeOp>(op) && hidden != Hidden::Never ? Hidden::Weight : hidden;
}

void EdgesKernel::placeMaps(Block &body) {
  for (Operation &inner : body) {
    Value map = mapResult(inner);
    if (!map || isGraphAlone(&inner))
      continue;
    hidden[map] = hiddenBy(inner, [&](Value operand) { return hiddenOf(operand); });
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
        Value isNode = code.equal(column, node);
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
      code.store(code.narrow(edge), mark(loadIndex(code, listed, edge)));
    });
    Value count = code.reduce(none, degree, 1, ValueRange{none}, [&](Value edge, ValueRange state) {
      Value column = loadIndex(code, listed, edge), marked = loadIndex(code, row.marks, column);
      Value isFirst = code.equal(marked, edge);
      code.branch(isFirst, [&] {
        code.store(code.narrow(column), place(state[0]));
        code.store(code.narrow(state[0]), mark(column));
      });
      return SmallVector<Value>{code.add(state[0], code.select(isFirst, code.constant(1), none))};
    })[0];
    code.store(count, counted);
  };
  code.branch(asListed, [&] { code.store(degree, counted); }, [&] { code.branch(row.rising, copy, collect); });
  row.count = code.load(code.i64(), counted);
  if (addsLoops) {
    Value more = code.select(hasLoop, none, code.constant(1));
    code.branch(code.less(none, more), [&] { code.store(code.narrow(row.node), place(row.count)); });
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
      .Case<ModifyOp, MaskOp, PointwiseOp>([&](Operation *o) { places(code, row, *o); });
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

bool edgesReadNarrow(BlockArgument argument) {
  return llvm::all_of(readersOf(argument), [](OpOperand *reader) {
    if (isa<ScoreOp, PairScoreOp>(reader->getOwner()))
      return reader->getOperandNumber() < 2;
    return isa<CombineOp>(reader->getOwner()) && reader->getOperandNumber() == 1;
  });
}

void lowerEdges(KernelCode &kernel) { EdgesKernel(kernel).build(); }

} // namespace mlir::attn
