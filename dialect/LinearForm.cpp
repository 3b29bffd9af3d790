// Linear integers of a predicate: arguments and constants, and sums, differences and multiples of such.
#include "dialect/LinearForm.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include <optional>

namespace mlir::attn {

static bool isSmall(const LinearForm &form) {
  return std::abs(form.query) <= 16 && std::abs(form.key) <= 16 && std::abs(form.constant) <= (int64_t(1) << 30);
}

/// x + factor * y
static LinearForm plus(const LinearForm &x, const LinearForm &y, int64_t factor) {
  return {x.query + factor * y.query, x.key + factor * y.key, x.constant + factor * y.constant};
}

llvm::DenseMap<Value, LinearForm> linearForms(Block &predicate) {
  llvm::DenseMap<Value, LinearForm> forms;
  forms[predicate.getArgument(2)] = {1, 0, 0};
  forms[predicate.getArgument(3)] = {0, 1, 0};
  auto formOf = [&](Operation &op) -> std::optional<LinearForm> {
    APInt number;
    if (matchPattern(&op, m_ConstantInt(&number)))
      return number.getSignificantBits() <= 32 ? std::optional(LinearForm{0, 0, number.getSExtValue()}) : std::nullopt;
    for (Value operand : op.getOperands())
      if (!forms.contains(operand))
        return std::nullopt;
    if (isa<arith::IndexCastOp, arith::ExtSIOp>(op))
      return forms[op.getOperand(0)];
    if (!isa<arith::AddIOp, arith::SubIOp, arith::MulIOp>(op))
      return std::nullopt;
    LinearForm x = forms[op.getOperand(0)], y = forms[op.getOperand(1)];
    if (!isa<arith::MulIOp>(op))
      return plus(x, y, isa<arith::AddIOp>(op) ? 1 : -1);
    if (x.query || x.key)
      std::swap(x, y);
    return x.query || x.key ? std::nullopt : std::optional(plus({}, y, x.constant));
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
