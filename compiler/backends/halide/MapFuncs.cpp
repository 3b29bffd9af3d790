// The walk over a kernel's ops, and those that look at one place at a time.
#include <Halide.h>

#include "compiler/backends/halide/Formula.h"
#include "compiler/backends/halide/MapFuncs.h"
#include "dialect/Captures.h"
#include "dialect/NormalizerMaths.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

namespace mlir::attn {

using Halide::Expr;
using Halide::Func;

MapFuncs::MapFuncs(KernelOp op, KernelCode &code)
    : kernel(op), code(code), plan(op), memory(op, code, plan, pipelines),
      tensors(code, pipelines, memory.sizes, op.getSchedule()->getCols()), tiles(*op.getSchedule()), key(tiles.key),
      query(tiles.query), head(tiles.head), sizes(memory.sizes) {
  auto inner = op.getBody().front().without_terminator();
  takesTurns = llvm::any_of(inner, [](Operation &op) {
    auto normalize = dyn_cast<NormalizeOp>(op);
    return normalize && weightsFrom(normalize.getKind()) >= WeightsFrom::Threshold;
  });
  for (Operation &op : inner)
    visit(op);
  for (auto [result, value] : llvm::enumerate(op.getBody().front().getTerminator()->getOperands()))
    if (plan.isStrip(value))
      yield(value, result);
  code.setScratch(memory.bytes());
}

MapExpr MapFuncs::valueOf(Value map) {
  if (auto found = maps.find(map); found != maps.end())
    return found->second;
  MapExpr given;
  given.at = tensors.broadcast(map);
  return given;
}

static bool isPlaceOp(Operation *op) { return isa<ModifyOp, MaskOp, FillOp, PointwiseOp>(op); }

/// Whether a map is computed where it is read: once, place by place. What a sum is computed beside is in one pipeline.
bool MapFuncs::isComputedAtReader(Value map, const MapExpr &expr) const {
  if (takesTurns && !(expr.products.empty() && expr.beside.empty()))
    return false;
  return llvm::all_of(map.getUses(), [&](OpOperand &use) {
    bool placeWise = isa<YieldOp>(use.getOwner()) || isPlaceOp(use.getOwner());
    bool weighs = isa<CombineOp>(use.getOwner()) && expr.isLoad;
    return weighs || (placeWise && (map.hasOneUse() || expr.isLoad));
  });
}

void MapFuncs::visit(Operation &op) {
  // A map from outside that is read at other places than its own is brought into scratch.
  if (Value map = plan.given.lookup(&op); map && !maps.contains(map))
    maps[map] = keepMap(map, valueOf(map));
  if (auto combineOp = dyn_cast<CombineOp>(op))
    return combine(combineOp);
  if (auto reduction = dyn_cast<ReduceMapOp>(op))
    return reduceMap(reduction);
  if (!mapResult(op))
    return;
  MapExpr expr = build(op);
  Value map = op.getResult(0);
  maps[map] = isComputedAtReader(map, expr) ? expr : keepMap(map, expr);
}

MapExpr MapFuncs::build(Operation &op) {
  return llvm::TypeSwitch<Operation *, MapExpr>(&op)
      .Case([&](ScoreOp o) { return score(o); })
      .Case([&](PairScoreOp o) { return pairScore(o); })
      .Case([&](RelativeScoreOp o) { return relativeScore(o); })
      .Case([&](RelativeScore2dOp o) { return relativeScore2d(o); })
      .Case([&](MixHeadsOp o) { return mixHeads(o); })
      .Case([&](MapConvOp o) { return mapConv(o); })
      .Case([&](NormalizeOp o) { return normalize(o); })
      .Case([&](GivenScoreOp o) { return valueOf(o.getTable()); })
      .Default([&](Operation *o) { return placeOp(*o); });
}

static PlaceExpr both(const PlaceExpr &x, const PlaceExpr &y) {
  if (!x || !y)
    return x ? x : y;
  return [x, y](const MapPlace &place) { return x(place) && y(place); };
}

/// modify, mask, fill, pointwise: what they say of a place.
MapExpr MapFuncs::placeOp(Operation &op) {
  std::vector<PlaceExpr> operands;
  MapExpr result;
  for (Value operand : placeOperands(op)) {
    MapExpr map = valueOf(operand);
    operands.push_back(map.whole());
    result.visible = both(result.visible, map.visible);
    llvm::append_range(result.products, map.products);
    llvm::append_range(result.beside, map.beside);
  }
  if (auto fill = dyn_cast<FillOp>(op)) {
    float value = fill.getValue().convertToDouble();
    result.at = [x = operands[0], visible = result.visible, value](const MapPlace &at) -> Expr {
      return visible ? choose(visible(at), x(at), value) : x(at);
    };
    result.visible = nullptr;
  } else if (auto mask = dyn_cast<MaskOp>(op)) {
    result.at = operands[0];
    result.visible = both(result.visible, maskExpr(mask));
  } else if (auto modify = dyn_cast<ModifyOp>(op)) {
    result.at = [this, modify, x = operands[0],
                 captures = tensors.whole(modify.getCaptures())](const MapPlace &at) mutable {
      return formulaExpr(modify.getFormula(), {x(at), sizes.sample, at.head, at.query, at.key}, captures, math());
    };
  } else {
    auto pointwise = cast<PointwiseOp>(op);
    result.at = [this, pointwise, operands,
                 captures = tensors.whole(pointwise.getCaptures())](const MapPlace &at) mutable {
      llvm::SmallVector<Expr> values;
      for (const PlaceExpr &operand : operands)
        values.push_back(operand(at));
      if (pointwise.getIndexed())
        values.append({sizes.sample, at.head, at.query, at.key});
      return formulaExpr(pointwise.getFormula(), values, captures, math());
    };
  }
  return result;
}

/// A map in scratch: what is read of it and, for convolutions, zeros where it is masked and around it.
MapExpr MapFuncs::keepMap(Value map, const MapExpr &expr) {
  bool convolved = llvm::any_of(map.getUsers(), llvm::IsaPred<MapConvOp>);
  MapPlace at{key, query, head};
  Expr x = expr.whole()(at);
  if (convolved) {
    Expr inside = likely(key >= 0 && key < sizes.keys) && query >= 0 && query < sizes.queries;
    x = choose(expr.visible ? inside && expr.visible(at) : inside, x, 0.0f);
  }
  Func func("map");
  func(key, query, head) = x;
  int64_t heads = mapHeads(map);
  tiles.rows(func, expr, Halide::TailStrategy::RoundUp, tiles.panel(), memory.heldHeads(heads));
  Kept kept = pipelines.keep(func, memory.map(memory.columnsOf(map), memory.haloOf(map), heads));
  MapExpr result;
  result.at = [kept](const MapPlace &place) { return kept({place.key, place.query, place.head}); };
  result.visible = expr.visible;
  result.isLoad = true;
  return result;
}

/// The strip's own rows of a map, to result `result` [B, H, N, M]. A masked score leaves as -inf, a weight as 0.
void MapFuncs::yield(Value value, unsigned result) {
  MapExpr map = valueOf(value);
  MapPlace at{key, query, head};
  Expr x = map.whole()(at);
  if (map.visible)
    x = choose(map.visible(at), x, plan.of(value).hidden == Hidden::Weight ? 0.0f : -INFINITY);
  Func func("yielded");
  func(key, query, head) = x;
  int64_t heads = mapHeads(value);
  tiles.rows(func, map, Halide::TailStrategy::GuardWithIf, tiles.panel(), memory.heldHeads(heads));
  pipelines.keep(func, memory.mapResult(result, heads));
}

} // namespace mlir::attn
