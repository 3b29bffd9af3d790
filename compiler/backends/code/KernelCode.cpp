// The functions of one kernel.
#include "compiler/backends/code/KernelCode.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::attn {

KernelCode::KernelCode(KernelOp kernel, LowerContext surroundings)
    : op(kernel), context(std::move(surroundings)), moduleBuilder(kernel.getContext()) {
  moduleBuilder.setInsertionPointToEnd(context.module.getBody());
}

void KernelCode::setScratch(ArrayRef<AffineExpr> bytes) {
  op.setScratchAttr(AffineMapAttr::get(AffineMap::get(0, context.extents->symbols().size(), bytes, op.getContext())));
}

static func::FuncOp makeFunction(OpBuilder &builder, Location loc, StringRef name, ArrayRef<Type> arguments) {
  auto function = func::FuncOp::create(builder, loc, name, builder.getFunctionType(arguments, {}));
  function.setPrivate();
  function->setAttr("attn.code", builder.getUnitAttr());
  function.addEntryBlock();
  return function;
}

void KernelCode::define(llvm::function_ref<void(CodeBuilder &, const KernelScope &)> body) {
  size_t tensorCount = op.getInputs().size() + op.getNumResults();
  SmallVector<Type> types(3 + tensorCount, LLVM::LLVMPointerType::get(op.getContext()));
  auto function = makeFunction(moduleBuilder, op.getLoc(), context.symbol, types);
  op.setCodeAttr(FlatSymbolRefAttr::get(function.getNameAttr()));
  OpBuilder inner(function.getBody());
  CodeBuilder code(inner, op.getLoc(), lanes(), number());
  auto arguments = function.getArguments();
  KernelScope scope{arguments[0], arguments[1], arguments[2], {}};
  llvm::append_range(scope.tensors, arguments.drop_front(3));
  body(code, scope);
  func::ReturnOp::create(code.b);
}

// The frame: symbols, scratch, then the tensors, one pointer each.
Value KernelCode::makeFrame(CodeBuilder &code, const KernelScope &scope) {
  SmallVector<Value> slots{scope.symbols, scope.scratch};
  llvm::append_range(slots, scope.tensors);
  Value memory = code.stack(code.ptr(), slots.size());
  for (auto [index, slot] : llvm::enumerate(slots))
    code.store(slot, code.offset(code.ptr(), memory, index));
  return memory;
}

std::string KernelCode::function(StringRef suffix, int64_t argumentCount, FunctionBody body) {
  std::string name = context.symbol + "_" + suffix.str();
  SmallVector<Type> types{LLVM::LLVMPointerType::get(op.getContext())};
  types.append(argumentCount, IntegerType::get(op.getContext(), 64));
  auto function = makeFunction(moduleBuilder, op.getLoc(), name, types);
  OpBuilder inner(function.getBody());
  CodeBuilder code(inner, op.getLoc(), lanes(), number());
  Value outerFrame = frame;
  frame = function.getArgument(0);
  auto slot = [&](int64_t index) { return code.load(code.ptr(), code.offset(code.ptr(), frame, index)); };
  KernelScope scope{{}, slot(0), slot(1), {}};
  for (size_t i = 0, e = op.getInputs().size() + op.getNumResults(); i < e; ++i)
    scope.tensors.push_back(slot(2 + i));
  body(code, scope, function.getArguments().drop_front());
  func::ReturnOp::create(code.b);
  frame = outerFrame;
  return name;
}

void KernelCode::call(CodeBuilder &code, StringRef name, Value frame, ValueRange arguments, bool apart) {
  SmallVector<Value> all{frame};
  llvm::append_range(all, arguments);
  func::CallOp::create(code.b, name, TypeRange(), all).setNoInline(apart);
}

Value KernelCode::callRuntime(CodeBuilder &code, StringRef name, TypeRange result, ValueRange arguments) {
  if (!context.module.lookupSymbol(name)) {
    OpBuilder builder = OpBuilder::atBlockBegin(context.module.getBody());
    Type returned = result.empty() ? LLVM::LLVMVoidType::get(op.getContext()) : result.front();
    auto type = LLVM::LLVMFunctionType::get(returned, llvm::to_vector(arguments.getTypes()));
    LLVM::LLVMFuncOp::create(builder, op.getLoc(), name, type);
  }
  auto call = LLVM::CallOp::create(code.b, result, name, arguments);
  return result.empty() ? Value() : call.getResult();
}

void KernelCode::parallel(CodeBuilder &code, const KernelScope &scope, StringRef task, Value frame, Value count) {
  // func.constant gives a function value; the runtime wants its address.
  auto taskFunction = context.module.lookupSymbol<func::FuncOp>(task);
  Value address = UnrealizedConversionCastOp::create(
                      code.b, TypeRange(code.ptr()),
                      ValueRange(func::ConstantOp::create(code.b, taskFunction.getFunctionType(), task)))
                      .getResult(0);
  callRuntime(code, "attn_parallel", {}, {scope.pool, address, frame, count});
}

Value KernelCode::workers(CodeBuilder &code, const KernelScope &scope) {
  return callRuntime(code, "attn_workers", code.i64(), scope.pool);
}

Value KernelCode::extent(CodeBuilder &code, const KernelScope &scope, AffineExpr expr) {
  return code.evaluate(
      expr, [&](unsigned symbol) { return code.load(code.i64(), code.offset(code.i64(), scope.symbols, symbol)); });
}

Value KernelCode::workerScratch(CodeBuilder &code, const KernelScope &scope, Value worker) {
  Value least;
  for (AffineExpr bytes : op.getScratchAttr().getValue().getResults()) {
    Value stride = extent(code, scope, bytes.ceilDiv(64) * 64);
    least = least ? code.min(least, stride) : stride;
  }
  return code.offsetBytes(scope.scratch, code.mul(worker, least));
}

LogicalResult supportsElements(KernelOp kernel, std::string &why) {
  FloatType number = numberOf(kernel);
  if (!number) {
    why = "its tensors are of several types of reals; expected one, which it computes in";
    return failure();
  }
  for (Type type : kernel.getInputs().getTypes())
    if (Type element = getElementTypeOrSelf(type);
        !element.isF32() && !element.isF64() && !element.isInteger(32) && !element.isInteger(1)) {
      why.clear();
      llvm::raw_string_ostream(why) << "element type " << element << " is not compiled yet, only f32 and f64 are";
      return failure();
    }
  return success();
}

LogicalResult supportsNumbers(ScheduleAttr schedule, std::string &why) {
  constexpr int64_t mostLanes = 16, mostVectors = 64, mostRows = 1024, mostKeys = 16384, mostDepth = 65536;
  llvm::raw_string_ostream os(why);
  int64_t vectors = schedule.getRows() * schedule.getCols() / schedule.getLanes();
  bool online = schedule.getStrategy() == Strategy::Stream || schedule.getStrategy() == Strategy::Decode;
  if (schedule.getLanes() > mostLanes)
    os << "lanes is " << schedule.getLanes() << ", at most " << mostLanes;
  else if (vectors > mostVectors)
    os << "a register tile of " << schedule.getRows() << " x " << schedule.getCols() << " is " << vectors
       << " vectors, at most " << mostVectors;
  else if (schedule.getBlockRows() > mostRows)
    os << "block_rows is " << schedule.getBlockRows() << ", at most " << mostRows;
  else if (schedule.getKeyBlock() > mostKeys)
    os << "key_block is " << schedule.getKeyBlock() << ", at most " << mostKeys;
  else if (schedule.getDepthBlock() > mostDepth)
    os << "depth_block is " << schedule.getDepthBlock() << ", at most " << mostDepth;
  else if (online && (schedule.getBlockRows() < 1 || schedule.getKeyBlock() < 1))
    os << "block_rows and key_block of " << stringifyEnum(schedule.getStrategy()) << " are at least 1";
  else
    return success();
  return failure();
}

} // namespace mlir::attn
