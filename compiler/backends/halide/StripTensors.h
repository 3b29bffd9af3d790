// The kernel's operands as a strip's pipelines read them. Needs Halide.h before it.
#pragma once

#include "compiler/backends/halide/StripMemory.h"

namespace mlir::attn {

class StripTensors {
public:
  StripTensors(KernelCode &code, StripPipelines &pipelines, const MapSizes &sizes, int64_t panel)
      : code(code), pipelines(pipelines), sizes(sizes), panel(panel) {}

  /// Queries or values, or keys, of this sample; head h of the map has head h / `group` of them.
  struct Rows {
    Halide::ImageParam image;
    int group;
  };
  /// As (channel, row, head).
  Rows rows(Value value, int64_t heads);
  /// As (lane, channel, panel, head).
  Rows panels(Value key, int64_t heads);

  /// A tensor as it is, innermost dimension first.
  Halide::ImageParam whole(Value argument);
  std::vector<Halide::ImageParam> whole(ValueRange arguments);

  /// A tensor broadcast to the map.
  PlaceExpr broadcast(Value argument);

private:
  KernelCode &code;
  StripPipelines &pipelines;
  const MapSizes &sizes;
  int64_t panel;
  llvm::DenseMap<Value, Halide::ImageParam> wholeTensors;
};

} // namespace mlir::attn
