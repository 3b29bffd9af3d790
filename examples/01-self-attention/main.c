/* Calls the compiled model: open it, make a context, run, compare with what f64 arithmetic gives.
 * Everything starting with self_attention_ comes from the header that attnc wrote beside the object. */
#include "expected.h"
#include "self_attention.h"

#include <math.h>
#include <stdio.h>

static attn_tensor tensor(float *data) {
  attn_tensor t = {0};
  t.size = sizeof t;
  t.dtype = ATTN_F32;
  t.rank = 3;
  t.shape[0] = BATCH;
  t.shape[1] = LENGTH;
  t.shape[2] = WIDTH;
  t.data = data;
  t.bytes = sizeof(float) * BATCH * LENGTH * WIDTH;
  return t;
}

int main(void) {
  char error[256] = "";
  attn_options options = {0};
  options.size = sizeof options;
  options.error = error;
  options.error_size = sizeof error;
  /* The model leaves B and N open; a context has memory for these. `attnc --bind B=1..8,N=1..512` would fix them. */
  int64_t capacity[SELF_ATTENTION_SYMBOL_COUNT];
  capacity[SELF_ATTENTION_SYMBOL_B] = BATCH;
  capacity[SELF_ATTENTION_SYMBOL_N] = LENGTH;
  options.capacity = capacity;
  options.capacity_count = SELF_ATTENTION_SYMBOL_COUNT;

  /* The weights are in the object (--embed-weights), so there is no file to name. */
  self_attention_model *model = NULL;
  self_attention_context *context = NULL;
  if (self_attention_open(&model, NULL, &options) != ATTN_OK ||
      self_attention_context_create(&context, model, &options) != ATTN_OK) {
    fprintf(stderr, "self-attention: %s\n", error);
    self_attention_close(model);
    return 1;
  }

  static float y[BATCH * LENGTH * WIDTH];
  attn_tensor in = tensor(x), out = tensor(y);
  attn_status status = self_attention_run(context, &in, 1, &out, 1);
  if (status != ATTN_OK)
    fprintf(stderr, "self-attention: %s\n", self_attention_last_error(context));
  self_attention_context_destroy(context);
  self_attention_close(model);
  if (status != ATTN_OK)
    return 1;

  int wrong = 0;
  float worst = 0;
  for (int i = 0; i < BATCH * LENGTH * WIDTH; ++i) {
    float difference = fabsf(y[i] - expected[i]);
    wrong += !(difference <= 1e-5f); /* true for a NaN */
    worst = fmaxf(worst, difference);
  }
  printf("first values: %.6f %.6f %.6f %.6f\n", y[0], y[1], y[2], y[3]);
  printf("largest difference from f64: %.2g\n", worst);
  return wrong ? 1 : 0;
}
