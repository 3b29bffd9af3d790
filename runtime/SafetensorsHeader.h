// The JSON header of a safetensors file as tensors with offsets, before any check that needs the whole list.
#pragma once

#include "runtime/Text.h"

#include "attn/safetensors.h"

namespace attn {

/// One tensor of the header; `tensor.data` is unset, `begin` and `end` are relative to the data.
struct HeaderEntry {
  attn_safetensors_tensor tensor;
  uint64_t begin, end;
};

/// Owned arrays, released with free().
struct HeaderEntries {
  HeaderEntry *list;
  size_t count, capacity;
  char *names; ///< all names, zero-terminated, one after the other
};

constexpr uint64_t kMaxHeaderBytes = 100000000;
constexpr size_t kMaxTensors = 1000000;
constexpr size_t kMaxNameBytes = 4096;

/// Fills `entries` from the header's text. Offsets and shapes agree with the element type on return.
attn_status parseHeader(HeaderEntries &entries, const char *json, size_t size, const char *file, Text &text);

} // namespace attn
