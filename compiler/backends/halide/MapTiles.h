// How functions of a strip are computed: tiles of registers, with sums of products beside the tile that they are for.
// Needs Halide.h before it.
#pragma once

#include "compiler/backends/halide/MapExpr.h"
#include "dialect/AttnAttrs.h"

namespace mlir::attn {

class MapTiles {
public:
  explicit MapTiles(ScheduleAttr schedule) : schedule(schedule) {}

  int64_t lanes() const { return schedule.getLanes(); }
  int64_t panel() const { return schedule.getCols(); }

  /// A function of (x, query, head) whose rows are `width` wide, or panels, with what it is made of; it has `heads`
  /// heads.
  void rows(Halide::Func func, const MapExpr &parts, Halide::TailStrategy tail, int64_t width, int64_t heads) const;
  /// A function of (key, query), or of (key, head), and the reductions that it is made of.
  void panels(Halide::Func func, const std::vector<Product> &reductions, Halide::TailStrategy tail) const;
  /// A function of (query, head) from sums by lane, in which each vector of `terms` ends.
  void lanesOfRow(Halide::Func func, Halide::Func byLane, const Halide::RDom &terms) const;

  Halide::Var key{"key"}, query{"query"}, head{"head"}, lane{"lane"};

private:
  void beside(Halide::Func func, const std::vector<Product> &reductions, Halide::Var at, int columns, int vector) const;

  ScheduleAttr schedule;
};

} // namespace mlir::attn
