/* Runs the compiled formula and compares with what f64 arithmetic gives. Inputs are passed in the order of the
 * function's arguments; a model without weights opens without a file. */
#include "causal_formula.h"
#include "expected.h"

#include <math.h>
#include <stdio.h>

static attn_tensor tensor(float *data) {
  attn_tensor t = {0};
  t.size = sizeof t;
  t.dtype = ATTN_F32;
  t.rank = 4;
  t.shape[0] = BATCH;
  t.shape[1] = HEADS;
  t.shape[2] = LENGTH;
  t.shape[3] = DEPTH;
  t.data = data;
  t.bytes = sizeof(float) * BATCH * HEADS * LENGTH * DEPTH;
  return t;
}

int main(void) {
  char error[256] = "";
  attn_options options = {0};
  options.size = sizeof options;
  options.error = error;
  options.error_size = sizeof error;
  /* The model leaves B and N open; a context has memory for these. `attnc --bind B=1..8,N=1..512` would fix them. */
  int64_t capacity[CAUSAL_FORMULA_SYMBOL_COUNT];
  capacity[CAUSAL_FORMULA_SYMBOL_B] = BATCH;
  capacity[CAUSAL_FORMULA_SYMBOL_N] = LENGTH;
  options.capacity = capacity;
  options.capacity_count = CAUSAL_FORMULA_SYMBOL_COUNT;

  causal_formula_model *model = NULL;
  causal_formula_context *context = NULL;
  if (causal_formula_open(&model, NULL, &options) != ATTN_OK ||
      causal_formula_context_create(&context, model, &options) != ATTN_OK) {
    fprintf(stderr, "causal-formula: %s\n", error);
    causal_formula_close(model);
    return 1;
  }

  static float out[BATCH * HEADS * LENGTH * DEPTH];
  attn_tensor inputs[] = {tensor(query), tensor(key), tensor(value)};
  attn_tensor output = tensor(out);
  attn_status status = causal_formula_run(context, inputs, 3, &output, 1);
  if (status != ATTN_OK)
    fprintf(stderr, "causal-formula: %s\n", causal_formula_last_error(context));
  causal_formula_context_destroy(context);
  causal_formula_close(model);
  if (status != ATTN_OK)
    return 1;

  int wrong = 0;
  float worst = 0;
  for (int i = 0; i < BATCH * HEADS * LENGTH * DEPTH; ++i) {
    float difference = fabsf(out[i] - expected[i]);
    wrong += !(difference <= 1e-5f); /* true for a NaN */
    worst = fmaxf(worst, difference);
  }
  printf("first values: %.6f %.6f %.6f %.6f\n", out[0], out[1], out[2], out[3]);
  printf("largest difference from f64: %.2g\n", worst);
  return wrong ? 1 : 0;
}
