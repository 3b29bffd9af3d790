// Heads of a map that read the same keys and values: what is read once can serve them all.
#pragma once

#include "dialect/AttnOps.h"
#include <numeric>

namespace mlir::attn {

/// How many heads of a map, one after the other, share their keys and their values.
inline int64_t headsOfGroup(ScoreOp score, CombineOp combine) {
  int64_t heads = score.getQuery().getType().getDimSize(1);
  return std::gcd(heads / KeyShape(score.getKey().getType()).heads,
                  heads / KeyShape(combine.getValue().getType()).heads);
}

} // namespace mlir::attn
