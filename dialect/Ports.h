// A model seen from outside: what its inputs and outputs are called, `attn.name` or a name by number, and in what
// elements they are stored; and which functions beside it are its parts. Every stage, tool and interpreter asks here.
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

/// The attribute of a function that a loop of the model steps through; and of its copy for one row, with its name.
constexpr StringLiteral kStep = "attn.step", kRowOf = "attn.row_of";
/// The attribute of a model that names its copy for one row, and that of the dimension which is then 1.
constexpr StringLiteral kRowFunction = "attn.row", kRowSymbol = "attn.row_symbol";

/// Whether a function has the ports of the model: the model itself, or its copy for one row.
bool isModel(func::FuncOp function);
/// Whether a function is compiled: one that is a model, or that a loop steps through.
bool isCompiled(func::FuncOp function);

/// The element type that argument `index`, a tensor, is stored in: its own, or what `attn.storage` says.
Type inputElement(func::FuncOp model, unsigned index);
/// The same of result `index`.
Type outputElement(func::FuncOp model, unsigned index);

} // namespace mlir::attn
