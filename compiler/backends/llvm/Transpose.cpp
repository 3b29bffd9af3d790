// Squares of numbers in vector registers; see the header.
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

// In the step of `bit` two vectors become one, in which that bit of a lane's number tells from which of them it comes.
Value acrossLanes(CodeBuilder &code, ArrayRef<Value> vectors, llvm::function_ref<Value(Value, Value)> combine) {
  SmallVector<Value> left(vectors);
  for (int64_t bit = 1; bit < code.lanes(); bit *= 2) {
    SmallVector<int64_t> low, high; // of a pair of vectors, the second's lanes from `lanes` on
    for (int64_t lane = 0; lane < code.lanes(); ++lane) {
      int64_t source = lane & bit ? code.lanes() : 0;
      low.push_back(source + (lane & ~bit));
      high.push_back(source + (lane | bit));
    }
    SmallVector<Value> next;
    for (size_t i = 0; i < left.size(); i += 2) {
      Value other = i + 1 < left.size() ? left[i + 1] : left[i];
      next.push_back(combine(vector::ShuffleOp::create(code.b, left[i], other, low),
                             vector::ShuffleOp::create(code.b, left[i], other, high)));
    }
    left = next;
  }
  return left[0];
}

} // namespace mlir::attn
