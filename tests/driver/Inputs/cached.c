/* A language model with caches, two texts at once: nine tokens in one step, in parts, and again after a roll-back give
 * the same logits; a tenth does not fit; two contexts step in two threads. */
#include "gpt2.h"
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { TEXTS = 2, TOKENS = 9, WORDS = 101 };
static const int32_t text[TEXTS][TOKENS] = {{3, 1, 4, 1, 5, 9, 2, 6, 5}, {27, 18, 28, 18, 28, 45, 90, 45, 23}};
static gpt2_model *model;
static float whole[TEXTS * WORDS];

static gpt2_context *create(void) {
  gpt2_context *context = 0;
  attn_options options = {0};
  int64_t capacity[GPT2_SYMBOL_COUNT];
  options.size = sizeof(options);
  options.threads = 2;
  capacity[GPT2_SYMBOL_B] = TEXTS;
  capacity[GPT2_SYMBOL_N] = capacity[GPT2_SYMBOL_T] = TOKENS;
  options.capacity = capacity;
  options.capacity_count = GPT2_SYMBOL_COUNT;
  return gpt2_context_create(&context, model, &options) ? 0 : context;
}

/* Tokens [from, to) of both texts; what may follow the last. */
static attn_status step(gpt2_context *context, int from, int to, float *logits) {
  int32_t ids[TEXTS * TOKENS];
  attn_tensor in = {0}, out = {0};
  for (int b = 0; b < TEXTS; ++b)
    for (int n = from; n < to; ++n)
      ids[b * (to - from) + n - from] = text[b][n % TOKENS];
  in.size = out.size = sizeof(in);
  in.dtype = ATTN_I32;
  in.rank = out.rank = 2;
  in.shape[0] = out.shape[0] = TEXTS;
  in.shape[1] = to - from;
  in.data = ids;
  in.bytes = sizeof(*ids) * TEXTS * (uint64_t)(to - from);
  out.dtype = ATTN_F32;
  out.shape[1] = WORDS;
  out.data = logits;
  out.bytes = sizeof(whole);
  return gpt2_step(context, &in, 1, &out, 1);
}

static int same(const char *what, const float *logits) {
  double most = 0, scale = 0;
  for (int i = 0; i < TEXTS * WORDS; ++i) {
    most = fmax(most, fabs((double)logits[i] - whole[i]));
    scale = fmax(scale, fabs((double)whole[i]));
  }
  if (what)
    printf("%s: %s\n", what, most <= 1e-5 * scale ? "same" : "different");
  return most <= 1e-5 * scale;
}

static void *parts(void *failed) {
  float logits[TEXTS * WORDS];
  gpt2_context *context = create();
  int *bad = failed;
  for (int round = 0; round < 20 && !*bad; ++round) {
    *bad |= gpt2_reset(context, -1) || step(context, 0, 4, logits);
    for (int n = 4; n < TOKENS; ++n)
      *bad |= step(context, n, n + 1, logits) != ATTN_OK;
    *bad |= !same(0, logits);
  }
  gpt2_context_destroy(context);
  return 0;
}

int main(int argc, char **argv) {
  float logits[TEXTS * WORDS];
  pthread_t threads[2];
  int failed[2] = {0, 0};
  gpt2_context *context;
  if (argc < 2 || gpt2_open(&model, argv[1], 0) || !(context = create()))
    return 1;
  if (step(context, 0, TOKENS, whole))
    return 1;
  printf("length %d %d\n", (int)gpt2_cache_length(context, 0), (int)gpt2_cache_length(context, 1));
  printf("full: %s: %s\n", attn_status_name(step(context, 0, 1, logits)), gpt2_last_error(context));
  gpt2_reset(context, -1);
  for (int n = 0; n < TOKENS; ++n)
    if (step(context, n, n + 1, logits))
      return 1;
  same("one by one", logits);
  for (int b = 0; b < TEXTS; ++b)
    if (gpt2_truncate(context, b, 3))
      return 1;
  if (step(context, 3, 7, logits) || step(context, 7, 9, logits))
    return 1;
  same("rolled back", logits);
  printf("beyond: %s: %s\n", attn_status_name(gpt2_truncate(context, 0, TOKENS + 1)), gpt2_last_error(context));
  for (int t = 0; t < 2; ++t)
    pthread_create(&threads[t], 0, parts, &failed[t]);
  for (int t = 0; t < 2; ++t)
    pthread_join(threads[t], 0);
  printf("two contexts: %s\n", failed[0] || failed[1] ? "different" : "same");
  gpt2_context_destroy(context);
  gpt2_close(model);
  return 0;
}
