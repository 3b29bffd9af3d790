// A square of numbers in vector registers, turned over.
#include "compiler/backends/llvm/Transpose.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace mlir::attn {

// In step s, lanes that differ in bit s change places with the vectors that do.
void transpose(CodeBuilder &code, MutableArrayRef<Value> square) {
  int64_t lanes = square.size();
  for (int64_t step = 1; step < lanes; step *= 2) {
    SmallVector<int64_t> low, high; // of a pair of vectors, the second's lanes from `lanes` on
    for (int64_t lane = 0; lane < lanes; ++lane) {
      low.push_back(lane & step ? lanes + lane - step : lane);
      high.push_back(lane & step ? lanes + lane : lane + step);
    }
    for (int64_t at = 0; at < lanes; ++at)
      if (!(at & step)) {
        Value first = square[at], second = square[at + step];
        square[at] = vector::ShuffleOp::create(code.b, first, second, low);
        square[at + step] = vector::ShuffleOp::create(code.b, first, second, high);
      }
  }
}

} // namespace mlir::attn
