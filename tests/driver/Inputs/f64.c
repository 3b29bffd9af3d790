/* Calls a model of f64: gelu(1) = (1 + erf(sqrt 1/2)) / 2, in all its digits. */
#include "gelu.h"
#include <stdio.h>

int main(void) {
  gelu_model *model = 0;
  gelu_context *context = 0;
  double x[5] = {1, 0, -40, 3, 1}, y[5];
  attn_tensor in = {0}, out = {0};
  in.size = out.size = sizeof in;
  in.dtype = out.dtype = ATTN_F64;
  in.rank = out.rank = 2;
  in.shape[0] = out.shape[0] = 1;
  in.shape[1] = out.shape[1] = 5;
  in.data = x;
  out.data = y;
  in.bytes = out.bytes = sizeof x;
  if (gelu_open(&model, 0, 0) || gelu_context_create(&context, model, 0))
    return 1;
  if (gelu_run(context, &in, 1, &out, 1)) {
    printf("%s\n", gelu_last_error(context));
    return 1;
  }
  printf("%.15f %g %.15f\n", y[0], y[2], y[4]);
  in.dtype = ATTN_F32;
  gelu_run(context, &in, 1, &out, 1);
  printf("refused: %s\n", gelu_last_error(context));
  gelu_context_destroy(context);
  gelu_close(model);
  return 0;
}
