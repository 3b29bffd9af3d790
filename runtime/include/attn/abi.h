/* What compiled code and the runtime agree on; the only runtime header the compiler includes.
 *
 * The compiler emits, for a model M: one constant attn_code, and the functions of its C interface, each of which
 * forwards to the attn_model_* / attn_context_* entry of the same name with &M_code. */
#ifndef ATTN_ABI_H
#define ATTN_ABI_H

#include "attn/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

struct attn_pool;

/* What the compiled main function receives. All pointers are valid for the sizes the metadata states;
 * shapes, symbols and checked indices have been verified. */
typedef struct {
  const void *const *inputs;
  void *const *outputs;
  const int64_t *symbols;
  char *arena;         /* 64-byte aligned, at least arena_bytes(symbols, threads) of the same attn_variant_code */
  const char *weights; /* first byte of the packed weights' data, 64-byte aligned; null if none */
  struct attn_pool *pool;
  int64_t threads;
  int64_t *kernel_nanoseconds; /* as in attn_options */
  int64_t since;               /* when the kernel that runs began: nanoseconds of a monotonic clock */
} attn_invocation;

/* A step of a loop, or a whole model: what the compiled code of a function receives. */
typedef void (*attn_body)(attn_invocation *, const void *const *inputs, void *const *outputs, const int64_t *symbols,
                          char *arena, char *scratch);

typedef struct {
  const void *from; /* what is carried into the first step; a sequence [B, T, ...]; what is the same in every step */
  void *to;         /* where what the last step carries on goes; a collected sequence [B, T, ...] */
  void *buffer;     /* what is carried: a second place, null if steps update it in place; a part of a sequence; flags */
  int64_t samples;  /* of a sequence */
  int64_t bytes;    /* of all that is carried or flags; of a sample's part of a sequence */
} attn_loop_tensor;

/* Steps t of [0, steps), or from the last to the first. A step's inputs are carried, each, with; its outputs carried,
 * collected and, if it is conditional, flags of i32: with all of them 0 it was the last. */
typedef struct {
  attn_body step;
  const int64_t *symbols; /* of the step */
  char *arena, *scratch;
  int64_t steps, reverse, conditional;
  int64_t carried, each, with, collected;
  attn_loop_tensor *tensors; /* carried, each, with, collected, flags */
  const void **inputs;       /* room for the pointers of one step */
  void **outputs;
} attn_loop;

/* What differs from one kind of processor to the next. */
typedef struct {
  /* Bytes of scratch for these symbol values and this many workers; UINT64_MAX if the size does not fit. */
  uint64_t (*arena_bytes)(const int64_t *symbols, int64_t threads);
  void (*main)(attn_invocation *);
  const char *const *kernels; /* the names of its kernels in the order they run, then null */
} attn_variant_code;

typedef struct {
  uint32_t size;
  uint32_t abi_version;
  const attn_metadata *metadata;
  const attn_variant_code *variants; /* of each of metadata->variants; all read the same weights */
  const void *embedded_weights;      /* a whole packed file in memory, or null */
} attn_code;

/* Packed weights file: this header, then `bytes` of data from offset `data_offset` (a multiple of 4096). */
#define ATTN_WEIGHTS_MAGIC "ATTNPACK"
#define ATTN_WEIGHTS_VERSION 1u
#define ATTN_WEIGHTS_DATA_OFFSET 4096u
typedef struct {
  char magic[8];
  uint32_t version;
  uint32_t data_offset;
  uint64_t bytes;
  uint8_t id[32]; /* equals attn_metadata.weights_id */
} attn_weights_header;

typedef struct attn_model attn_model;
typedef struct attn_context attn_context;

attn_status attn_model_open(attn_model **, const attn_code *, const char *weights_path, const attn_options *);
void attn_model_close(attn_model *);
/* The variant that a model runs; without a model the one that an open would take here, null if there is none. */
const attn_variant *attn_model_variant(const attn_code *, const attn_model *);
/* The names of the kernels of the variant that a model runs; null at the end. */
const char *const *attn_model_kernels(const attn_model *);
attn_status attn_context_create(attn_context **, const attn_model *, const attn_options *);
void attn_context_destroy(attn_context *);
/* Fills dtype, rank, shape and bytes of each output from the inputs' shapes. Reads no data. */
attn_status attn_context_output_shapes(attn_context *, const attn_tensor *in, size_t in_count, attn_tensor *out,
                                       size_t out_count);
attn_status attn_context_run(attn_context *, const attn_tensor *in, size_t in_count, attn_tensor *out,
                             size_t out_count);
/* As a run, of the ports that are no states; the context holds those, each as large as its capacities. At first they
 * are 0. A step that fails changes none. attn_context_output_shapes takes the ports of either. */
attn_status attn_context_step(attn_context *, const attn_tensor *in, size_t in_count, attn_tensor *out,
                              size_t out_count);
/* Sets the states of one sample, their first dimension, to 0; -1: of all. */
attn_status attn_context_reset(attn_context *, int64_t sample);
/* State i as it is until the next step, to be read or written. */
attn_status attn_context_state(attn_context *, uint32_t i, attn_tensor *view);
/* Rows that the caches hold of a sample; -1 where there is no such sample or no cache. */
int64_t attn_context_cache_length(const attn_context *, int64_t sample);
/* Keeps the first `length` rows of a sample's caches. */
attn_status attn_context_truncate(attn_context *, int64_t sample, int64_t length);
/* Steps through the prompt, then chooses tokens and steps on, until each sample is complete or has max_tokens. */
attn_status attn_context_generate(attn_context *, const attn_tensor *prompt, const attn_generate_options *,
                                  attn_token_callback, void *user);
const char *attn_context_last_error(const attn_context *);
uint64_t attn_context_arena_bytes(const attn_context *);

/* Called by compiled code: runs task(frame, i, worker) for all i in [0, count); returns when all have ended.
 * Pieces are claimed in rising order of i. A count of 1 runs on the caller. */
void attn_parallel(struct attn_pool *, attn_task task, void *frame, int64_t count);

/* Called by compiled code: every worker of a pool has a number below this. */
int64_t attn_workers(const struct attn_pool *);

/* Called by compiled code: runs all steps of a loop. */
void attn_run_loop(attn_invocation *, attn_loop *);

/* Called by compiled code after each of its kernels, in order from 0. */
void attn_kernel_end(attn_invocation *, int64_t kernel);

/* Called by compiled code: a token drawn from the softmax of a row of numbers of 4 or 8 bytes, as docs/spec.md says of
 * attn.sample. `scratch` holds 8 bytes for each of them and is aligned to 8. */
int32_t attn_sample(const void *logits, int64_t number_bytes, int64_t vocabulary, double temperature, int64_t top_k,
                    double top_p, int32_t seed, int32_t step, void *scratch);

/* Called by compiled code: the places of the `count` largest logits that are above -inf, of equal ones the first, in
 * order; -1 for those that are missing. */
void attn_best_tokens(const void *logits, int64_t number_bytes, int64_t vocabulary, int64_t count, int32_t *best);

/* Operands and results of attn.beam_step or attn.beam_finish, which leaves out what it has not; numbers are of
 * `number_bytes`, 4 or 8. Every member has 8 bytes: compiled code writes them one after the other. */
typedef struct {
  const void *logits;
  const int32_t *tokens;
  const void *sums;
  const int32_t *stored;
  const void *scores;
  const int32_t *alive, *step;
  int32_t *new_tokens;
  void *new_sums;
  int32_t *new_stored;
  void *new_scores;
  int32_t *goes_on, *rows, *last;
  const void *totals;  /* of each row of logits: log sum exp */
  const int32_t *best; /* of each row: 2 `beams` of attn_best_tokens */
  int32_t *scratch;    /* two for each hypothesis */
  int64_t number_bytes, beams, length, vocabulary, end, early;
  double alpha;
} attn_beams;

/* Called by compiled code for each sample. */
void attn_beam_step(const attn_beams *, int64_t sample);
void attn_beam_finish(const attn_beams *, int64_t sample);

#ifdef __cplusplus
}
#endif
#endif
