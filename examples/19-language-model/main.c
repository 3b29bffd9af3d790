/* Generates text with the compiled model: tokens of a prompt as arguments, tokens that it chooses on standard output.
 *   gpt2 WEIGHTS COUNT TOKEN... */
#define _POSIX_C_SOURCE 199309L
#include "gpt2.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct {
  int64_t count;
  double first, last; /* when the first and the last token came */
} Progress;

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int32_t show(void *user, int64_t sample, int32_t token) {
  Progress *progress = user;
  (void)sample;
  printf("%s%d", progress->count ? " " : "", (int)token);
  fflush(stdout);
  progress->last = seconds();
  if (!progress->count++)
    progress->first = progress->last;
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: %s WEIGHTS COUNT TOKEN...\n", argv[0]);
    return 2;
  }
  const int64_t length = argc - 3, count = strtoll(argv[2], NULL, 10);
  int32_t *tokens = malloc(sizeof *tokens * (size_t)length);
  if (!tokens)
    return 1;
  for (int64_t n = 0; n < length; ++n)
    tokens[n] = (int32_t)strtol(argv[3 + n], NULL, 10);

  char error[256] = "";
  attn_options options = {0};
  options.size = sizeof options;
  options.error = error;
  options.error_size = sizeof error;
  /* One text; the prompt goes through in one step; caches have room for all. */
  int64_t capacity[GPT2_SYMBOL_COUNT];
  capacity[GPT2_SYMBOL_B] = 1;
  capacity[GPT2_SYMBOL_N] = length;
  capacity[GPT2_SYMBOL_T] = length + count;
  options.capacity = capacity;
  options.capacity_count = GPT2_SYMBOL_COUNT;
  gpt2_model *model = NULL;
  gpt2_context *context = NULL;
  if (gpt2_open(&model, argv[1], &options) != ATTN_OK || gpt2_context_create(&context, model, &options) != ATTN_OK) {
    fprintf(stderr, "gpt2: %s\n", error);
    gpt2_close(model);
    free(tokens);
    return 1;
  }

  attn_tensor prompt = {0};
  prompt.size = sizeof prompt;
  prompt.dtype = ATTN_I32;
  prompt.rank = 2;
  prompt.shape[0] = 1;
  prompt.shape[1] = length;
  prompt.data = tokens;
  prompt.bytes = sizeof *tokens * (uint64_t)length;
  attn_generate_options how = {0};
  how.size = sizeof how;
  how.end = -1;
  how.max_tokens = count;
  how.temperature = 0.8;
  how.top_k = 40;
  how.top_p = 0.95;
  how.seed = 1;

  Progress progress = {0};
  const double begin = seconds();
  const attn_status status = gpt2_generate(context, &prompt, &how, show, &progress);
  printf("\n");
  if (status != ATTN_OK)
    fprintf(stderr, "gpt2: %s\n", gpt2_last_error(context));
  else if (progress.count > 1)
    fprintf(stderr, "%lld tokens read in %.3f s, then %.1f tokens per second\n", (long long)length,
            progress.first - begin, (double)(progress.count - 1) / (progress.last - progress.first));
  gpt2_context_destroy(context);
  gpt2_close(model);
  free(tokens);
  return status == ATTN_OK ? 0 : 1;
}
