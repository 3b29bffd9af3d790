// Normalisers of a strip. Over keys, a weight is an unscaled weight, kept, times a factor of its row; over heads, both
// are computed at the place.
#include <Halide.h>

#include "compiler/backends/halide/MapFuncs.h"
#include <cmath>

namespace mlir::attn {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;

static Expr larger(Expr x, Expr y) { return select(x > y, x, y); }
static Expr sum(Expr x, Expr y) { return x + y; }
/// 1 / x, and 0 for 0.
static Expr inverse(Expr x) { return select(x == 0.0f, 0.0f, 1.0f / x); }
/// What exponents are measured from: with every score at -inf the difference to it would be NaN.
static Expr originOf(Expr largest) { return select(largest == -INFINITY, 0.0f, largest); }

/// The weight before it is divided, of kinds that look at one score.
static Expr unscaled(Normalizer kind, Expr x) {
  Expr rectified = select(x < 0.0f, 0.0f, x); // NaN stays NaN
  switch (kind) {
  case Normalizer::ReluSum:
  case Normalizer::ReluMean:
    return rectified;
  case Normalizer::Relu2Mean:
    return rectified * rectified;
  case Normalizer::Sigmoid:
    return 1.0f / (1.0f + Halide::exp(-x));
  default:
    return x;
  }
}

/// What a unscaled weights are divided by, or null: `total` of all of a group, `count` of visible places.
static Expr factorOf(NormalizeOp op, Expr total) {
  switch (op.getKind()) {
  case Normalizer::Sum:
  case Normalizer::ReluSum:
    return inverse(larger(total, Expr(static_cast<float>(op.getEps().convertToDouble()))));
  default:
    return inverse(total);
  }
}

static bool countsPlaces(Normalizer kind) { return kind == Normalizer::ReluMean || kind == Normalizer::Relu2Mean; }
static bool isSoftmax(Normalizer kind) { return kind == Normalizer::Softmax || kind == Normalizer::SoftmaxOne; }
static bool hasFactor(Normalizer kind) { return kind != Normalizer::Sigmoid && kind != Normalizer::None; }

/// exp of a softmax's sink, or null.
PlaceExpr MapFuncs::sinkOf(NormalizeOp op) {
  if (op.getKind() != Normalizer::SoftmaxOne)
    return {};
  if (!op.getSink())
    return [](const MapPlace &) { return Expr(0.0f); };
  return [sinks = tensor(op.getSink())](const MapPlace &at) -> Expr { return sinks(at.head); };
}

/// finish(reduction of `term` over the visible keys of a row), kept. Lanes first, then a fixed tree over them.
PlaceExpr MapFuncs::reduceKeys(const char *name, Halo halo, const MapExpr &map, int64_t heads, Expr start, Step step,
                               PlaceExpr term, std::function<Expr(Expr, const MapPlace &)> finish) {
  int width = panel(), vector = lanes();
  Halide::Var lane("lane");
  RDom r(0, (sizes.keys + width - 1) / width, "r");
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

MapExpr MapFuncs::normalizeKeys(NormalizeOp op, const MapExpr &scores) {
  Halo halo = haloOf(op.getWeights());
  int64_t heads = mapHeads(op.getWeights());
  Normalizer kind = op.getKind();
  MapExpr weights;
  weights.visible = scores.visible;
  weights.at = [kind, x = scores.at](const MapPlace &at) { return unscaled(kind, x(at)); };
  PlaceExpr sink = sinkOf(op), origin;
  if (isSoftmax(kind)) {
    origin = reduceKeys("largest", halo, scores, heads, Expr(-INFINITY), larger, scores.at,
                        [sink](Expr x, const MapPlace &at) { return originOf(sink ? larger(x, sink(at)) : x); });
    weights.at = [origin, x = scores.at](const MapPlace &at) { return Halide::exp(x(at) - origin(at)); };
  }
  if (kind != Normalizer::None && kind != Normalizer::Sum)
    weights = keepMap(op.getWeights(), weights);
  weights.isLoad = true;
  if (!hasFactor(kind))
    return weights;
  PlaceExpr one = [](const MapPlace &) { return Expr(1.0f); };
  weights.factor = reduceKeys("factor", halo, scores, heads, Expr(0.0f), sum, countsPlaces(kind) ? one : weights.at,
                              [op, sink, origin](Expr total, const MapPlace &at) mutable {
                                if (sink)
                                  total = total + Halide::exp(sink(at) - origin(at));
                                return factorOf(op, total);
                              });
  return weights;
}

// The group of a place is the same place in all heads: its numbers are computed beside it.
MapExpr MapFuncs::normalizeHeads(NormalizeOp op, const MapExpr &scores) {
  Normalizer kind = op.getKind();
  RDom h(0, static_cast<int>(mapHeads(op.getWeights())), "h");
  MapPlace other{key, query, h};
  MapExpr weights;
  weights.visible = scores.visible;
  auto counted = [&](Expr x, Expr otherwise) {
    return scores.visible ? select(scores.visible(other), x, otherwise) : x;
  };
  PlaceExpr numerator = [kind, x = scores.at](const MapPlace &at) { return unscaled(kind, x(at)); };
  if (isSoftmax(kind)) {
    Func largest("largest");
    PlaceExpr sink = sinkOf(op);
    largest(key, query) = sink ? sink({key, query, 0}) : Expr(-INFINITY);
    largest(key, query) = larger(largest(key, query), counted(scores.at(other), Expr(-INFINITY)));
    numerator = [largest, x = scores.at](const MapPlace &at) {
      return Halide::exp(x(at) - originOf(largest(at.key, at.query)));
    };
    weights.beside.push_back({largest, h, /*overHeads=*/true});
  }
  weights.at = numerator;
  if (!hasFactor(kind))
    return weights;
  if (countsPlaces(kind) && !plan.masksByHead) {
    float share = 1.0f / mapHeads(op.getWeights());
    weights.at = [numerator, share](const MapPlace &at) { return numerator(at) * share; };
    return weights;
  }
  Func total("total");
  total(key, query) =
      kind == Normalizer::SoftmaxOne ? Halide::exp(-originOf(weights.beside[0].sums(key, query))) : Expr(0.0f);
  total(key, query) += counted(countsPlaces(kind) ? Expr(1.0f) : numerator(other), Expr(0.0f));
  weights.beside.push_back({total, h, /*overHeads=*/true});
  weights.at = [op, numerator, total](const MapPlace &at) mutable {
    return numerator(at) * factorOf(op, total(at.key, at.query));
  };
  return weights;
}

} // namespace mlir::attn
