/* Steps the model of steps.mlir through its header alone, then lets it generate. */
#include MODEL_HEADER
#include <stdio.h>
#include <string.h>

static const float table[5][5] = {
    {0, 1, 0, 0, 0}, {0, 0, 2, 0, 0.5f}, {0, 0, 0, 4, 0}, {0, 0, 0, 0, 8}, {16, 0, 0, 0, 0}};

static int32_t tell(void *user, int64_t sample, int32_t token) {
  (void)user;
  printf(" %d:%d", (int)sample, (int)token);
  return 0;
}

static int fail(const char *what, steps_context *context) {
  printf("%s: %s\n", what, steps_last_error(context));
  return 1;
}

int main(void) {
  steps_model *model = 0;
  steps_context *context = 0;
  attn_options options = {0};
  attn_generate_options choice = {0};
  attn_tensor tokens = {0}, logits[1] = {{0}}, state = {0};
  int64_t capacity[STEPS_SYMBOL_COUNT] = {0};
  int32_t ids[2] = {1, 2};
  float numbers[10];
  options.size = sizeof(options);
  options.threads = 1;
  capacity[STEPS_SYMBOL_B] = 2;
  options.capacity = capacity;
  options.capacity_count = STEPS_SYMBOL_COUNT;
  if (steps_open(&model, 0, &options) || steps_context_create(&context, model, &options))
    return 1;
  if (steps_state(context, STEPS_STATE_PAST, &state))
    return fail("state", context);
  memcpy(state.data, table, sizeof(table));
  tokens.size = sizeof(tokens);
  tokens.dtype = ATTN_I32;
  tokens.rank = 2;
  tokens.shape[0] = 2;
  tokens.shape[1] = 1;
  tokens.data = ids;
  tokens.bytes = sizeof(ids);
  if (steps_output_shapes(context, &tokens, 1, logits, 1) || logits[0].bytes != sizeof(numbers))
    return fail("shapes", context);
  logits[0].data = numbers;
  if (steps_step(context, &tokens, 1, logits, 1) || steps_step(context, &tokens, 1, logits, 1))
    return fail("step", context);
  printf("twice: %g %g, %u states, cache %d\n", numbers[2], numbers[8], steps_metadata()->state_count,
         (int)steps_cache_length(context, 0));
  if (steps_reset(context, -1) || steps_state(context, STEPS_STATE_PAST, &state))
    return fail("state", context);
  memcpy(state.data, table, sizeof(table));
  choice.size = sizeof(choice);
  choice.end = 3;
  choice.max_tokens = 4;
  printf("tokens:");
  if (steps_generate(context, &tokens, &choice, tell, 0))
    return fail("generate", context);
  printf("\n");
  steps_context_destroy(context);
  steps_close(model);
  return 0;
}
