/* Runs the model of bf16.mlir: bits of bf16 go in and out; other elements are refused. */
#include MODEL_HEADER
#include <stdio.h>
#include <string.h>

static void describe(attn_tensor *tensor, attn_dtype dtype, void *data, uint64_t bytes) {
  memset(tensor, 0, sizeof(*tensor));
  tensor->size = sizeof(attn_tensor);
  tensor->dtype = dtype;
  tensor->rank = 2;
  tensor->shape[0] = 1;
  tensor->shape[1] = 4;
  tensor->data = data;
  tensor->bytes = bytes;
}

int main(void) {
  uint16_t x[4] = {0x3f80, 0xc040, 0x0001, 0x7f80}; /* 1, -3, the least subnormal, infinity */
  float y[4] = {1.00390625f, 1.01171875f, -0.0f, 3.4e38f};
  uint16_t z[4], rounded[4];
  halves_model *model = 0;
  halves_context *context = 0;
  attn_options options = {0};
  attn_tensor in[HALVES_INPUT_COUNT], out[HALVES_OUTPUT_COUNT];
  char error[256] = "";
  int i;
  options.size = sizeof(options);
  options.error = error;
  options.error_size = sizeof(error);
  options.threads = 1;
  if (halves_open(&model, 0, &options) || halves_context_create(&context, model, &options)) {
    printf("%s\n", error);
    return 1;
  }
  describe(&in[HALVES_INPUT_X], ATTN_F32, y, sizeof(y));
  describe(&in[HALVES_INPUT_Y], ATTN_F32, y, sizeof(y));
  describe(&out[HALVES_OUTPUT_Z], ATTN_BF16, z, sizeof(z));
  describe(&out[HALVES_OUTPUT_ROUNDED], ATTN_BF16, rounded, sizeof(rounded));
  if (halves_run(context, in, HALVES_INPUT_COUNT, out, HALVES_OUTPUT_COUNT))
    printf("refused: %s\n", halves_last_error(context));
  describe(&in[HALVES_INPUT_X], ATTN_BF16, x, sizeof(x));
  out[HALVES_OUTPUT_Z].dtype = ATTN_F32;
  if (halves_run(context, in, HALVES_INPUT_COUNT, out, HALVES_OUTPUT_COUNT))
    printf("refused: %s\n", halves_last_error(context));
  out[HALVES_OUTPUT_Z].dtype = ATTN_BF16;
  if (halves_run(context, in, HALVES_INPUT_COUNT, out, HALVES_OUTPUT_COUNT)) {
    printf("run: %s\n", halves_last_error(context));
    return 1;
  }
  for (i = 0; i < 4; ++i)
    printf("%04x %04x\n", z[i], rounded[i]);
  halves_context_destroy(context);
  halves_close(model);
  return 0;
}
