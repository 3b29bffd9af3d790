/* Runs the model of relu.mlir through its header alone. */
#include MODEL_HEADER
#include <stdio.h>

int main(void) {
  float x[16], y[16];
  relu_model *model = 0;
  relu_context *context = 0;
  attn_options options = {0};
  attn_tensor in[RELU_INPUT_COUNT] = {{0}}, out[RELU_OUTPUT_COUNT] = {{0}};
  char error[256] = "";
  int i, wrong = 0;
  for (i = 0; i < 16; ++i)
    x[i] = (float)(i - 8);
  options.size = sizeof(options);
  options.error = error;
  options.error_size = sizeof(error);
  options.threads = 1;
  if (relu_open(&model, 0, &options) || relu_context_create(&context, model, &options)) {
    printf("%s\n", error);
    return 1;
  }
  in[RELU_INPUT_X].size = sizeof(attn_tensor);
  in[RELU_INPUT_X].dtype = ATTN_F32;
  in[RELU_INPUT_X].rank = 2;
  in[RELU_INPUT_X].shape[0] = 2;
  in[RELU_INPUT_X].shape[1] = 8;
  in[RELU_INPUT_X].data = x;
  in[RELU_INPUT_X].bytes = sizeof(x);
  if (relu_output_shapes(context, in, RELU_INPUT_COUNT, out, RELU_OUTPUT_COUNT) || out[0].bytes != sizeof(y)) {
    printf("shapes: %s\n", relu_last_error(context));
    return 1;
  }
  out[RELU_OUTPUT_Y].data = y;
  if (relu_run(context, in, RELU_INPUT_COUNT, out, RELU_OUTPUT_COUNT)) {
    printf("run: %s\n", relu_last_error(context));
    return 1;
  }
  for (i = 0; i < 16; ++i)
    wrong += y[i] != (x[i] > 0 ? x[i] : 0);
  printf("%s: %d wrong, bound %d, arena %d\n", relu_metadata()->name, wrong, RELU_MAX_N,
         (int)relu_arena_bytes_planned(context));
  relu_context_destroy(context);
  relu_close(model);
  return wrong;
}
