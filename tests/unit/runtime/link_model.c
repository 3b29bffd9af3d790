/* A model as attnc emits it, reduced to a few lines; compiled twice with different PREFIX into one program. */
#include "attn/abi.h"

static void task(void *frame, int64_t index, int64_t worker) {
  (void)worker;
  ((float *)((const attn_invocation *)frame)->outputs[0])[index] =
      FACTOR * ((const float *)((const attn_invocation *)frame)->inputs[0])[index];
}
static void run(attn_invocation *call) { attn_parallel(call->pool, task, (void *)call, call->symbols[0]); }
static uint64_t arena(const int64_t *symbols, int64_t threads) { return (uint64_t)(symbols[0] * threads); }

static const attn_port input = {"x", ATTN_F32, 1, {-1}, {0}, 0, 0, 0, 0, 0, 0};
static const attn_port output = {"y", ATTN_F32, 1, {-1}, {0}, 0, 0, 0, 0, 0, 0};
static const attn_symbol symbol = {"N", 0, 100, 1};
static const attn_variant variant = {"x86-64", 0};
static const attn_variant_code code = {arena, run};
static const attn_metadata metadata = {.size = sizeof(attn_metadata),
                                       .abi_version = ATTN_ABI_VERSION,
                                       .name = NAME,
                                       .compiler = "attnc",
                                       .variants = &variant,
                                       .inputs = &input,
                                       .outputs = &output,
                                       .symbols = &symbol,
                                       .input_count = 1,
                                       .output_count = 1,
                                       .symbol_count = 1,
                                       .variant_count = 1};
const attn_code CODE = {sizeof(attn_code), ATTN_ABI_VERSION, &metadata, &code, 0};

int ENTRY(void) {
  float x[3] = {1, 2, 3}, y[3] = {0, 0, 0};
  attn_tensor in = {sizeof(attn_tensor), ATTN_F32, 1, 0, {3}, x, sizeof(x)};
  attn_tensor out = {sizeof(attn_tensor), ATTN_F32, 1, 0, {3}, y, sizeof(y)};
  attn_model *model;
  attn_context *context;
  if (attn_model_open(&model, &CODE, 0, 0) || attn_context_create(&context, model, 0))
    return 0;
  attn_status status = attn_context_run(context, &in, 1, &out, 1);
  attn_context_destroy(context);
  attn_model_close(model);
  return status == ATTN_OK ? (int)(y[0] + y[1] + y[2]) : 0;
}
