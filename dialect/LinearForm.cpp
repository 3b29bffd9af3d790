// Linear integers of a predicate: arguments, constants and what is captured of the sample; sums, differences and
// multiples of such.
#include "dialect/LinearForm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

namespace mlir::attn {

static bool isSmall(const LinearForm &form) {
  return std::abs(form.query) <= 16 && std::abs(form.key) <= 16 && std::abs(form.times) <= 16 &&
         std::abs(form.constant) <= (int64_t(1) << 30);
}

std::optional<LinearForm> sumOf(LinearForm x, LinearForm y, int64_t factor) {
  if (x.times && y.times && x.captured != y.captured)
    return std::nullopt;
  return LinearForm{x.query + factor * y.query, x.key + factor * y.key, x.constant + factor * y.constant,
                    x.times + factor * y.times, x.times ? x.captured : y.captured};
}

/// `tensor.extract %capture[%b]`, of a list with a number for each sample.
static std::optional<LinearForm> elementOfSample(tensor::ExtractOp extract, Block &predicate) {
  auto capture = dyn_cast<BlockArgument>(extract.getTensor());
  bool isOfSample = capture && capture.getArgNumber() >= 4 && extract.getIndices().size() == 1 &&
                    extract.getIndices()[0] == predicate.getArgument(0) && extract.getType().isInteger(32);
  return isOfSample ? std::optional(LinearForm{0, 0, 0, 1, capture.getArgNumber() - 4}) : std::nullopt;
}

llvm::DenseMap<Value, LinearForm> linearForms(Block &predicate) {
  llvm::DenseMap<Value, LinearForm> forms;
  forms[predicate.getArgument(2)] = {1, 0, 0};
  forms[predicate.getArgument(3)] = {0, 1, 0};
  auto formOf = [&](Operation &op) -> std::optional<LinearForm> {
    APInt number;
    if (matchPattern(&op, m_ConstantInt(&number)))
      return number.getSignificantBits() <= 32 ? std::optional(LinearForm{0, 0, number.getSExtValue()}) : std::nullopt;
    if (auto extract = dyn_cast<tensor::ExtractOp>(op))
      return elementOfSample(extract, predicate);
    for (Value operand : op.getOperands())
      if (!forms.contains(operand))
        return std::nullopt;
    if (isa<arith::IndexCastOp, arith::ExtSIOp>(op))
      return forms[op.getOperand(0)];
    if (!isa<arith::AddIOp, arith::SubIOp, arith::MulIOp>(op))
      return std::nullopt;
    LinearForm x = forms[op.getOperand(0)], y = forms[op.getOperand(1)];
    if (!isa<arith::MulIOp>(op))
      return sumOf(x, y, isa<arith::AddIOp>(op) ? 1 : -1);
    if (!x.isConstant())
      std::swap(x, y);
    return x.isConstant() ? sumOf({}, y, x.constant) : std::nullopt;
  };
  for (Operation &op : predicate.without_terminator()) {
    // An index cast to a type narrower than what the bounds of a form are for does not keep the number.
    bool wide = op.getNumResults() == 1 &&
                (op.getResult(0).getType().isIndex() || (isa<IntegerType>(op.getResult(0).getType()) &&
                                                         op.getResult(0).getType().getIntOrFloatBitWidth() >= 32));
    if (std::optional<LinearForm> form = wide ? formOf(op) : std::nullopt; form && isSmall(*form))
      forms[op.getResult(0)] = *form;
  }
  return forms;
}

} // namespace mlir::attn
