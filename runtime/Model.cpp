// Opening a model: is the code made for this runtime and these weights, and which of its variants for this processor?
#include "runtime/Model.h"

#include "runtime/Cpu.h"
#include "runtime/Linkage.h"
#include "runtime/Threads.h"

#include <new>
#include <stdlib.h>
#include <string.h>

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
  if (options->kernel_count && !options->kernel_nanoseconds)
    return fail(text, ATTN_E_ARGUMENT, "attn_options.kernel_nanoseconds is null, kernel_count is %u",
                options->kernel_count);
  return ATTN_OK;
}

static attn_status checkCode(const attn_code *code, Text &text) {
  if (!code || !code->metadata)
    return fail(text, ATTN_E_ARGUMENT, "the model's code is null");
  const attn_metadata &metadata = *code->metadata;
  if (code->abi_version != ATTN_ABI_VERSION || metadata.abi_version != ATTN_ABI_VERSION)
    return fail(text, ATTN_E_ARGUMENT, "the model was compiled for ABI version %u, this runtime has version %u",
                code->abi_version != ATTN_ABI_VERSION ? code->abi_version : metadata.abi_version, ATTN_ABI_VERSION);
  if (code->size < sizeof(attn_code) || metadata.size < sizeof(attn_metadata))
    return fail(text, ATTN_E_ARGUMENT, "the model's code description holds %u and %u bytes, expected %zu and %zu",
                code->size, metadata.size, sizeof(attn_code), sizeof(attn_metadata));
  if (!metadata.variant_count || !metadata.variants || !code->variants)
    return fail(text, ATTN_E_ARGUMENT, "the model has no code");
  return ATTN_OK;
}

/// `model 'm' was compiled for x86-64-v4; this processor lacks avx512`, and so on for each of several variants.
static attn_status lacks(const attn_metadata &metadata, uint32_t begin, uint32_t end, uint64_t features, Text &text) {
  for (uint32_t i = begin; i < end; ++i) {
    const attn_variant &variant = metadata.variants[i];
    if (i == begin)
      text.append("model '%s' was compiled for %s; this processor lacks ", metadata.name, variant.target);
    else
      text.append("; for %s it lacks ", variant.target);
    appendCpuNames(text, variant.cpu_features & ~features);
  }
  return ATTN_E_CPU;
}

static attn_status noSuchVariant(const attn_metadata &metadata, const char *wanted, Text &text) {
  text.append("attn_options.variant: model '%s' has no variant '%s'; it has ", metadata.name, wanted);
  for (uint32_t i = 0; i < metadata.variant_count; ++i)
    text.append("%s%s", i ? ", " : "", metadata.variants[i].target);
  return ATTN_E_ARGUMENT;
}

ATTN_RT attn_status chooseVariant(uint32_t &chosen, const attn_metadata &metadata, const char *wanted,
                                  uint64_t features, Text &text) {
  uint32_t begin = 0, end = metadata.variant_count;
  if (wanted) {
    while (begin < end && strcmp(metadata.variants[begin].target, wanted) != 0)
      ++begin;
    if (begin == end)
      return noSuchVariant(metadata, wanted, text);
    end = begin + 1;
  }
  for (chosen = begin; chosen < end; ++chosen)
    if (!(metadata.variants[chosen].cpu_features & ~features))
      return ATTN_OK;
  return lacks(metadata, begin, end, features, text);
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
  uint32_t variant = 0;
  if (status == ATTN_OK)
    status = chooseVariant(variant, *code->metadata, options ? options->variant : nullptr, cpuFeatures(), text);
  if (status != ATTN_OK)
    return status;
  void *memory = calloc(1, sizeof(attn_model));
  if (!memory)
    return fail(text, ATTN_E_MEMORY, "cannot allocate the model");
  attn_model *model = new (memory) attn_model();
  model->code = code;
  model->variant = variant;
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

extern "C" ATTN_RT const attn_variant *attn_model_variant(const attn_code *code, const attn_model *model) {
  Text text(nullptr, 0);
  uint32_t chosen = model ? model->variant : 0;
  if (!model && chooseVariant(chosen, *code->metadata, nullptr, cpuFeatures(), text) != ATTN_OK)
    return nullptr;
  return &code->metadata->variants[chosen];
}

extern "C" ATTN_RT const char *const *attn_model_kernels(const attn_model *model) {
  return model->code->variants[model->variant].kernels;
}
