// File views and anonymous pages; see Memory.h.
#include "runtime/Memory.h"

#include "runtime/Checked.h"
#include "runtime/Linkage.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

namespace attn {

static const uint64_t kPage = 4096;
static const uint64_t kHugePage = UINT64_C(2) << 20;

ATTN_RT attn_status openRegular(int &descriptor, uint64_t &size, const char *what, const char *path, Text &text) {
  char buffer[128];
  // Without O_NONBLOCK, opening a named pipe would wait for its writer.
  descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0)
    return fail(text, ATTN_E_FILE, "%s '%s': cannot open: %s", what, path, systemText(errno, buffer, sizeof(buffer)));
  struct stat status;
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(descriptor);
    return fail(text, ATTN_E_FILE, "%s '%s': not a regular file", what, path);
  }
  size = static_cast<uint64_t>(status.st_size);
  return ATTN_OK;
}

ATTN_RT attn_status readAll(int descriptor, void *data, uint64_t size, uint64_t offset, const char *what,
                            const char *path, Text &text) {
  char buffer[128];
  char *to = static_cast<char *>(data);
  while (size) {
    size_t piece = size < (UINT64_C(1) << 30) ? static_cast<size_t>(size) : size_t(1) << 30;
    ssize_t got = pread(descriptor, to, piece, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return fail(text, ATTN_E_FILE, "%s '%s': cannot read: %s", what, path, systemText(errno, buffer, sizeof(buffer)));
    if (got == 0)
      return fail(text, ATTN_E_FILE, "%s '%s': file ends at byte %" PRIu64 " while it is read", what, path, offset);
    to += got;
    size -= static_cast<uint64_t>(got);
    offset += static_cast<uint64_t>(got);
  }
  return ATTN_OK;
}

ATTN_RT attn_status mapFile(FileView &view, const char *what, const char *path, Text &text) {
  view = {nullptr, 0};
  int descriptor;
  uint64_t size;
  attn_status status = openRegular(descriptor, size, what, path, text);
  if (status != ATTN_OK)
    return status;
  void *data = size ? mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0) : nullptr;
  int code = errno;
  close(descriptor);
  char buffer[128];
  if (data == MAP_FAILED)
    return fail(text, ATTN_E_MEMORY, "%s '%s': cannot map %" PRIu64 " bytes: %s", what, path, size,
                systemText(code, buffer, sizeof(buffer)));
  view = {static_cast<const char *>(data), size};
  return ATTN_OK;
}

ATTN_RT void unmapFile(FileView &view) {
  if (view.data)
    munmap(const_cast<char *>(view.data), view.size);
  view = {nullptr, 0};
}

/// Makes every page present. The system call fails cleanly where memory is short; kernels before 5.14 do not know it.
static bool populate(char *data, uint64_t bytes) {
  if (madvise(data, bytes, MADV_POPULATE_WRITE) == 0)
    return true;
  if (errno != EINVAL && errno != ENOSYS)
    return false;
  for (uint64_t i = 0; i < bytes; i += kPage)
    static_cast<volatile char *>(data)[i] = 0;
  return true;
}

ATTN_RT void freePages(Pages &pages) {
  if (pages.base)
    munmap(pages.base, pages.mapped);
  pages = {nullptr, nullptr, 0};
}

/// Pages between two that nobody may touch. They hold no zeros, on which code must not rely.
static bool allocateGuarded(Pages &pages, uint64_t bytes, bool atEnd) {
  uint64_t rounded, mapped;
  if (!checkedAdd(bytes, kPage - 1, rounded))
    return false;
  rounded &= ~(kPage - 1);
  if (!checkedAdd(rounded, 2 * kPage, mapped) || mapped > static_cast<uint64_t>(INT64_MAX))
    return false;
  void *base = mmap(nullptr, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED)
    return false;
  char *first = static_cast<char *>(base) + kPage;
  pages = {atEnd ? first + rounded - ((bytes + 63) & ~UINT64_C(63)) : first, base, mapped};
  if (mprotect(first, rounded, PROT_READ | PROT_WRITE) == 0) {
    memset(first, 0xff, rounded);
    return true;
  }
  freePages(pages);
  return false;
}

ATTN_RT bool allocatePages(Pages &pages, uint64_t bytes, uint32_t flags) {
  pages = {nullptr, nullptr, 0};
  if (!bytes)
    return true;
  if (flags & (ATTN_GUARD_END | ATTN_GUARD_START))
    return allocateGuarded(pages, bytes, flags & ATTN_GUARD_END);
  const uint64_t unit = bytes >= kHugePage ? kHugePage : kPage;
  uint64_t rounded, mapped;
  if (!checkedAdd(bytes, unit - 1, rounded))
    return false;
  rounded &= ~(unit - 1);
  if (!checkedAdd(rounded, unit == kHugePage ? kHugePage : 0, mapped) || mapped > static_cast<uint64_t>(INT64_MAX))
    return false;
  void *base = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED)
    return false;
  uintptr_t aligned = (reinterpret_cast<uintptr_t>(base) + unit - 1) & ~(uintptr_t(unit) - 1);
  pages = {reinterpret_cast<char *>(aligned), base, mapped};
  if (unit == kHugePage)
    madvise(pages.data, rounded, MADV_HUGEPAGE);
  if (populate(pages.data, rounded))
    return true;
  freePages(pages);
  return false;
}

} // namespace attn
