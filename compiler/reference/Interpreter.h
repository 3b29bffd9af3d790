// Runs a function of attn ops, at any stage of the compiler: the truth that every numeric test compares with.
//
// An attn.kernel is its region; layouts and schedules are ignored; attn.repeat and func.call run functions of the
// module. Nothing a model or its inputs hold makes it crash: what does not fit is an error with a text.
#pragma once

#include "compiler/reference/Tensor.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include <functional>

namespace mlir::attn::reference {

enum class Precision {
  F64, // the truth, for what is computed in f32
  F80, // the truth, for what is computed in f64: long double, rounded to f64 at the end
  F32, // every operation rounded to f32, sums in index order: what a straightforward program would give
  // As f32, but linears multiply the numbers of dialect/ReducedNumbers.h:
  Bf16,
  Int8,
};

/// Gives the weight `name`, at the leading indices `slice`, with the shape and element type of `type`.
using WeightProvider =
    std::function<ExpectedTensor<double>(llvm::StringRef name, llvm::ArrayRef<int64_t> slice, RankedTensorType type)>;

/// One input or result of a function.
struct Port {
  std::string name; // attn.name, or the default: arg0, arg1, ... and out, or out0, out1, ... when there are several
  RankedTensorType type;                  // of the elements it is stored in, without a layout
  llvm::SmallVector<std::string, 4> dims; // attn.dims; empty strings where it is missing
};

/// The function a module stands for: its only public one with a body. Fails when there is none, or more than one.
llvm::Expected<func::FuncOp> modelFunction(ModuleOp module);

/// Fails when an argument or result is no ranked tensor of reals or integers.
llvm::Expected<std::vector<Port>> inputPorts(func::FuncOp function);
llvm::Expected<std::vector<Port>> outputPorts(func::FuncOp function);

/// The largest index that an argument of integers may hold without leaving a table it is looked up in; none when it is
/// looked up in no table.
std::optional<int64_t> indexLimit(BlockArgument argument);

/// Computes the results of `function`. Inputs stand in the order of its arguments; their shapes must be those of its
/// type, and dimensions of one name equal in all of them. Inputs' values are used as they are, and results are not
/// rounded, whatever float type the function declares: a port of bf16 is its caller's to round.
llvm::Expected<std::vector<Tensor<double>>> run(func::FuncOp function, std::vector<Tensor<double>> inputs,
                                                const WeightProvider &weights, Precision precision);

} // namespace mlir::attn::reference
