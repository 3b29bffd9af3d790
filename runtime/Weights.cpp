// Loading packed weights: mapped by default, so that opening costs no reading and processes share the pages; copied on
// request, which takes huge pages and does not depend on the file afterwards; or found within the program.
#include "runtime/Model.h"

#include "runtime/Checked.h"
#include "runtime/Elements.h"
#include "runtime/Linkage.h"

#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

namespace attn {

/// Checks all that the header says, against the model alone. `name` stands for the file in texts.
static attn_status checkHeader(const attn_weights_header &header, const attn_metadata &metadata, const char *name,
                               Text &text) {
  if (memcmp(header.magic, ATTN_WEIGHTS_MAGIC, sizeof(header.magic)) != 0)
    return fail(text, ATTN_E_FILE, "weights '%s': not a packed weights file", name);
  if (header.version != ATTN_WEIGHTS_VERSION)
    return fail(text, ATTN_E_FILE, "weights '%s': format version %u, expected %u", name, header.version,
                ATTN_WEIGHTS_VERSION);
  if (header.data_offset != ATTN_WEIGHTS_DATA_OFFSET)
    return fail(text, ATTN_E_FILE, "weights '%s': data begins at byte %u, expected %u", name, header.data_offset,
                ATTN_WEIGHTS_DATA_OFFSET);
  if (metadata.weights_id && memcmp(header.id, metadata.weights_id, sizeof(header.id)) != 0)
    return fail(text, ATTN_E_FILE, "weights '%s': packed for another model than '%s', or for another build of it", name,
                metadata.name);
  if (header.bytes != metadata.weights_bytes)
    return fail(text, ATTN_E_FILE, "weights '%s': holds %" PRIu64 " bytes of data, the model needs %" PRIu64, name,
                header.bytes, metadata.weights_bytes);
  return ATTN_OK;
}

static attn_status checkSize(const attn_weights_header &header, uint64_t size, const char *name, Text &text) {
  uint64_t promised;
  if (!checkedAdd(header.bytes, header.data_offset, promised))
    return fail(text, ATTN_E_FILE, "weights '%s': the header promises more bytes than any file holds", name);
  if (promised != size)
    return fail(text, ATTN_E_FILE, "weights '%s': file holds %" PRIu64 " bytes, its header promises %" PRIu64, name,
                size, promised);
  return ATTN_OK;
}

static attn_status openEmbedded(Weights &weights, const attn_code *code, Text &text) {
  attn_weights_header header;
  const char *image = static_cast<const char *>(code->embedded_weights);
  memcpy(&header, image, sizeof(header));
  attn_status status = checkHeader(header, *code->metadata, "embedded", text);
  if (status != ATTN_OK)
    return status;
  if (reinterpret_cast<uintptr_t>(image + header.data_offset) % 64)
    return fail(text, ATTN_E_FILE, "weights 'embedded': not aligned to 64 bytes in the program");
  weights.data = image + header.data_offset;
  return ATTN_OK;
}

static attn_status copyData(Weights &weights, int descriptor, const attn_weights_header &header, const char *path,
                            uint32_t flags, Text &text) {
  if (!allocatePages(weights.copy, header.bytes, flags))
    return fail(text, ATTN_E_MEMORY, "weights '%s': cannot allocate %" PRIu64 " bytes", path, header.bytes);
  weights.data = weights.copy.data;
  attn_status status = readAll(descriptor, weights.copy.data, header.bytes, header.data_offset, "weights", path, text);
  if (status != ATTN_OK)
    closeWeights(weights);
  return status;
}

static attn_status mapData(Weights &weights, int descriptor, uint64_t size, const attn_weights_header &header,
                           const char *path, Text &text) {
  void *data = mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0);
  if (data == MAP_FAILED)
    return fail(text, ATTN_E_MEMORY, "weights '%s': cannot map %" PRIu64 " bytes", path, size);
  madvise(data, size, MADV_HUGEPAGE); // for file systems that have them; elsewhere refused without harm
  madvise(data, size, MADV_WILLNEED);
  weights.file = {static_cast<const char *>(data), size};
  weights.data = weights.file.data + header.data_offset;
  return ATTN_OK;
}

static attn_status loadFile(Weights &weights, int descriptor, uint64_t size, const attn_metadata &metadata,
                            const char *path, uint32_t flags, Text &text) {
  attn_weights_header header;
  if (size < sizeof(header))
    return fail(text, ATTN_E_FILE, "weights '%s': file holds %" PRIu64 " bytes, a header needs %zu", path, size,
                sizeof(header));
  attn_status status = readAll(descriptor, &header, sizeof(header), 0, "weights", path, text);
  // A truncated file is told before a mismatch: its text is the more useful one, once the format is known.
  if (status == ATTN_OK && memcmp(header.magic, ATTN_WEIGHTS_MAGIC, sizeof(header.magic)) == 0 &&
      header.version == ATTN_WEIGHTS_VERSION && header.data_offset == ATTN_WEIGHTS_DATA_OFFSET)
    status = checkSize(header, size, path, text);
  if (status == ATTN_OK)
    status = checkHeader(header, metadata, path, text);
  if (status != ATTN_OK)
    return status;
  return flags & ATTN_LOAD_COPY ? copyData(weights, descriptor, header, path, flags, text)
                                : mapData(weights, descriptor, size, header, path, text);
}

/// Checks integers that code follows without a look at them, at `data`.
static attn_status checkIntegers(const attn_weight_check &check, const char *data, const char *name, Text &text) {
  if (check.rising) {
    const Fall fall = findFall(data, check.count, check.lower, check.upper);
    if (fall.at >= 0)
      text.append("weights '%s': \"%s\"", name, check.name);
    return failFall(text, ATTN_E_FILE, fall);
  }
  int64_t value = 0;
  const int64_t at = findOutside<int32_t>(data, check.count, check.lower, check.upper, value);
  if (at < 0)
    return ATTN_OK;
  return fail(text, ATTN_E_FILE, "weights '%s': \"%s\"[%" PRId64 "]: %" PRId64 " is outside [%" PRId64 ", %" PRId64 "]",
              name, check.name, at, value, check.lower, check.upper);
}

static attn_status openFile(Weights &weights, const attn_metadata &metadata, const char *path, uint32_t flags,
                            Text &text) {
  int descriptor;
  uint64_t size;
  attn_status status = openRegular(descriptor, size, "weights", path, text);
  if (status != ATTN_OK)
    return status;
  status = loadFile(weights, descriptor, size, metadata, path, flags, text);
  close(descriptor);
  return status;
}

ATTN_RT attn_status openWeights(Weights &weights, const attn_code *code, const char *path, uint32_t flags, Text &text) {
  weights = Weights();
  if (!code->metadata->weights_bytes)
    return ATTN_OK;
  if (!path && !code->embedded_weights)
    return fail(text, ATTN_E_ARGUMENT, "model '%s' needs a weights file, the path is null", code->metadata->name);
  attn_status status = path ? openFile(weights, *code->metadata, path, flags, text) : openEmbedded(weights, code, text);
  if (status != ATTN_OK)
    return status;
  const attn_metadata &metadata = *code->metadata;
  for (uint32_t i = 0; status == ATTN_OK && i < metadata.weight_check_count; ++i)
    status = checkIntegers(metadata.weight_checks[i], weights.data + metadata.weight_checks[i].offset,
                           path ? path : "embedded", text);
  if (status != ATTN_OK)
    closeWeights(weights);
  return status;
}

ATTN_RT void closeWeights(Weights &weights) {
  unmapFile(weights.file);
  freePages(weights.copy);
  weights = Weights();
}

} // namespace attn
