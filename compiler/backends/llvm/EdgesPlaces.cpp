// The ops along edges that look at one place at a time, and those that look at all places of a node.
#include "compiler/backends/llvm/EdgesKernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace mlir::attn {

/// The heads of a vector's lanes, as i32.
Value EdgesKernel::headLanes(CodeBuilder &code, int64_t first) {
  SmallVector<int32_t> numbers;
  for (int64_t lane = 0; lane < lanes(); ++lane)
    numbers.push_back(first + lane % vectorHeads());
  return arith::ConstantOp::create(code.b, DenseIntElementsAttr::get(VectorType::get(lanes(), code.i32()), numbers));
}

/// Of each lane the number that `pointer` has for its head, from `head` on; there are `width` of them, or only `heads`.
Value EdgesKernel::numbersOfHeads(CodeBuilder &code, Value pointer, int64_t head, bool isPadded) {
  int64_t count = std::min(isPadded ? width - head : heads - head, lanes());
  Value mask = count < lanes() ? code.maskBelow(code.constant(count)) : Value();
  Value numbers = code.loadVector(code.offset(pointer, head), mask);
  if (vectorHeads() == lanes())
    return numbers;
  SmallVector<int64_t> repeated;
  for (int64_t lane = 0; lane < lanes(); ++lane)
    repeated.push_back(lane % vectorHeads());
  return vector::ShuffleOp::create(code.b, numbers, numbers, repeated);
}

/// The vector after `at` numbers of a row, which may be `partial`, of places that a vector has several of.
EdgesKernel::Place EdgesKernel::placesAt(CodeBuilder &code, const Row &row, Value at, bool partial) {
  int64_t places = lanes() / width;
  Value first = code.div(at, code.constant(width)), pointer = code.offset(code.i32(), row.columns, first), columns,
        valid;
  if (partial) {
    valid = code.maskBelow(code.sub(code.mul(row.count, width), at));
    columns = code.loadIndices(pointer, code.maskBelow(code.sub(row.count, first)));
  } else {
    columns = LLVM::LoadOp::create(code.b, VectorType::get(places, code.i32()), pointer, /*alignment=*/4);
  }
  if (width > 1) {
    SmallVector<int64_t> repeated;
    for (int64_t lane = 0; lane < lanes(); ++lane)
      repeated.push_back(lane / width);
    columns = vector::ShuffleOp::create(code.b, columns, columns, repeated);
  }
  return {at, columns, headLanes(code, 0), valid};
}

/// Calls `step` for the vectors of a row that hold heads from `head` on, in order; gives the last state.
SmallVector<Value> EdgesKernel::forPlaces(CodeBuilder &code, const Row &row, int64_t head, ValueRange initial,
                                          Step step) {
  if (width >= lanes())
    return code.reduce(code.constant(0), row.count, 1, initial, [&](Value place, ValueRange state) {
      Value column = code.load(code.i32(), code.offset(code.i32(), row.columns, place));
      Value at = code.add(code.mul(place, width), head);
      return step({at, column, headLanes(code, head), Value()}, state);
    });
  Value end = code.mul(row.count, width), full = code.sub(end, code.rem(end, code.constant(lanes())));
  auto vectors = [&](Value from, Value to, ValueRange initial, bool partial) {
    return code.reduce(from, to, lanes(), initial,
                       [&](Value at, ValueRange state) { return step(placesAt(code, row, at, partial), state); });
  };
  return vectors(full, end, vectors(code.constant(0), full, initial, false), true);
}

/// The vector at a place of a map, which is held or made here.
Value EdgesKernel::valueAt(CodeBuilder &code, const Row &row, Value map, const Place &place) {
  map = unmasked(map);
  if (slots.contains(map))
    return code.loadVector(code.offset(slot(code, row, map), place.at));
  return made(code, row, *map.getDefiningOp(), place);
}

/// What an op gives at a place. A masked place stays masked and its formula is not seen.
Value EdgesKernel::made(CodeBuilder &code, const Row &row, Operation &op, const Place &place) {
  if (auto pairs = dyn_cast<PairScoreOp>(op))
    return termsAt(code, row, pairs, place);
  SmallVector<Value> operands;
  Value masked;
  for (Value map : op.getOperands().take_front(isa<PointwiseOp>(op) ? op.getNumOperands() : 1)) {
    Value x = valueAt(code, row, map, place), gone = isHidden(code, x, hiddenOf(map));
    operands.push_back(x);
    masked = masked && gone ? arith::OrIOp::create(code.b, masked, gone).getResult() : gone ? gone : masked;
  }
  Hidden hidden = hiddenOf(op.getResult(0));
  Value y = operands[0];
  auto addIndices = [&] {
    operands.append({code.narrow(row.sample), place.heads, code.narrow(row.node), place.columns});
  };
  if (auto modify = dyn_cast<ModifyOp>(op)) {
    addIndices();
    y = buildFormula(code, modify.getFormula(), operands, captured(code, kernel, row.scope, modify.getCaptures()));
  } else if (auto pointwise = dyn_cast<PointwiseOp>(op)) {
    if (pointwise.getIndexed())
      addIndices();
    y = buildFormula(code, pointwise.getFormula(), operands);
  } else {
    y = code.select(visible(code, row, cast<MaskOp>(op), place), y, hiddenCode(code, hidden));
  }
  if (hidden == Hidden::Weight && !isa<MaskOp>(op)) // what a formula gives is not the mark of a masked place
    y = code.fadd(y, code.zeros());
  return masked ? code.select(masked, hiddenCode(code, hidden), y) : y;
}

void EdgesKernel::places(CodeBuilder &code, const Row &row, Operation &op) {
  Value map = op.getResult(0);
  if (!slots.contains(map))
    return;
  Value target = slot(code, row, map);
  forHeadVectors([&](int64_t head) {
    forPlaces(code, row, head, {}, [&](const Place &place, ValueRange) {
      code.storeVector(made(code, row, op, place), code.offset(target, place.at));
      return SmallVector<Value>();
    });
  });
}

/// A row's places, head by head: what is normalised or reduced together.
void EdgesKernel::forGroups(CodeBuilder &code, const Row &row, Value map, Value target,
                            llvm::function_ref<void(PlaceGroup &, int64_t)> body) {
  Value from = slot(code, row, map), to = slot(code, row, target);
  forHeadVectors([&](int64_t head) {
    auto each = [&, head](ValueRange initial, PlaceGroup::Step step) {
      return forPlaces(code, row, head, initial, [&](const Place &place, ValueRange state) {
        return step({code.offset(from, place.at), code.offset(to, place.at), place.valid}, state);
      });
    };
    PlaceGroup group(code, mathIsa(kernel.isa()), hiddenOf(map), vectorHeads(), each);
    body(group, head);
  });
}

void EdgesKernel::normalize(CodeBuilder &code, const Row &row, NormalizeOp op) {
  forGroups(code, row, op.getScores(), op.getWeights(), [&](PlaceGroup &group, int64_t head) {
    std::optional<Value> sink;
    if (op.getSink())
      sink = numbersOfHeads(code, kernel.tensor(row.scope, cast<BlockArgument>(op.getSink())), head, false);
    normalizeGroup(code, group, op, sink);
  });
}

void EdgesKernel::reduceMap(CodeBuilder &code, const Row &row, ReduceMapOp op) {
  std::optional<unsigned> number = resultOf(op.getResult());
  if (!number)
    return;
  Value count = extent(code, row.scope, queries), result = kernel.result(row.scope, *number);
  forGroups(code, row, op.getMap(), op.getMap(), [&](PlaceGroup &group, int64_t head) {
    Value reduced = reduceGroup(code, group, op.getKind());
    for (int64_t lane = 0; lane < std::min(vectorHeads(), heads - head); ++lane) {
      Value line = code.add(code.mul(row.sample, heads), head + lane);
      Value one = vector::ExtractOp::create(code.b, reduced, ArrayRef<int64_t>{lane});
      code.store(one, code.offset(result, code.add(code.mul(line, count), row.node)));
    }
  });
}

} // namespace mlir::attn
