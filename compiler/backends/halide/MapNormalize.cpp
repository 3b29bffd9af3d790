// Normalisers of a strip. Over keys, a weight is an unscaled weight, kept, times a factor of its row; over heads, both
// are computed at the place.
#include <Halide.h>

#include "compiler/backends/halide/ExprArithmetic.h"
#include "compiler/backends/halide/MapFuncs.h"
#include <cmath>

namespace mlir::attn {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;

/// What a normalize op says, of expressions; `sink` is that of the place's head, undefined if there is none.
class MapFuncs::Normaliser {
public:
  Normaliser(NormalizeOp op, MathIsa isa)
      : arithmetic(op.getContext(), isa), kind(op.getKind()), eps(op.getEps().convertToDouble()) {}

  Expr lowest(Expr sink) { return maths(sink).lowest(); }
  Expr origin(Expr largest) { return maths(Expr()).origin(largest); }
  Expr numerator(Expr x, Expr origin) { return maths(Expr()).numerator(x, origin); }
  Expr term(Expr numerator) { return maths(Expr()).term(numerator); }
  /// 1 / divisor, and 0 where that is 0.
  Expr factor(Expr total, Expr origin, Expr sink) {
    Expr divisor = maths(sink).divisor(total, origin);
    return select(divisor == 0.0f, 0.0f, 1.0f / divisor);
  }

private:
  NormalizerMaths<ExprArithmetic> maths(Expr sink) {
    return {arithmetic, kind, eps, sink.defined() ? std::optional<Expr>(sink) : std::nullopt};
  }

  ExprArithmetic arithmetic;
  Normalizer kind;
  double eps;
};

/// The sink of a place's head, or null.
PlaceExpr MapFuncs::sinkOf(NormalizeOp op) {
  if (!op.getSink())
    return {};
  return [sinks = tensor(op.getSink())](const MapPlace &at) -> Expr { return sinks(at.head); };
}

/// finish(reduction of `term` over the visible keys of a row), kept. Lanes first, then a fixed tree over them.
PlaceExpr MapFuncs::reduceKeys(const char *name, Halo halo, Value value, const MapExpr &map, Expr start, Step step,
                               PlaceExpr term, std::function<Expr(Expr, const MapPlace &)> finish) {
  int width = panel(), vector = lanes();
  Halide::Var lane("lane");
  int64_t heads = mapHeads(value);
  KeySpan seen = spanOf(StripPlan::masksBefore(value));
  RDom r(seen.first, (seen.end + (width - 1)) / width - seen.first, "r");
  MapPlace at{r * width + lane, query, head};
  Func partial(std::string(name) + "_lanes"), func(name);
  Expr counts = at.key < sizes.keys;
  if (map.visible)
    counts = counts && map.visible(at);
  partial(lane, query, head) = start;
  partial(lane, query, head) = step(partial(lane, query, head), select(counts, term(at), start));
  std::vector<Expr> lanesLeft;
  for (int l = 0; l < width; ++l)
    lanesLeft.push_back(partial(l, query, head));
  for (; lanesLeft.size() > 1; lanesLeft.resize(lanesLeft.size() / 2))
    for (size_t l = 0; l < lanesLeft.size() / 2; ++l)
      lanesLeft[l] = step(lanesLeft[l], lanesLeft[l + lanesLeft.size() / 2]);
  func(query, head) = finish(lanesLeft[0], {0, query, head});
  keepRows(func, halo, heads);
  partial.compute_at(func, query).bound(lane, 0, width).vectorize(lane, vector).unroll(lane);
  partial.update().reorder(lane, r.x).vectorize(lane, vector).unroll(lane);
  return [func](const MapPlace &place) { return func(place.query, place.head); };
}

MapExpr MapFuncs::normalize(NormalizeOp op) {
  MapExpr scores = valueOf(op.getScores());
  return op.getAxis() == MapAxis::Keys ? normalizeKeys(op, scores) : normalizeHeads(op, scores);
}

static Expr at(const PlaceExpr &expr, const MapPlace &place) { return expr ? expr(place) : Expr(); }

MapExpr MapFuncs::normalizeKeys(NormalizeOp op, const MapExpr &scores) {
  Halo halo = haloOf(op.getWeights());
  Normalizer kind = op.getKind();
  Normaliser maths(op, mathIsa(code.isa()));
  PlaceExpr sink = sinkOf(op), origin;
  if (usesLargest(kind))
    origin = reduceKeys("largest", halo, op.getScores(), scores, Expr(-INFINITY), larger, scores.at,
                        [maths, sink](Expr x, const MapPlace &place) mutable {
                          return maths.origin(larger(x, maths.lowest(at(sink, place))));
                        });
  MapExpr weights;
  weights.visible = scores.visible;
  weights.at = [maths, origin, x = scores.at](const MapPlace &place) mutable {
    return maths.numerator(x(place), at(origin, place));
  };
  if (kind == Normalizer::None || kind == Normalizer::Sum)
    weights.at = scores.at;
  else
    weights = keepMap(op.getWeights(), weights);
  weights.isLoad = true;
  if (weightsFrom(kind) == WeightsFrom::Place)
    return weights;
  PlaceExpr term = [maths, x = weights.at](const MapPlace &place) mutable { return maths.term(x(place)); };
  weights.factor = reduceKeys("factor", halo, op.getScores(), scores, Expr(0.0f), sum, term,
                              [maths, sink, origin](Expr total, const MapPlace &place) mutable {
                                return maths.factor(total, at(origin, place), at(sink, place));
                              });
  return weights;
}

// The group of a place is the same place in all heads: its numbers are computed beside it.
MapExpr MapFuncs::normalizeHeads(NormalizeOp op, const MapExpr &scores) {
  Normaliser maths(op, mathIsa(code.isa()));
  RDom h(0, static_cast<int>(mapHeads(op.getWeights())), "h");
  MapPlace other{key, query, h};
  auto counted = [&](Expr x, Expr otherwise) {
    return scores.visible ? select(scores.visible(other), x, otherwise) : x;
  };
  MapExpr weights;
  weights.visible = scores.visible;
  PlaceExpr origin;
  if (usesLargest(op.getKind())) {
    Func largest("largest");
    largest(key, query) = maths.lowest(Expr());
    largest(key, query) = larger(largest(key, query), counted(scores.at(other), Expr(-INFINITY)));
    origin = [maths, largest](const MapPlace &place) mutable { return maths.origin(largest(place.key, place.query)); };
    weights.beside.push_back({largest, h, /*overHeads=*/true});
  }
  PlaceExpr numerator = [maths, origin, x = scores.at](const MapPlace &place) mutable {
    return maths.numerator(x(place), at(origin, place));
  };
  weights.at = numerator;
  if (weightsFrom(op.getKind()) == WeightsFrom::Place)
    return weights;
  PlaceExpr total;
  if (countsPlaces(op.getKind()) && !plan.masksByHead) {
    total = [count = static_cast<float>(mapHeads(op.getWeights()))](const MapPlace &) { return Expr(count); };
  } else {
    Func sums("total");
    sums(key, query) = 0.0f;
    sums(key, query) += counted(maths.term(numerator(other)), Expr(0.0f));
    weights.beside.push_back({sums, h, /*overHeads=*/true});
    total = [sums](const MapPlace &place) { return sums(place.key, place.query); };
  }
  weights.at = [maths, numerator, total, origin](const MapPlace &place) mutable {
    return numerator(place) * maths.factor(total(place), at(origin, place), Expr());
  };
  return weights;
}

} // namespace mlir::attn
