// Bounded error text: printf into a caller's buffer that may be null, short or of size zero.
//
// Text may quote names out of hostile files, so control characters become '?': nothing reaches a terminal raw.
#pragma once

#include "attn/runtime.h"

namespace attn {

/// A buffer that text is appended to; always zero-terminated when it has at least one byte.
struct Text {
  char *data;
  size_t size;
  size_t used;

  Text(char *data, size_t size) : data(data), size(data ? size : 0), used(0) {
    if (this->size)
      this->data[0] = '\0';
  }
  void append(const char *format, ...) __attribute__((format(printf, 2, 3)));
};

/// Writes the text and returns `status`, so that a check ends with `return fail(text, ATTN_E_SHAPE, ...)`.
attn_status fail(Text &text, attn_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/// The text of an errno value, in `buffer` or static.
const char *systemText(int code, char *buffer, size_t size);

/// Appends "[2,3]".
void appendShape(Text &text, const int64_t *shape, int32_t rank);

/// Appends what a port says of a dimension: "4", "N" or "N + 1".
void appendDimension(Text &text, const attn_metadata &metadata, const attn_port &port, int32_t dimension);

} // namespace attn
