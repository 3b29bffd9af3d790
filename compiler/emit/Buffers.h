// Tensors as bytes: element types of the C interface, and sizes as expressions of the model's dimension symbols.
#pragma once

#include "dialect/AttnOps.h"
#include "dialect/Extents.h"
#include "dialect/Ports.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

#include "attn/runtime.h"

namespace mlir::attn {

/// Weights and arena slots start at multiples of this many bytes.
constexpr uint64_t kBufferAlignment = 64;

/// The one public function; emits an error if there is none or more than one.
FailureOr<func::FuncOp> findModel(ModuleOp module);

/// The attribute of a function that says of each result whether it is an argument, updated where it lies.
constexpr StringLiteral kInPlace = "attn.in_place";

/// The copy of a model for one row; null if it has none.
func::FuncOp rowFunction(func::FuncOp model);

/// The model, its copy for one row, and the functions that its loops step through, each once and before those it steps
/// through itself.
SmallVector<func::FuncOp> functionsOf(func::FuncOp model);

/// The element type in the C interface; 0 if it has none.
attn_dtype dtypeOf(Type element);

/// Bytes of a tensor of these extents, in the layout of its type.
AffineExpr storedBytes(RankedTensorType type, ArrayRef<AffineExpr> extents);

/// The same for a static type.
uint64_t storedBytes(RankedTensorType type);

/// Gives the weights of all variants of a model (its code for several processors) their places in one packed file:
/// equal name, slice and type (hence layout) share their bytes.
void placeWeights(llvm::ArrayRef<func::FuncOp> variants);

/// Where the packed file holds a weight (`attn.offset`), once it is placed.
uint64_t weightOffset(WeightOp weight);

/// The name of a weight and its slice: `table` or `table[1,2]`.
std::string weightText(WeightOp weight);

/// Size of all packed weights' data, those of other variants included (`attn.packed_bytes`); 0 before they are placed.
uint64_t packedBytes(func::FuncOp model);

} // namespace mlir::attn
