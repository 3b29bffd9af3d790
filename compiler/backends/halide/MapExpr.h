// A score map as Halide expressions of a place. Needs Halide.h before it.
#pragma once

#include <functional>
#include <vector>

namespace mlir::attn {

/// A place of a map. `head` is the map's, also in a strip of one head.
struct MapPlace {
  Halide::Expr key, query, head;
};
/// What else a place is measured by: N, M and the sample.
struct MapSizes {
  Halide::Expr queries, keys, sample;
};
using PlaceExpr = std::function<Halide::Expr(const MapPlace &)>;

/// Sums that a map is made of, to be computed tile by tile with it: rows of the tile are queries, or heads.
struct Product {
  Halide::Func sums;
  Halide::RDom terms; // innermost last
  bool overHeads;
};

/// A map as an expression. `at` means nothing at masked places; a weight is `at` times `factor`.
struct MapExpr {
  PlaceExpr at;
  PlaceExpr visible; // null: every place
  PlaceExpr factor;  // null: 1; does not depend on the key
  std::vector<Product> products;
  std::vector<Product> beside; // reductions over heads of (key, query), for each place of a tile
  bool isLoad = false;         // `at` reads memory, so that it may be read often

  /// The weight or score at a visible place.
  PlaceExpr whole() const {
    if (!factor)
      return at;
    return [at = at, factor = factor](const MapPlace &place) { return at(place) * factor(place); };
  }
  /// `x` where the place is visible, without a choice where all are: a loop over keys is cut where the mask allows it.
  Halide::Expr ifVisible(const MapPlace &place, Halide::Expr x, Halide::Expr otherwise) const {
    return visible ? select(likely(visible(place)), x, otherwise) : x;
  }
};

} // namespace mlir::attn
