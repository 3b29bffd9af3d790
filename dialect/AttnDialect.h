// The attn dialect: include this to use its ops, attributes and interfaces.
#pragma once

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"

#include "dialect/AttnDialect.h.inc"
