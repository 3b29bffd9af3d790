// The ops of a strip that are sums of products: scores, relative positions, mixed heads, convolutions, values.
#include <Halide.h>

#include "compiler/backends/halide/Formula.h"
#include "compiler/backends/halide/MapFuncs.h"

namespace mlir::attn {

using Halide::Expr;
using Halide::Func;
using Halide::RDom;

/// Queries or values of this sample as (channel, row, head); `group` heads of the map share one.
Halide::ImageParam MapFuncs::rowsOf(Value value, int64_t heads, int64_t &group) {
  KeyShape shape(value.getType());
  int64_t own = shape.heads, width = shape.width;
  BlockArgument source = sourceOf(value);
  bool merged = source != value;
  group = heads / own;
  auto make = [this, source, value, shape, own, width, merged](CodeBuilder &c, const StripCall &strip) {
    Value count = code.extent(c, strip.scope, lengthOfKeys(code.extents(value))), zero = c.constant(0),
          one = c.constant(1);
    Value pointer = c.offset(code.tensor(strip.scope, source),
                             c.mul(c.mul((shape.perSample ? strip.sample : c.constant(0)), count), own * width));
    Value row = c.constant(merged ? own * width : width), ofHead = merged ? c.constant(width) : c.mul(count, width);
    return BufferArgument{pointer,
                          {{zero, c.constant(width), one}, {zero, count, row}, {zero, c.constant(own), ofHead}}};
  };
  Halide::ImageParam param = input("rows", 3, make);
  param.dim(0).set_bounds(0, static_cast<int>(width));
  param.dim(1).set_min(0).set_stride(static_cast<int>(merged ? own * width : width));
  param.dim(2).set_bounds(0, static_cast<int>(own));
  return param;
}

/// Keys of this sample as (lane, channel, panel, head).
Halide::ImageParam MapFuncs::panelsOf(Value value, int64_t heads, int64_t &group) {
  KeyShape shape(value.getType());
  int64_t own = shape.heads, width = shape.width;
  BlockArgument source = sourceOf(value);
  group = heads / own;
  auto make = [this, source, value, shape, own, width](CodeBuilder &c, const StripCall &strip) {
    Value panels = c.ceilDiv(code.extent(c, strip.scope, lengthOfKeys(code.extents(value))), panel()),
          zero = c.constant(0);
    Value ofHead = c.mul(panels, width * panel());
    return BufferArgument{c.offset(code.tensor(strip.scope, source),
                                   c.mul(c.mul((shape.perSample ? strip.sample : c.constant(0)), own), ofHead)),
                          {{zero, c.constant(panel()), c.constant(1)},
                           {zero, c.constant(width), c.constant(panel())},
                           {zero, panels, c.constant(width * panel())},
                           {zero, c.constant(own), ofHead}}};
  };
  Halide::ImageParam param = input("panels", 4, make);
  param.dim(0).set_bounds(0, static_cast<int>(panel()));
  param.dim(1).set_bounds(0, static_cast<int>(width)).set_stride(static_cast<int>(panel()));
  param.dim(2).set_min(0).set_stride(static_cast<int>(width * panel()));
  param.dim(3).set_bounds(0, static_cast<int>(own));
  return param;
}

/// s = scale sum_d term(q, k, d). Rows beyond the last query repeat it, columns beyond the last panel repeat that:
/// nobody reads them.
MapExpr MapFuncs::sumOfChannels(Value queryValue, Value keyValue, int64_t heads, float scale, const ChannelTerm &term) {
  int64_t queryGroup, keyGroup;
  int width = cast<RankedTensorType>(queryValue.getType()).getShape().back(), panelWidth = panel();
  Halide::ImageParam q = rowsOf(queryValue, heads, queryGroup), k = panelsOf(keyValue, heads, keyGroup);
  RDom d(0, width, "d");
  Func sums("scores");
  Expr row = clamp(query, 0, sizes.queries - 1), panelIndex = clamp(key / panelWidth, 0, (sizes.keys - 1) / panelWidth);
  sums(key, query, head) = 0.0f;
  sums(key, query, head) += term(q(d, row, head / static_cast<int>(queryGroup)),
                                 k(key % panelWidth, d, panelIndex, head / static_cast<int>(keyGroup)), d);
  MapExpr map;
  map.at = [sums, scale](const MapPlace &at) -> Expr {
    Expr x = sums(at.key, at.query, at.head);
    return scale == 1 ? x : x * scale;
  };
  map.products.push_back({sums, d, /*overHeads=*/false});
  return map;
}

MapExpr MapFuncs::score(ScoreOp op) {
  return sumOfChannels(op.getQuery(), op.getKey(), mapHeads(op.getScores()), op.getScale().convertToDouble(),
                       [](const Expr &x, const Expr &y, const Expr &) { return x * y; });
}

MapExpr MapFuncs::pairScore(PairScoreOp op) {
  return sumOfChannels(op.getQuery(), op.getKey(), mapHeads(op.getScores()), op.getScale().convertToDouble(),
                       [&](const Expr &x, const Expr &y, const Expr &d) {
                         return formulaExpr(op.getFormula(), {x, y, head, d}, tensors(op.getCaptures()),
                                            mathIsa(code.isa()));
                       });
}

/// query . table[r] for all rows of a table [rows, D], kept: the key of a place is then the table's row.
PlaceExpr MapFuncs::tableScores(Value queryValue, Value tableValue, Value scores) {
  auto type = cast<RankedTensorType>(tableValue.getType());
  int count = type.getDimSize(0), width = type.getDimSize(1);
  int64_t heads = mapHeads(scores), group;
  Halide::ImageParam q = rowsOf(queryValue, heads, group), table = tensor(tableValue);
  // Columns of the table side by side, so that a vector holds several of its rows.
  int64_t columns = llvm::alignTo(count, panel());
  Func turned("turned"), sums("sums"), products("table_scores");
  turned(key, query) = table(clamp(query, 0, width - 1), clamp(key, 0, count - 1));
  keepTable(turned, columns, width);
  RDom d(0, width, "d");
  sums(key, query, head) = 0.0f;
  sums(key, query, head) += q(d, clamp(query, 0, sizes.queries - 1), head / static_cast<int>(group)) * turned(key, d);
  products(key, query, head) = sums(key, query, head);
  MapExpr parts;
  parts.products.push_back({sums, d, /*overHeads=*/false});
  keep(products, fixedColumns(columns), haloOf(scores), heads);
  tile(products, parts, Halide::TailStrategy::RoundUp, panel(), heads);
  return [products](const MapPlace &at) { return products(at.key, at.query, at.head); };
}

MapExpr MapFuncs::relativeScore(RelativeScoreOp op) {
  int count = op.getTable().getType().getDimSize(0), half = count / 2;
  PlaceExpr table = tableScores(op.getQuery(), op.getTable(), op.getScores());
  Expr offset = op.getAlignment() == Alignment::TopLeft ? Expr(0) : sizes.keys - sizes.queries;
  float scale = op.getScale().convertToDouble();
  MapExpr map;
  map.at = [=](const MapPlace &at) {
    Expr distance = clamp(likely(at.key - at.query - offset), -half, half);
    return table({distance + half, at.query, at.head}) * scale;
  };
  return map;
}

MapExpr MapFuncs::relativeScore2d(RelativeScore2dOp op) {
  int height = op.getRows().getType().getDimSize(0) / 2 + 1, width = op.getCols().getType().getDimSize(0) / 2 + 1;
  PlaceExpr downs = tableScores(op.getQuery(), op.getRows(), op.getScores());
  PlaceExpr rights = tableScores(op.getQuery(), op.getCols(), op.getScores());
  float scale = op.getScale().convertToDouble();
  MapExpr map;
  map.at = [=](const MapPlace &at) {
    // Tiles reach beyond the image.
    Expr down = clamp(at.key / width - at.query / width + (height - 1), 0, 2 * height - 2);
    Expr right = at.key % width - at.query % width + (width - 1);
    return (downs({down, at.query, at.head}) + rights({right, at.query, at.head})) * scale;
  };
  return map;
}

// t[g] = sum_h w[g, h] s[h]
MapExpr MapFuncs::mixHeads(MixHeadsOp op) {
  Halide::ImageParam weight = tensor(op.getWeight());
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
  Halide::ImageParam weight = tensor(op.getWeight());
  MapExpr input = valueOf(op.getScores());
  RDom r(0, width, 0, height, 0, in, "r");
  Func sums("convolved");
  sums(key, query, head) = op.getBias() ? Expr(tensor(op.getBias())(head)) : Expr(0.0f);
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

// o = factor sum_j p v
void MapFuncs::combine(CombineOp op) {
  int64_t heads = mapHeads(op.getWeights()), group;
  int width = op.getValue().getType().getShape().back();
  Value result = op.getResult();
  bool merged = result.hasOneUse() && isa<MergeHeadsOp>(*result.user_begin());
  Value yielded = merged ? result.user_begin()->getResult(0) : result;
  MapExpr weights = valueOf(op.getWeights());
  Halide::ImageParam values = rowsOf(op.getValue(), heads, group);
  KeySpan seen = spanOf(StripPlan::masksBefore(op.getWeights()));
  Expr firstKey = seen.first * static_cast<int>(panel());
  for (auto [number, value] : llvm::enumerate(op->getBlock()->getTerminator()->getOperands())) {
    if (value != yielded)
      continue;
    RDom j(firstKey, seen.end - firstKey, "j");
    Func sums("sums"), func("combined");
    MapPlace at{j, query, head};
    sums(key, query, head) = 0.0f;
    Expr old = sums(key, query, head);
    Expr sum = weights.at(at) * values(key, j, head / static_cast<int>(group)) + old;
    sums(key, query, head) = weights.visible ? select(weights.visible(at), sum, old) : sum;
    func(key, query, head) =
        weights.factor ? sums(key, query, head) * weights.factor({0, query, head}) : Expr(sums(key, query, head));
    outputs.push_back(func);
    outputBuffers.push_back([this, merged, heads, width, number = number](CodeBuilder &c, const StripCall &strip) {
      Value count = code.extent(c, strip.scope, code.extents(plan.anyMap)[2]);
      Value first = c.mul(c.mul(strip.sample, count), heads * width);
      Value row = c.constant(merged ? heads * width : width), ofHead = merged ? c.constant(width) : c.mul(count, width);
      Value offset = c.add(c.add(first, c.mul(strip.first, row)), c.mul(strip.head, ofHead));
      return BufferArgument{c.offset(code.result(strip.scope, number), offset),
                            {{c.constant(0), c.constant(width), c.constant(1)},
                             {strip.first, c.sub(strip.end, strip.first), row},
                             {strip.head, c.constant(plan.allHeads ? heads : 1), ofHead}}};
    });
    func.output_buffer().dim(0).set_bounds(0, width);
    func.output_buffer().dim(1).set_extent(rows).set_stride(static_cast<int>(merged ? heads * width : width));
    func.output_buffer().dim(2).set_bounds(plan.allHeads ? Expr(0) : firstHead,
                                           plan.allHeads ? static_cast<int>(heads) : 1);
    MapExpr parts;
    parts.products.push_back({sums, j, /*overHeads=*/false});
    tile(func, parts, Halide::TailStrategy::GuardWithIf, width, heads);
  }
}

} // namespace mlir::attn
