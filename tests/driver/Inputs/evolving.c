/* A decoder that keeps keys, values and rows of its maps, two texts at once: nine tokens in one step, in parts, and
 * again after texts that went elsewhere were cut back, each to a length of its own, give the same logits for every
 * token. */
#include "evolving.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TEXTS = 2, TOKENS = 9, WORDS = 11, SOURCE = 6, HEADS = 2, WIDTH = 4, CROSS = 6, INPUTS = CROSS + 2 };
static const int32_t text[TEXTS][TOKENS] = {{1, 3, 4, 9, 5, 9, 2, 6, 5}, {1, 7, 2, 8, 10, 8, 3, 4, 5}};
static const int32_t source_lengths[TEXTS] = {6, 3};
static float source[CROSS][TEXTS * HEADS * SOURCE * WIDTH];
static float whole[TEXTS][TOKENS][WORDS];
static evolving_context *context;

static attn_tensor tensor(void *data, uint32_t dtype, uint64_t bytes, int rank, const int64_t *shape) {
  attn_tensor made = {0};
  made.size = sizeof(made);
  made.data = data;
  made.dtype = dtype;
  made.bytes = bytes;
  made.rank = (uint32_t)rank;
  memcpy(made.shape, shape, sizeof(*shape) * (size_t)rank);
  return made;
}

/* `count` tokens of each text from first[b] on, `shift` words further; what may follow each. */
static attn_status step(const int *first, int count, int shift, float *logits) {
  int32_t ids[TEXTS * TOKENS];
  const int64_t id_shape[] = {TEXTS, count}, key_shape[] = {TEXTS, HEADS, SOURCE, WIDTH}, length_shape[] = {TEXTS},
                logit_shape[] = {TEXTS, count, WORDS};
  attn_tensor in[INPUTS], out;
  for (int b = 0; b < TEXTS; ++b)
    for (int n = 0; n < count; ++n)
      ids[b * count + n] = (text[b][(first[b] + n) % TOKENS] + shift) % WORDS;
  in[0] = tensor(ids, ATTN_I32, sizeof(*ids) * TEXTS * (uint64_t)count, 2, id_shape);
  for (int i = 0; i < CROSS; ++i)
    in[1 + i] = tensor(source[i], ATTN_F32, sizeof(source[i]), 4, key_shape);
  in[1 + CROSS] = tensor((void *)source_lengths, ATTN_I32, sizeof(source_lengths), 1, length_shape);
  out = tensor(logits, ATTN_F32, sizeof(*logits) * TEXTS * WORDS * (uint64_t)count, 3, logit_shape);
  return evolving_step(context, in, INPUTS, &out, 1);
}

/* Whether tokens of the texts, in steps of `count`, say what they say in the whole. */
static int same(const int *first, int tokens, int count) {
  float logits[TEXTS * TOKENS * WORDS];
  double most = 0, scale = 0;
  for (int done = 0; done < tokens; done += count) {
    int begin[TEXTS] = {first[0] + done, first[1] + done};
    if (step(begin, count, 0, logits))
      return 0;
    for (int b = 0; b < TEXTS; ++b)
      for (int i = 0; i < count * WORDS; ++i) {
        double expected = whole[b][begin[b] + i / WORDS][i % WORDS];
        most = fmax(most, fabs(logits[b * count * WORDS + i] - expected));
        scale = fmax(scale, fabs(expected));
      }
  }
  return most <= 1e-5 * scale;
}

static int cut(int first, int second) {
  return evolving_truncate(context, 0, first) || evolving_truncate(context, 1, second);
}

static void tell(const char *what, int holds) { printf("%s: %s\n", what, holds ? "same" : "different"); }

static attn_status create(evolving_context **made, const evolving_model *model, int rows, int room) {
  attn_options options = {0};
  int64_t capacity[EVOLVING_SYMBOL_COUNT];
  options.size = sizeof(options);
  options.threads = 2;
  capacity[EVOLVING_SYMBOL_B] = TEXTS;
  capacity[EVOLVING_SYMBOL_N] = rows;
  capacity[EVOLVING_SYMBOL_T] = room;
  capacity[EVOLVING_SYMBOL_M] = SOURCE;
  options.capacity = capacity;
  options.capacity_count = EVOLVING_SYMBOL_COUNT;
  return evolving_context_create(made, model, &options);
}

/* Beside its states a step of one token has rows, but no map, of a text of 1024. */
static void rows_only(const evolving_model *model) {
  evolving_context *long_text;
  if (create(&long_text, model, 1, 1024))
    return;
  printf("memory: %s\n",
         evolving_arena_bytes_planned(long_text) < sizeof(float) * HEADS * 1024 * 1024 ? "rows" : "a map");
  evolving_context_destroy(long_text);
}

int main(int argc, char **argv) {
  const int begin[TEXTS] = {0, 0}, early[TEXTS] = {1, 4}, late[TEXTS] = {6, 3};
  float logits[TEXTS * TOKENS * WORDS];
  evolving_model *model;
  for (int i = 0; i < CROSS; ++i)
    for (int n = 0; n < TEXTS * HEADS * SOURCE * WIDTH; ++n)
      source[i][n] = (float)sin(7.0 * n + i);
  if (argc < 2 || evolving_open(&model, argv[1], 0) || create(&context, model, TOKENS, TOKENS) ||
      step(begin, TOKENS, 0, &whole[0][0][0]))
    return 1;
  printf("full: %s: %s\n", attn_status_name(step(begin, 1, 0, logits)), evolving_last_error(context));
  evolving_reset(context, -1);
  tell("one by one", same(begin, TOKENS, 1));
  evolving_reset(context, -1);
  tell("in parts", same(begin, TOKENS, 3));
  /* Other words behind what stays leave rows behind that nothing may read. */
  tell("rolled back", !cut(1, 4) && !step(early, 5, 3, logits) && !cut(1, 4) && same(early, 5, 1));
  tell("rolled back again", !cut(6, 3) && !step(late, 3, 5, logits) && !cut(6, 3) && same(late, 3, 3));
  evolving_context_destroy(context);
  rows_only(model);
  evolving_close(model);
  return 0;
}
