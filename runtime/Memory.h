// The two ways the runtime gets large memory: a read-only view of a file, and anonymous pages for arenas and copies.
#pragma once

#include "runtime/Text.h"

namespace attn {

/// A file's bytes. Truncating the file while it is mapped is the one thing this cannot guard against.
struct FileView {
  const char *data; ///< null for an empty file
  uint64_t size;
};

/// Opens a regular file for reading and states its size; ATTN_E_FILE with "<what> '<path>': ..." otherwise.
attn_status openRegular(int &descriptor, uint64_t &size, const char *what, const char *path, Text &text);

/// Reads exactly `size` bytes from `offset`; ATTN_E_FILE if the file ends before.
attn_status readAll(int descriptor, void *data, uint64_t size, uint64_t offset, const char *what, const char *path,
                    Text &text);

/// Maps a whole regular file read-only.
attn_status mapFile(FileView &view, const char *what, const char *path, Text &text);
void unmapFile(FileView &view);

/// Anonymous memory. From 2 MiB on it is 2 MiB-aligned and asks for huge pages; below, 4096-aligned; guarded, 64.
struct Pages {
  char *data;
  void *base;
  uint64_t mapped;
};

/// False if the system refuses; `bytes` may be 0 (data stays null). All pages are present on return, so that
/// later use takes no page faults. `flags` may hold ATTN_GUARD_END or ATTN_GUARD_START.
bool allocatePages(Pages &pages, uint64_t bytes, uint32_t flags);
void freePages(Pages &pages);

} // namespace attn
