// Elementary functions of f64 are calls of the C library, lane by lane: its digits are well kept, and who computes in
// f64 asks for digits before speed. f32 has expansions of its own (ExpandMath.h).
#include "compiler/backends/llvm/Passes.h"
#include "dialect/AttnOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Pass/Pass.h"
#include "llvm/ADT/StringSwitch.h"

namespace mlir::attn {
#define GEN_PASS_DEF_CALLLIBM
#include "compiler/backends/llvm/Passes.h.inc"

namespace {

/// The C function that computes `op` on f64; empty for what code computes without one.
StringRef functionOf(Operation *op, bool hasInstructions) {
  if (op->getNumResults() != 1 || !getElementTypeOrSelf(op->getResult(0).getType()).isF64())
    return "";
  // An fma that may be rounded twice is for ExpandMath.
  if (auto fma = dyn_cast<math::FmaOp>(op))
    return hasInstructions || fma.getFastmath() == arith::FastMathFlags::contract ? "" : "fma";
  if (isa<math::FloorOp, math::CeilOp, math::TruncOp, math::RoundEvenOp>(op))
    return hasInstructions ? "" : op->getName().stripDialect();
  return llvm::StringSwitch<StringRef>(op->getName().getStringRef())
      .Cases({"math.exp", "math.exp2", "math.expm1", "math.log", "math.log2", "math.log10", "math.log1p"},
             op->getName().stripDialect())
      .Cases({"math.sin", "math.cos", "math.tan", "math.asin", "math.acos", "math.atan", "math.atan2"},
             op->getName().stripDialect())
      .Cases({"math.sinh", "math.cosh", "math.tanh", "math.asinh", "math.acosh", "math.atanh"},
             op->getName().stripDialect())
      .Cases({"math.erf", "math.erfc", "math.cbrt", "math.round"}, op->getName().stripDialect())
      .Case("math.powf", "pow")
      .Case("arith.remf", "fmod")
      .Default("");
}

struct CallLibm : impl::CallLibmBase<CallLibm> {
  using CallLibmBase::CallLibmBase;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      // A model's function holds the meaning of kernels, which must stay as it is; their code stands beside it.
      if (!function.getOps<KernelOp>().empty())
        continue;
      function.walk([&](Operation *op) {
        if (StringRef name = functionOf(op, isa != MathIsa::Generic); !name.empty())
          replace(op, name);
      });
    }
  }

  void replace(Operation *op, StringRef name) {
    declare(name, op->getNumOperands());
    ImplicitLocOpBuilder b(op->getLoc(), op);
    auto call = [&](ValueRange arguments) {
      return LLVM::CallOp::create(b, TypeRange(b.getF64Type()), name, arguments).getResult();
    };
    auto type = dyn_cast<VectorType>(op->getResult(0).getType());
    if (!type) {
      op->replaceAllUsesWith(ValueRange{call(op->getOperands())});
      return op->erase();
    }
    Value result = arith::ConstantOp::create(b, b.getZeroAttr(type));
    for (int64_t lane = 0; lane < type.getNumElements(); ++lane) {
      SmallVector<Value> arguments = llvm::map_to_vector(
          op->getOperands(), [&](Value x) -> Value { return vector::ExtractOp::create(b, x, lane); });
      result = vector::InsertOp::create(b, call(arguments), result, lane);
    }
    op->replaceAllUsesWith(ValueRange{result});
    op->erase();
  }

  void declare(StringRef name, unsigned arguments) {
    if (getOperation().lookupSymbol(name))
      return;
    OpBuilder builder = OpBuilder::atBlockBegin(getOperation().getBody());
    Type real = builder.getF64Type();
    LLVM::LLVMFuncOp::create(builder, getOperation().getLoc(), name,
                             LLVM::LLVMFunctionType::get(real, SmallVector<Type>(arguments, real)));
  }
};

} // namespace
} // namespace mlir::attn
