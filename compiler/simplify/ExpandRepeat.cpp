// Inlines calls and unrolls repeats. A call is replaced by a copy of its callee's body; calls in that copy are put on
// the list in turn, with the prefix their weights get and the frame they came from. The text of a program bounds
// neither: the frames give recursion and depth away, and the ops copied so far are counted before each copy.
// A loop keeps its function: one copy for each prefix that its weights get, expanded as a model is.
#include "compiler/simplify/Passes.h"
#include "dialect/AttnOps.h"
#include "dialect/Ports.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/SymbolTable.h"

namespace mlir::attn {
#define GEN_PASS_DEF_EXPANDREPEAT
#include "compiler/simplify/Passes.h.inc"

namespace {

constexpr int64_t maxDepth = 64;          // calls inside calls
constexpr size_t maxWeightName = 1 << 12; // bytes of a weight's name with all prefixes

/// A function being expanded, or a call whose body is being copied: whose body, and the frame the call stood in (-1:
// none).
struct Frame {
  func::FuncOp function;
  int64_t parent;
  int64_t depth;
};

/// A call that is still to be replaced.
struct Call {
  Operation *op;
  std::string prefix; // of the weights in the body the call stands in
  int64_t frame;
};

std::string numbered(StringRef prefix, int64_t number) {
  std::string text;
  for (char c : prefix)
    c == '#' ? text += std::to_string(number) : text += c;
  return text;
}

class Expander {
public:
  Expander(ModuleOp module, int64_t maxOps) : symbols(module), maxOps(maxOps) {}

  LogicalResult expand(func::FuncOp function) {
    frames = {{function, -1, 0}};
    steps.clear();
    collectCalls(function, "", 0);
    while (!pending.empty()) {
      Call call = std::move(pending.back());
      pending.pop_back();
      if (failed(replace(call)))
        return failure();
    }
    return success();
  }

private:
  void collectCalls(Operation *root, StringRef prefix, int64_t frame) {
    root->walk([&](Operation *op) {
      if (isa<RepeatOp, LoopOp, func::CallOp>(op))
        pending.push_back({op, prefix.str(), frame});
    });
  }

  LogicalResult replace(const Call &call) {
    if (auto loop = dyn_cast<LoopOp>(call.op))
      return copyStep(call, loop);
    auto repeat = dyn_cast<RepeatOp>(call.op);
    StringRef name = repeat ? repeat.getCallee() : cast<func::CallOp>(call.op).getCallee();
    auto callee = symbols.lookup<func::FuncOp>(name);
    FailureOr<int64_t> frame = enter(call, callee);
    if (failed(frame))
      return failure();
    SmallVector<Value> values(call.op->getOperands());
    int64_t count = repeat ? repeat.getCount() : 1;
    SmallVector<Value> results;
    for (int64_t t = 0; t < count; ++t) {
      std::string prefix = call.prefix + (repeat ? numbered(repeat.getPrefix(), t) : std::string());
      if (failed(copyBody(call.op, callee, values, prefix, *frame, results)))
        return failure();
      if (t + 1 < count)
        llvm::copy(results, values.begin());
    }
    call.op->replaceAllUsesWith(results);
    call.op->erase();
    return success();
  }

  /// Gives a loop a function of its own, which it shares with those whose weights get the same prefix.
  LogicalResult copyStep(const Call &call, LoopOp loop) {
    auto callee = symbols.lookup<func::FuncOp>(loop.getCallee());
    FailureOr<int64_t> frame = enter(call, callee);
    if (failed(frame))
      return failure();
    func::FuncOp &step = steps[{callee, StringAttr::get(loop.getContext(), call.prefix)}];
    if (!step) {
      total += countOps(callee);
      if (total > maxOps)
        return call.op->emitOpError("makes the program larger than ") << maxOps << " ops";
      step = callee.clone();
      symbols.insert(step); // under a name of its own, as the callee still has its own
      step->setAttr(kStep, UnitAttr::get(loop.getContext()));
      if (failed(prefixWeights(step, call.prefix)))
        return failure();
      collectCalls(step, call.prefix, *frame);
    }
    loop.setCallee(step.getName());
    return success();
  }

  /// Opens a frame for the callee, unless it is already open above or too deep.
  FailureOr<int64_t> enter(const Call &call, func::FuncOp callee) {
    if (callee.isDeclaration() || !llvm::hasSingleElement(callee.getBody())) {
      InFlightDiagnostic error = call.op->emitOpError("calls @");
      error << callee.getName() << ", which has no body of one block";
      error.attachNote(callee.getLoc()) << "declared here";
      return error;
    }
    for (int64_t at = call.frame; at >= 0; at = frames[at].parent)
      if (frames[at].function == callee)
        return call.op->emitOpError("calls @") << callee.getName() << " from itself; a model can not recurse";
    int64_t depth = frames[call.frame].depth + 1;
    if (depth > maxDepth)
      return call.op->emitOpError("is nested in more than ") << maxDepth << " calls";
    frames.push_back({callee, call.frame, depth});
    return static_cast<int64_t>(frames.size()) - 1;
  }

  /// Copies the callee's body before `call`; `results` is what it returns.
  LogicalResult copyBody(Operation *call, func::FuncOp callee, ArrayRef<Value> operands, StringRef prefix,
                         int64_t frame, SmallVector<Value> &results) {
    total += countOps(callee);
    if (total > maxOps)
      return call->emitOpError("makes the program larger than ") << maxOps << " ops";
    OpBuilder builder(call);
    IRMapping mapping;
    Block &body = callee.getBody().front();
    mapping.map(body.getArguments(), operands);
    for (Operation &op : body.without_terminator()) {
      Operation *copy = builder.clone(op, mapping);
      copy->walk([&](Operation *inner) { inner->setLoc(CallSiteLoc::get(inner->getLoc(), call->getLoc())); });
      if (failed(prefixWeights(copy, prefix)))
        return failure();
      collectCalls(copy, prefix, frame);
    }
    results = llvm::map_to_vector(body.getTerminator()->getOperands(), [&](Value v) { return mapping.lookup(v); });
    return success();
  }

  LogicalResult prefixWeights(Operation *root, StringRef prefix) {
    WalkResult result = root->walk([&](WeightOp weight) {
      std::string name = (prefix + weight.getName()).str();
      if (name.size() > maxWeightName) {
        weight.emitOpError("has a name of more than ") << maxWeightName << " bytes";
        return WalkResult::interrupt();
      }
      weight.setName(name);
      return WalkResult::advance();
    });
    return failure(result.wasInterrupted());
  }

  int64_t countOps(func::FuncOp callee) {
    auto [entry, isNew] = opCounts.try_emplace(callee, 0);
    if (isNew)
      callee.walk([&count = entry->second](Operation *) { ++count; });
    return entry->second;
  }

  SymbolTable symbols;
  int64_t maxOps;
  int64_t total = 0;
  SmallVector<Call> pending;
  SmallVector<Frame> frames;
  llvm::DenseMap<func::FuncOp, int64_t> opCounts;
  llvm::DenseMap<std::pair<func::FuncOp, Attribute>, func::FuncOp> steps; // of loops, by callee and prefix
};

struct ExpandRepeat : impl::ExpandRepeatBase<ExpandRepeat> {
  using ExpandRepeatBase::ExpandRepeatBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    Expander expander(module, maxOps);
    SmallVector<func::FuncOp> functions(module.getOps<func::FuncOp>());
    for (func::FuncOp function : functions)
      if (!function.isPrivate() && failed(expander.expand(function)))
        return signalPassFailure();
    for (func::FuncOp function : functions)
      if (!function.isPrivate() && failed(refuseOtherUses(function, module)))
        return signalPassFailure();
    for (func::FuncOp function : functions)
      if (function.isPrivate())
        function.erase(); // not the steps, which are copies
  }

  /// Only calls refer to functions: whatever else does would be left without one.
  static LogicalResult refuseOtherUses(func::FuncOp function, ModuleOp module) {
    if (std::optional<SymbolTable::UseRange> uses = SymbolTable::getSymbolUses(&function.getBody()))
      for (SymbolTable::SymbolUse use : *uses)
        if (!isa<LoopOp>(use.getUser()))
          return use.getUser()->emitOpError("refers to ")
                 << use.getSymbolRef() << ", but a function can only be called";
    return success();
  }
};

} // namespace
} // namespace mlir::attn
