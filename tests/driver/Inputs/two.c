/* Two models in one program, each with weights of its own: y = x w^T. The weights are iota, so the sums are known. */
#include "first.h"
#include "second.h"
#include <stdio.h>

#define SUM(M, P)                                                                                                      \
  do {                                                                                                                 \
    float x[M##_WIDTH], y[4];                                                                                          \
    P##_model *model = 0;                                                                                              \
    P##_context *context = 0;                                                                                          \
    attn_tensor in = {sizeof(attn_tensor), ATTN_F32, 2, 0, {1, M##_WIDTH}, x, sizeof(x)};                              \
    attn_tensor out = {sizeof(attn_tensor), ATTN_F32, 2, 0, {1, 4}, y, sizeof(y)};                                     \
    char error[256] = "";                                                                                              \
    attn_options options = {sizeof(attn_options)};                                                                     \
    options.error = error;                                                                                             \
    options.error_size = sizeof(error);                                                                                \
    options.threads = 2;                                                                                               \
    for (int i = 0; i < M##_WIDTH; ++i)                                                                                \
      x[i] = 1;                                                                                                        \
    attn_status status = P##_open(&model, 0, &options);                                                                \
    if (!status)                                                                                                       \
      status = P##_context_create(&context, model, &options);                                                          \
    if (!status)                                                                                                       \
      status = P##_run(context, &in, 1, &out, 1);                                                                      \
    printf("%s: %s %s%g %g %g %g\n", P##_metadata()->name, attn_status_name(status), error, y[0], y[1], y[2], y[3]);   \
    P##_context_destroy(context);                                                                                      \
    P##_close(model);                                                                                                  \
  } while (0)

#define FIRST_WIDTH 8
#define SECOND_WIDTH 3

int main(void) {
  SUM(FIRST, first);
  SUM(SECOND, second);
  return 0;
}
