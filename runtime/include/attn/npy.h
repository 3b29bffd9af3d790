/* A bounded reader and writer of numpy's .npy files (versions 1 to 3, C order, little-endian).
 *
 * Element types: f4 f8 f2 i1 i4 i8 u1 b1. The file must hold exactly the bytes its header promises. */
#ifndef ATTN_NPY_H
#define ATTN_NPY_H

#include "attn/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads a whole file. `data` is 64-byte aligned and released with free(); it is never null on success.
 * On failure: ATTN_E_FILE or ATTN_E_MEMORY, and the reason in `error` (may be null). */
attn_status attn_npy_read(attn_tensor *, const char *path, char *error, size_t error_size);
/* The same for a file in memory; `data` points into it. `name` stands for the path in texts. */
attn_status attn_npy_parse(attn_tensor *, const void *bytes, uint64_t size, const char *name, char *error,
                           size_t error_size);
/* Writes version 1. bf16 has no numpy type: ATTN_E_DTYPE. */
attn_status attn_npy_write(const char *path, const attn_tensor *, char *error, size_t error_size);

#ifdef __cplusplus
}
#endif
#endif
