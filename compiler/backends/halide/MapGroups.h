// Groups of places that share a number: the keys of a query, the queries of a key, the heads of a place. Needs Halide.h
// before it.
#pragma once

#include "compiler/backends/halide/MapTiles.h"
#include "compiler/backends/halide/StripMemory.h"

namespace mlir::attn {

class MapGroups {
public:
  using Expr = Halide::Expr;
  using Step = std::function<Expr(Expr, Expr)>;
  using Finish = std::function<Expr(Expr, const MapPlace &)>;

  /// The groups of `value`, which is `map`, along `axis`. `reader` is what their numbers are for: rows and keys that
  /// are not read of it have none.
  MapGroups(Value value, const MapExpr &map, MapAxis axis, Value reader, StripMemory &memory, StripPipelines &pipelines,
            const MapTiles &tiles);

  /// finish(reduction of `term` over the visible places), by the place that asks. Numbers of queries and of keys are
  /// kept; those of places are computed in `beside`.
  PlaceExpr reduce(const char *name, Expr start, const Step &step, const PlaceExpr &term, const Finish &finish = {});

  /// Scratch for a number of each group; not over heads.
  Memory numbers();
  /// Keeps a number of each group, read by place; over heads it is computed in `beside`.
  PlaceExpr keep(const char *name, const PlaceExpr &number, const Memory &memory);
  PlaceExpr input(const char *name, const Memory &memory);
  /// Keeps, at `memory`, whether `differ` (f32, 0 or 1) is 1 in any group that has places.
  void keepAny(const char *name, const PlaceExpr &differ, const Memory &memory);

  std::vector<Product> beside;

private:
  std::vector<Halide::Var> variables() const;
  PlaceExpr overKeys(const char *name, Expr start, const Step &step, const PlaceExpr &term, const Finish &finish);
  PlaceExpr overOthers(const char *name, Expr start, const Step &step, const PlaceExpr &term, const Finish &finish);

  Value value;
  MapExpr map;
  MapAxis axis;
  Halo halo;
  Columns columns;
  int64_t heads;
  StripMemory &memory;
  StripPipelines &pipelines;
  const MapTiles &tiles;
};

} // namespace mlir::attn
