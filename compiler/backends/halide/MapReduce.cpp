// reduce_map in a strip: one number for the keys of a query, or for the heads of a place, straight into the kernel's
// result.
#include <Halide.h>

#include "compiler/backends/halide/ExprArithmetic.h"
#include "compiler/backends/halide/MapFuncs.h"
#include <cmath>

namespace mlir::attn {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;

static Expr mean(Expr total, Expr count) { return select(count == 0.0f, 0.0f, total / count); }

void MapFuncs::reduceMap(ReduceMapOp op) {
  for (auto [number, value] : llvm::enumerate(op->getBlock()->getTerminator()->getOperands())) {
    if (value != op.getResult())
      continue;
    if (op.getAxis() == MapAxis::Keys)
      yieldRows(op, number);
    else
      yieldPlaces(op, number);
  }
}

/// [B, H, N]: a number for each query.
void MapFuncs::yieldRows(ReduceMapOp op, unsigned result) {
  MapExpr map = valueOf(op.getMap());
  PlaceExpr x = whole(map), one = [](const MapPlace &) { return Expr(1.0f); };
  int64_t heads = mapHeads(op.getMap());
  MapPlace at{0, query, head};
  auto reduce = [&](const char *name, Expr start, Step step, PlaceExpr term) {
    auto same = [](Expr total, const MapPlace &) { return total; };
    return reduceKeys(name, {}, op.getMap(), map, start, step, term, same);
  };
  Func func("reduced");
  switch (op.getKind()) {
  case MapReduction::Sum:
    func(query, head) = reduce("sum", 0.0f, sum, x)(at);
    break;
  case MapReduction::Mean:
    func(query, head) = mean(reduce("sum", 0.0f, sum, x)(at), reduce("count", 0.0f, sum, one)(at));
    break;
  case MapReduction::Max:
    func(query, head) = reduce("largest", -INFINITY, larger, x)(at);
    break;
  case MapReduction::LogSumExp: {
    PlaceExpr largest = reduce("largest", -INFINITY, larger, x);
    auto maths = std::make_shared<ExprSums>(op.getContext(), mathIsa(code.isa()));
    PlaceExpr term = [=](const MapPlace &place) {
      return maths->sums.term(x(place), maths->sums.origin(largest(place)));
    };
    func(query, head) = maths->sums.logarithm(reduce("total", 0.0f, sum, term)(at), maths->sums.origin(largest(at)));
  }
  }
  outputs.push_back(func);
  outputBuffers.push_back([this, heads, result](CodeBuilder &c, const StripCall &strip) {
    Value n = code.extent(c, strip.scope, code.extents(plan.anyMap)[2]);
    Value index = c.add(c.mul(c.add(c.mul(strip.sample, heads), strip.head), n), strip.first);
    return BufferArgument{
        c.offset(code.result(strip.scope, result), index),
        {{strip.first, c.sub(strip.end, strip.first), c.constant(1)}, {strip.head, c.constant(heldHeads(heads)), n}},
        {}};
  });
  func.output_buffer().dim(0).set_extent(rows);
  func.output_buffer().dim(1).set_bounds(plan.allHeads ? Expr(0) : firstHead, static_cast<int>(heldHeads(heads)));
}

/// [B, N, M]: a number for each place, of all heads.
void MapFuncs::yieldPlaces(ReduceMapOp op, unsigned result) {
  MapExpr map = valueOf(op.getMap());
  RDom h(0, static_cast<int>(mapHeads(op.getMap())), "h");
  MapPlace at{key, query, h};
  MapExpr parts;
  auto reduce = [&](const char *name, Expr start, Step step, Expr term) -> Expr {
    Func func(name);
    func(key, query) = start;
    // Named in full, so that it reads a head also where the term does not.
    Expr counted = map.visible ? select(map.visible(at), term, start) : term;
    func(key, query) = step(func(key, query), select(h.x >= 0, counted, start));
    parts.beside.push_back({func, h, /*overHeads=*/true});
    return func(key, query);
  };
  Expr x = whole(map)(at), reduced;
  switch (op.getKind()) {
  case MapReduction::Sum:
    reduced = reduce("sum", 0.0f, sum, x);
    break;
  case MapReduction::Mean:
    reduced = reduce("sum", 0.0f, sum, x);
    reduced = mean(reduced, map.visible ? reduce("count", 0.0f, sum, Expr(1.0f)) : Expr(float(mapHeads(op.getMap()))));
    break;
  case MapReduction::Max:
    reduced = reduce("largest", -INFINITY, larger, x);
    break;
  case MapReduction::LogSumExp: {
    ExprSums maths(op.getContext(), mathIsa(code.isa()));
    Expr origin = maths.sums.origin(reduce("largest", -INFINITY, larger, x));
    reduced = maths.sums.logarithm(reduce("total", 0.0f, sum, maths.sums.term(x, origin)), origin);
  }
  }
  Func func("reduced");
  func(key, query) = reduced;
  outputs.push_back(func);
  outputBuffers.push_back([this, result](CodeBuilder &c, const StripCall &strip) {
    ArrayRef<AffineExpr> extents = code.extents(plan.anyMap);
    Value n = code.extent(c, strip.scope, extents[2]), m = code.extent(c, strip.scope, extents[3]);
    Value row = c.add(c.mul(strip.sample, n), strip.first);
    return BufferArgument{c.offset(code.result(strip.scope, result), c.mul(row, m)),
                          {{c.constant(0), m, c.constant(1)}, {strip.first, c.sub(strip.end, strip.first), m}},
                          {}};
  });
  func.output_buffer().dim(0).set_bounds(0, sizes.keys);
  func.output_buffer().dim(1).set_extent(rows);
  tilePlaces(func, parts);
}

} // namespace mlir::attn
