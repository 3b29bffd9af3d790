// Ports from the function's signature, states from its `attn.state`; checked ranges from how integer inputs are used: a
// token of `embed` is a row of the table, a length of `mask` or `pool` is at most the extent it cuts, an index of
// `gather`, `take` or `scatter_add` below the number of rows it chooses from; row pointers of a graph rise to its
// number of edges. Several uses: the intersection.
#include "compiler/emit/Interface.h"
#include "compiler/emit/Buffers.h"
#include "dialect/AttnOps.h"
#include "dialect/GraphEdges.h"
#include "dialect/Ports.h"
#include "dialect/StepExtents.h"
#include <map>
#include <set>

namespace mlir::attn {

namespace {

class InterfaceBuilder {
public:
  InterfaceBuilder(func::FuncOp model, const FunctionExtents &extents) : model(model), extents(extents) {}

  FailureOr<Interface> build() {
    if (failed(measureSteps()) || failed(applyBounds()))
      return failure();
    for (BlockArgument argument : model.getArguments())
      if (failed(addInput(argument)))
        return failure();
    for (auto [index, value] : llvm::enumerate(model.getBody().front().getTerminator()->getOperands()))
      if (failed(addOutput(value, index)))
        return failure();
    if (failed(addStates()))
      return failure();
    return checkNames();
  }

private:
  /// A function that values are followed into: its sizes, and what its symbols are in the model.
  struct Scope {
    const FunctionExtents *extents;
    SmallVector<AffineExpr> outer;

    AffineExpr of(AffineExpr size) const { return outer.empty() ? size : size.replaceSymbols(outer); }
  };

  /// The extents of a value of the current scope, in dimensions of the model.
  Extents sizes(Value value) const {
    return llvm::map_to_vector<4>(scope.extents->of(value), [&](AffineExpr size) { return scope.of(size); });
  }

  /// The extents of what loops step through, and what that demands of the model's dimensions.
  LogicalResult measureSteps() {
    std::map<Operation *, SmallVector<Symbol>> symbols;
    SmallVector<func::FuncOp> functions = functionsOf(model);
    for (func::FuncOp function : llvm::reverse(functions)) {
      FailureOr<FunctionExtents> own = FunctionExtents::compute(function);
      if (failed(own))
        return failure();
      SmallVector<Symbol> &known = symbols[function];
      known.append(own->symbols().begin(), own->symbols().end());
      for (auto loop : function.getOps<LoopOp>()) {
        FailureOr<StepExtents> step = StepExtents::compute(loop, *own);
        if (failed(step) || failed(step->demandOutside(loop, symbols[step->callee], known)))
          return failure();
      }
      steps.try_emplace(function, std::move(*own));
    }
    result.symbols.append(symbols[model].begin(), symbols[model].end());
    return success();
  }

  LogicalResult applyBounds() {
    auto bounds = model->getAttrOfType<DictionaryAttr>("attn.bounds");
    if (!bounds)
      return success();
    for (Symbol &symbol : result.symbols) {
      auto range = bounds.getAs<DenseI64ArrayAttr>(symbol.name);
      if (!range)
        continue;
      if (symbol.maximum && range[1] > symbol.maximum)
        return model.emitError("dimension ")
               << symbol.name << " can not be bound to " << range[1] << ": a table limits it to " << symbol.maximum;
      symbol.minimum = std::max(symbol.minimum, range[0]);
      symbol.maximum = range[1];
    }
    return success();
  }

  FailureOr<Port> makePort(Value value, Type element, std::string name, StringRef kind) {
    Port port;
    port.name = std::move(name);
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type)
      return model.emitError() << kind << " '" << port.name << "' is " << value.getType() << "; expected a tensor";
    port.dtype = dtypeOf(element);
    if (!port.dtype)
      return model.emitError() << kind << " '" << port.name << "' has element type " << element
                               << ", which the C interface has no name for";
    if (type.getRank() > ATTN_MAX_RANK)
      return model.emitError() << kind << " '" << port.name << "' has rank " << type.getRank() << ", the maximum is "
                               << ATTN_MAX_RANK;
    for (AffineExpr extent : extents.of(value)) {
      auto [plain, more] = splitOffset(extent);
      std::optional<attn_extent> dim = plainExtent(plain);
      if (!dim)
        return model.emitError() << kind << " '" << port.name << "' has the extent "
                                 << extentText(extent, extents.symbols())
                                 << "; expected a number or a dimension of an input";
      port.dims.push_back(*dim);
      port.more.push_back(more);
    }
    return port;
  }

  static std::optional<attn_extent> plainExtent(AffineExpr extent) {
    if (auto constant = dyn_cast<AffineConstantExpr>(extent))
      return constant.getValue();
    if (auto symbol = dyn_cast<AffineSymbolExpr>(extent))
      return -1 - static_cast<attn_extent>(symbol.getPosition());
    return std::nullopt;
  }

  /// N and 1 of N + 1.
  static std::pair<AffineExpr, int32_t> splitOffset(AffineExpr extent) {
    if (auto sum = dyn_cast<AffineBinaryOpExpr>(extent); sum && extent.getKind() == AffineExprKind::Add)
      if (auto more = dyn_cast<AffineConstantExpr>(sum.getRHS()); more && llvm::isInt<32>(more.getValue()))
        return {sum.getLHS(), static_cast<int32_t>(more.getValue())};
    return {extent, 0};
  }

  LogicalResult addInput(BlockArgument argument) {
    FailureOr<Port> port = makePort(argument, inputElement(model, argument.getArgNumber()),
                                    inputName(model, argument.getArgNumber()), "input");
    if (failed(port) || failed(addChecks(argument, *port)))
      return failure();
    result.inputs.push_back(std::move(*port));
    return success();
  }

  LogicalResult addOutput(Value value, unsigned index) {
    FailureOr<Port> port = makePort(value, outputElement(model, index), outputName(model, index), "output");
    if (failed(port))
      return failure();
    result.outputs.push_back(std::move(*port));
    return success();
  }

  LogicalResult addStates() {
    auto inPlace = model->getAttrOfType<DenseBoolArrayAttr>(kInPlace);
    for (unsigned i = 0; i < model.getNumArguments(); ++i) {
      Attribute name = model.getArgAttr(i, kState);
      for (unsigned o = 0; name && o < model.getNumResults(); ++o) {
        if (model.getResultAttr(o, kState) != name)
          continue;
        if (result.inputs[i].dims != result.outputs[o].dims)
          return model.emitError("state ") << name << " has another shape after a run than before it";
        result.states.push_back({i, o, inPlace && inPlace[o]});
      }
    }
    return success();
  }

  /// What is appended at places that an input says: they lie within the cache, and those of a state say how many rows
  /// it has.
  LogicalResult addCache(CacheAppendOp append, Port &port) {
    int64_t rows = append.getCache().getType().getRank() - 2;
    AffineExpr capacity = sizes(append.getCache())[rows], appended = sizes(append.getRows())[rows];
    if (failed(narrow(append, port, capacity)))
      return failure();
    if (!model.getArgAttr(result.inputs.size(), kState) || scope.extents != &extents) // many steps in a run
      return success();
    std::optional<attn_extent> added = plainExtent(appended);
    if (!added)
      return append.emitOpError("appends ") << extentText(appended, extents.symbols())
                                            << " rows to a state; expected a number or a dimension of an input";
    Cache cache{static_cast<unsigned>(result.inputs.size()), *plainExtent(capacity), *added};
    if (!llvm::is_contained(result.caches, cache))
      result.caches.push_back(cache);
    return success();
  }

  /// Follows a value into kernels and loops and narrows the port's range at each use as an index. What a loop carries
  /// is followed for its first step.
  LogicalResult addChecks(Value value, Port &port) {
    for (OpOperand &use : value.getUses()) {
      Operation *user = use.getOwner();
      LogicalResult status = success();
      if (auto kernel = dyn_cast<KernelOp>(user))
        status = addChecks(kernel.getBody().getArgument(use.getOperandNumber()), port);
      else if (auto loop = dyn_cast<LoopOp>(user))
        status = addChecks(loop, use.getOperandNumber(), port);
      else if (auto embed = dyn_cast<EmbedOp>(user); embed && use.get() == embed.getIds())
        status = narrow(user, port, rowsOf(embed.getTable()) - 1);
      else if (AffineExpr rows = rowsChosen(use))
        status = narrow(user, port, rows, /*lower=*/-1, /*below=*/true);
      else if (auto pool = dyn_cast<SegmentPoolOp>(user); pool && use.get() == pool.getIds())
        status = narrow(user, port, getAffineConstantExpr(pool.getGroups() - 1, user->getContext()), /*lower=*/-1);
      else if (auto bucket = dyn_cast<BucketOp>(user); bucket && use.get() == bucket.getLengths())
        status = narrow(user, port, sizes(bucket.getInput())[2]);
      else if (auto mask = dyn_cast<MaskOp>(user); mask && isLengths(mask, use.getOperandNumber()))
        status = narrow(user, port, sizes(mask.getScores())[3]);
      else if (auto pool = dyn_cast<PoolOp>(user); pool && use.get() == pool.getLengths())
        status = narrow(user, port, sizes(pool.getInput())[1]);
      else if (auto random = dyn_cast<RandomFeaturesOp>(user); random && use.get() == random.getLengths())
        status = narrow(user, port, sizes(random.getInput())[2]);
      else if (auto linear = dyn_cast<LinearAttentionOp>(user); linear && use.get() == linear.getLengths())
        status = narrow(user, port, sizes(linear.getKey())[2]);
      else if (auto append = dyn_cast<CacheAppendOp>(user); append && use.get() == append.getAt())
        status = addCache(append, port);
      if (failed(status) || failed(addGraphChecks(use, port)))
        return failure();
    }
    return success();
  }

  LogicalResult addChecks(LoopOp loop, unsigned operand, Port &port) {
    FailureOr<StepExtents> step = StepExtents::compute(loop, *scope.extents);
    if (failed(step))
      return failure();
    Scope inside{&steps.at(step->callee), {}};
    for (AffineExpr size : step->outer)
      inside.outer.push_back(scope.of(size));
    BlockArgument argument = step->callee.getArgument(operand);
    std::vector<const void *> place{argument.getAsOpaquePointer()};
    for (AffineExpr size : inside.outer)
      place.push_back(size.getAsOpaquePointer());
    if (!followed.insert({port.name, place}).second)
      return success();
    std::swap(scope, inside);
    LogicalResult status = addChecks(argument, port);
    std::swap(scope, inside);
    return status;
  }

  /// The number of rows of which a use of an index names one, or -1 for none; null for other uses.
  AffineExpr rowsChosen(OpOperand &use) const {
    Operation *op = use.getOwner();
    bool isIndex = use.getOperandNumber() == 1;
    if (isa<TakeOp>(op) && isIndex)
      return sizes(op->getOperand(0))[0];
    if (isa<InvertOp>(op) || (isa<GatherOp, ScatterOp>(op) && isIndex))
      return sizes(op->getOperand(0))[2];
    if (isa<ScatterAddOp>(op) && isIndex)
      return sizes(op->getOperand(0))[1];
    return {};
  }

  /// Whether a mask cuts the keys at its operand `number`. Flags, ids and what a predicate reads may be any number.
  static bool isLengths(MaskOp mask, int64_t number) {
    bool found = false;
    forEachMask(mask.getMask(), [&](MaskAttr node) {
      found |= node.getKind() == MaskKind::Lengths && node.getOperands()[0] + 1 == number;
    });
    return found;
  }

  /// Row pointers rise to the number of edges, columns are keys.
  LogicalResult addGraphChecks(OpOperand &use, Port &port) {
    LogicalResult status = success();
    forEachGraph(use.getOwner(), [&](OpOperand &rowptr, OpOperand &col) {
      auto mask = dyn_cast<MaskOp>(use.getOwner());
      AffineExpr nodes = mask ? sizes(mask.getScores())[3] : sizes(rowptr.get())[0] - 1;
      if (succeeded(status) && &use == &rowptr)
        status = rise(use.getOwner(), port, sizes(col.get())[0]);
      if (succeeded(status) && &use == &col)
        status = narrow(use.getOwner(), port, nodes, /*lower=*/0, /*below=*/true);
    });
    return status;
  }

  /// The elements rise from 0 to `last`.
  LogicalResult rise(Operation *user, Port &port, AffineExpr last) {
    bool wasChecked = std::exchange(port.checked, false), wasRising = std::exchange(port.rising, true);
    attn_extent other = port.upper;
    if (failed(narrow(user, port, last)))
      return failure();
    if (!wasChecked || (wasRising && other == port.upper))
      return success();
    return user->emitOpError("takes input '")
           << port.name << "' as rising to " << boundText(port.upper) << ", another use limits it by "
           << boundText(other) << "; pass the tensor twice, as two inputs";
  }

  static AffineExpr rowsOf(Value table) {
    return getAffineConstantExpr(cast<RankedTensorType>(table.getType()).getDimSize(0), table.getContext());
  }

  LogicalResult narrow(Operation *user, Port &port, AffineExpr limit, int64_t lower = 0, bool below = false) {
    if (port.rising && port.checked)
      return user->emitOpError("limits input '")
             << port.name << "', whose elements rise; pass the tensor twice, as two inputs";
    std::optional<attn_extent> upper = plainExtent(limit);
    auto constant = dyn_cast<AffineConstantExpr>(limit);
    if (constant)
      upper = constant.getValue() -
              std::exchange(below,
                            false); // -1 for an empty table: no value is in range; the check then fails for every token
    if (!upper)
      return user->emitOpError("limits input '") << port.name << "' by " << extentText(limit, extents.symbols())
                                                 << "; expected a number or a dimension of an input";
    if (constant && *upper < 0)
      return user->emitOpError("looks up input '") << port.name << "' in a table without rows";
    if (!port.checked) {
      port.checked = true;
      port.upper = *upper;
      port.lower = lower;
      port.below = below;
      return success();
    }
    std::optional<attn_extent> both = intersect(port.upper, *upper);
    if (!both)
      return user->emitOpError("limits input '")
             << port.name << "' by " << boundText(*upper) << ", another use by " << boundText(port.upper)
             << "; which is smaller is only known at run time: pass the tensor twice, as two inputs";
    port.below = (*both == port.upper && port.below) || (*both == *upper && below);
    port.upper = *both;
    port.lower = std::max(port.lower, lower);
    return success();
  }

  /// The smaller of two upper bounds, if one is known to be.
  std::optional<attn_extent> intersect(attn_extent a, attn_extent b) const {
    if (a == b)
      return a;
    if (a >= 0 && b >= 0)
      return std::min(a, b);
    if (a < 0 && b < 0)
      return std::nullopt;
    attn_extent dimension = std::min(a, b), constant = std::max(a, b);
    const Symbol &symbol = result.symbols[-1 - dimension];
    if (symbol.maximum && symbol.maximum <= constant)
      return dimension;
    if (symbol.minimum > constant) // also below it
      return constant;
    return std::nullopt;
  }

  std::string boundText(attn_extent bound) const {
    return bound >= 0 ? std::to_string(bound) : result.symbols[-1 - bound].name;
  }

  /// Names become C constants and are how ports are addressed.
  FailureOr<Interface> checkNames() {
    for (auto *ports : {&result.inputs, &result.outputs})
      for (auto a = ports->begin(); a != ports->end(); ++a)
        for (auto b = a + 1; b != ports->end(); ++b)
          if (a->name == b->name)
            return model.emitError("has two ") << (ports == &result.inputs ? "inputs" : "outputs") << " named '"
                                               << a->name << "'; give each its own attn.name";
    return std::move(result);
  }

  func::FuncOp model;
  const FunctionExtents &extents;
  Scope scope{&extents, {}};
  std::map<Operation *, FunctionExtents> steps;
  std::set<std::pair<std::string, std::vector<const void *>>> followed; // arguments of steps, by port and sizes
  Interface result;
};

} // namespace

FailureOr<Interface> Interface::compute(func::FuncOp model, const FunctionExtents &extents) {
  return InterfaceBuilder(model, extents).build();
}

} // namespace mlir::attn
