// Bounded error text; see Text.h.
#include "runtime/Text.h"

#include "runtime/Linkage.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

namespace attn {

static void appendList(Text &text, const char *format, va_list arguments) {
  if (text.used + 1 >= text.size)
    return;
  size_t room = text.size - text.used;
  int wanted = vsnprintf(text.data + text.used, room, format, arguments);
  if (wanted < 0) {
    text.data[text.used] = '\0';
    return;
  }
  size_t written = static_cast<size_t>(wanted) < room ? static_cast<size_t>(wanted) : room - 1;
  for (size_t i = text.used; i < text.used + written; ++i) {
    unsigned char c = static_cast<unsigned char>(text.data[i]);
    if (c < 0x20 || c == 0x7f)
      text.data[i] = '?';
  }
  text.used += written;
}

ATTN_RT void Text::append(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  appendList(*this, format, arguments);
  va_end(arguments);
}

ATTN_RT attn_status fail(Text &text, attn_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  appendList(text, format, arguments);
  va_end(arguments);
  return status;
}

ATTN_RT const char *systemText(int code, char *buffer, size_t size) {
  return strerror_r(code, buffer, size); // The GNU form: returns the text.
}

ATTN_RT void appendShape(Text &text, const int64_t *shape, int32_t rank) {
  text.append("[");
  for (int32_t i = 0; i < rank; ++i)
    text.append(i ? ",%" PRId64 : "%" PRId64, shape[i]);
  text.append("]");
}

ATTN_RT void appendDimension(Text &text, const attn_metadata &metadata, const attn_port &port, int32_t dimension) {
  const attn_extent extent = port.dims[dimension];
  const int32_t more = port.more[dimension];
  if (extent >= 0)
    return text.append("%" PRId64, extent);
  text.append("%s", metadata.symbols[-1 - extent].name);
  if (more)
    text.append(more < 0 ? " - %d" : " + %d", more < 0 ? -more : more);
}

} // namespace attn
