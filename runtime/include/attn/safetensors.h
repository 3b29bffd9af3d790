/* A bounded reader of safetensors files, for the compiler and its tools.
 *
 * Any file, however hostile, gives tensors whose data lies inside the file, or a status and a text. The header is read
 * without recursion and in memory of at most four times its size; tensor data is never touched. Stricter than the
 * format's text where parsers differ: duplicate names, holes, overlaps and trailing bytes are errors. */
#ifndef ATTN_SAFETENSORS_H
#define ATTN_SAFETENSORS_H

#include "attn/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct attn_safetensors attn_safetensors;

typedef struct {
  const char *name;      /* UTF-8, zero-terminated */
  const char *type_name; /* as in the file: "F32" */
  attn_dtype dtype;      /* 0 for a type that attn has no name for, such as I16 */
  int32_t rank;
  int64_t shape[ATTN_MAX_RANK];
  const void *data; /* only as aligned as the file makes it: 8 bytes are usual */
  uint64_t bytes;
} attn_safetensors_tensor;

/* Maps the file. On failure: ATTN_E_FILE or ATTN_E_MEMORY, and the reason in `error` (may be null). */
attn_status attn_safetensors_open(attn_safetensors **, const char *path, char *error, size_t error_size);
/* The same for bytes in memory, which must outlive the result. `name` stands for the path in texts. */
attn_status attn_safetensors_open_memory(attn_safetensors **, const void *bytes, uint64_t size, const char *name,
                                         char *error, size_t error_size);
void attn_safetensors_close(attn_safetensors *);

/* Tensors in byte order of their names; null past the end. */
size_t attn_safetensors_count(const attn_safetensors *);
const attn_safetensors_tensor *attn_safetensors_at(const attn_safetensors *, size_t index);
/* By binary search; null if there is none. */
const attn_safetensors_tensor *attn_safetensors_find(const attn_safetensors *, const char *name);

#ifdef __cplusplus
}
#endif
#endif
