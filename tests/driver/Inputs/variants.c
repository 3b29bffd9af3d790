/* A model for several processors, opened without a wish and with three: which variant runs, and whether it is right. */
#include "relu.h"
#include <stdio.h>

static int wrong(const relu_model *model) {
  float x[16][8], y[16][8] = {{0}};
  int count = 0;
  attn_tensor in = {sizeof(attn_tensor), ATTN_F32, 2, 0, {16, 8}, x, sizeof(x)};
  attn_tensor out = {sizeof(attn_tensor), ATTN_F32, 2, 0, {16, 8}, y, sizeof(y)};
  relu_context *context;
  for (int i = 0; i < 128; ++i)
    x[i / 8][i % 8] = (float)(i - 60);
  if (relu_context_create(&context, model, 0) || relu_run(context, &in, 1, &out, 1))
    return -1;
  for (int i = 0; i < 128; ++i)
    count += y[i / 8][i % 8] != (i > 60 ? (float)(i - 60) : 0);
  relu_context_destroy(context);
  return count;
}

int main(void) {
  const char *const wishes[] = {0, "x86-64-v2", "x86-64-v3", "x86-64-v9"};
  for (int i = 0; i < 4; ++i) {
    char error[256] = "";
    attn_options options = {0};
    relu_model *model;
    options.size = sizeof(options);
    options.error = error;
    options.error_size = sizeof(error);
    options.variant = wishes[i];
    attn_status status = relu_open(&model, 0, &options);
    if (i == 0)
      printf("best %s: ", relu_variant(0)->target);
    else
      printf("%s: ", wishes[i]);
    if (status)
      printf("%s %s\n", attn_status_name(status), error);
    else
      printf("ok, runs %s, %d wrong\n", relu_variant(model)->target, wrong(model));
    relu_close(status ? 0 : model);
  }
  return 0;
}
