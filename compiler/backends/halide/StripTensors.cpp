// Operands of a strip; see the header.
#include <Halide.h>

#include "compiler/backends/halide/StripTensors.h"

namespace mlir::attn {

using Halide::Expr;

static KnownDimension from0(Expr extent, Expr stride = {}) { return {0, std::move(extent), std::move(stride)}; }

StripTensors::Rows StripTensors::rows(Value value, int64_t heads) {
  KeyShape shape(value.getType());
  int64_t own = shape.heads, width = shape.width;
  BlockArgument source = sourceOf(value);
  bool merged = source != value;
  auto buffer = [=](CodeBuilder &c, const StripCall &strip) {
    Value count = code.extent(c, strip.scope, lengthOfKeys(code.extents(value))), zero = c.constant(0);
    Value sample = shape.perSample ? strip.sample : zero, ofHead = merged ? c.constant(width) : c.mul(count, width);
    return BufferArgument{c.offset(code.tensor(strip.scope, source), c.mul(c.mul(sample, count), own * width)),
                          {{zero, c.constant(width), c.constant(1)},
                           {zero, count, c.constant(merged ? own * width : width)},
                           {zero, c.constant(own), ofHead}},
                          {}};
  };
  int row = merged ? own * width : width;
  Memory memory{{from0(static_cast<int>(width)), from0({}, row), from0(static_cast<int>(own))}, buffer};
  return {pipelines.input("rows", memory), static_cast<int>(heads / own)};
}

StripTensors::Rows StripTensors::panels(Value value, int64_t heads) {
  KeyShape shape(value.getType());
  int64_t own = shape.heads, width = shape.width;
  BlockArgument source = sourceOf(value);
  auto buffer = [=](CodeBuilder &c, const StripCall &strip) {
    Value count = c.ceilDiv(code.extent(c, strip.scope, lengthOfKeys(code.extents(value))), panel);
    Value zero = c.constant(0), sample = shape.perSample ? strip.sample : zero, ofHead = c.mul(count, width * panel);
    return BufferArgument{c.offset(code.tensor(strip.scope, source), c.mul(c.mul(sample, own), ofHead)),
                          {{zero, c.constant(panel), c.constant(1)},
                           {zero, c.constant(width), c.constant(panel)},
                           {zero, count, c.constant(width * panel)},
                           {zero, c.constant(own), ofHead}},
                          {}};
  };
  int lanes = panel, channels = width;
  Memory memory{{from0(lanes), from0(channels, lanes), from0({}, channels * lanes), from0(static_cast<int>(own))},
                buffer};
  return {pipelines.input("panels", memory), static_cast<int>(heads / own)};
}

static Halide::Type typeOf(Type element) {
  return element.isF32() ? Halide::Float(32) : element.isInteger(1) ? Halide::UInt(8) : Halide::Int(32);
}

Halide::ImageParam StripTensors::whole(Value value) {
  auto argument = cast<BlockArgument>(value);
  auto [entry, isNew] = wholeTensors.try_emplace(argument);
  if (isNew) {
    auto type = cast<RankedTensorType>(argument.getType());
    Memory memory{{},
                  [=](CodeBuilder &c, const StripCall &strip) { return wholeTensor(c, code, strip.scope, argument); },
                  typeOf(type.getElementType())};
    for (int64_t size : llvm::reverse(type.getShape()))
      memory.dimensions.push_back(from0(ShapedType::isDynamic(size) ? Expr() : Expr(static_cast<int>(size))));
    entry->second = pipelines.input("tensor", memory);
  }
  return entry->second;
}

std::vector<Halide::ImageParam> StripTensors::whole(ValueRange arguments) {
  std::vector<Halide::ImageParam> params;
  for (Value argument : arguments)
    params.push_back(whole(argument));
  return params;
}

// Of this sample, so that 32 bits are enough for the other indices.
PlaceExpr StripTensors::broadcast(Value value) {
  auto argument = cast<BlockArgument>(value);
  auto type = cast<RankedTensorType>(argument.getType());
  SmallVector<int64_t> shape(4 - type.getRank(), 1);
  llvm::append_range(shape, type.getShape());
  auto buffer = [=](CodeBuilder &c, const StripCall &strip) {
    BufferArgument buffer = wholeTensor(c, code, strip.scope, argument);
    if (shape[0] != 1)
      buffer.pointer = c.offset(buffer.pointer, c.mul(strip.sample, buffer.dimensions[3].stride));
    while (buffer.dimensions.size() > 3)
      buffer.dimensions.pop_back();
    while (buffer.dimensions.size() < 3)
      buffer.dimensions.push_back({c.constant(0), c.constant(1), c.constant(0)});
    return buffer;
  };
  Memory memory{{}, buffer, typeOf(type.getElementType())};
  for (int d = 0; d < 3; ++d)
    memory.dimensions.push_back(from0(shape[3 - d] == 1 ? Expr(1) : Expr()));
  return [param = pipelines.input("given", memory), sizes = sizes, shape](const MapPlace &at) -> Expr {
    // Halide computes whole tiles; the steady part of the loop has no clamp.
    Expr j = shape[3] == 1 ? Expr(0) : clamp(likely(at.key), 0, sizes.keys - 1);
    Expr i = shape[2] == 1 ? Expr(0) : clamp(at.query, 0, sizes.queries - 1);
    return param(j, i, shape[1] == 1 ? Expr(0) : at.head);
  };
}

} // namespace mlir::attn
