// Safetensors files: the checks that need the whole list of tensors, and the lookup by name.
#include "attn/safetensors.h"

#include "runtime/Checked.h"
#include "runtime/Linkage.h"
#include "runtime/Memory.h"
#include "runtime/SafetensorsHeader.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

using namespace attn;

struct attn_safetensors {
  FileView file; // empty when the bytes belong to the caller
  HeaderEntries entries;
};

static int compareOffsets(const void *a, const void *b) {
  const HeaderEntry &x = *static_cast<const HeaderEntry *>(a), &y = *static_cast<const HeaderEntry *>(b);
  if (x.begin != y.begin)
    return x.begin < y.begin ? -1 : 1;
  return x.end != y.end ? (x.end < y.end ? -1 : 1) : 0;
}

static int compareNames(const void *a, const void *b) {
  return strcmp(static_cast<const HeaderEntry *>(a)->tensor.name, static_cast<const HeaderEntry *>(b)->tensor.name);
}

/// The tensors, taken in order, must fill the data without hole, overlap or rest.
static attn_status checkCover(HeaderEntries &entries, uint64_t dataBytes, const char *file, Text &text) {
  if (entries.count)
    qsort(entries.list, entries.count, sizeof(HeaderEntry), compareOffsets);
  uint64_t covered = 0;
  for (size_t i = 0; i < entries.count; ++i) {
    const HeaderEntry &entry = entries.list[i];
    if (entry.begin != covered)
      return fail(text, ATTN_E_FILE, "'%s': tensor \"%.100s\": begins at data byte %" PRIu64 ", %s %" PRIu64, file,
                  entry.tensor.name, entry.begin,
                  entry.begin < covered ? "overlaps the one that ends at" : "leaves a hole after", covered);
    covered = entry.end;
  }
  if (covered > dataBytes)
    return fail(text, ATTN_E_FILE, "'%s': file holds %" PRIu64 " bytes of data, its header promises %" PRIu64, file,
                dataBytes, covered);
  if (covered < dataBytes)
    return fail(text, ATTN_E_FILE, "'%s': %" PRIu64 " trailing bytes after the last tensor", file, dataBytes - covered);
  return ATTN_OK;
}

static attn_status sortNames(HeaderEntries &entries, const char *data, const char *file, Text &text) {
  if (entries.count)
    qsort(entries.list, entries.count, sizeof(HeaderEntry), compareNames);
  for (size_t i = 0; i < entries.count; ++i) {
    HeaderEntry &entry = entries.list[i];
    if (i && compareNames(&entry, &entry - 1) == 0)
      return fail(text, ATTN_E_FILE, "'%s': tensor \"%.100s\": named twice", file, entry.tensor.name);
    entry.tensor.data = data + entry.begin;
  }
  return ATTN_OK;
}

static attn_status read(HeaderEntries &entries, const char *bytes, uint64_t size, const char *file, Text &text) {
  uint64_t headerBytes = 0;
  if (size < 8)
    return fail(text, ATTN_E_FILE, "'%s': file holds %" PRIu64 " bytes, the header's length needs 8", file, size);
  for (int i = 7; i >= 0; --i)
    headerBytes = headerBytes << 8 | static_cast<unsigned char>(bytes[i]);
  if (headerBytes > kMaxHeaderBytes)
    return fail(text, ATTN_E_FILE, "'%s': header of %" PRIu64 " bytes, the limit is %" PRIu64, file, headerBytes,
                kMaxHeaderBytes);
  if (headerBytes > size - 8)
    return fail(text, ATTN_E_FILE, "'%s': header of %" PRIu64 " bytes, the file holds %" PRIu64 " after its length",
                file, headerBytes, size - 8);
  attn_status status = parseHeader(entries, bytes + 8, static_cast<size_t>(headerBytes), file, text);
  if (status == ATTN_OK)
    status = checkCover(entries, size - 8 - headerBytes, file, text);
  if (status == ATTN_OK)
    status = sortNames(entries, bytes + 8 + headerBytes, file, text);
  return status;
}

extern "C" ATTN_RT attn_status attn_safetensors_open_memory(attn_safetensors **result, const void *bytes, uint64_t size,
                                                            const char *name, char *error, size_t errorSize) {
  Text text(error, errorSize);
  *result = nullptr;
  attn_safetensors *file = static_cast<attn_safetensors *>(calloc(1, sizeof(attn_safetensors)));
  if (!file)
    return fail(text, ATTN_E_MEMORY, "'%s': cannot allocate the reader", name);
  attn_status status = read(file->entries, static_cast<const char *>(bytes), size, name, text);
  if (status == ATTN_OK)
    *result = file;
  else
    attn_safetensors_close(file);
  return status;
}

extern "C" ATTN_RT attn_status attn_safetensors_open(attn_safetensors **result, const char *path, char *error,
                                                     size_t errorSize) {
  Text text(error, errorSize);
  *result = nullptr;
  FileView view;
  attn_status status = mapFile(view, "safetensors", path, text);
  if (status != ATTN_OK)
    return status;
  status = attn_safetensors_open_memory(result, view.data, view.size, path, error, errorSize);
  if (status == ATTN_OK)
    (*result)->file = view;
  else
    unmapFile(view);
  return status;
}

extern "C" ATTN_RT void attn_safetensors_close(attn_safetensors *file) {
  if (!file)
    return;
  unmapFile(file->file);
  free(file->entries.list);
  free(file->entries.names);
  free(file);
}

extern "C" ATTN_RT size_t attn_safetensors_count(const attn_safetensors *file) { return file->entries.count; }

extern "C" ATTN_RT const attn_safetensors_tensor *attn_safetensors_at(const attn_safetensors *file, size_t index) {
  return index < file->entries.count ? &file->entries.list[index].tensor : nullptr;
}

extern "C" ATTN_RT const attn_safetensors_tensor *attn_safetensors_find(const attn_safetensors *file,
                                                                        const char *name) {
  size_t low = 0, high = file->entries.count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = strcmp(file->entries.list[middle].tensor.name, name);
    if (order == 0)
      return &file->entries.list[middle].tensor;
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return nullptr;
}
