// halide_buffer_t in code.
#include "compiler/backends/halide/Buffers.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace mlir::attn {

// Offsets in units of 4 bytes: host pointer 4, type and dimensions 8 and 9, pointer to dimensions 10; the rest is 0.
// A dimension is min, extent, stride, flags.
Value makeBuffer(CodeBuilder &code, const BufferArgument &argument) {
  constexpr int64_t bufferWords = 14, dimensionWords = 4;
  int64_t rank = argument.dimensions.size();
  Value buffer = code.stack(bufferWords + dimensionWords * rank), dimensions = code.offset(buffer, bufferWords);
  auto word = [&](int64_t value) { return arith::ConstantIntOp::create(code.b, value, 32); };
  for (int64_t at : {0, 2, 6, 12})
    code.store(code.constant(0), code.offset(buffer, at));
  code.store(argument.pointer, code.offset(buffer, 4));
  constexpr int64_t intCode = 0, byteCode = 1, floatCode = 2, oneLane = 1 << 16;
  bool isFloat = !argument.element || argument.element.isF32(), isByte = !isFloat && argument.element.isInteger(1);
  int64_t type = isFloat ? floatCode | 32 << 8 : isByte ? byteCode | 8 << 8 : intCode | 32 << 8;
  code.store(word(type | oneLane), code.offset(buffer, 8));
  code.store(word(rank), code.offset(buffer, 9));
  code.store(dimensions, code.offset(buffer, 10));
  for (auto [index, dimension] : llvm::enumerate(argument.dimensions)) {
    Value at = code.offset(dimensions, dimensionWords * index);
    code.store(code.narrow(dimension.min), at);
    code.store(code.narrow(dimension.extent), code.offset(at, 1));
    code.store(code.narrow(dimension.stride), code.offset(at, 2));
    code.store(word(0), code.offset(at, 3));
  }
  return buffer;
}

BufferArgument wholeTensor(CodeBuilder &code, KernelCode &kernel, const KernelScope &scope, BlockArgument tensor) {
  BufferArgument argument;
  argument.element = getElementTypeOrSelf(tensor);
  Value stride = code.constant(1), zero = code.constant(0);
  for (AffineExpr expr : llvm::reverse(kernel.extents(tensor))) {
    Value extent = kernel.extent(code, scope, expr);
    argument.dimensions.push_back({zero, extent, stride});
    stride = code.mul(stride, extent);
  }
  // A tensor without elements has an address that may not be read, and a formula moves its indices inside the tensor.
  Value empty = code.lessEq(stride, zero);
  argument.pointer = code.select(empty, code.zeroInMemory(argument.element), kernel.tensor(scope, tensor));
  return argument;
}

} // namespace mlir::attn
