// A model with caches is called for many tokens once, its prompt, and then for one at a time. What is best for the one
// is not for the other: a private copy of the model is for a single row, with schedules of its own, and the entry
// chooses by the number of rows that is given.
#include "compiler/tile/Passes.h"
#include "dialect/AttnOps.h"
#include "dialect/Extents.h"
#include "dialect/Ports.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::attn {
#define GEN_PASS_DEF_SPECIALIZESTEPS
#include "compiler/tile/Passes.h.inc"

namespace {

/// The dimension of the rows that all caches of a model take in, if it is one that is known at run time only.
std::optional<unsigned> appendedRows(func::FuncOp model, const FunctionExtents &extents) {
  std::optional<unsigned> found;
  bool one = true;
  model.walk([&](CacheAppendOp append) {
    ArrayRef<AffineExpr> rows = extents.of(append.getRows());
    auto symbol = dyn_cast<AffineSymbolExpr>(rows[rows.size() - 2]);
    one &= symbol && (!found || *found == symbol.getPosition());
    if (symbol)
      found = symbol.getPosition();
  });
  return one ? found : std::nullopt;
}

struct SpecializeSteps : impl::SpecializeStepsBase<SpecializeSteps> {
  void runOnOperation() override {
    for (auto model : llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>()))
      if (model.isPublic() && !model.isExternal() && failed(specialize(model)))
        return signalPassFailure();
  }

  LogicalResult specialize(func::FuncOp model) {
    FailureOr<FunctionExtents> extents = FunctionExtents::compute(model);
    if (failed(extents))
      return failure();
    std::optional<unsigned> rows = appendedRows(model, *extents);
    if (!rows)
      return success();
    Builder builder(&getContext());
    StringRef name = extents->symbols()[*rows].name;
    NamedAttrList bounds(model->getAttrOfType<DictionaryAttr>("attn.bounds"));
    if (auto given = dyn_cast_or_null<DenseI64ArrayAttr>(bounds.get(name)); given && given[1] <= 1)
      return success(); // the model itself is for one
    bounds.set(name, builder.getDenseI64ArrayAttr({1, 1}));
    func::FuncOp step = model.clone();
    step.setName((model.getName() + "_row").str());
    step.setPrivate();
    step->setAttr("attn.bounds", bounds.getDictionary(&getContext()));
    step->setAttr(kRowOf, FlatSymbolRefAttr::get(model));
    SymbolTable(getOperation()).insert(step);
    model->setAttr(kRowFunction, FlatSymbolRefAttr::get(step));
    model->setAttr(kRowSymbol, builder.getI64IntegerAttr(*rows));
    return success();
  }
};

} // namespace
} // namespace mlir::attn
