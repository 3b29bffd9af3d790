// The kernels of a model as a picture; see the header.
#include "compiler/driver/Graph.h"
#include "compiler/emit/Buffers.h"
#include "dialect/Ports.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::attn {

static std::string kernelLabel(KernelOp kernel) {
  std::string label;
  llvm::raw_string_ostream os(label);
  for (Operation &op : kernel.getBody().front().without_terminator())
    os << op.getName().stripDialect() << "\\n";
  if (ScheduleAttr schedule = kernel.getScheduleAttr())
    os << "(" << stringifyEnum(schedule.getStrategy()) << ")";
  return label;
}

static std::string edgeLabel(Value value, const FunctionExtents &extents) {
  std::string label;
  llvm::raw_string_ostream os(label);
  llvm::interleave(extents.of(value), os, [&](AffineExpr e) { os << extentText(e, extents.symbols()); }, " x ");
  return label;
}

FailureOr<std::string> kernelGraph(ModuleOp module) {
  FailureOr<func::FuncOp> model = findModel(module);
  if (failed(model))
    return failure();
  FailureOr<FunctionExtents> extents = FunctionExtents::compute(*model);
  if (failed(extents))
    return failure();
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "digraph model {\n  node [shape=box, fontname=\"sans-serif\"];\n";
  llvm::DenseMap<Value, std::string> source;
  auto connect = [&](Value value, const llvm::Twine &target) {
    if (auto from = source.find(value); from != source.end())
      os << "  " << from->second << " -> " << target << " [label=\"" << edgeLabel(value, *extents) << "\"];\n";
  };
  for (BlockArgument argument : model->getArguments()) {
    unsigned index = argument.getArgNumber();
    source[argument] = "input" + std::to_string(index);
    os << "  input" << index << " [shape=ellipse, label=\"" << inputName(*model, index) << "\"];\n";
  }
  unsigned number = 0;
  for (Operation &op : model->getBody().front()) {
    if (!isa<KernelOp, LoopOp>(op))
      continue;
    std::string name = "k" + std::to_string(number++);
    auto loop = dyn_cast<LoopOp>(op);
    os << "  " << name << " [label=\"" << (loop ? "loop @" + loop.getCallee().str() : kernelLabel(cast<KernelOp>(op)))
       << "\"];\n";
    for (Value input : op.getOperands())
      connect(input, name);
    for (Value result : op.getResults())
      source[result] = name;
  }
  for (auto [index, value] : llvm::enumerate(model->getBody().front().getTerminator()->getOperands())) {
    os << "  output" << index << " [shape=ellipse, label=\"" << outputName(*model, index) << "\"];\n";
    connect(value, "output" + llvm::Twine(index));
  }
  os << "}\n";
  return text;
}

} // namespace mlir::attn
