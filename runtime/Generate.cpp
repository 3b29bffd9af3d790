// Generating text: a prompt goes through the model's steps, then each token that is chosen does.
//
// For models that take tokens i32 [B, N] and states, and whose first output is logits [B, V], or [B, N, V] of which the
// last row counts. Everything that it needs is set aside when the context is created.
#include "runtime/Choose.h"
#include "runtime/Model.h"

#include "runtime/Checked.h"
#include "runtime/Linkage.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

namespace attn {

// Tokens of the prompt that go through one step where each has logits of its own, which take room.
static const int64_t kTokensWithLogits = 64;

static bool generates(const attn_metadata &metadata) {
  if (!metadata.state_count || metadata.input_count - metadata.state_count != 1 ||
      metadata.output_count == metadata.state_count)
    return false;
  const attn_port &tokens = metadata.inputs[0], &logits = metadata.outputs[0];
  const bool isReal = logits.dtype == ATTN_F32 || logits.dtype == ATTN_F64 || logits.dtype == ATTN_BF16;
  const bool hasRows = logits.rank == 3 && logits.dims[1] == tokens.dims[1];
  return tokens.dtype == ATTN_I32 && tokens.rank == 2 && (tokens.dims[1] < 0 || tokens.dims[1] == 1) && isReal &&
         (logits.rank == 2 || hasRows) && logits.dims[0] == tokens.dims[0];
}

/// Tokens of the prompt in one step.
static int64_t tokensOfStep(const attn_context *context) {
  const attn_metadata &metadata = *context->model->code->metadata;
  const attn_extent tokens = metadata.inputs[0].dims[1];
  const int64_t most = capacityOf(context, tokens);
  bool have = false;
  for (uint32_t o = 0; o < metadata.output_count - metadata.state_count; ++o)
    for (int32_t d = 0; d < metadata.outputs[o].rank; ++d)
      have |= tokens < 0 && metadata.outputs[o].dims[d] == tokens;
  return have && most > kTokensWithLogits ? kTokensWithLogits : most;
}

/// The shape of an output in a step of so many tokens.
static void shapeOutput(const attn_context *context, uint32_t o, int64_t tokens) {
  const attn_metadata &metadata = *context->model->code->metadata;
  const attn_port &port = metadata.outputs[o];
  attn_tensor &tensor = context->generation.outputs[o];
  for (int32_t d = 0; d < port.rank; ++d) {
    bool isTokens = port.dims[d] < 0 && port.dims[d] == metadata.inputs[0].dims[1];
    tensor.shape[d] = isTokens ? tokens : capacityOf(context, port.dims[d]);
  }
}

namespace {

/// Lays parts of one allocation one behind the other.
struct Layout {
  uint64_t end = 0;
  bool fits = true;
  uint64_t add(uint64_t count, uint64_t bytes) {
    const uint64_t first = end;
    uint64_t size = 0;
    fits = fits && checkedMul(count, bytes, size) && checkedAdd(size, 63, size) && checkedAdd(end, size / 64 * 64, end);
    return first;
  }
};

} // namespace

ATTN_RT attn_status allocateGeneration(attn_context *context, uint32_t flags, Text &text) {
  const attn_metadata &metadata = *context->model->code->metadata;
  if (!generates(metadata))
    return ATTN_OK;
  Generation &generation = context->generation;
  const attn_port &logits = metadata.outputs[0];
  generation.samples = capacityOf(context, metadata.inputs[0].dims[0]);
  generation.tokens = tokensOfStep(context);
  generation.vocabulary = capacityOf(context, logits.dims[logits.rank - 1]);
  const uint64_t samples = static_cast<uint64_t>(generation.samples);
  const uint64_t vocabulary = static_cast<uint64_t>(generation.vocabulary);
  Layout layout;
  const uint32_t outputs = metadata.output_count - metadata.state_count;
  for (uint32_t o = 0; o < outputs; ++o) {
    attn_tensor &tensor = generation.outputs[o];
    tensor.size = sizeof(attn_tensor);
    tensor.dtype = metadata.outputs[o].dtype;
    tensor.rank = metadata.outputs[o].rank;
    shapeOutput(context, o, generation.tokens);
    layout.fits = layout.fits && tensorBytes(tensor.shape, tensor.rank, attn_dtype_bytes(tensor.dtype), tensor.bytes);
    layout.add(tensor.bytes, 1);
  }
  const uint64_t fed = layout.add(samples * static_cast<uint64_t>(generation.tokens), sizeof(int32_t));
  const uint64_t last = layout.add(samples, sizeof(int32_t)), complete = layout.add(samples, 1);
  const uint64_t row = layout.add(vocabulary, sizeof(float)), scratch = layout.add(vocabulary, 8);
  if (!layout.fits || !allocatePages(generation.pages, layout.end, flags))
    return fail(text, ATTN_E_MEMORY, "cannot allocate %" PRIu64 " bytes to generate with", layout.end);
  char *memory = generation.pages.data;
  uint64_t at = 0;
  for (uint32_t o = 0; o < outputs; ++o) {
    generation.outputs[o].data = memory + at;
    at += (generation.outputs[o].bytes + 63) / 64 * 64;
  }
  generation.fed = reinterpret_cast<int32_t *>(memory + fed);
  generation.last = reinterpret_cast<int32_t *>(memory + last);
  generation.complete = memory + complete;
  generation.row = reinterpret_cast<float *>(memory + row);
  generation.scratch = memory + scratch;
  return ATTN_OK;
}

static attn_status checkPrompt(const attn_context *context, const attn_tensor *prompt, Text &text) {
  if (!context->generation.tokens)
    return fail(text, ATTN_E_ARGUMENT,
                "the model does not generate: expected states, one input of tokens i32 [B, N] "
                "and logits as the first output");
  if (!prompt || prompt->size != sizeof(attn_tensor))
    return fail(text, ATTN_E_ARGUMENT, "the prompt is null or a tensor of another version");
  if (prompt->dtype != ATTN_I32)
    return fail(text, ATTN_E_DTYPE, "prompt: element type %s, expected i32", attn_dtype_name(prompt->dtype));
  uint64_t bytes = 0;
  const bool fits = prompt->rank == 2 && prompt->shape[0] == context->generation.samples && prompt->shape[1] >= 1 &&
                    tensorBytes(prompt->shape, 2, sizeof(int32_t), bytes);
  if (!fits) {
    text.append("prompt: shape ");
    appendShape(text, prompt->shape, prompt->rank < 0 || prompt->rank > ATTN_MAX_RANK ? 0 : prompt->rank);
    return fail(text, ATTN_E_SHAPE, ", expected one token or more of each of %" PRId64 " samples",
                context->generation.samples);
  }
  if (bytes > prompt->bytes || (bytes && !prompt->data))
    return fail(text, ATTN_E_ARGUMENT, "prompt: buffer of %" PRIu64 " bytes, %" PRIu64 " needed", prompt->bytes, bytes);
  return ATTN_OK;
}

static attn_status checkChoice(const attn_generate_options *options, attn_token_callback callback, Text &text) {
  if (!options || options->size < sizeof(attn_generate_options))
    return fail(text, ATTN_E_ARGUMENT, "the options are null or of another version");
  if (!callback)
    return fail(text, ATTN_E_ARGUMENT, "the callback is null");
  if (!(options->temperature >= 0) || isinf(options->temperature) || options->top_k < 0 ||
      !(options->top_p >= 0 && options->top_p <= 1) || options->max_tokens < 0)
    return fail(text, ATTN_E_ARGUMENT,
                "temperature %g, top_k %" PRId64 ", top_p %g, max_tokens %" PRId64
                ": expected none below 0 and a top_p of at most 1",
                options->temperature, options->top_k, options->top_p, options->max_tokens);
  return ATTN_OK;
}

/// A step of `count` tokens of each sample, which stand in generation.fed.
static attn_status feed(attn_context *context, int64_t count, Text &text) {
  const attn_metadata &metadata = *context->model->code->metadata;
  const Generation &generation = context->generation;
  attn_tensor tokens = {};
  tokens.size = sizeof(attn_tensor);
  tokens.dtype = ATTN_I32;
  tokens.rank = 2;
  tokens.shape[0] = generation.samples;
  tokens.shape[1] = count;
  tokens.data = generation.fed;
  tokens.bytes = static_cast<uint64_t>(generation.samples * count) * sizeof(int32_t);
  const uint32_t outputs = metadata.output_count - metadata.state_count;
  for (uint32_t o = 0; o < outputs; ++o)
    shapeOutput(context, o, count);
  return step(context, {&tokens, 1, generation.outputs, outputs, 0}, text);
}

/// All of the prompt; `count` is how many tokens the last step had.
static attn_status feedPrompt(attn_context *context, const attn_tensor &prompt, int64_t &count, Text &text) {
  const Generation &generation = context->generation;
  const int64_t length = prompt.shape[1];
  attn_status status = ATTN_OK;
  for (int64_t first = 0; status == ATTN_OK && first < length; first += count) {
    count = length - first < generation.tokens ? length - first : generation.tokens;
    for (int64_t b = 0; b < generation.samples; ++b)
      memcpy(generation.fed + b * count,
             static_cast<const char *>(prompt.data) + (b * length + first) * static_cast<int64_t>(sizeof(int32_t)),
             static_cast<size_t>(count) * sizeof(int32_t));
    status = feed(context, count, text);
  }
  return status;
}

/// The token that follows sample b, from the last of the `count` tokens of the step before.
static int32_t choose(const attn_context *context, int64_t b, int64_t count, const attn_generate_options &options,
                      int32_t place) {
  const Generation &generation = context->generation;
  const attn_tensor &logits = generation.outputs[0];
  const int64_t row = logits.rank == 3 ? b * count + count - 1 : b, vocabulary = generation.vocabulary;
  int64_t bytes = static_cast<int64_t>(attn_dtype_bytes(logits.dtype));
  const char *data = static_cast<const char *>(logits.data) + row * vocabulary * bytes;
  if (logits.dtype == ATTN_BF16) {
    for (int64_t i = 0; i < vocabulary; ++i) {
      const uint32_t bits = static_cast<uint32_t>(reinterpret_cast<const uint16_t *>(data)[i]) << 16;
      memcpy(&generation.row[i], &bits, sizeof(bits));
    }
    data = reinterpret_cast<const char *>(generation.row);
    bytes = sizeof(float);
  }
  const Sampling how = {options.temperature, options.top_k, options.top_p > 0 ? options.top_p : 1};
  const int32_t seed = static_cast<int32_t>(static_cast<uint32_t>(options.seed) + static_cast<uint32_t>(b));
  return chooseToken(data, bytes, vocabulary, how, seed, place, generation.scratch);
}

/// Chooses a token for each sample that is not complete; false when nothing is left to do.
static bool chooseAll(attn_context *context, int64_t count, const attn_generate_options &options, int32_t place,
                      attn_token_callback callback, void *user) {
  Generation &generation = context->generation;
  bool isLeft = false;
  for (int64_t b = 0; b < generation.samples; ++b) {
    if (generation.complete[b])
      continue;
    generation.last[b] = choose(context, b, count, options, place);
    if (callback(user, b, generation.last[b]))
      return false;
    generation.complete[b] = options.end >= 0 && generation.last[b] == options.end;
    isLeft |= !generation.complete[b];
  }
  return isLeft;
}

static attn_status generate(attn_context *context, const attn_tensor *prompt, const attn_generate_options *options,
                            attn_token_callback callback, void *user, Text &text) {
  attn_status status = checkPrompt(context, prompt, text);
  if (status == ATTN_OK)
    status = checkChoice(options, callback, text);
  if (status != ATTN_OK)
    return status;
  Generation &generation = context->generation;
  memset(generation.complete, 0, static_cast<size_t>(generation.samples));
  int64_t count = 0;
  status = feedPrompt(context, *prompt, count, text);
  for (int64_t place = 0; status == ATTN_OK && place < options->max_tokens; ++place) {
    if (!chooseAll(context, count, *options, static_cast<int32_t>(place), callback, user) ||
        place + 1 == options->max_tokens)
      break;
    memcpy(generation.fed, generation.last, static_cast<size_t>(generation.samples) * sizeof(int32_t));
    count = 1;
    status = feed(context, count, text);
  }
  return status;
}

} // namespace attn

using namespace attn;

extern "C" ATTN_RT attn_status attn_context_generate(attn_context *context, const attn_tensor *prompt,
                                                     const attn_generate_options *options, attn_token_callback callback,
                                                     void *user) {
  if (!context)
    return ATTN_E_ARGUMENT;
  if (!enter(context))
    return ATTN_E_BUSY;
  Text text(context->error, sizeof(context->error));
  attn_status status = generate(context, prompt, options, callback, user, text);
  leave(context);
  return status;
}
