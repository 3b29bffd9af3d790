// What the inputs and outputs of a model are called: `attn.name`, or a name by number. Every stage, tool and
// interpreter asks here.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::attn {

/// The name of argument `index`; without `attn.name`: arg0, arg1, ...
std::string inputName(func::FuncOp model, unsigned index);

/// The name of result `index`; without `attn.name`: out, or out0, out1, ... of several.
std::string outputName(func::FuncOp model, unsigned index);

} // namespace mlir::attn
