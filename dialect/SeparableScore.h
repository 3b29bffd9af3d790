// Which attentions are sums over features: the score of a query and a key, after its formula, is a few products of a
// factor that knows the query's place alone and one that knows the key's. Then (f(q) g(k)^T) V = f(q) (g(k)^T V) needs
// no map.
#pragma once

#include "dialect/AttnOps.h"

namespace mlir::attn {

/// How a value of a formula enters a factor of one side.
struct FormulaFactor {
  enum Kind { Whole, Inverse, CosinePart, SinePart } kind;
  Value value; ///< of parts: a sum of a number of the query's place and one of the key's; the side's own is meant
};

/// score * sign * product of `query` * product of `key`
struct SeparableTerm {
  double sign = 1;
  bool hasScore = false;
  SmallVector<FormulaFactor> query, key;
};

/// A chain score dot -> formula, masks -> normalize -> combine that needs no map.
struct SeparableAttention {
  ScoreOp score;
  ModifyOp formula;                 ///< null if there is none
  SmallVector<SeparableTerm> terms; ///< of the formula
  std::optional<Alignment> causal;  ///< what the masks say
  Value lengths;                    ///< null if they say nothing of it
  NormalizeOp normalize;
};

/// The attention that ends in `combine`, if it is separable; else `why` says what is in the way.
std::optional<SeparableAttention> separate(CombineOp combine, std::string &why);

/// The part of `value`, a sum as above, that knows the place of the query, or of the key; null if it has none. Ops are
/// built at `builder`, with what `mapping` makes of the formula's arguments.
Value partOf(OpBuilder &builder, Value value, bool ofQuery, IRMapping &mapping);

/// `value` with all it is computed from, built at `builder`.
Value copyOf(OpBuilder &builder, Value value, IRMapping &mapping);

/// Whether the number of places that are seen grows no faster than queries and keys do: each query sees few keys, or
/// one of the two is fixed.
bool seesFewKeys(CombineOp combine);

} // namespace mlir::attn
