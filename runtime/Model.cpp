// Opening a model: is the code made for this runtime, this processor and these weights?
#include "runtime/Model.h"

#include "runtime/Cpu.h"
#include "runtime/Linkage.h"
#include "runtime/Threads.h"

#include <new>
#include <stdlib.h>

namespace attn {

ATTN_RT Text errorText(const attn_options *options) {
  bool usable = options && options->size >= sizeof(attn_options);
  return usable ? Text(options->error, options->error_size) : Text(nullptr, 0);
}

ATTN_RT attn_status checkOptions(const attn_options *options, Text &text) {
  if (!options)
    return ATTN_OK;
  if (options->size < sizeof(attn_options))
    return ATTN_E_ARGUMENT; // of another version: where its text would go is unknown
  if (options->flags & ~static_cast<uint32_t>(ATTN_LOAD_COPY | ATTN_GUARD_END | ATTN_GUARD_START))
    return fail(text, ATTN_E_ARGUMENT, "attn_options.flags: 0x%x holds unknown bits", options->flags);
  if (options->threads < 0 || options->threads > kMaxThreads)
    return fail(text, ATTN_E_ARGUMENT, "attn_options.threads: %d is outside [0, %d]", options->threads, kMaxThreads);
  if (options->capacity_count && !options->capacity)
    return fail(text, ATTN_E_ARGUMENT, "attn_options.capacity is null, capacity_count is %u", options->capacity_count);
  return ATTN_OK;
}

static attn_status checkCode(const attn_code *code, Text &text) {
  if (!code || !code->metadata || !code->main)
    return fail(text, ATTN_E_ARGUMENT, "the model's code is null");
  const attn_metadata &metadata = *code->metadata;
  if (code->abi_version != ATTN_ABI_VERSION || metadata.abi_version != ATTN_ABI_VERSION)
    return fail(text, ATTN_E_ARGUMENT, "the model was compiled for ABI version %u, this runtime has version %u",
                code->abi_version != ATTN_ABI_VERSION ? code->abi_version : metadata.abi_version, ATTN_ABI_VERSION);
  if (code->size < sizeof(attn_code) || metadata.size < sizeof(attn_metadata))
    return fail(text, ATTN_E_ARGUMENT, "the model's code description holds %u and %u bytes, expected %zu and %zu",
                code->size, metadata.size, sizeof(attn_code), sizeof(attn_metadata));
  uint64_t missing = metadata.cpu_features & ~cpuFeatures();
  if (missing) {
    text.append("model '%s' was compiled for %s; this processor lacks ", metadata.name, metadata.target);
    appendCpuNames(text, missing);
    return ATTN_E_CPU;
  }
  return ATTN_OK;
}

} // namespace attn

using namespace attn;

extern "C" ATTN_RT attn_status attn_model_open(attn_model **result, const attn_code *code, const char *weightsPath,
                                               const attn_options *options) {
  Text text = errorText(options);
  if (!result)
    return fail(text, ATTN_E_ARGUMENT, "the result pointer is null");
  *result = nullptr;
  attn_status status = checkOptions(options, text);
  if (status == ATTN_OK)
    status = checkCode(code, text);
  if (status != ATTN_OK)
    return status;
  void *memory = calloc(1, sizeof(attn_model));
  if (!memory)
    return fail(text, ATTN_E_MEMORY, "cannot allocate the model");
  attn_model *model = new (memory) attn_model();
  model->code = code;
  status = openWeights(model->weights, code, weightsPath, options ? options->flags : 0, text);
  if (status != ATTN_OK) {
    free(model);
    return status;
  }
  *result = model;
  return ATTN_OK;
}

extern "C" ATTN_RT void attn_model_close(attn_model *model) {
  if (!model)
    return;
  closeWeights(model->weights);
  free(model);
}
