// The walk over a kernel's ops, and those that look at one place at a time.
#include <Halide.h>

#include "compiler/backends/halide/Bitcode.h"
#include "compiler/backends/halide/Formula.h"
#include "compiler/backends/halide/MapFuncs.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

namespace mlir::attn {

using Halide::Expr;
using Halide::Func;

MapFuncs::MapFuncs(KernelOp op, KernelCode &code)
    : kernel(op), code(code), schedule(*op.getSchedule()), plan(op), columns(op),
      scratch(getAffineConstantExpr(0, op.getContext())) {
  ArrayRef<AffineExpr> extents = code.extents(plan.anyMap);
  auto extent = [&code](AffineExpr expr) {
    return [&code, expr](CodeBuilder &c, const StripCall &strip) { return code.extent(c, strip.scope, expr); };
  };
  sizes.queries = number("queries", extent(extents[2]));
  sizes.keys = number("keys", extent(extents[3]));
  sizes.sample = number("sample", [](CodeBuilder &, const StripCall &strip) { return strip.sample; });
  firstHead = number("first_head", [](CodeBuilder &, const StripCall &strip) { return strip.head; });
  rows = number("rows", [](CodeBuilder &c, const StripCall &strip) { return c.sub(strip.end, strip.first); });
  for (Operation &inner : op.getBody().front().without_terminator())
    visit(inner);
  for (auto [result, value] : llvm::enumerate(op.getBody().front().getTerminator()->getOperands()))
    if (plan.isStrip(value))
      yield(value, result);
  code.setScratch(scratch * 4);
}

llvm::Expected<std::string> MapFuncs::compile(const std::string &name) {
  Halide::Pipeline pipeline(outputs);
  return compileToBitcode(pipeline, formals, name, code.isa());
}

SmallVector<Value> MapFuncs::arguments(CodeBuilder &builder, const StripTask &task) const {
  StripCall strip{task, {}};
  for (const MaskOps &masks : spanMasks)
    strip.spans.push_back(seenKeys(builder, task, masks));
  SmallVector<Value> values;
  for (const Number &actual : actuals)
    values.push_back(actual(builder, strip));
  for (const MakeBuffer &make : outputBuffers)
    values.push_back(makeBuffer(builder, make(builder, strip)));
  return values;
}

Expr MapFuncs::number(const char *name, Number value) {
  Halide::Param<int> param(name + std::to_string(formals.size())); // no two of one name
  formals.push_back(param);
  actuals.push_back([value](CodeBuilder &c, const StripCall &strip) -> Value {
    return arith::TruncIOp::create(c.b, c.b.getI32Type(), value(c, strip));
  });
  return param;
}

Halide::ImageParam MapFuncs::input(const char *name, int rank, MakeBuffer make, Type element) {
  bool isFloat = !element || element.isF32();
  Halide::Type type = isFloat ? Halide::Float(32) : element.isInteger(1) ? Halide::UInt(8) : Halide::Int(32);
  Halide::ImageParam param(type, rank, name + std::to_string(formals.size()));
  formals.push_back(param);
  actuals.push_back([make](CodeBuilder &c, const StripCall &strip) { return makeBuffer(c, make(c, strip)); });
  return param;
}

/// A tensor from outside as it is, innermost dimension first.
Halide::ImageParam MapFuncs::tensor(Value value) {
  auto argument = cast<BlockArgument>(value);
  auto [entry, isNew] = wholeTensors.try_emplace(argument);
  if (isNew) {
    auto type = cast<RankedTensorType>(argument.getType());
    auto make = [this, argument](CodeBuilder &c, const StripCall &strip) {
      return wholeTensor(c, code, strip.scope, argument);
    };
    entry->second = input("tensor", type.getRank(), make, type.getElementType());
    for (auto [d, size] : llvm::enumerate(llvm::reverse(type.getShape()))) {
      entry->second.dim(d).set_min(0);
      if (!ShapedType::isDynamic(size))
        entry->second.dim(d).set_extent(static_cast<int>(size));
    }
  }
  return entry->second;
}

std::vector<Halide::ImageParam> MapFuncs::tensors(ValueRange captures) {
  std::vector<Halide::ImageParam> params;
  for (Value capture : captures)
    params.push_back(tensor(capture));
  return params;
}

/// A tensor from outside, broadcast to the map: of this sample, so that 32 bits are enough for its other indices.
MapExpr MapFuncs::given(Value value) {
  auto argument = cast<BlockArgument>(value);
  auto type = cast<RankedTensorType>(argument.getType());
  SmallVector<int64_t> shape(4 - type.getRank(), 1);
  llvm::append_range(shape, type.getShape());
  auto make = [this, argument, shape](CodeBuilder &c, const StripCall &strip) {
    BufferArgument buffer = wholeTensor(c, code, strip.scope, argument);
    if (shape[0] != 1)
      buffer.pointer = c.offset(buffer.pointer, c.mul(strip.sample, buffer.dimensions[3].stride));
    while (buffer.dimensions.size() > 3)
      buffer.dimensions.pop_back();
    while (buffer.dimensions.size() < 3)
      buffer.dimensions.push_back({c.constant(0), c.constant(1), c.constant(0)});
    return buffer;
  };
  Halide::ImageParam param = input("given", 3, make, type.getElementType());
  for (int d = 0; d < 3; ++d) {
    param.dim(d).set_min(0);
    if (shape[3 - d] == 1)
      param.dim(d).set_extent(1);
  }
  MapExpr map;
  map.at = [this, param, shape](const MapPlace &at) -> Expr {
    // Halide computes whole tiles; the steady part of the loop has no clamp.
    Expr j = shape[3] == 1 ? Expr(0) : clamp(likely(at.key), 0, sizes.keys - 1);
    Expr i = shape[2] == 1 ? Expr(0) : clamp(at.query, 0, sizes.queries - 1);
    return param(j, i, shape[1] == 1 ? Expr(0) : at.head);
  };
  return map;
}

MapExpr MapFuncs::valueOf(Value map) {
  auto found = maps.find(map);
  return found != maps.end() ? found->second : given(map);
}

static bool isPlaceOp(Operation *op) { return isa<ModifyOp, MaskOp, FillOp, PointwiseOp>(op); }

/// Whether a map is computed where it is read: once, place by place.
static bool isComputedAtReader(Value map, const MapExpr &expr) {
  return llvm::all_of(map.getUses(), [&](OpOperand &use) {
    bool placeWise = isa<YieldOp>(use.getOwner()) || isPlaceOp(use.getOwner());
    bool weighs = isa<CombineOp>(use.getOwner()) && expr.isLoad;
    return weighs || (placeWise && (map.hasOneUse() || expr.isLoad));
  });
}

void MapFuncs::visit(Operation &op) {
  // A map from outside that is read at other places than its own is brought into scratch.
  if (Value map = plan.given.lookup(&op); map && !maps.contains(map))
    maps[map] = keepMap(map, given(map));
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
      .Case([&](GivenScoreOp o) { return given(o.getTable()); })
      .Default([&](Operation *o) { return placeOp(*o); });
}

PlaceExpr whole(const MapExpr &map) {
  if (!map.factor)
    return map.at;
  return [at = map.at, factor = map.factor](const MapPlace &place) { return at(place) * factor(place); };
}

static PlaceExpr both(const PlaceExpr &x, const PlaceExpr &y) {
  if (!x || !y)
    return x ? x : y;
  return [x, y](const MapPlace &place) { return x(place) && y(place); };
}

/// modify, mask, fill, pointwise: what they say of a place.
MapExpr MapFuncs::placeOp(Operation &op) {
  bool single = isa<ModifyOp, MaskOp>(op); // the other operands are captures and lengths
  std::vector<PlaceExpr> operands;
  MapExpr result;
  for (Value operand : single ? op.getOperands().take_front(1) : op.getOperands()) {
    MapExpr map = valueOf(operand);
    operands.push_back(whole(map));
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
    result.at = [this, modify, x = operands[0], captures = tensors(modify.getCaptures())](const MapPlace &at) mutable {
      return formulaExpr(modify.getFormula(), {x(at), sizes.sample, at.head, at.query, at.key}, captures,
                         mathIsa(code.isa()));
    };
  } else {
    result.at = [this, formula = &cast<PointwiseOp>(op).getFormula(), operands](const MapPlace &at) {
      llvm::SmallVector<Expr> values;
      for (const PlaceExpr &operand : operands)
        values.push_back(operand(at));
      return formulaExpr(*formula, values, {}, mathIsa(code.isa()));
    };
  }
  return result;
}

/// The strip's own rows of a map, to result `result` [B, H, N, M]. A masked score leaves as -inf, a weight as 0.
void MapFuncs::yield(Value value, unsigned result) {
  MapExpr map = valueOf(value);
  MapPlace at{key, query, head};
  Expr x = whole(map)(at);
  if (map.visible)
    x = choose(map.visible(at), x, plan.of(value).hidden == Hidden::Weight ? 0.0f : -INFINITY);
  Func func("yielded");
  func(key, query, head) = x;
  int64_t heads = mapHeads(value);
  outputs.push_back(func);
  outputBuffers.push_back([this, heads, result](CodeBuilder &c, const StripCall &strip) {
    ArrayRef<AffineExpr> extents = code.extents(plan.anyMap);
    Value n = code.extent(c, strip.scope, extents[2]), m = code.extent(c, strip.scope, extents[3]);
    Value count = plan.allHeads ? c.constant(heads) : c.constant(1);
    Value index = c.add(c.mul(c.add(c.mul(strip.sample, heads), strip.head), n), strip.first);
    return BufferArgument{c.offset(code.result(strip.scope, result), c.mul(index, m)),
                          {{c.constant(0), m, c.constant(1)},
                           {strip.first, c.sub(strip.end, strip.first), m},
                           {strip.head, count, c.mul(n, m)}}};
  });
  func.output_buffer().dim(0).set_bounds(0, sizes.keys);
  func.output_buffer().dim(1).set_extent(rows);
  func.output_buffer().dim(2).set_bounds(plan.allHeads ? Expr(0) : firstHead,
                                         plan.allHeads ? static_cast<int>(heads) : 1);
  tile(func, map, Halide::TailStrategy::GuardWithIf, panel(), heads);
}

} // namespace mlir::attn
