// The ops of a strip that are sums of products: scores, mixed heads, convolutions, values.
#include <Halide.h>

#include "compiler/backends/halide/Formula.h"
#include "compiler/backends/halide/MapFuncs.h"

namespace mlir::attn {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;

/// s = scale sum_d term(q, k, d). Rows beyond the last query repeat it, columns around the map repeat a panel: nobody
/// reads them.
MapExpr MapFuncs::sumOfChannels(Value queryValue, Value keyValue, Value scores, float scale, const ChannelTerm &term) {
  int width = cast<RankedTensorType>(queryValue.getType()).getShape().back(), panel = tiles.panel();
  auto q = tensors.rows(queryValue, mapHeads(scores)), k = tensors.panels(keyValue, mapHeads(scores));
  RDom d(0, width, "d");
  Func sums("scores");
  Expr row = clamp(query, 0, sizes.queries - 1), index = key / panel;
  if (memory.borderOf(scores))
    index = clamp(index, 0, (sizes.keys - 1) / panel);
  sums(key, query, head) = 0.0f;
  sums(key, query, head) += term(q.image(d, row, head / q.group), k.image(key % panel, d, index, head / k.group), d);
  MapExpr map;
  map.at = [sums, scale](const MapPlace &at) -> Expr {
    Expr x = sums(at.key, at.query, at.head);
    return scale == 1 ? x : x * scale;
  };
  map.products.push_back({sums, d, /*overHeads=*/false});
  return map;
}

MapExpr MapFuncs::score(ScoreOp op) {
  return sumOfChannels(op.getQuery(), op.getKey(), op.getScores(), op.getScale().convertToDouble(),
                       [](const Expr &x, const Expr &y, const Expr &) { return x * y; });
}

MapExpr MapFuncs::pairScore(PairScoreOp op) {
  return sumOfChannels(op.getQuery(), op.getKey(), op.getScores(), op.getScale().convertToDouble(),
                       [&](const Expr &x, const Expr &y, const Expr &d) {
                         return formulaExpr(op.getFormula(), {x, y, head, d}, tensors.whole(op.getCaptures()), math());
                       });
}

// t[g] = sum_h w[g, h] s[h]
MapExpr MapFuncs::mixHeads(MixHeadsOp op) {
  Halide::ImageParam weight = tensors.whole(op.getWeight());
  MapExpr input = valueOf(op.getScores());
  RDom h(0, static_cast<int>(mapHeads(op.getScores())), "h");
  Func sums("mixed");
  sums(key, query, head) = 0.0f;
  sums(key, query, head) += weight(h, head) * input.at({key, query, h});
  MapExpr map;
  map.at = [sums](const MapPlace &at) { return sums(at.key, at.query, at.head); };
  if (input.visible) // in every head
    map.visible = [this, visible = input.visible, op](const MapPlace &at) mutable {
      Expr all = visible({at.key, at.query, 0});
      int heads = plan.masksByHead ? mapHeads(op.getScores()) : 1;
      for (int h = 1; h < heads; ++h)
        all = all && visible({at.key, at.query, h});
      return all;
    };
  map.products.push_back({sums, h, /*overHeads=*/true});
  return map;
}

// c[g] = bias[g] + sum_{h,u,t} w[g,h,u,t] s[h, row - down + u - kh/2, column - right + t - kw/2]; the kept input is 0
// where it is masked and outside the map.
MapExpr MapFuncs::mapConv(MapConvOp op) {
  auto type = cast<RankedTensorType>(op.getWeight().getType());
  int in = type.getDimSize(1), height = type.getDimSize(2), width = type.getDimSize(3);
  int down = op.getShift().empty() ? 0 : op.getShift()[0], right = op.getShift().empty() ? 0 : op.getShift()[1];
  Halide::ImageParam weight = tensors.whole(op.getWeight());
  MapExpr input = valueOf(op.getScores());
  RDom r(0, width, 0, height, 0, in, "r");
  Func sums("convolved");
  sums(key, query, head) = op.getBias() ? Expr(tensors.whole(op.getBias())(head)) : Expr(0.0f);
  sums(key, query, head) +=
      weight(r.x, r.y, r.z, head) * input.at({key + (r.x - right - width / 2), query + (r.y - down - height / 2), r.z});
  MapExpr map;
  map.at = [sums, down, right](const MapPlace &at) -> Expr {
    Expr x = sums(at.key, at.query, at.head);
    if (down || right) // rows and columns that nothing was moved to
      x = choose(at.query >= down && at.key >= right, x, 0.0f);
    return x;
  };
  map.products.push_back({sums, r, /*overHeads=*/true});
  return map;
}

// o = factor sum_j p v, over the keys that the rows see
void MapFuncs::combine(CombineOp op) {
  int64_t heads = mapHeads(op.getWeights());
  int width = op.getValue().getType().getShape().back();
  Value result = op.getResult();
  bool merged = result.hasOneUse() && isa<MergeHeadsOp>(*result.user_begin());
  Value yielded = merged ? result.user_begin()->getResult(0) : result;
  MapExpr weights = valueOf(op.getWeights());
  auto values = tensors.rows(op.getValue(), heads);
  KeySpan seen = memory.spanOf(StripPlan::masksBefore(op.getWeights()));
  Expr firstKey = seen.first * static_cast<int>(tiles.panel());
  for (auto [number, value] : llvm::enumerate(op->getBlock()->getTerminator()->getOperands())) {
    if (value != yielded)
      continue;
    RDom j(firstKey, seen.end - firstKey, "j");
    Func sums("sums"), func("combined");
    MapPlace at{j, query, head};
    sums(key, query, head) = 0.0f;
    Expr old = sums(key, query, head);
    sums(key, query, head) =
        weights.ifVisible(at, weights.at(at) * values.image(key, j, head / values.group) + old, old);
    MapExpr parts;
    parts.products.push_back({sums, j, /*overHeads=*/false});
    Expr sum = sums(key, query, head);
    if (op.getRelative()) {
      parts.products.push_back(relativeValues(op, weights));
      sum += parts.products.back().sums(key, query, head);
    }
    func(key, query, head) = weights.factor ? sum * weights.factor({0, query, head}) : sum;
    tiles.rows(func, parts, Halide::TailStrategy::GuardWithIf, width, memory.heldHeads(heads));
    pipelines.keep(func, memory.valueResult(number, heads, width, merged));
  }
}

} // namespace mlir::attn
