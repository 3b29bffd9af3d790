// Text form, extents and checks of kernel.
//   %y = attn.kernel (%a = %x : tensor<..>) -> tensor<..> schedule(#attn.schedule<..>) code(@name) { ... }
#include "dialect/Verify.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

namespace mlir::attn {

std::optional<unsigned> updatedInput(KernelOp kernel) {
  auto append = dyn_cast<CacheAppendOp>(kernel.getBody().front().front());
  auto cache = append ? dyn_cast<BlockArgument>(append.getCache()) : BlockArgument();
  return cache ? std::optional<unsigned>(cache.getArgNumber()) : std::nullopt;
}

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &result) {
  SmallVector<OpAsmParser::Argument> arguments;
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  SmallVector<Type> types;
  SMLoc location = parser.getCurrentLocation();
  auto parseInput = [&]() -> ParseResult {
    OpAsmParser::Argument argument;
    if (parser.parseArgument(argument) || parser.parseEqual() || parser.parseOperand(operands.emplace_back()) ||
        parser.parseColonType(argument.type))
      return failure();
    types.push_back(argument.type);
    arguments.push_back(argument);
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, parseInput) ||
      parser.parseOptionalArrowTypeList(result.types))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("schedule"))) {
    ScheduleAttr schedule;
    if (parser.parseLParen() || parser.parseAttribute(schedule, "schedule", result.attributes) || parser.parseRParen())
      return failure();
  }
  if (succeeded(parser.parseOptionalKeyword("code"))) {
    StringAttr name;
    if (parser.parseLParen() || parser.parseSymbolName(name) || parser.parseRParen())
      return failure();
    result.addAttribute("code", FlatSymbolRefAttr::get(name));
  }
  if (parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.parseRegion(*result.addRegion(), arguments) ||
      parser.resolveOperands(operands, types, location, result.operands))
    return failure();
  ensureTerminator(*result.regions.back(), parser.getBuilder(), result.location);
  return success();
}

void KernelOp::print(OpAsmPrinter &printer) {
  printer << " (";
  llvm::interleaveComma(llvm::zip_equal(getBody().getArguments(), getInputs()), printer, [&](auto pair) {
    printer << std::get<0>(pair) << " = " << std::get<1>(pair) << " : " << std::get<1>(pair).getType();
  });
  printer << ")";
  printer.printOptionalArrowTypeList(getResultTypes());
  if (ScheduleAttr schedule = getScheduleAttr())
    printer << " schedule(" << schedule << ")";
  if (FlatSymbolRefAttr code = getCodeAttr())
    printer << " code(" << code << ")";
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(), {"schedule", "code"});
  printer << " ";
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

LogicalResult KernelOp::verifyRegions() {
  Block &block = getBody().front();
  if (TypeRange(block.getArguments()) != TypeRange(getInputs())) // kernel_c1
    return emitOpError("expected the region's arguments to have the types of the operands");
  for (Operation &op : block)
    if (!isa<YieldOp>(op) && !isa<ExtentOpInterface>(op)) // kernel_c2
      return op.emitOpError("can not stand in an attn.kernel");
    else if (isa<KernelOp, WeightOp>(op)) // kernel_c3
      return op.emitOpError("can not stand in an attn.kernel; pass its result in");
  Operation *yield = block.getTerminator();
  if (yield->getNumOperands() != getNumResults()) // kernel_c4
    return emitOpError("yields ") << yield->getNumOperands() << " values for " << getNumResults() << " results";
  for (auto [value, result] : llvm::zip(yield->getOperands(), getResults()))
    if (withoutLayout(value.getType()) != withoutLayout(result.getType())) // kernel_c5
      return emitOpError("yields ") << value.getType() << " for a result " << result.getType();
  return success();
}

LogicalResult KernelOp::inferExtents(ArrayRef<Extents> operands, SmallVectorImpl<Extents> &results) {
  llvm::DenseMap<Value, Extents> extents;
  for (auto [argument, operand] : llvm::zip(getBody().getArguments(), operands))
    extents[argument] = operand;
  for (Operation &op : getBody().front().without_terminator()) {
    SmallVector<Extents> inner = llvm::map_to_vector(op.getOperands(), [&](Value v) { return extents.lookup(v); });
    SmallVector<Extents> outer;
    if (failed(cast<ExtentOpInterface>(op).inferExtents(inner, outer)))
      return failure();
    for (auto [value, extent] : llvm::zip(op.getResults(), outer))
      extents[value] = extent;
  }
  for (Value value : getBody().front().getTerminator()->getOperands())
    results.push_back(extents.lookup(value));
  return success();
}

} // namespace mlir::attn
