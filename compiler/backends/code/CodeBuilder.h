// The vocabulary in which kernels are written: i64 arithmetic, byte pointers, vectors of numbers, loops. A kernel
// computes in one type of number, f32 or f64.
// Everything is an op of scf, arith, math, vector or llvm, so that what a kernel does can be read in the IR.
#pragma once

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::attn {

class CodeBuilder {
public:
  CodeBuilder(OpBuilder &builder, Location loc, int64_t lanes, FloatType number)
      : b(loc, builder), vectorLanes(lanes), numberType(number) {}

  ImplicitLocOpBuilder b;

  int64_t lanes() const { return vectorLanes; }
  Type i64() { return b.getI64Type(); }
  Type i32() { return b.getI32Type(); }
  FloatType number() const { return numberType; }
  int64_t numberBytes() const { return numberType.getIntOrFloatBitWidth() / 8; }
  Type ptr() { return LLVM::LLVMPointerType::get(b.getContext()); }
  VectorType vec() { return VectorType::get(vectorLanes, numberType); }
  /// Whole numbers with as many bits as a number has, for what they say.
  VectorType bits() { return VectorType::get(vectorLanes, b.getIntegerType(numberType.getWidth())); }
  VectorType mask() { return VectorType::get(vectorLanes, b.getI1Type()); }

  // Whole numbers (i64 unless said).
  Value constant(int64_t value);
  Value add(Value x, Value y);
  Value add(Value x, int64_t y) { return add(x, constant(y)); }
  Value sub(Value x, Value y);
  Value mul(Value x, Value y);
  Value mul(Value x, int64_t y);
  Value div(Value x, Value y); // x >= 0, y > 0
  Value rem(Value x, Value y);
  Value remFloor(Value x, int64_t y); // 0 or more, also for a negative x
  Value min(Value x, Value y);
  Value max(Value x, Value y);
  Value ceilDiv(Value x, int64_t y);
  Value less(Value x, Value y);   // i1
  Value lessEq(Value x, Value y); // i1
  Value equal(Value x, Value y);  // i1
  Value both(Value x, Value y);   // i1
  Value select(Value condition, Value yes, Value no);
  Value narrow(Value x); // i64 -> i32
  /// An affine expression of symbols.
  Value evaluate(AffineExpr expr, llvm::function_ref<Value(unsigned)> symbol);

  // Memory. Offsets are in numbers, unless a type is given.
  Value offset(Type type, Value pointer, Value elements);
  Value offset(Type type, Value pointer, int64_t elements) { return offset(type, pointer, constant(elements)); }
  Value offset(Value pointer, Value elements) { return offset(numberType, pointer, elements); }
  Value offset(Value pointer, int64_t elements) { return elements ? offset(pointer, constant(elements)) : pointer; }
  Value offsetBytes(Value pointer, Value bytes);
  Value load(Type type, Value pointer);
  void store(Value value, Value pointer);
  /// A vector of `lanes` elements; where `mask` (may be null) is off nothing is read and the lane is 0.
  Value loadVector(Value pointer, Value mask = {});
  void storeVector(Value value, Value pointer, Value mask = {});
  /// Asks for the cache line at `pointer`, which need not be memory, in a level of the cache.
  void prefetch(Value pointer, int64_t level = 1);
  /// i32 lanes from `pointer` on; 0 where `mask` is off.
  Value loadIndices(Value pointer, Value mask);
  /// The elements of `type` at i32 lanes `offsets` from `pointer`; where `mask` (may be null) is off nothing is read.
  Value gather(Type type, Value pointer, Value offsets, Value mask = {});
  /// Scratch of the running function: numbers on the stack, reserved once at its entry.
  Value stack(int64_t elements) { return stack(numberType, elements); }
  Value stack(Type type, int64_t elements);
  /// What elements of `type` are in memory: a truth takes a byte.
  Type stored(Type type) { return type.isInteger(1) ? Type(b.getI8Type()) : type; }
  /// A zero on the stack: what an empty tensor of `type` is read from.
  Value zeroInMemory(Type type);

  // Vectors of numbers; scalars where operands are scalars.
  Value real(double value);  // scalar
  Value splat(Value scalar); // any scalar to a vector
  Value splatReal(double value) { return splat(real(value)); }
  Value zeros() { return splatReal(0); }
  /// Rounded once; where that takes a call of a library, as in f64 without such an instruction, twice.
  Value fma(Value x, Value y, Value z);
  Value fadd(Value x, Value y);
  Value fsub(Value x, Value y);
  Value fmul(Value x, Value y);
  Value fdiv(Value x, Value y);
  /// The larger; with a NaN operand either may come back.
  Value fmaxFast(Value x, Value y);
  Value sumLanes(Value vector);
  Value maxLanes(Value vector);
  Value anyLane(Value mask); // i1
  /// 0, 1, 2, ... as i32 lanes.
  Value iota();
  /// A number as i32 in every lane.
  Value lanes32(Value number) { return splat(narrow(number)); }
  /// `first`, first + 1, ... as i32 lanes.
  Value lanesFrom(Value first);
  /// The least i32 of the lanes where `mask` is on.
  Value leastWhere(Value mask, Value lanes);
  /// Lanes below `count` (i64) are on.
  Value maskBelow(Value count);

  // Control.
  using LoopBody = llvm::function_ref<void(Value index)>;
  using ReduceBody = llvm::function_ref<SmallVector<Value>(Value index, ValueRange state)>;
  void loop(Value from, Value to, int64_t step, LoopBody body);
  SmallVector<Value> reduce(Value from, Value to, int64_t step, ValueRange initial, ReduceBody body);
  /// Replaces the state by what `body` makes of it, as long as it says so (i1); at least once.
  using RepeatBody = llvm::function_ref<std::pair<Value, SmallVector<Value>>(ValueRange state)>;
  SmallVector<Value> repeat(ValueRange initial, RepeatBody body);
  void branch(Value condition, llvm::function_ref<void()> yes, llvm::function_ref<void()> no = {});

private:
  int64_t vectorLanes;
  FloatType numberType;
};

} // namespace mlir::attn
