// Normalisers of a strip: the maths of NormalizerMaths.h on groups of places. Over keys, a weight is an unscaled
// weight, kept, times a factor of its row; over queries the factor is one of its column; over heads all is computed at
// the place.
#include <Halide.h>

#include "compiler/backends/halide/ExprArithmetic.h"
#include "compiler/backends/halide/MapFuncs.h"
#include <cmath>

namespace mlir::attn {

using Halide::Expr;
using Halide::Func;

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

  // Sparsemax
  Expr firstThreshold() { return maths(Expr()).firstThreshold(); }
  Expr above(Expr y, Expr threshold, Expr value) { return maths(Expr()).above(y, threshold, value); }
  Expr grow(Expr threshold, Expr sum, Expr count) { return maths(Expr()).grow(threshold, sum, count); }
  Expr beyond(Expr y, Expr threshold) { return maths(Expr()).beyond(y, threshold); }

private:
  NormalizerMaths<ExprArithmetic> maths(Expr sink) {
    return {arithmetic, kind, eps, sink.defined() ? std::optional<Expr>(sink) : std::nullopt};
  }

  ExprArithmetic arithmetic;
  Normalizer kind;
  double eps;
};

static Expr at(const PlaceExpr &expr, const MapPlace &place) { return expr ? expr(place) : Expr(); }

MapExpr MapFuncs::normalize(NormalizeOp op) {
  MapExpr scores = valueOf(op.getScores());
  Normalizer kind = op.getKind();
  if (weightsFrom(kind) == WeightsFrom::WholeMap)
    return sinkhorn(op, scores);
  MapAxis axis = op.getAxis();
  MapGroups own = groups(op.getScores(), scores, axis, op.getWeights());
  Normaliser maths(op, math());
  PlaceExpr sink, origin;
  if (op.getSink())
    sink = [sinks = tensors.whole(op.getSink())](const MapPlace &place) -> Expr { return sinks(place.head); };
  if (usesLargest(kind))
    origin =
        own.reduce("largest", Expr(-INFINITY), larger, scores.at, [maths, sink](Expr x, const MapPlace &place) mutable {
          return maths.origin(larger(x, maths.lowest(at(sink, place))));
        });
  MapExpr weights;
  weights.visible = scores.visible;
  weights.at = [maths, origin, x = scores.at](const MapPlace &place) mutable {
    return maths.numerator(x(place), at(origin, place));
  };
  if (weightsFrom(kind) == WeightsFrom::Threshold) {
    PlaceExpr distance = [origin, x = scores.at](const MapPlace &place) { return x(place) - origin(place); };
    PlaceExpr least = threshold(maths, own, distance, axis == MapAxis::Heads ? mapHeads(op.getScores()) : 0);
    weights.at = [maths, distance, least](const MapPlace &place) mutable {
      return maths.beyond(distance(place), least(place));
    };
  }
  if (axis == MapAxis::Heads)
    weights.beside = own.beside;
  else if (kind == Normalizer::None || kind == Normalizer::Sum)
    weights.at = scores.at;
  else
    weights = keepMap(op.getWeights(), weights);
  weights.isLoad = axis != MapAxis::Heads;
  if (weightsFrom(kind) != WeightsFrom::Total)
    return weights;
  PlaceExpr term = [maths, x = weights.at](const MapPlace &place) mutable { return maths.term(x(place)); };
  auto factor = [maths, sink, origin](Expr total, const MapPlace &place) mutable {
    return maths.factor(total, at(origin, place), at(sink, place));
  };
  PlaceExpr scale;
  if (axis == MapAxis::Heads && countsPlaces(kind) && !plan.masksByHead)
    scale = [factor, count = static_cast<float>(mapHeads(op.getWeights()))](const MapPlace &place) mutable {
      return factor(count, place);
    };
  else
    scale = own.reduce("factor", Expr(0.0f), sum, term, factor);
  if (axis == MapAxis::Keys) {
    weights.factor = scale;
    return weights;
  }
  MapExpr scaled;
  scaled.visible = weights.visible;
  scaled.beside = own.beside;
  scaled.at = [x = weights.at, scale](const MapPlace &place) { return x(place) * scale(place); };
  return scaled;
}

/// The threshold of each group: passes over the map until it stays, or for `heads` heads as many as they can ask for.
PlaceExpr MapFuncs::threshold(Normaliser &maths, MapGroups &own, const PlaceExpr &distance, int64_t heads) {
  PlaceExpr first = [maths](const MapPlace &) mutable { return maths.firstThreshold(); };
  auto next = [&](const PlaceExpr &old) {
    auto total = [&](const char *name, bool counts) {
      return own.reduce(name, Expr(0.0f), sum, [maths, old, distance, counts](const MapPlace &place) mutable {
        Expr y = distance(place);
        return maths.above(y, old(place), counts ? Expr(1.0f) : y);
      });
    };
    PlaceExpr above = total("sum_above", false), count = total("count_above", true);
    return [maths, old, above, count](const MapPlace &place) mutable {
      return maths.grow(old(place), above(place), count(place));
    };
  };
  if (heads) {
    PlaceExpr last = first;
    for (int64_t pass = 0; pass < heads; ++pass)
      last = own.keep("next_threshold", next(last), {});
    return last;
  }
  Memory even = own.numbers(), odd = own.numbers(), going = memory.number();
  own.keep("first_threshold", first, even);
  pipelines.begin({1, going.buffer});
  PlaceExpr old = own.input("threshold", byTurn(even, odd));
  PlaceExpr grown = own.keep("next_threshold", next(old), byTurn(odd, even));
  own.keepAny(
      "going", [old, grown](const MapPlace &place) { return select(old(place) < grown(place), 1.0f, 0.0f); }, going);
  pipelines.begin();
  return own.input("threshold", even); // in the last turn nothing grew: both are the same
}

// In the log domain, as numbers of rows u and of columns v: weight = exp(x - u - v), and every turn makes
//   u = log sum exp(x - v) of each row, then v = log sum exp(x - u) of each column; 0 where that is of nothing
MapExpr MapFuncs::sinkhorn(NormalizeOp op, const MapExpr &scores) {
  auto maths = std::make_shared<ExprSums>(op.getContext(), math());
  MapGroups rows = groups(op.getScores(), scores, MapAxis::Keys, op.getWeights());
  MapGroups columns = groups(op.getScores(), scores, MapAxis::Queries, op.getWeights());
  auto logarithms = [&](const char *name, MapGroups &own, const PlaceExpr &subtracted, const Memory &where) {
    PlaceExpr x = [at = scores.at, subtracted](const MapPlace &place) { return at(place) - subtracted(place); };
    PlaceExpr largest = own.reduce("largest", Expr(-INFINITY), larger, x);
    PlaceExpr total = own.reduce("total", Expr(0.0f), sum, [=](const MapPlace &place) {
      return maths->sums.term(x(place), maths->sums.origin(largest(place)));
    });
    return own.keep(
        name,
        [=](const MapPlace &place) {
          Expr log = maths->sums.logarithm(total(place), maths->sums.origin(largest(place)));
          return 0.0f - maths->sums.divide(0.0f, log);
        },
        where);
  };
  Memory even = columns.numbers(), odd = columns.numbers(), ofRows = rows.numbers();
  columns.keep("no_columns", [](const MapPlace &) { return Expr(0.0f); }, even);
  int64_t turns = *op.getIterations();
  pipelines.begin({turns, {}});
  PlaceExpr old = columns.input("columns", byTurn(even, odd));
  PlaceExpr u = logarithms("rows", rows, old, ofRows);
  logarithms("next_columns", columns, u, byTurn(odd, even));
  pipelines.begin();
  PlaceExpr v = columns.input("columns", turns % 2 ? odd : even);
  MapExpr weights;
  weights.visible = scores.visible;
  weights.at = [=, at = scores.at](const MapPlace &place) {
    return maths->arithmetic.exp(at(place) - u(place) - v(place));
  };
  return keepMap(op.getWeights(), weights);
}

} // namespace mlir::attn
