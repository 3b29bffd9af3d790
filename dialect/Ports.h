// What the inputs and outputs of a model are called: `attn.name`, or a name by number; and in what elements they are
// stored. Every stage, tool and interpreter asks here.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::attn {

/// The name of argument `index`; without `attn.name`: arg0, arg1, ...
std::string inputName(func::FuncOp model, unsigned index);

/// The name of result `index`; without `attn.name`: out, or out0, out1, ... of several.
std::string outputName(func::FuncOp model, unsigned index);

/// The attribute of an argument or result that is stored in narrower elements: one of f32 in "bf16", one of f64 in
/// "f32"; or of a weight whose file may hold these.
constexpr StringLiteral kStorage = "attn.storage";

/// The attribute that an argument and a result share by which the model remembers: what a run returns is the argument
/// of the next.
constexpr StringLiteral kState = "attn.state";

/// The element type that argument `index`, a tensor, is stored in: its own, or what `attn.storage` says.
Type inputElement(func::FuncOp model, unsigned index);
/// The same of result `index`.
Type outputElement(func::FuncOp model, unsigned index);

} // namespace mlir::attn
