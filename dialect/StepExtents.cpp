// Sizes inside and outside of a loop's function; see the header.
#include "dialect/StepExtents.h"
#include "dialect/Verify.h"

namespace mlir::attn {

FailureOr<StepExtents> StepExtents::compute(LoopOp loop, ArrayRef<Extents> operands) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(loop, loop.getCalleeAttr());
  if (!callee) // told by the verifier
    return failure();
  StepExtents step{callee, {}, {}};
  unsigned carried = loop.getCarried().size(), each = loop.getEach().size();
  for (unsigned index = 0; index < callee.getNumArguments(); ++index) {
    Extents given = operands[index], named = argumentExtents(callee, index, step.symbols);
    step.outer.resize(step.symbols.size());
    if (index >= carried && index < carried + each)
      given.erase(given.begin() + 1);
    for (auto [inside, outside] : llvm::zip_equal(named, given)) {
      auto made = dyn_cast<AffineBinaryOpExpr>(inside);
      auto symbol = dyn_cast<AffineSymbolExpr>(made ? made.getLHS() : inside);
      if (!symbol)
        continue;
      // Of "N + 1" outside, N is one less; of "4 * B", B is a quarter.
      AffineExpr size = !made                                   ? outside
                        : made.getKind() == AffineExprKind::Add ? outside - made.getRHS()
                                                                : outside.floorDiv(made.getRHS());
      if (made && made.getKind() == AffineExprKind::Mul && size * made.getRHS() != outside)
        return loop.emitOpError("expected a multiple of ")
               << cast<AffineConstantExpr>(made.getRHS()).getValue() << " in dimension "
               << step.symbols[symbol.getPosition()].name << " of argument " << index << " of @" << callee.getName();
      AffineExpr &known = step.outer[symbol.getPosition()];
      if (known && failed(requireEqualExtents(loop, known, size,
                                              "dimension " + step.symbols[symbol.getPosition()].name + " of @" +
                                                  callee.getName() + " in its arguments")))
        return failure();
      known = size;
    }
  }
  return step;
}

FailureOr<StepExtents> StepExtents::compute(LoopOp loop, const FunctionExtents &extents) {
  return compute(loop, llvm::map_to_vector(loop->getOperands(), [&](Value v) { return Extents(extents.of(v)); }));
}

FailureOr<Extents> StepExtents::ofResult(LoopOp loop, unsigned result) const {
  auto type = cast<RankedTensorType>(func::FuncOp(callee).getResultTypes()[result]);
  auto dims = func::FuncOp(callee).getResultAttrOfType<ArrayAttr>(result, "attn.dims");
  SmallVector<Symbol> all(symbols);
  Extents extents = namedExtents(type, dims, "", all);
  if (all.size() != symbols.size())
    return loop.emitOpError("expected attn.dims on result ")
           << result << " of @" << func::FuncOp(callee).getName() << ", of dimensions of its arguments";
  for (AffineExpr &extent : extents)
    extent = extent.replaceSymbols(outer);
  return extents;
}

namespace {

/// Whether a size may be negative, or may not be what is asked of it.
bool isFree(AffineExpr size, const Symbol &inside) {
  bool subtracts = false;
  size.walk([&](AffineExpr part) {
    auto constant = dyn_cast<AffineConstantExpr>(part);
    subtracts |= constant && constant.getValue() < 0;
  });
  return !subtracts && inside.minimum == 0 && inside.maximum == 0 && inside.multiple == 1;
}

} // namespace

LogicalResult StepExtents::demandOutside(LoopOp loop, ArrayRef<Symbol> inside, MutableArrayRef<Symbol> outside) const {
  for (auto [symbol, size] : llvm::zip_equal(inside, outer)) {
    if (isFree(size, symbol) || succeeded(requireRange(size, symbol, outside)))
      continue;
    InFlightDiagnostic error = loop.emitOpError("expected dimension ")
                               << symbol.name << " of @" << func::FuncOp(callee).getName() << " to be at least "
                               << symbol.minimum;
    if (symbol.maximum)
      error << " and at most " << symbol.maximum;
    if (symbol.multiple > 1)
      error << " and a multiple of " << symbol.multiple;
    return error << ", got " << extentText(size, outside);
  }
  return success();
}

} // namespace mlir::attn
