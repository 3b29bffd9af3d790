// A formula region on vectors.
#include "compiler/backends/llvm/Formula.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"

namespace mlir::attn {

static Type withoutIndex(Type type) { return type.isIndex() ? IntegerType::get(type.getContext(), 32) : type; }

LogicalResult supportsFormula(Region &formula, std::string &why) {
  if (formula.empty()) // an op that may have a formula and has none
    return success();
  FloatType number = numberOf(formula.getParentOfType<KernelOp>());
  for (Operation &op : formula.front().without_terminator()) {
    for (Value value : op.getResults()) {
      Type type = value.getType();
      if (type == number || type.isIndex() || type.isInteger(1) || type.isInteger(32))
        continue;
      why.clear();
      llvm::raw_string_ostream(why) << "a formula computes in " << op.getName() << " with a type other than " << number
                                    << ", i32, i1 or index";
      return failure();
    }
    bool callsLibm = number.isF64();
    if (isa<math::FPowIOp, math::IPowIOp>(op) ||
        (!callsLibm && isa<math::PowFOp, math::TanOp, math::AtanOp, math::Atan2Op>(op))) {
      why = "a formula uses " + op.getName().getStringRef().str() + ", which has no vector form yet";
      return failure();
    }
  }
  return success();
}

namespace {

class FormulaBuilder {
public:
  FormulaBuilder(CodeBuilder &code, Region &formula, ValueRange arguments, ArrayRef<CapturedTensor> captures)
      : code(code), formula(formula), captures(captures), scalarCount(arguments.size()) {
    for (auto [argument, value] : llvm::zip(formula.getArguments(), arguments))
      mapping.map(argument, value);
  }

  SmallVector<Value> build() {
    for (Operation &op : formula.front().without_terminator())
      buildOp(op);
    return llvm::map_to_vector(formula.front().getTerminator()->getOperands(),
                               [&](Value yielded) { return asVector(mapping.lookup(yielded)); });
  }

  /// One number of the formula, with what it follows from.
  Value build(Value number) {
    buildNeeded(number);
    return asVector(mapping.lookup(number));
  }

private:
  Value asVector(Value x) { return isa<VectorType>(x.getType()) ? x : code.splat(x); }

  void buildNeeded(Value number) {
    Operation *op = number.getDefiningOp();
    if (!op || mapping.contains(number))
      return;
    for (Value operand : op->getOperands())
      buildNeeded(operand);
    buildOp(*op);
  }

  void buildOp(Operation &op) {
    if (auto extract = dyn_cast<tensor::ExtractOp>(op))
      return mapping.map(extract.getResult(), buildExtract(extract));
    if (auto dim = dyn_cast<tensor::DimOp>(op))
      return mapping.map(dim.getResult(), extentOf(dim));
    if (auto constant = dyn_cast<arith::ConstantOp>(op))
      return mapping.map(constant.getResult(), buildConstant(constant));
    if (isa<arith::IndexCastOp, arith::IndexCastUIOp>(op))
      return mapping.map(op.getResult(0), mapping.lookup(op.getOperand(0))); // both sides are i32 here
    buildElementwise(op);
  }

  Value buildConstant(arith::ConstantOp constant) {
    if (constant.getType().isIndex())
      return arith::ConstantIntOp::create(code.b, cast<IntegerAttr>(constant.getValue()).getInt(), 32);
    return arith::ConstantOp::create(code.b, constant.getValue());
  }

  void buildElementwise(Operation &op) {
    SmallVector<Value> operands = llvm::map_to_vector(op.getOperands(), [&](Value v) { return mapping.lookup(v); });
    bool vectors = llvm::any_of(operands, [](Value v) { return isa<VectorType>(v.getType()); });
    if (vectors)
      for (Value &operand : operands)
        if (!isa<VectorType>(operand.getType()))
          operand = code.splat(operand);
    SmallVector<Type> types;
    for (Type type : op.getResultTypes())
      types.push_back(vectors ? Type(VectorType::get(code.lanes(), withoutIndex(type))) : withoutIndex(type));
    if (isa<math::ClampFOp>(op)) {
      Value bounded = arith::MaximumFOp::create(code.b, operands[0], operands[1]);
      return mapping.map(op.getResult(0), arith::MinimumFOp::create(code.b, bounded, operands[2]).getResult());
    }
    if (isa<arith::DivSIOp, arith::DivUIOp, arith::RemSIOp, arith::RemUIOp, arith::CeilDivSIOp, arith::CeilDivUIOp,
            arith::FloorDivSIOp>(op))
      keepFromTrapping(operands);
    if (isa<arith::ShLIOp, arith::ShRSIOp, arith::ShRUIOp>(op))
      return mapping.map(op.getResult(0), buildShift(op, operands));
    Value result = create(op, operands, types);
    // A real beyond the integers gives some integer, but the same to all that read it: it may be an index.
    if (isa<arith::FPToSIOp, arith::FPToUIOp>(op))
      result = LLVM::FreezeOp::create(code.b, result);
    mapping.map(op.getResult(0), result);
  }

  /// The same op, without promises such as `nsw` or `nnan`: code whose index rests on a broken one reads anywhere.
  Value create(Operation &op, ValueRange operands, TypeRange types) {
    OperationState state(code.b.getLoc(), op.getName());
    state.addOperands(operands);
    state.addTypes(types);
    if (Attribute predicate = op.getAttr("predicate"))
      state.addAttribute("predicate", predicate);
    return code.b.create(state)->getResult(0);
  }

  Value integerLike(Value like, int64_t value) {
    unsigned bits = getElementTypeOrSelf(like.getType()).getIntOrFloatBitWidth();
    Value scalar = arith::ConstantIntOp::create(code.b, value, bits);
    return isa<VectorType>(like.getType()) ? code.splat(scalar) : scalar;
  }

  /// A shift by the width or more leaves 0, or the sign.
  Value buildShift(Operation &op, ArrayRef<Value> operands) {
    Value most = integerLike(operands[1], getElementTypeOrSelf(operands[1].getType()).getIntOrFloatBitWidth() - 1);
    Value within = arith::CmpIOp::create(code.b, arith::CmpIPredicate::ule, operands[1], most);
    Value amount = arith::SelectOp::create(code.b, within, operands[1], most);
    Value shifted = create(op, {operands[0], amount}, operands[0].getType());
    if (isa<arith::ShRSIOp>(op))
      return shifted;
    return arith::SelectOp::create(code.b, within, shifted, integerLike(shifted, 0));
  }

  /// x86 stops the process at a division by 0 and at -2^31 / -1: such a divisor becomes 1.
  void keepFromTrapping(SmallVectorImpl<Value> &operands) {
    auto constant = [&](int64_t value) { return integerLike(operands[1], value); };
    auto equals = [&](Value x, Value y) -> Value {
      return arith::CmpIOp::create(code.b, arith::CmpIPredicate::eq, x, y);
    };
    unsigned bits = getElementTypeOrSelf(operands[1].getType()).getIntOrFloatBitWidth();
    Value overflow = arith::AndIOp::create(code.b, equals(operands[0], constant(llvm::minIntN(bits))),
                                           equals(operands[1], constant(-1)));
    Value traps = arith::OrIOp::create(code.b, equals(operands[1], constant(0)), overflow);
    operands[1] = arith::SelectOp::create(code.b, traps, constant(1), operands[1]);
  }

  const CapturedTensor &capture(Value tensor) {
    return captures[cast<BlockArgument>(tensor).getArgNumber() - scalarCount];
  }

  Value extentOf(tensor::DimOp dim) {
    Value extent = capture(dim.getSource()).extents[*dim.getConstantIndex()];
    return code.narrow(extent);
  }

  /// Row-major address. Each index is moved into its dimension: lanes beyond the last key, and formulas that are wrong,
  /// never read outside the tensor.
  Value buildExtract(tensor::ExtractOp extract) {
    const CapturedTensor &tensor = capture(extract.getTensor());
    Value offset, elements = code.constant(1);
    SmallVector<Value> indices = llvm::map_to_vector(extract.getIndices(), [&](Value v) { return mapping.lookup(v); });
    for (auto [index, extent] : llvm::zip(indices, tensor.extents)) {
      Value place = inside(index, extent);
      offset = offset ? combine(scale(offset, extent), place) : place;
      elements = code.mul(elements, extent);
    }
    Type element = tensor.type.getElementType();
    Type stored = code.stored(element);
    // An empty tensor has no element to move to.
    Value hasElements = code.less(code.constant(0), elements);
    Value pointer = code.select(hasElements, tensor.pointer, code.zeroInMemory(element));
    if (!offset)
      return asElement(code.load(stored, pointer), element);
    if (!isa<VectorType>(offset.getType()))
      return asElement(code.load(stored, elementAt(stored, pointer, offset)), element);
    if (isRun(indices))
      return asElement(loadRun(stored, pointer, offset, indices.back(), tensor.extents.back(), hasElements), element);
    return asElement(code.gather(stored, pointer, offset), element);
  }

  Value elementAt(Type stored, Value pointer, Value offset) {
    return code.offset(stored, pointer, arith::ExtSIOp::create(code.b, code.i64(), offset));
  }

  /// By how much each lane is more than the one before, where the code that makes them shows it.
  std::optional<int64_t> stepOf(Value lanes) {
    Operation *op = lanes.getDefiningOp();
    if (isa_and_nonnull<vector::BroadcastOp>(op))
      return 0;
    if (auto constant = dyn_cast_or_null<arith::ConstantOp>(op)) {
      auto values = dyn_cast<DenseIntElementsAttr>(constant.getValue());
      int64_t next = 0;
      bool counts =
          values && llvm::all_of(values.getValues<APInt>(), [&](APInt x) { return x.getSExtValue() == next++; });
      return counts ? std::optional<int64_t>(1) : std::nullopt;
    }
    if (!isa_and_nonnull<arith::AddIOp, arith::SubIOp>(op))
      return std::nullopt;
    std::optional<int64_t> x = stepOf(op->getOperand(0)), y = stepOf(op->getOperand(1));
    if (!x || !y)
      return std::nullopt;
    return isa<arith::AddIOp>(op) ? *x + *y : *x - *y;
  }

  /// Whether lanes read one element after the other: a bias by distance, say.
  bool isRun(ArrayRef<Value> indices) {
    bool rest = llvm::none_of(indices.drop_back(), [](Value index) { return isa<VectorType>(index.getType()); });
    return rest && stepOf(indices.back()) == 1;
  }

  /// One load where no lane had to be moved inside, else a gather.
  Value loadRun(Type stored, Value pointer, Value offsets, Value last, Value extent, Value hasElements) {
    auto firstLane = [&](Value lanes) -> Value {
      return vector::ExtractOp::create(code.b, lanes, ArrayRef<int64_t>{0});
    };
    Value first = arith::ExtSIOp::create(code.b, code.i64(), firstLane(last));
    Value within = code.both(code.lessEq(code.constant(0), first), code.lessEq(code.add(first, code.lanes()), extent));
    auto type = VectorType::get(code.lanes(), stored);
    auto branch = scf::IfOp::create(code.b, TypeRange(type), code.both(within, hasElements), /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(code.b);
    code.b.setInsertionPointToStart(&branch.getThenRegion().front());
    Value place = elementAt(stored, pointer, firstLane(offsets));
    Value run = LLVM::LoadOp::create(code.b, type, place, stored.getIntOrFloatBitWidth() / 8);
    scf::YieldOp::create(code.b, run);
    code.b.setInsertionPointToStart(&branch.getElseRegion().front());
    scf::YieldOp::create(code.b, code.gather(stored, pointer, offsets));
    return branch.getResult(0);
  }

  /// A byte is true when it is not 0.
  Value asElement(Value stored, Type element) {
    if (!element.isInteger(1))
      return stored;
    Value zero = arith::ConstantOp::create(code.b, code.b.getZeroAttr(stored.getType()));
    return arith::CmpIOp::create(code.b, arith::CmpIPredicate::ne, stored, zero);
  }

  /// max(0, min(index, extent - 1))
  Value inside(Value index, Value extent) {
    Value last = code.narrow(code.sub(extent, code.constant(1)));
    Value zero = arith::ConstantIntOp::create(code.b, 0, 32);
    if (isa<VectorType>(index.getType())) {
      last = code.splat(last);
      zero = code.splat(zero);
    }
    return arith::MaxSIOp::create(code.b, arith::MinSIOp::create(code.b, index, last), zero);
  }

  Value scale(Value offset, Value extent) {
    Value narrow = code.narrow(extent);
    return isa<VectorType>(offset.getType()) ? arith::MulIOp::create(code.b, offset, code.splat(narrow)).getResult()
                                             : arith::MulIOp::create(code.b, offset, narrow).getResult();
  }

  Value combine(Value x, Value y) {
    if (isa<VectorType>(x.getType()) && !isa<VectorType>(y.getType()))
      y = code.splat(y);
    if (isa<VectorType>(y.getType()) && !isa<VectorType>(x.getType()))
      x = code.splat(x);
    return arith::AddIOp::create(code.b, x, y);
  }

  CodeBuilder &code;
  Region &formula;
  ArrayRef<CapturedTensor> captures;
  size_t scalarCount;
  IRMapping mapping;
};

} // namespace

SmallVector<Value> buildFormulas(CodeBuilder &code, Region &formula, ValueRange arguments,
                                 ArrayRef<CapturedTensor> captures) {
  return FormulaBuilder(code, formula, arguments, captures).build();
}

Value buildFormulaValue(CodeBuilder &code, Region &formula, Value number, ValueRange arguments,
                        ArrayRef<CapturedTensor> captures) {
  return FormulaBuilder(code, formula, arguments, captures).build(number);
}

Value buildFormula(CodeBuilder &code, Region &formula, ValueRange arguments, ArrayRef<CapturedTensor> captures) {
  return buildFormulas(code, formula, arguments, captures).front();
}

} // namespace mlir::attn
