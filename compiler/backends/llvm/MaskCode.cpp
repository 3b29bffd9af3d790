// The arithmetics in which masks become code: i64 numbers for ranges, lanes of keys for places.
#include "compiler/backends/llvm/MaskCode.h"
#include "dialect/MaskFormula.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace mlir::attn {
namespace {

Value compare(CodeBuilder &code, arith::CmpIPredicate predicate, Value x, Value y) {
  return code.b.createOrFold<arith::CmpIOp>(predicate, x, y);
}

/// Where the diagonal is: key = query + offset.
Value diagonalOffset(CodeBuilder &code, const MaskScope &scope, Alignment alignment) {
  return alignment == Alignment::TopLeft ? code.constant(0) : code.sub(scope.keys, scope.queries);
}

/// x mod by, 0 or more.
Value remainder(CodeBuilder &code, Value x, int64_t by) {
  Value rest = code.b.createOrFold<arith::RemSIOp>(x, code.constant(by));
  return code.select(code.less(rest, code.constant(0)), code.add(rest, by), rest);
}

/// i32 lanes of a tensor of i32 from `place` on; 0 where `mask` is off.
Value loadIndices(CodeBuilder &code, Value place, Value mask) {
  Type indices = VectorType::get(code.lanes(), code.b.getI32Type());
  return arith::BitcastOp::create(code.b, indices, code.loadVector(place, mask));
}

/// A number as i32 in every lane.
Value lanes32(CodeBuilder &code, Value number) {
  return code.splat(arith::TruncIOp::create(code.b, code.b.getI32Type(), number));
}

/// MaskRanges in i64.
class RangeCode {
public:
  using Int = Value;
  using Bool = Value;

  RangeCode(CodeBuilder &code, const MaskScope &scope, const MaskInputs &mask) : code(code), scope(scope), mask(mask) {}

  Int constant(int64_t value) { return code.constant(value); }
  Int keys() { return scope.keys; }
  Int offset(Alignment alignment) { return diagonalOffset(code, scope, alignment); }
  Int add(Int x, Int y) { return code.add(x, y); }
  Int sub(Int x, Int y) { return code.sub(x, y); }
  Int min(Int x, Int y) { return code.min(x, y); }
  Int max(Int x, Int y) { return code.max(x, y); }
  Int mul(Int x, int64_t by) { return code.mul(x, by); }
  Int floorDiv(Int x, int64_t by) {
    return code.b.createOrFold<arith::DivSIOp>(code.sub(x, remainder(code, x, by)), code.constant(by));
  }
  Bool less(Int x, Int y) { return code.less(x, y); }
  Bool lessEq(Int x, Int y) { return code.lessEq(x, y); }
  Bool both(Bool x, Bool y) { return code.both(x, y); }
  Bool either(Bool x, Bool y) { return code.b.createOrFold<arith::OrIOp>(x, y); }
  Int select(Bool condition, Int yes, Int no) { return code.select(condition, yes, no); }
  Region &predicate() { return MaskOp(mask.op).getPredicate(); }

  Int length(int64_t operand) {
    Value place = code.offset(mask.operands[operand].pointer, scope.sample);
    return arith::ExtSIOp::create(code.b, code.i64(), code.load(code.b.getI32Type(), place));
  }

  KeyRange extremes(int64_t operand, KeyRange tokens) {
    return reduce(operand, tokens, {lanesOf(INT32_MAX), lanesOf(INT32_MIN)},
                  [](Value, Value x) { return KeyRange{x, x}; });
  }

  KeyRange tokensBetween(int64_t operand, KeyRange tokens, Value low, Value high) {
    Value lowest = lanes32(code, low), highest = lanes32(code, high), one = lanesOf(1);
    KeyRange none{lanes32(code, tokens.to), lanes32(code, tokens.from)};
    return reduce(operand, tokens, none, [&](Value at, Value x) {
      Value inside = code.both(compare(code, arith::CmpIPredicate::sle, lowest, x),
                               compare(code, arith::CmpIPredicate::sle, x, highest));
      Value token = arith::AddIOp::create(code.b, lanes32(code, at), code.iota());
      Value after = arith::AddIOp::create(code.b, token, one);
      return KeyRange{code.select(inside, token, none.from), code.select(inside, after, none.to)};
    });
  }

private:
  Value lanesOf(int64_t value) { return code.splat(arith::ConstantIntOp::create(code.b, value, 32)); }

  /// The smallest `from` and the largest `to` that `ends` gives for the elements x of tokens at, at + 1, ...
  KeyRange reduce(int64_t operand, KeyRange tokens, KeyRange none,
                  llvm::function_ref<KeyRange(Value at, Value x)> ends) {
    const CapturedTensor &tensor = mask.operands[operand];
    Value row = code.offset(tensor.pointer, code.mul(scope.sample, tensor.extents[1]));
    SmallVector<Value> found{none.from, none.to};
    found = code.reduce(tokens.from, tokens.to, code.lanes(), found, [&](Value at, ValueRange state) {
      Value inside = code.maskBelow(code.sub(tokens.to, at));
      KeyRange next = ends(at, loadIndices(code, code.offset(row, at), inside));
      Value from = code.select(inside, next.from, none.from), to = code.select(inside, next.to, none.to);
      return SmallVector<Value>{arith::MinSIOp::create(code.b, state[0], from),
                                arith::MaxSIOp::create(code.b, state[1], to)};
    });
    auto acrossLanes = [&](vector::CombiningKind kind, Value lanes) -> Value {
      return arith::ExtSIOp::create(code.b, code.i64(), vector::ReductionOp::create(code.b, kind, lanes));
    };
    return {acrossLanes(vector::CombiningKind::MINSI, found[0]), acrossLanes(vector::CombiningKind::MAXSI, found[1])};
  }

  CodeBuilder &code;
  const MaskScope &scope;
  const MaskInputs &mask;
};

/// MaskFormula for one query and a vector of keys. What is the same in all lanes stays a scalar of i64; lanes are i32.
class PlaceCode {
public:
  struct Int {
    Value value;
    bool fits; // a scalar that is known to fit in 32 bits
  };
  using Bool = Value; // i1 or lanes of it

  /// `keys` are the lanes of key, key + 1, ..., of which those in `inside` exist.
  PlaceCode(CodeBuilder &code, const MaskScope &scope, const MaskInputs &mask, Value query, Value key, Value keys,
            Value inside)
      : code(code), scope(scope), mask(mask), queryIndex(query), firstKey(key), keyLanes(keys), inside(inside) {}

  Int constant(int64_t value) { return {code.constant(value), llvm::isInt<32>(value)}; }
  Int batch() { return {scope.sample, true}; }
  Int head() { return {scope.head, true}; }
  Int query() { return {queryIndex, true}; }
  Int key() { return {keyLanes, true}; }
  Int diagonal(Alignment alignment) { return {code.add(queryIndex, diagonalOffset(code, scope, alignment)), true}; }
  Int add(Int x, Int y) { return {code.add(x.value, y.value), false}; }
  Int sub(Int x, Int y) { return {code.sub(x.value, y.value), false}; }
  Int floorDiv(Int x, int64_t by) {
    if (isLanes(x.value))
      return {arith::DivUIOp::create(code.b, x.value, lanesOf(by)), true};
    return {code.div(x.value, code.constant(by)), x.fits}; // an index: not negative
  }
  Int rem(Int x, int64_t by) {
    if (isLanes(x.value))
      return {arith::RemUIOp::create(code.b, x.value, lanesOf(by)), true};
    return {remainder(code, x.value, by), true};
  }

  Bool less(Int x, Int y) { return compareBoth(arith::CmpIPredicate::slt, x, y); }
  Bool lessEq(Int x, Int y) { return compareBoth(arith::CmpIPredicate::sle, x, y); }
  Bool equal(Int x, Int y) { return compareBoth(arith::CmpIPredicate::eq, x, y); }
  Bool both(Bool x, Bool y) { return joined<arith::AndIOp>(x, y); }
  Bool either(Bool x, Bool y) { return joined<arith::OrIOp>(x, y); }
  Bool negate(Bool x) { return joined<arith::XOrIOp>(x, arith::ConstantIntOp::create(code.b, 1, 1)); }

  Int element(int64_t operand, ArrayRef<Int> place) {
    const CapturedTensor &tensor = mask.operands[operand];
    place = place.take_back(tensor.extents.size());
    Value offset = code.constant(0);
    bool varies = false;
    for (auto [size, extent, index] : llvm::zip(tensor.type.getShape(), tensor.extents, place)) {
      offset = code.mul(offset, extent);
      if (size == 1)
        continue;
      varies = isLanes(index.value); // only the last dimension is of keys
      offset = code.add(offset, varies ? firstKey : index.value);
    }
    bool bytes = tensor.type.getElementType().isInteger(1);
    Value at = bytes ? code.offsetBytes(tensor.pointer, offset) : code.offset(tensor.pointer, offset);
    Type type = bytes ? code.b.getI8Type() : code.b.getI32Type();
    if (!varies)
      return {arith::ExtSIOp::create(code.b, code.i64(), code.load(type, at)), true};
    if (!bytes)
      return {loadIndices(code, at, inside), true};
    Value none = code.splat(arith::ConstantIntOp::create(code.b, 0, 8));
    Value loaded = LLVM::MaskedLoadOp::create(code.b, none.getType(), at, inside, none, /*alignment=*/1);
    return {arith::ExtSIOp::create(code.b, keyLanes.getType(), loaded), true};
  }

  Bool predicate(ArrayRef<int64_t> captures) {
    auto narrow = [&](Value x) -> Value { return arith::TruncIOp::create(code.b, code.b.getI32Type(), x); };
    auto tensors = llvm::map_to_vector(captures, [&](int64_t operand) { return mask.operands[operand]; });
    Region &region = MaskOp(mask.op).getPredicate();
    return buildFormula(code, region, {narrow(scope.sample), narrow(scope.head), narrow(queryIndex), keyLanes},
                        tensors);
  }

private:
  static bool isLanes(Value x) { return isa<VectorType>(x.getType()); }
  Value lanesOf(int64_t value) { return code.splat(arith::ConstantIntOp::create(code.b, value, 32)); }

  /// A scalar in every lane. One that may not fit is a bound of keys, of which none is the smallest or largest i32, so
  /// that a comparison may saturate.
  Value spread(Int x) {
    if (isLanes(x.value))
      return x.value;
    Value bounded = x.value;
    if (!x.fits)
      bounded = code.min(code.max(x.value, code.constant(INT32_MIN)), code.constant(INT32_MAX));
    return code.splat(arith::TruncIOp::create(code.b, code.b.getI32Type(), bounded));
  }

  Bool compareBoth(arith::CmpIPredicate predicate, Int x, Int y) {
    if (!isLanes(x.value) && !isLanes(y.value))
      return compare(code, predicate, x.value, y.value);
    return compare(code, predicate, spread(x), spread(y));
  }

  template <class Op>
  Bool joined(Bool x, Bool y) {
    if (isLanes(x) != isLanes(y))
      (isLanes(x) ? y : x) = code.splat(isLanes(x) ? y : x);
    return code.b.createOrFold<Op>(x, y);
  }

  CodeBuilder &code;
  const MaskScope &scope;
  const MaskInputs &mask;
  Value queryIndex, firstKey, keyLanes, inside;
};

} // namespace

VisibleKeys visibleKeys(CodeBuilder &code, const MaskScope &scope, Value first, Value last, KeyRange window) {
  VisibleKeys result{window, window};
  for (const MaskInputs &mask : scope.masks) {
    RangeCode arithmetic(code, scope, mask);
    MaskRanges<RangeCode> ranges(arithmetic, first, last, window);
    result = ranges.intersect(result, ranges.of(MaskOp(mask.op).getMask()));
  }
  // An empty range is [x, x) with x inside `any`, so that the three parts of a loop stay in order.
  result.any.from = code.min(result.any.from, window.to);
  result.any.to = code.max(result.any.to, result.any.from);
  result.full.from = code.min(code.max(result.full.from, result.any.from), result.any.to);
  result.full.to = code.min(code.max(result.full.to, result.full.from), result.any.to);
  return result;
}

Value visibleLanes(CodeBuilder &code, const MaskScope &scope, Value query, Value key) {
  Value keys = arith::AddIOp::create(code.b, lanes32(code, key), code.iota());
  Value inside = compare(code, arith::CmpIPredicate::slt, keys, lanes32(code, scope.keys)), result = inside;
  for (const MaskInputs &mask : scope.masks) {
    PlaceCode place(code, scope, mask, query, key, keys, inside);
    result = place.both(result, MaskFormula(place).visible(MaskOp(mask.op).getMask()));
  }
  return result;
}

} // namespace mlir::attn
