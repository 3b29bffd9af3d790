// A context: everything a run needs, allocated once, so that the run itself allocates nothing.
#include "runtime/Model.h"

#include "runtime/Checked.h"
#include "runtime/Linkage.h"
#include "runtime/Threads.h"

#include <errno.h>
#include <inttypes.h>
#include <new>
#include <stdlib.h>
#include <string.h>

using namespace attn;

/// The largest value of symbol k to serve: what the caller asked for, else the bound at compile time.
static attn_status resolveCapacity(int64_t &result, const attn_metadata &metadata, uint32_t k,
                                   const attn_options *options, Text &text) {
  const attn_symbol &symbol = metadata.symbols[k];
  int64_t asked = options && k < options->capacity_count ? options->capacity[k] : 0;
  result = asked ? asked : symbol.maximum;
  if (!result)
    return fail(text, ATTN_E_CAPACITY,
                "dimension \"%s\" has no bound: set attn_options.capacity or compile with --bind %s=1..N", symbol.name,
                symbol.name);
  if (symbol.maximum && (result < symbol.minimum || result > symbol.maximum))
    return fail(text, ATTN_E_CAPACITY, "dimension \"%s\": capacity %" PRId64 " is outside [%" PRId64 ", %" PRId64 "]",
                symbol.name, result, symbol.minimum, symbol.maximum);
  if (result < 0 || result < symbol.minimum)
    return fail(text, ATTN_E_CAPACITY, "dimension \"%s\": capacity %" PRId64 " is below the minimum %" PRId64,
                symbol.name, result, symbol.minimum);
  return ATTN_OK;
}

/// One allocation for the context and its arrays; null if memory is short.
static attn_context *allocateContext(const attn_metadata &metadata) {
  size_t symbols = metadata.symbol_count, inputs = metadata.input_count, outputs = metadata.output_count;
  size_t states = metadata.state_count, steps = states ? inputs + outputs : 0;
  // Behind the tensors of a step those that generate: the outputs alone.
  size_t tensors = steps + (states ? outputs : 0);
  size_t bytes = sizeof(attn_context) + tensors * sizeof(attn_tensor) + states * sizeof(HeldState) +
                 symbols * (2 * sizeof(int64_t) + sizeof(uint32_t)) + (inputs + outputs) * sizeof(void *);
  char *memory = static_cast<char *>(calloc(1, bytes));
  if (!memory)
    return nullptr;
  attn_context *context = new (memory) attn_context();
  memory += sizeof(attn_context);
  context->stepInputs = reinterpret_cast<attn_tensor *>(memory);
  context->stepOutputs = context->stepInputs + (states ? inputs : 0);
  context->generation.outputs = context->stepInputs + steps;
  context->states = reinterpret_cast<HeldState *>(context->stepInputs + tensors);
  context->capacity = reinterpret_cast<int64_t *>(context->states + states);
  context->symbols = context->capacity + symbols;
  context->inputs = reinterpret_cast<const void **>(context->symbols + symbols);
  context->outputs = const_cast<void **>(context->inputs) + inputs;
  context->boundBy = reinterpret_cast<uint32_t *>(context->outputs + outputs);
  return context;
}

static attn_status allocateArena(attn_context *context, uint32_t flags, Text &text) {
  const attn_model *model = context->model;
  const attn_variant_code &code = model->code->variants[model->variant];
  uint64_t bytes = code.arena_bytes ? code.arena_bytes(context->capacity, context->threads) : 0;
  if (bytes == UINT64_MAX)
    return fail(text, ATTN_E_MEMORY, "the scratch memory for these capacities exceeds the address space");
  if (!allocatePages(context->arena, bytes, flags))
    return fail(text, ATTN_E_MEMORY, "cannot allocate %" PRIu64 " bytes of scratch memory", bytes);
  context->arenaBytes = bytes;
  return ATTN_OK;
}

/// Room for the time of each kernel, or none asked for.
static attn_status checkTimes(const attn_context *context, const attn_options *options, Text &text) {
  uint32_t kernels = 0;
  for (const char *const *name = attn_model_kernels(context->model); name && *name; ++name)
    ++kernels;
  if (!options || !options->kernel_nanoseconds || options->kernel_count >= kernels)
    return ATTN_OK;
  return fail(text, ATTN_E_ARGUMENT, "attn_options.kernel_count is %u, the model has %u kernels", options->kernel_count,
              kernels);
}

static attn_status setUp(attn_context *context, const attn_options *options, Text &text) {
  const attn_metadata &metadata = *context->model->code->metadata;
  if (options && options->capacity_count > metadata.symbol_count)
    return fail(text, ATTN_E_ARGUMENT, "attn_options.capacity_count is %u, the model has %u dimensions",
                options->capacity_count, metadata.symbol_count);
  for (uint32_t k = 0; k < metadata.symbol_count; ++k) {
    attn_status status = resolveCapacity(context->capacity[k], metadata, k, options, text);
    if (status != ATTN_OK)
      return status;
  }
  attn_status status = checkTimes(context, options, text);
  if (status != ATTN_OK)
    return status;
  context->kernelNanoseconds = options ? options->kernel_nanoseconds : nullptr;
  context->threads = options && options->threads ? options->threads : usableCpus();
  status = allocateArena(context, options ? options->flags : 0, text);
  if (status == ATTN_OK)
    status = allocateStates(context, options ? options->flags : 0, text);
  if (status == ATTN_OK)
    status = allocateGeneration(context, options ? options->flags : 0, text);
  if (status != ATTN_OK)
    return status;
  context->pool = createPool(static_cast<int32_t>(context->threads), options ? options->parallel_for : nullptr,
                             options ? options->parallel_user : nullptr, text);
  return context->pool ? ATTN_OK : ATTN_E_MEMORY;
}

extern "C" ATTN_RT attn_status attn_context_create(attn_context **result, const attn_model *model,
                                                   const attn_options *options) {
  Text text = errorText(options);
  if (!result || !model)
    return fail(text, ATTN_E_ARGUMENT, "the %s pointer is null", result ? "model" : "result");
  *result = nullptr;
  attn_status status = checkOptions(options, text);
  if (status != ATTN_OK)
    return status;
  attn_context *context = allocateContext(*model->code->metadata);
  if (!context)
    return fail(text, ATTN_E_MEMORY, "cannot allocate the context");
  context->model = model;
  status = setUp(context, options, text);
  if (status != ATTN_OK) {
    attn_context_destroy(context);
    return status;
  }
  *result = context;
  return ATTN_OK;
}

extern "C" ATTN_RT void attn_context_destroy(attn_context *context) {
  if (!context)
    return;
  destroyPool(context->pool);
  freePages(context->arena);
  freePages(context->held);
  freePages(context->generation.pages);
  free(context);
}

namespace attn {

ATTN_RT bool enter(attn_context *context) { return !context->busy.exchange(true, std::memory_order_acquire); }
ATTN_RT void leave(attn_context *context) { context->busy.store(false, std::memory_order_release); }

ATTN_RT attn_status checkAndRun(attn_context *context, const Tensors &tensors, Text &text) {
  const int callersErrno = errno;
  attn_status status = checkTensors(context, tensors, text);
  if (status == ATTN_OK) {
    refreshPool(context->pool);
    const attn_model *model = context->model;
    attn_invocation invocation = {context->inputs,     context->outputs,           context->symbols,
                                  context->arena.data, model->weights.data,        context->pool,
                                  context->threads,    context->kernelNanoseconds, 0};
    if (invocation.kernel_nanoseconds)
      invocation.since = nanoseconds();
    model->code->variants[model->variant].main(&invocation);
  }
  errno = callersErrno;
  return status;
}

} // namespace attn

extern "C" ATTN_RT attn_status attn_context_run(attn_context *context, const attn_tensor *in, size_t inCount,
                                                attn_tensor *out, size_t outCount) {
  if (!context)
    return ATTN_E_ARGUMENT;
  if (!enter(context))
    return ATTN_E_BUSY; // and no text: it would overwrite what the other thread may write
  Text text(context->error, sizeof(context->error));
  attn_status status = checkAndRun(context, {in, inCount, out, outCount, 0}, text);
  leave(context);
  return status;
}

static attn_status fillShapes(const attn_context *context, attn_tensor *out, size_t outCount, size_t expected,
                              Text &text) {
  const attn_metadata &metadata = *context->model->code->metadata;
  if (outCount != expected || (!out && outCount))
    return fail(text, ATTN_E_ARGUMENT, "%zu outputs given, the model has %zu", out ? outCount : size_t(0), expected);
  for (size_t i = 0; i < outCount; ++i) {
    const attn_port &port = metadata.outputs[i];
    out[i].size = sizeof(attn_tensor);
    out[i].dtype = port.dtype;
    out[i].rank = port.rank;
    for (int32_t d = 0; d < port.rank; ++d)
      out[i].shape[d] = extentOf(context, port, d);
    if (!tensorBytes(out[i].shape, port.rank, attn_dtype_bytes(port.dtype), out[i].bytes))
      return fail(text, ATTN_E_SHAPE, "output %zu \"%s\": its size does not fit", i, port.name);
  }
  return ATTN_OK;
}

extern "C" ATTN_RT attn_status attn_context_output_shapes(attn_context *context, const attn_tensor *in, size_t inCount,
                                                          attn_tensor *out, size_t outCount) {
  if (!context)
    return ATTN_E_ARGUMENT;
  if (!enter(context))
    return ATTN_E_BUSY;
  Text text(context->error, sizeof(context->error));
  const attn_metadata &metadata = *context->model->code->metadata;
  const bool isStep = metadata.state_count && inCount == metadata.input_count - metadata.state_count;
  Tensors tensors = {in, inCount, out, outCount, 0};
  attn_status status = isStep ? completeTensors(context, {in, inCount, out, outCount, 0}, tensors, text) : ATTN_OK;
  if (status == ATTN_OK)
    status = bindShapes(context, tensors, text);
  if (status == ATTN_OK)
    status = fillShapes(context, out, outCount, isStep ? outCount : metadata.output_count, text);
  leave(context);
  return status;
}

extern "C" ATTN_RT const char *attn_context_last_error(const attn_context *context) {
  return context ? context->error : "the context is null";
}

extern "C" ATTN_RT uint64_t attn_context_arena_bytes(const attn_context *context) {
  return context ? context->arenaBytes : 0;
}

extern "C" ATTN_RT void attn_kernel_end(attn_invocation *invocation, int64_t kernel) {
  if (!invocation->kernel_nanoseconds)
    return;
  const int64_t time = nanoseconds();
  invocation->kernel_nanoseconds[kernel] += time - invocation->since;
  invocation->since = time;
}
