// What a model and a context are made of. A model is constant after open; a context belongs to one run at a time.
#pragma once

#include "runtime/Memory.h"

#include "attn/abi.h"

#include <atomic>

namespace attn {

/// The packed weights, from a mapped file, a copy of it, or an image within the program.
struct Weights {
  const char *data; ///< 64-byte aligned; null if the model has none
  FileView file;    ///< set when mapped
  Pages copy;       ///< set when copied
};

attn_status openWeights(Weights &weights, const attn_code *code, const char *path, uint32_t flags, Text &text);
void closeWeights(Weights &weights);

/// Where errors of open and create go; a null `options` gives an empty text.
Text errorText(const attn_options *options);

/// Checks the struct's version, flags and counts. Null is valid.
attn_status checkOptions(const attn_options *options, Text &text);

/// The variant to run on a processor with these features: the one called `wanted`, or if that is null the first that
/// runs. Fails, naming what the processor lacks, if there is none.
attn_status chooseVariant(uint32_t &chosen, const attn_metadata &metadata, const char *wanted, uint64_t features,
                          Text &text);

/// Checks that a run of these tensors is sound and binds context->symbols; pointers go to context->inputs/outputs.
attn_status checkTensors(attn_context *context, const attn_tensor *in, size_t inCount, const attn_tensor *out,
                         size_t outCount, Text &text);

/// The extent of a port's dimension in this run, negative while its symbol is unbound.
int64_t extentOf(const attn_context *context, const attn_port &port, int32_t dimension);

/// The part of checkTensors that looks only at the inputs' types and shapes.
attn_status bindShapes(attn_context *context, const attn_tensor *in, size_t inCount, Text &text);

} // namespace attn

struct attn_model {
  const attn_code *code;
  uint32_t variant; // index of metadata->variants and code->variants
  attn::Weights weights;
};

struct attn_context {
  const attn_model *model;
  attn_pool *pool;
  int64_t threads;
  attn::Pages arena;
  uint64_t arenaBytes;
  int64_t *capacity;   // of each symbol: the largest value the arena serves
  int64_t *symbols;    // of each symbol: its value in this run, -1 while unbound
  uint32_t *boundBy;   // of each symbol: the input that gave the value
  const void **inputs; // data pointers of the run
  void **outputs;
  int64_t *kernelNanoseconds; // the caller's: what each kernel took, over all runs; null if nobody asks
  std::atomic<bool> busy;
  char error[512];
};
