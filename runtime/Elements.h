// Integers that code follows without a look at them: of inputs checked before every run, of weights when a model is
// opened. Buffers may be unaligned, hence memcpy.
#pragma once

#include "runtime/Text.h"

#include "attn/runtime.h"

#include <inttypes.h>
#include <string.h>

namespace attn {

/// The position of the first element outside [lower, upper], or -1.
template <typename T>
static inline int64_t findOutside(const void *data, int64_t count, int64_t lower, int64_t upper, int64_t &value) {
  const char *from = static_cast<const char *>(data);
  const uint64_t span = static_cast<uint64_t>(upper) - static_cast<uint64_t>(lower);
  for (int64_t i = 0; i < count; ++i) {
    T element;
    memcpy(&element, from + i * static_cast<int64_t>(sizeof(T)), sizeof(T));
    value = static_cast<int64_t>(element);
    if (__builtin_expect(static_cast<uint64_t>(value) - static_cast<uint64_t>(lower) > span || upper < lower, 0))
      return i;
  }
  return -1;
}

/// The first of some elements that should rise and does not, or -1, and what was expected there.
struct Fall {
  int64_t at, value, expected;
  bool isLeast; ///< or anything above
};

/// Elements of i32 rise from `lower`, the first, to `upper`, the last.
static inline Fall findFall(const void *data, int64_t count, int64_t lower, int64_t upper) {
  const char *from = static_cast<const char *>(data);
  int64_t before = lower;
  for (int64_t at = 0; at < count; ++at) {
    int32_t element;
    memcpy(&element, from + at * static_cast<int64_t>(sizeof(element)), sizeof(element));
    if (at == 0 ? element != lower : element < before)
      return {at, element, before, at > 0};
    before = element;
  }
  return {count && before != upper ? count - 1 : -1, before, upper, false};
}

/// Appends to the name of what falls; nothing does where `at` is -1.
static inline attn_status failFall(Text &text, attn_status status, const Fall &fall) {
  if (fall.at < 0)
    return ATTN_OK;
  return fail(text, status, "[%" PRId64 "]: %" PRId64 ", expected %s%" PRId64, fall.at, fall.value,
              fall.isLeast ? "no less than " : "", fall.expected);
}

} // namespace attn
