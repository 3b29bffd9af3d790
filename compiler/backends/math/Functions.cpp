// Which function stands for which math op.
#include "compiler/backends/math/Lanes.h"
#include "llvm/ADT/StringMap.h"

namespace mlir::attn {

Expansion expansionOf(StringRef op, MathIsa isa) {
  static const llvm::StringMap<Expansion> everywhere = {
      {"math.exp", expandExp},   {"math.exp2", expandExp2},   {"math.expm1", expandExpM1}, {"math.log", expandLog},
      {"math.log2", expandLog2}, {"math.log1p", expandLog1p}, {"math.tanh", expandTanh},   {"math.erf", expandErf},
      {"math.sin", expandSin},   {"math.cos", expandCos},     {"math.rsqrt", expandRsqrt}, {"math.round", expandRound}};
  static const llvm::StringMap<Expansion> withoutRounding = {{"math.floor", expandFloor},
                                                             {"math.ceil", expandCeil},
                                                             {"math.trunc", expandTrunc},
                                                             {"math.roundeven", expandRoundEven}};
  Expansion found = everywhere.lookup(op);
  return found || isa != MathIsa::Generic ? found : withoutRounding.lookup(op);
}

} // namespace mlir::attn
