/* A stand-in for a compiled model with MiniLM's interface, to test attnc_ctypes.py without a compiler.
 *
 * ids i32 [B, S], lengths i64 [B] -> embedding f32 [B, WIDTH]: element [b, c] is the sum of the first lengths[b] ids of
 * row b, plus c. It checks what it is given as strictly as the real runtime, and reports the layout of each struct. */
#include "attn/runtime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef WIDTH
#define WIDTH 4
#endif
#define EXPORT __attribute__((visibility("default")))

typedef struct {
  int opened;
} minilm_model;
typedef struct {
  int threads;
  char error[128];
} minilm_context;

static const attn_port inputs[] = {
    {"ids", ATTN_I32, 2, {-1, -2}, {0}, 1, 0, 0, 0, 0, 30521},
    {"lengths", ATTN_I64, 1, {-1}, {0}, 1, 0, 0, 0, 0, -2},
};
static const attn_port outputs[] = {{"embedding", ATTN_F32, 2, {-1, WIDTH}, {0}, 0, 0, 0, 0, 0, 0}};
static const attn_symbol symbols[] = {{"B", 1, 32, 1}, {"S", 1, 512, 1}};
static const attn_variant variants[] = {{"any", 0}};
static const attn_metadata metadata = {
    .size = sizeof(attn_metadata),
    .abi_version = ATTN_ABI_VERSION,
    .name = "minilm",
    .compiler = "stub 1.0",
    .variants = variants,
    .inputs = inputs,
    .outputs = outputs,
    .symbols = symbols,
    .input_count = 2,
    .output_count = 1,
    .symbol_count = 2,
    .variant_count = 1,
};

EXPORT const attn_metadata *minilm_metadata(void) { return &metadata; }

EXPORT attn_status minilm_open(minilm_model **out, const char *path, const attn_options *options) {
  if (!options || options->size != sizeof(attn_options))
    return ATTN_E_ARGUMENT;
  if (path && !strstr(path, ".weights")) {
    snprintf(options->error, options->error_size, "no packed weights at %s", path);
    return ATTN_E_FILE;
  }
  *out = calloc(1, sizeof(minilm_model));
  (*out)->opened = 1;
  return ATTN_OK;
}

EXPORT void minilm_close(minilm_model *model) { free(model); }

EXPORT attn_status minilm_context_create(minilm_context **out, const minilm_model *model, const attn_options *options) {
  if (!model || !model->opened || options->size != sizeof(attn_options))
    return ATTN_E_ARGUMENT;
  if (options->threads > 1000) {
    snprintf(options->error, options->error_size, "%d threads are too many", options->threads);
    return ATTN_E_ARGUMENT;
  }
  for (uint32_t i = 0; i < options->capacity_count; ++i)
    if (options->capacity[i] > symbols[i].maximum) {
      snprintf(options->error, options->error_size, "%s is at most %d, got %d", symbols[i].name,
               (int)symbols[i].maximum, (int)options->capacity[i]);
      return ATTN_E_CAPACITY;
    }
  *out = calloc(1, sizeof(minilm_context));
  (*out)->threads = options->threads;
  return ATTN_OK;
}

EXPORT void minilm_context_destroy(minilm_context *context) { free(context); }

EXPORT const char *minilm_last_error(const minilm_context *context) { return context->error; }

static attn_status check(minilm_context *context, const attn_tensor *tensor, const attn_port *port, uint64_t bytes) {
  if (tensor->size != sizeof(attn_tensor) || tensor->rank != port->rank)
    return ATTN_E_ARGUMENT;
  if (tensor->dtype != port->dtype) {
    snprintf(context->error, sizeof context->error, "%s: expected dtype %d, got %d", port->name, port->dtype,
             tensor->dtype);
    return ATTN_E_DTYPE;
  }
  return tensor->bytes == bytes && tensor->data ? ATTN_OK : ATTN_E_SHAPE;
}

EXPORT attn_status minilm_run(minilm_context *context, const attn_tensor *in, size_t in_count, attn_tensor *out,
                              size_t out_count) {
  if (in_count != 2 || out_count != 1)
    return ATTN_E_ARGUMENT;
  int64_t batch = in[0].shape[0], length = in[0].shape[1];
  attn_status status = check(context, &in[0], &inputs[0], (uint64_t)(batch * length) * 4);
  if (!status)
    status = check(context, &in[1], &inputs[1], (uint64_t)batch * 8);
  if (!status)
    status = check(context, &out[0], &outputs[0], (uint64_t)batch * WIDTH * 4);
  if (status)
    return status;
  for (int64_t b = 0; b < batch; ++b)
    for (int64_t c = 0; c < WIDTH; ++c) {
      float sum = (float)c;
      for (int64_t s = 0; s < ((const int64_t *)in[1].data)[b]; ++s)
        sum += (float)((const int32_t *)in[0].data)[b * length + s];
      ((float *)out[0].data)[b * WIDTH + c] = sum;
    }
  return ATTN_OK;
}

#define FIELD(type, field) {#type, #field, offsetof(type, field), sizeof(type)},
typedef struct {
  const char *type, *field;
  uint64_t offset, size;
} layout;
static const layout layouts[] = {
    FIELD(attn_tensor, shape) FIELD(attn_tensor, data) FIELD(attn_tensor, bytes) FIELD(attn_options, threads)
        FIELD(attn_options, parallel_for) FIELD(attn_options, capacity) FIELD(attn_options, error_size)
            FIELD(attn_options, error) FIELD(attn_options, variant) FIELD(attn_options, kernel_count)
                FIELD(attn_port, dims) FIELD(attn_port, more) FIELD(attn_port, checked) FIELD(attn_port, below)
                    FIELD(attn_port, rising) FIELD(attn_port, upper) FIELD(attn_symbol, maximum)
                        FIELD(attn_symbol, multiple) FIELD(attn_variant, cpu_features) FIELD(attn_metadata, variants)
                            FIELD(attn_metadata, outputs) FIELD(attn_metadata, input_count)
                                FIELD(attn_metadata, weights_bytes) FIELD(attn_metadata, weights_id)
                                    FIELD(attn_metadata, reserved2) FIELD(attn_metadata, states)
                                        FIELD(attn_metadata, cache_count) FIELD(attn_state, in_place)
                                            FIELD(attn_cache, capacity){NULL, NULL, 0, 0},
};

EXPORT const layout *stub_layouts(void) { return layouts; }
