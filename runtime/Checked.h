// Arithmetic on sizes that come from files and callers. Nothing from outside is added or multiplied in any other way.
#pragma once

#include <stdint.h>

namespace attn {

/// Sets `result` to a + b; false if the sum does not fit.
static inline bool checkedAdd(uint64_t a, uint64_t b, uint64_t &result) {
  return !__builtin_add_overflow(a, b, &result);
}

/// Sets `result` to a * b; false if the product does not fit.
static inline bool checkedMul(uint64_t a, uint64_t b, uint64_t &result) {
  return !__builtin_mul_overflow(a, b, &result);
}

/// Bytes of a dense tensor. False for a negative extent or a size above 2^63 - 1. Every prefix product is checked with
/// zero extents left out, so that an empty tensor of absurd extents is refused too.
static inline bool tensorBytes(const int64_t *shape, int32_t rank, uint64_t elementBytes, uint64_t &result) {
  uint64_t product = elementBytes;
  bool empty = false;
  for (int32_t i = 0; i < rank; ++i) {
    if (shape[i] < 0)
      return false;
    if (shape[i] == 0)
      empty = true;
    else if (!checkedMul(product, static_cast<uint64_t>(shape[i]), product))
      return false;
  }
  result = empty ? 0 : product;
  return product <= static_cast<uint64_t>(INT64_MAX);
}

} // namespace attn
