// States that a context holds: what a model remembers from each step to the next.
//
// Each has memory for its largest shape, and that is its shape in every step. A model that can not write a state where
// it reads it gets memory for two, which change places after a step.
#include "runtime/Model.h"

#include "runtime/Checked.h"
#include "runtime/Linkage.h"

#include <inttypes.h>
#include <string.h>

namespace attn {

ATTN_RT int64_t capacityOf(const attn_context *context, attn_extent extent) {
  return extent >= 0 ? extent : context->capacity[-1 - extent];
}

static const attn_port &portOf(const attn_metadata &metadata, uint32_t state) {
  return metadata.inputs[metadata.states[state].input];
}

/// State i in the memory `data`.
static attn_tensor tensorOf(const attn_context *context, uint32_t i, char *data) {
  const attn_port &port = portOf(*context->model->code->metadata, i);
  attn_tensor tensor = {};
  tensor.size = sizeof(attn_tensor);
  tensor.dtype = port.dtype;
  tensor.rank = port.rank;
  for (int32_t d = 0; d < port.rank; ++d)
    tensor.shape[d] = capacityOf(context, port.dims[d]);
  tensor.data = data;
  tensor.bytes = context->states[i].bytes;
  return tensor;
}

ATTN_RT attn_status allocateStates(attn_context *context, uint32_t flags, Text &text) {
  const attn_metadata &metadata = *context->model->code->metadata;
  uint64_t total = 0;
  for (uint32_t i = 0; i < metadata.state_count; ++i) {
    const attn_tensor tensor = tensorOf(context, i, nullptr);
    HeldState &state = context->states[i];
    uint64_t stride = 0;
    if (!tensorBytes(tensor.shape, tensor.rank, attn_dtype_bytes(tensor.dtype), state.bytes) ||
        !checkedAdd(state.bytes, 63, stride) ||
        !checkedMul(stride / 64 * 64, metadata.states[i].in_place ? 1 : 2, stride) || !checkedAdd(total, stride, total))
      return fail(text, ATTN_E_MEMORY, "state \"%s\": its size for these capacities does not fit",
                  portOf(metadata, i).name);
  }
  if (!allocatePages(context->held, total, flags))
    return fail(text, ATTN_E_MEMORY, "cannot allocate %" PRIu64 " bytes for the states", total);
  char *memory = context->held.data;
  if (total)
    memset(memory, 0, total);
  for (uint32_t i = 0; i < metadata.state_count; ++i) {
    HeldState &state = context->states[i];
    const uint64_t stride = (state.bytes + 63) / 64 * 64;
    state.now = memory;
    memory += metadata.states[i].in_place ? 0 : stride;
    state.next = memory;
    memory += stride;
  }
  return ATTN_OK;
}

ATTN_RT attn_status completeTensors(attn_context *context, const Tensors &given, Tensors &all, Text &text) {
  const attn_metadata &metadata = *context->model->code->metadata;
  const uint32_t inputs = metadata.input_count - metadata.state_count;
  const uint32_t outputs = metadata.output_count - metadata.state_count;
  if (given.inCount != inputs || given.outCount != outputs)
    return fail(text, ATTN_E_ARGUMENT, "%zu inputs and %zu outputs given, a step has %u and %u", given.inCount,
                given.outCount, inputs, outputs);
  if ((!given.in && inputs) || (!given.out && outputs))
    return fail(text, ATTN_E_ARGUMENT, "the %s pointer is null", !given.in && inputs ? "inputs" : "outputs");
  for (uint32_t i = 0; i < inputs; ++i)
    context->stepInputs[i] = given.in[i];
  for (uint32_t i = 0; i < outputs; ++i)
    context->stepOutputs[i] = given.out[i];
  for (uint32_t i = 0; i < metadata.state_count; ++i) {
    context->stepInputs[metadata.states[i].input] = tensorOf(context, i, context->states[i].now);
    context->stepOutputs[metadata.states[i].output] = tensorOf(context, i, context->states[i].next);
  }
  all = {context->stepInputs, metadata.input_count, context->stepOutputs, metadata.output_count, inputs};
  return ATTN_OK;
}

ATTN_RT attn_status step(attn_context *context, const Tensors &given, Text &text) {
  const attn_metadata &metadata = *context->model->code->metadata;
  Tensors all = {};
  attn_status status = completeTensors(context, given, all, text);
  if (status == ATTN_OK)
    status = checkAndRun(context, all, text);
  for (uint32_t i = 0; status == ATTN_OK && i < metadata.state_count; ++i) {
    HeldState &state = context->states[i];
    char *written = state.next;
    state.next = state.now;
    state.now = written;
  }
  return status;
}

/// The samples of a state, its first dimension; 0 if it has none.
static int64_t samplesOf(const attn_context *context, uint32_t state) {
  const attn_port &port = portOf(*context->model->code->metadata, state);
  return port.rank ? capacityOf(context, port.dims[0]) : 0;
}

static attn_status resetSample(attn_context *context, int64_t sample, Text &text) {
  const attn_metadata &metadata = *context->model->code->metadata;
  for (uint32_t i = 0; i < metadata.state_count; ++i)
    if (sample < 0 || sample >= samplesOf(context, i))
      return fail(text, ATTN_E_ARGUMENT, "state \"%s\" has no sample %" PRId64 ", only %" PRId64 " of them",
                  portOf(metadata, i).name, sample, samplesOf(context, i));
  for (uint32_t i = 0; i < metadata.state_count; ++i) {
    const HeldState &state = context->states[i];
    const uint64_t bytes = state.bytes / static_cast<uint64_t>(samplesOf(context, i));
    if (bytes)
      memset(state.now + static_cast<uint64_t>(sample) * bytes, 0, bytes);
  }
  return ATTN_OK;
}

/// The state that says how many rows a cache has, by its number; all are held.
static uint32_t lengthState(const attn_metadata &metadata, const attn_cache &cache) {
  uint32_t i = 0;
  while (metadata.states[i].input != cache.length)
    ++i;
  return i;
}

static int32_t *lengthOf(const attn_context *context, const attn_cache &cache, int64_t sample) {
  const uint32_t i = lengthState(*context->model->code->metadata, cache);
  bool exists = sample >= 0 && sample < samplesOf(context, i);
  return exists ? reinterpret_cast<int32_t *>(context->states[i].now) + sample : nullptr;
}

static attn_status truncate(attn_context *context, int64_t sample, int64_t length, Text &text) {
  const attn_metadata &metadata = *context->model->code->metadata;
  if (!metadata.cache_count)
    return fail(text, ATTN_E_ARGUMENT, "the model has no caches");
  for (uint32_t c = 0; c < metadata.cache_count; ++c) {
    const int32_t *rows = lengthOf(context, metadata.caches[c], sample);
    if (!rows)
      return fail(text, ATTN_E_ARGUMENT, "the caches have no sample %" PRId64, sample);
    if (length < 0 || length > *rows)
      return fail(text, ATTN_E_ARGUMENT, "%" PRId64 " rows can not be kept of sample %" PRId64 ", which has %d", length,
                  sample, *rows);
  }
  for (uint32_t c = 0; c < metadata.cache_count; ++c)
    *lengthOf(context, metadata.caches[c], sample) = static_cast<int32_t>(length);
  return ATTN_OK;
}

} // namespace attn

using namespace attn;

extern "C" ATTN_RT attn_status attn_context_step(attn_context *context, const attn_tensor *in, size_t inCount,
                                                 attn_tensor *out, size_t outCount) {
  if (!context)
    return ATTN_E_ARGUMENT;
  if (!enter(context))
    return ATTN_E_BUSY;
  Text text(context->error, sizeof(context->error));
  attn_status status = step(context, {in, inCount, out, outCount, 0}, text);
  leave(context);
  return status;
}

extern "C" ATTN_RT attn_status attn_context_reset(attn_context *context, int64_t sample) {
  if (!context)
    return ATTN_E_ARGUMENT;
  if (!enter(context))
    return ATTN_E_BUSY;
  Text text(context->error, sizeof(context->error));
  attn_status status = ATTN_OK;
  if (sample != -1)
    status = resetSample(context, sample, text);
  else if (context->held.data)
    for (uint32_t i = 0; i < context->model->code->metadata->state_count; ++i)
      memset(context->states[i].now, 0, context->states[i].bytes);
  leave(context);
  return status;
}

extern "C" ATTN_RT attn_status attn_context_state(attn_context *context, uint32_t i, attn_tensor *view) {
  if (!context)
    return ATTN_E_ARGUMENT;
  if (!enter(context))
    return ATTN_E_BUSY;
  Text text(context->error, sizeof(context->error));
  const uint32_t count = context->model->code->metadata->state_count;
  attn_status status = ATTN_OK;
  if (i >= count || !view)
    status = fail(text, ATTN_E_ARGUMENT, view ? "state %u asked for, the model has %u" : "the view pointer is null", i,
                  count);
  else
    *view = tensorOf(context, i, context->states[i].now);
  leave(context);
  return status;
}

extern "C" ATTN_RT int64_t attn_context_cache_length(const attn_context *context, int64_t sample) {
  if (!context || !context->model->code->metadata->cache_count)
    return -1;
  const int32_t *rows = lengthOf(context, context->model->code->metadata->caches[0], sample);
  return rows ? *rows : -1;
}

extern "C" ATTN_RT attn_status attn_context_truncate(attn_context *context, int64_t sample, int64_t length) {
  if (!context)
    return ATTN_E_ARGUMENT;
  if (!enter(context))
    return ATTN_E_BUSY;
  Text text(context->error, sizeof(context->error));
  attn_status status = truncate(context, sample, length, text);
  leave(context);
  return status;
}
