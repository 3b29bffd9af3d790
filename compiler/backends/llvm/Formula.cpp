// A formula region on vectors.
#include "compiler/backends/llvm/Formula.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"

namespace mlir::attn {

static Type withoutIndex(Type type) { return type.isIndex() ? IntegerType::get(type.getContext(), 32) : type; }

LogicalResult supportsFormula(Region &formula, std::string &why) {
  if (formula.empty()) // an op that may have a formula and has none
    return success();
  for (Operation &op : formula.front().without_terminator()) {
    for (Value value : op.getResults()) {
      Type type = value.getType();
      if (type.isF32() || type.isIndex() || type.isInteger(1) || type.isInteger(32))
        continue;
      why = ("a formula computes in " + std::string(op.getName().getStringRef()) +
             " with a type other than f32, i32, i1 or index");
      return failure();
    }
    if (isa<math::PowFOp, math::FPowIOp, math::IPowIOp, math::TanOp, math::AtanOp, math::Atan2Op>(op)) {
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

  Value build() {
    for (Operation &op : formula.front().without_terminator())
      buildOp(op);
    Value result = mapping.lookup(formula.front().getTerminator()->getOperand(0));
    return isa<VectorType>(result.getType()) ? result : code.splat(result);
  }

private:
  void buildOp(Operation &op) {
    if (auto extract = dyn_cast<tensor::ExtractOp>(op))
      return mapping.map(extract.getResult(), buildExtract(extract));
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
    OperationState state(code.b.getLoc(), op.getName());
    state.addOperands(operands);
    state.addTypes(types);
    state.attributes = op.getAttrDictionary();
    mapping.map(op.getResults(), code.b.create(state)->getResults());
  }

  /// x86 stops the process at a division by 0 and at -2^31 / -1: such a divisor becomes 1.
  void keepFromTrapping(SmallVectorImpl<Value> &operands) {
    auto constant = [&](int64_t value) -> Value {
      Type type = operands[1].getType();
      unsigned bits = getElementTypeOrSelf(type).getIntOrFloatBitWidth();
      Value scalar = arith::ConstantIntOp::create(code.b, value, bits);
      return isa<VectorType>(type) ? code.splat(scalar) : scalar;
    };
    auto equals = [&](Value x, Value y) -> Value {
      return arith::CmpIOp::create(code.b, arith::CmpIPredicate::eq, x, y);
    };
    unsigned bits = getElementTypeOrSelf(operands[1].getType()).getIntOrFloatBitWidth();
    Value overflow = arith::AndIOp::create(code.b, equals(operands[0], constant(llvm::minIntN(bits))),
                                           equals(operands[1], constant(-1)));
    Value traps = arith::OrIOp::create(code.b, equals(operands[1], constant(0)), overflow);
    operands[1] = arith::SelectOp::create(code.b, traps, constant(1), operands[1]);
  }

  /// Row-major address; a vector index gathers. Each index is moved into its dimension: lanes beyond the last key, and
  /// formulas that are wrong, never read outside the tensor.
  Value buildExtract(tensor::ExtractOp extract) {
    unsigned number = cast<BlockArgument>(extract.getTensor()).getArgNumber();
    const CapturedTensor &tensor = captures[number - scalarCount];
    Value offset, elements = code.constant(1);
    for (auto [index, extent] : llvm::zip(extract.getIndices(), tensor.extents)) {
      Value place = inside(mapping.lookup(index), extent);
      offset = offset ? combine(scale(offset, extent), place) : place;
      elements = code.mul(elements, extent);
    }
    // An empty tensor has no element to move to.
    Value pointer = code.select(code.less(code.constant(0), elements), tensor.pointer, code.stack(1));
    Type element = tensor.type.getElementType(), wide = code.i64();
    Type stored = element.isInteger(1) ? Type(code.b.getI8Type()) : element;
    if (!offset)
      return asElement(code.load(stored, pointer), element);
    if (isa<VectorType>(offset.getType()))
      return asElement(gather(stored, pointer, offset), element);
    Value place = arith::ExtSIOp::create(code.b, wide, offset);
    return asElement(code.load(stored, LLVM::GEPOp::create(code.b, code.ptr(), stored, pointer, LLVM::GEPArg(place))),
                     element);
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
    Value last = arith::TruncIOp::create(code.b, code.b.getI32Type(), code.sub(extent, code.constant(1)));
    Value zero = arith::ConstantIntOp::create(code.b, 0, 32);
    if (isa<VectorType>(index.getType())) {
      last = code.splat(last);
      zero = code.splat(zero);
    }
    return arith::MaxSIOp::create(code.b, arith::MinSIOp::create(code.b, index, last), zero);
  }

  Value scale(Value offset, Value extent) {
    Value narrow = arith::TruncIOp::create(code.b, code.b.getI32Type(), extent);
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

  Value gather(Type element, Value pointer, Value offsets) {
    auto wide = VectorType::get(code.lanes(), code.i64());
    auto pointers = VectorType::get(code.lanes(), code.ptr());
    Value places = arith::ExtSIOp::create(code.b, wide, offsets);
    Value addresses = LLVM::GEPOp::create(code.b, pointers, element, pointer, ArrayRef<LLVM::GEPArg>{places});
    Value all = arith::ConstantOp::create(code.b, DenseElementsAttr::get(code.mask(), true));
    auto type = VectorType::get(code.lanes(), element);
    return LLVM::masked_gather::create(code.b, type, addresses, all, ValueRange{}, element.getIntOrFloatBitWidth() / 8);
  }

  CodeBuilder &code;
  Region &formula;
  ArrayRef<CapturedTensor> captures;
  size_t scalarCount;
  IRMapping mapping;
};

} // namespace

Value buildFormula(CodeBuilder &code, Region &formula, ValueRange arguments, ArrayRef<CapturedTensor> captures) {
  return FormulaBuilder(code, formula, arguments, captures).build();
}

} // namespace mlir::attn
