// reduce_map in a strip: one number for each group of places, straight into the kernel's result.
#include <Halide.h>

#include "compiler/backends/halide/ExprArithmetic.h"
#include "compiler/backends/halide/MapFuncs.h"
#include <cmath>

namespace mlir::attn {

using Halide::Expr;
using Halide::Func;

/// The number of a place's group.
PlaceExpr MapFuncs::reduced(ReduceMapOp op, const MapExpr &map, MapGroups &own) {
  PlaceExpr x = map.whole(), one = [](const MapPlace &) { return Expr(1.0f); };
  switch (op.getKind()) {
  case MapReduction::Sum:
    return own.reduce("sum", 0.0f, sum, x);
  case MapReduction::Mean: {
    PlaceExpr total = own.reduce("sum", 0.0f, sum, x), count = own.reduce("count", 0.0f, sum, one);
    return [=](const MapPlace &place) { return select(count(place) == 0.0f, 0.0f, total(place) / count(place)); };
  }
  case MapReduction::Max:
    return own.reduce("largest", -INFINITY, larger, x);
  case MapReduction::LogSumExp: {
    PlaceExpr largest = own.reduce("largest", -INFINITY, larger, x);
    auto maths = std::make_shared<ExprSums>(op.getContext(), math());
    auto origin = [=](const MapPlace &place) { return maths->sums.origin(largest(place)); };
    PlaceExpr total = own.reduce("total", 0.0f, sum,
                                 [=](const MapPlace &place) { return maths->sums.term(x(place), origin(place)); });
    return [=](const MapPlace &place) { return maths->sums.logarithm(total(place), origin(place)); };
  }
  }
  llvm_unreachable("unknown reduction");
}

void MapFuncs::reduceMap(ReduceMapOp op) {
  MapExpr map = valueOf(op.getMap());
  int64_t heads = mapHeads(op.getMap());
  for (auto [number, value] : llvm::enumerate(op->getBlock()->getTerminator()->getOperands())) {
    if (value != op.getResult())
      continue;
    MapGroups own = groups(op.getMap(), map, op.getAxis(), op.getResult());
    PlaceExpr expr = reduced(op, map, own);
    Func func("reduced");
    MapPlace place{key, query, head};
    switch (op.getAxis()) {
    case MapAxis::Keys:
      func(query, head) = expr(place);
      pipelines.keep(func, memory.rowResult(number, heads));
      break;
    case MapAxis::Queries:
      func(key, head) = expr(place);
      tiles.panels(func, {}, Halide::TailStrategy::GuardWithIf);
      pipelines.keep(func, memory.keyResult(number, heads));
      break;
    case MapAxis::Heads:
      func(key, query) = expr(place);
      tiles.panels(func, own.beside, Halide::TailStrategy::GuardWithIf);
      pipelines.keep(func, memory.placeResult(number));
    }
  }
}

} // namespace mlir::attn
