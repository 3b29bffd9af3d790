// Tensors as a compiled program takes and shows them: read, made up or printed.
#pragma once

#include "runtime/Text.h"

namespace attn {

/// Where an input comes from: a file, or "random:SEED:[2,128]", or "zeros:[2,128]".
struct TensorSource {
  const char *specification;
  uint64_t seed;
  bool random;
};

/// Reads the file, or allocates (zeroed) the shape that the specification names. `data` is released with free(). Files
/// of f32 are rounded for an input of bf16, which numpy has no type for.
attn_status makeTensor(attn_tensor &tensor, TensorSource &source, const attn_port &port, Text &text);

/// Fills with uniform values: floating point in [-1, 1), checked integers in [lower, upper] or
/// rising from one to the other, others 0 or 1.
void fillRandom(attn_tensor &tensor, const attn_port &port, int64_t upper, uint64_t seed);

/// Writes an .npy file, of f32 for bf16.
attn_status writeTensor(const char *path, const attn_tensor &tensor, char *error, size_t errorSize);

/// Prints name, type, shape and values to stdout; of long dimensions the first and last three.
void printTensor(const attn_tensor &tensor, const char *name);

} // namespace attn
