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

/// The tensors of all ports.
struct Tensors {
  const attn_tensor *in;
  size_t inCount;
  attn_tensor *out;
  size_t outCount;
  uint32_t firstBound; ///< the input whose dimensions others must have; after the last one comes the first
};

/// Checks that a run of these tensors is sound and binds context->symbols; pointers go to context->inputs/outputs.
attn_status checkTensors(attn_context *context, const Tensors &tensors, Text &text);

/// The extent of a port's dimension in this run, negative while its symbol is unbound.
int64_t extentOf(const attn_context *context, const attn_port &port, int32_t dimension);

/// The part of checkTensors that looks only at the inputs' types and shapes.
attn_status bindShapes(attn_context *context, const Tensors &tensors, Text &text);

/// The value of an extent in this run; of a context without one, see capacityOf.
int64_t extentOf(const attn_context *context, attn_extent extent);

/// Checks the tensors, then computes.
attn_status checkAndRun(attn_context *context, const Tensors &tensors, Text &text);

/// Takes the context for one call; false if another thread has it.
bool enter(attn_context *context);
void leave(attn_context *context);

/// A state that the context holds.
struct HeldState {
  char *now, *next; ///< what a step reads and what it writes; the same memory if the model can
  uint64_t bytes;
};

/// The largest value of an extent.
int64_t capacityOf(const attn_context *context, attn_extent extent);

/// Memory for the states, all 0.
attn_status allocateStates(attn_context *context, uint32_t flags, Text &text);

/// The tensors of a step: the caller's, and the states behind them.
attn_status completeTensors(attn_context *context, const Tensors &given, Tensors &all, Text &text);

/// attn_context_step within a call that has entered the context.
attn_status step(attn_context *context, const Tensors &given, Text &text);

/// What attn_context_generate needs beside the states.
struct Generation {
  Pages pages;
  int64_t samples, tokens, vocabulary; ///< `tokens` a step of the prompt; 0: the model is not one that generates
  attn_tensor *outputs;                ///< those that are no states
  int32_t *fed;                        ///< the tokens of a step, [samples, tokens]
  int32_t *last;                       ///< of each sample: the token chosen last
  char *complete;                      ///< of each sample
  float *row;                          ///< logits of bf16, widened
  void *scratch;                       ///< of attn_sample
};

/// Sets up context->generation if the model is one that generates.
attn_status allocateGeneration(attn_context *context, uint32_t flags, Text &text);

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
  attn_tensor *stepInputs; // of a step, states last
  attn_tensor *stepOutputs;
  attn::HeldState *states;
  attn::Pages held; // their memory
  attn::Generation generation;
  int64_t *kernelNanoseconds; // the caller's: what each kernel took, over all runs; null if nobody asks
  std::atomic<bool> busy;
  char error[512];
};
