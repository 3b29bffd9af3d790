// What a model takes and gives, whether it is a library or IR, and the input tensors made for it.
#pragma once

#include "attn/runtime.h"
#include "compiler/reference/Interpreter.h"

namespace mlir::attn::run {

using Array = reference::Tensor<double>;

struct Port {
  std::string name;
  attn_dtype dtype = 0;
  llvm::SmallVector<std::string, 4> dims; // texts: a number, the name of a dimension, or "N + 1"
  int64_t lower = 0;                      // of checked integers: each lies in [lower, upper]
  std::optional<int64_t> upper;
  std::string upperDim; // the dimension that bounds them instead, if any
  bool below = false;   // as an excluded bound
  bool rising = false;  // from `lower` to the bound
};

struct Signature {
  std::string name;
  std::vector<Port> inputs, outputs;
};

/// The signature of a function of a model in IR.
llvm::Expected<Signature> signatureOf(func::FuncOp function);

/// Makes the inputs that `sources` (NAME=SOURCE) describe, in the order of the signature. Integers and reals are kept
/// as the source gives them, f64 files stay f64; but inputs of bf16 are rounded to it.
llvm::Expected<std::vector<Array>> makeInputs(const Signature &signature,
                                              llvm::ArrayRef<std::pair<std::string, std::string>> sources);

/// Reads numbers of any type that numpy and attn share.
llvm::Expected<Array> readArray(const std::string &path);
/// Writes numbers as `dtype`, of 16 bits as f32.
llvm::Error writeArray(const std::string &path, const Array &array, attn_dtype dtype);

bool isInteger(attn_dtype dtype);

/// Bytes of an array in an element type, and back.
std::vector<char> toBytes(const Array &array, attn_dtype dtype);
Array fromBytes(const void *bytes, llvm::ArrayRef<int64_t> shape, attn_dtype dtype);

/// What is left of the numbers in that element type.
Array roundedTo(attn_dtype dtype, const Array &array);

} // namespace mlir::attn::run
