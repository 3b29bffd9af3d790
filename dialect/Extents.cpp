// Symbols from `attn.dims`, and one walk that asks every op for the extents of its results.
#include "dialect/Extents.h"
#include "dialect/AttnOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

namespace mlir::attn {

// What a dimension may be larger than the one it is named after, or how many times as large; far from what would
// overflow.
constexpr int64_t mostOffset = int64_t(1) << 20;

/// The index of a named symbol, which is added when new.
static unsigned symbolIndex(SmallVectorImpl<Symbol> &symbols, StringRef name) {
  for (auto [index, symbol] : llvm::enumerate(symbols))
    if (symbol.name == name)
      return index;
  symbols.push_back({name.str()});
  return symbols.size() - 1;
}

std::pair<StringRef, int64_t> splitDimension(StringRef text) {
  auto [name, offset] = text.split('+');
  int64_t more = 0;
  if (name.size() < text.size() && (offset.trim().getAsInteger(10, more) || more < 1 || more > mostOffset))
    return {StringRef(), 0};
  return {name.trim(), more};
}

std::pair<int64_t, StringRef> splitMultiple(StringRef text) {
  auto [factor, name] = text.split('*');
  int64_t times = 0;
  if (factor.size() == text.size() || factor.trim().getAsInteger(10, times) || times < 1 || times > mostOffset)
    return {0, StringRef()};
  return {times, name.trim()};
}

Extents namedExtents(RankedTensorType type, ArrayAttr dims, const Twine &place, SmallVectorImpl<Symbol> &symbols) {
  Extents extents;
  for (auto [d, size] : llvm::enumerate(type.getShape())) {
    if (!ShapedType::isDynamic(size)) {
      extents.push_back(getAffineConstantExpr(size, type.getContext()));
      continue;
    }
    std::string name = dims ? cast<StringAttr>(dims[d]).str() : (place + "_dim" + Twine(d)).str();
    if (auto [factor, symbol] = splitMultiple(name); factor) {
      extents.push_back(getAffineSymbolExpr(symbolIndex(symbols, symbol), type.getContext()) * factor);
      continue;
    }
    auto [symbol, more] = splitDimension(name);
    extents.push_back(getAffineSymbolExpr(symbolIndex(symbols, symbol), type.getContext()) + more);
  }
  return extents;
}

Extents argumentExtents(func::FuncOp function, unsigned argument, SmallVectorImpl<Symbol> &symbols) {
  auto type = dyn_cast<RankedTensorType>(function.getArgumentTypes()[argument]);
  return type ? namedExtents(type, function.getArgAttrOfType<ArrayAttr>(argument, "attn.dims"), "arg" + Twine(argument),
                             symbols)
              : Extents();
}

FailureOr<FunctionExtents> FunctionExtents::compute(func::FuncOp function) {
  FunctionExtents result;
  for (BlockArgument argument : function.getArguments())
    result.extents[argument] = argumentExtents(function, argument.getArgNumber(), result.symbolList);
  if (failed(result.visit(function.getBody().front())) || failed(result.checkResults(function)))
    return failure();
  for (Symbol &symbol : result.symbolList)
    if (symbol.maximum > symbol.multiple)
      symbol.maximum -= symbol.maximum % symbol.multiple;
  return result;
}

LogicalResult FunctionExtents::checkResults(func::FuncOp function) {
  for (auto [index, value] : llvm::enumerate(function.getBody().front().getTerminator()->getOperands())) {
    auto dims = function.getResultAttrOfType<ArrayAttr>(index, "attn.dims");
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!dims || !type)
      continue;
    SmallVector<Symbol> symbols(symbolList);
    Extents named = namedExtents(type, dims, "", symbols);
    for (auto [d, expected, actual] : llvm::enumerate(named, of(value)))
      if (expected != actual)
        return function.emitOpError("names dimension ")
               << d << " of result " << index << " " << extentText(expected, symbols) << "; it is "
               << extentText(actual, symbols);
  }
  return success();
}

LogicalResult FunctionExtents::visit(Block &block) {
  for (Operation &op : block)
    if (failed(visit(&op)))
      return failure();
  return success();
}

LogicalResult FunctionExtents::visit(Operation *op) {
  if (auto interface = dyn_cast<ExtentOpInterface>(op)) {
    SmallVector<Extents> operands =
        llvm::map_to_vector(op->getOperands(), [&](Value value) { return extents.lookup(value); });
    SmallVector<Extents> results;
    if (failed(interface.inferExtents(operands, results)))
      return failure();
    for (auto [value, extent] : llvm::zip_equal(op->getResults(), results))
      extents[value] = extent;
    if (!results.empty() && failed(constrain(op, operands, results[0])))
      return failure();
  }
  auto kernel = dyn_cast<KernelOp>(op);
  if (!kernel)
    return success();
  for (auto [argument, operand] : llvm::zip(kernel.getBody().getArguments(), kernel.getInputs()))
    extents[argument] = Extents(extents.lookup(operand));
  return visit(kernel.getBody().front());
}

namespace {

/// From `least` to `most` (0: unbounded), a multiple of `multiple`.
struct Range {
  int64_t least, most, multiple;
  bool bounded = most != 0;

  /// What x is for x + by, x * by or x floordiv by to be within the range; fails where that is not known.
  LogicalResult undo(AffineExprKind kind, int64_t by) {
    if (kind == AffineExprKind::Add && by % multiple == 0) {
      least = std::max<int64_t>(least - by, 0);
      most = bounded ? most - by : 0;
      return success(!bounded || most > 0);
    }
    if (kind == AffineExprKind::Mul && by > 0) {
      least = llvm::divideCeil(least, by);
      most = most / by;
      multiple /= std::gcd(multiple, by);
      return success(!bounded || most > 0);
    }
    if (kind != AffineExprKind::FloorDiv)
      return failure();
    bool fits = !llvm::MulOverflow(least, by, least) && !llvm::MulOverflow(most, by, most) &&
                !llvm::AddOverflow(most, bounded ? by - 1 : 0, most);
    multiple *= multiple == 1 ? 1 : by;
    return success(fits);
  }
};

} // namespace

LogicalResult requireRange(AffineExpr size, const Symbol &of, MutableArrayRef<Symbol> symbols) {
  Range range{of.minimum, of.maximum, of.multiple};
  while (auto part = dyn_cast<AffineBinaryOpExpr>(size)) {
    auto by = dyn_cast<AffineConstantExpr>(part.getRHS());
    if (!by || failed(range.undo(part.getKind(), by.getValue())))
      return failure();
    size = part.getLHS();
  }
  if (auto constant = dyn_cast<AffineConstantExpr>(size)) {
    int64_t value = constant.getValue();
    return success(value >= range.least && (!range.bounded || value <= range.most) && value % range.multiple == 0);
  }
  Symbol &symbol = symbols[cast<AffineSymbolExpr>(size).getPosition()];
  symbol.minimum = std::max(symbol.minimum, range.least);
  if (range.bounded)
    symbol.maximum = symbol.maximum ? std::min(symbol.maximum, range.most) : range.most;
  symbol.multiple = std::lcm(symbol.multiple, range.multiple);
  return success(symbol.multiple < int64_t(1) << 31);
}

/// Whether a size, or a part of it that is divided, is negative where its only symbol has a value.
static bool isNegative(AffineExpr expr, AffineExpr value, unsigned symbols) {
  SmallVector<AffineExpr> values(symbols, value);
  bool negative = false;
  auto check = [&](AffineExpr part) {
    auto number = dyn_cast<AffineConstantExpr>(simplifyAffineExpr(part.replaceSymbols(values), 0, 0));
    negative |= !number || number.getValue() < 0;
  };
  check(expr);
  expr.walk([&](AffineExpr part) {
    if (llvm::is_contained({AffineExprKind::FloorDiv, AffineExprKind::CeilDiv, AffineExprKind::Mod}, part.getKind()))
      check(cast<AffineBinaryOpExpr>(part).getLHS());
  });
  return negative;
}

/// A size that is computed is not negative in any call, and neither is what it divides.
static LogicalResult keepWhole(Operation *op, AffineExpr size, MutableArrayRef<Symbol> symbols) {
  // What a dimension may be required to have; sizes of kernels and strides are far below.
  constexpr int64_t mostRequired = 4096;
  std::optional<unsigned> only;
  bool isOne = true, subtracts = false;
  size.walk([&](AffineExpr part) {
    if (auto symbol = dyn_cast<AffineSymbolExpr>(part)) {
      isOne &= !only || *only == symbol.getPosition();
      only = symbol.getPosition();
    }
    auto constant = dyn_cast<AffineConstantExpr>(part);
    subtracts |= constant && constant.getValue() < 0;
  });
  if (!subtracts || !only)
    return success();
  auto fails = [&](int64_t value) {
    return isNegative(size, getAffineConstantExpr(value, op->getContext()), symbols.size());
  };
  if (!isOne || fails(mostRequired))
    return op->emitOpError("expected sizes of which one dimension of an input tells that they are not negative, got ")
           << extentText(size, symbols);
  int64_t least = mostRequired;
  while (least > 0 && !fails(least - 1))
    --least;
  int64_t &minimum = symbols[*only].minimum;
  minimum = std::max(minimum, least);
  return success();
}

LogicalResult FunctionExtents::constrain(Operation *op, ArrayRef<Extents> operands, const Extents &result) {
  if (auto positions = dyn_cast<PositionsOp>(op))
    return bound(op, result[0], positions.getTable().getType().getDimSize(0));
  if (auto given = dyn_cast<GivenScoreOp>(op)) {
    auto table = given.getTable().getType();
    return success(succeeded(bound(op, result[2], table.getDimSize(table.getRank() - 2))) &&
                   succeeded(bound(op, result[3], table.getDimSize(table.getRank() - 1))));
  }
  MaskAttr mask = isa<MaskOp>(op)        ? cast<MaskOp>(op).getMask()
                  : isa<AttentionOp>(op) ? cast<AttentionOp>(op).getMaskAttr()
                                         : MaskAttr();
  if (mask) // a table of lists has a first row
    forEachMask(mask, [&](MaskAttr node) {
      if (node.getKind() != MaskKind::Listed)
        return;
      size_t operand = node.getOperands()[0] + (isa<MaskOp>(op) ? 1 : 3);
      if (auto symbol = dyn_cast<AffineSymbolExpr>(operands[operand][1]))
        symbolList[symbol.getPosition()].minimum = std::max<int64_t>(symbolList[symbol.getPosition()].minimum, 1);
    });
  if (isa<RearrangeOp>(op))
    for (AffineExpr size : result)
      if (failed(keepWhole(op, size, symbolList)))
        return failure();
  if (auto wrap = dyn_cast<WrapOp>(op))
    return divide(op, operands[0][2], wrap.getChunk());
  if (auto group = dyn_cast<GroupRowsOp>(op))
    return divide(op, operands[0][operands[0].size() - 2], group.getSize());
  if (auto sum = dyn_cast<BlockSumOp>(op))
    return divide(op, operands[0][operands[0].size() - 2], sum.getSize());
  return success();
}

LogicalResult FunctionExtents::divide(Operation *op, AffineExpr extent, int64_t size) {
  int64_t factor = 1;
  AffineExpr unit = extent;
  if (auto product = dyn_cast<AffineBinaryOpExpr>(extent); product && extent.getKind() == AffineExprKind::Mul)
    if (auto by = dyn_cast<AffineConstantExpr>(product.getRHS())) {
      unit = product.getLHS();
      factor = by.getValue();
    }
  auto symbol = dyn_cast<AffineSymbolExpr>(unit);
  if (!symbol) {
    if (extent.isMultipleOf(size))
      return success();
    return op->emitOpError("expected a multiple of ")
           << size << ", got " << extentText(extent, symbolList) << ", of which no dimension of an input tells";
  }
  int64_t &multiple = symbolList[symbol.getPosition()].multiple;
  multiple = std::lcm(multiple, size / std::gcd(size, factor));
  if (multiple >= int64_t(1) << 31)
    return op->emitOpError("makes ") << symbolList[symbol.getPosition()].name << " a multiple of " << multiple
                                     << ", expected one below 2^31";
  return success();
}

LogicalResult FunctionExtents::bound(Operation *op, AffineExpr extent, int64_t size) {
  if (ShapedType::isDynamic(size) || extent == getAffineConstantExpr(0, op->getContext()) ||
      (size > 0 && succeeded(requireRange(extent, {"", 0, size, 1}, symbolList))))
    return success();
  return op->emitOpError("expected a size of which one dimension of an input tells that it is at most ")
         << size << ", that of the table, got " << extentText(extent, symbolList);
}

llvm::ArrayRef<AffineExpr> FunctionExtents::of(Value value) const {
  auto found = extents.find(value);
  return found == extents.end() ? ArrayRef<AffineExpr>() : ArrayRef<AffineExpr>(found->second);
}

std::string extentText(AffineExpr extent, ArrayRef<Symbol> symbols) {
  std::string text;
  llvm::raw_string_ostream(text) << extent;
  // The only letters before digits are those of symbols, e.g. `s1 * 2 + s10`.
  std::string result;
  for (size_t at = 0; at < text.size();) {
    size_t end = text.find_first_not_of("0123456789", at + 1);
    unsigned index = 0;
    if (text[at] == 's' && !StringRef(text).slice(at + 1, end).getAsInteger(10, index) && index < symbols.size()) {
      result += symbols[index].name;
      at = std::min(end, text.size());
    } else {
      result += text[at++];
    }
  }
  return result;
}

} // namespace mlir::attn
