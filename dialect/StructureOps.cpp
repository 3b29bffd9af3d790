// Checks of repeat.
#include "dialect/Verify.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::attn {

// Bounds what a short text can unroll to.
static constexpr int64_t maxRepeat = 1024;

LogicalResult RepeatOp::verify() {
  if (getCount() < 1 || getCount() > maxRepeat) // repeat_c1
    return emitOpError("expected a count from 1 to ") << maxRepeat << ", got " << getCount();
  if (getCount() == 1) // nothing is replaced
    return success();
  if (getResults().size() > getInputs().size()) // repeat_c2
    return emitOpError("expected no more results than operands, got ")
           << getResults().size() << " and " << getInputs().size();
  if (TypeRange(getResults()) != TypeRange(getInputs().take_front(getResults().size()))) // repeat_c3
    return emitOpError("expected the results to have the types of the first operands, which they replace");
  return success();
}

LogicalResult RepeatOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto callee = symbols.lookupNearestSymbolFrom<func::FuncOp>(*this, getCalleeAttr());
  if (!callee) // repeat_c4
    return emitOpError("refers to @") << getCallee() << ", which is not a function of this module";
  if (TypeRange(callee.getArgumentTypes()) != TypeRange(getInputs()) ||
      TypeRange(callee.getResultTypes()) != TypeRange(getResults())) // repeat_c5
    return emitOpError("expected the type of @") << getCallee() << ", " << callee.getFunctionType();
  if (callee->isAncestor(*this)) // repeat_c6
    return emitOpError("repeats the function it stands in");
  return success();
}

} // namespace mlir::attn
