/* A library as attnc makes them, written by hand, with the faults that compiled code must not have. It moves one number
 * from byte READ of FROM to byte WRITE of TO, each x (the input), y (the output), flags (of the context) or place (a
 * number that follows from the input's address). */
#include "attn/runtime.h"

static const attn_port input = {"x", ATTN_F32, 1, {4}, {0}, 0, 0, 0, 0, 0, 0},
                       output = {"y", ATTN_F32, 1, {4}, {0}, 0, 0, 0, 0, 0, 0};
static float flags[1];

const attn_metadata *m_metadata(void) {
  static attn_metadata metadata = {sizeof metadata, ATTN_ABI_VERSION, "m", "by hand"};
  metadata.inputs = &input;
  metadata.outputs = &output;
  metadata.input_count = metadata.output_count = 1;
  return &metadata;
}
attn_status m_open(void **model, const char *path, const attn_options *options) { return ATTN_OK; }
void m_close(void *model) {}
const attn_variant *m_variant(const void *model) { return 0; }
const char *const *m_kernels(const void *model) {
  static const char *const none[] = {0};
  return none;
}
attn_status m_context_create(void **context, const void *model, const attn_options *options) {
  *context = flags;
  flags[0] = (float)options->flags;
  return ATTN_OK;
}
void m_context_destroy(void *context) {}
attn_status m_output_shapes(void *context, const attn_tensor *in, size_t in_count, attn_tensor *out, size_t out_count) {
  out->dtype = ATTN_F32;
  out->rank = 1;
  out->shape[0] = 4;
  out->bytes = 16;
  return ATTN_OK;
}
attn_status m_run(void *context, const attn_tensor *in, size_t in_count, attn_tensor *out, size_t out_count) {
  char *x = (char *)in->data, *y = (char *)out->data;
  float place[1] = {(float)((uintptr_t)x % 4096)};
  *(volatile float *)((char *)TO + WRITE) = *(volatile float *)((char *)FROM + READ);
  (void)y, (void)place;
  return ATTN_OK;
}
const char *m_last_error(const void *context) { return ""; }
