/* The C interface that every compiled model shares: types, status codes, tensors and options.
 *
 * A compiled model M adds its own functions with its prefix (M_open, M_context_create, M_run, ...;
 * see the header generated beside it). Rules: C99; the caller owns every buffer; no global state;
 * M_run allocates nothing, prints nothing and returns a status; a model is shared by threads,
 * a context belongs to one thread at a time. */
#ifndef ATTN_RUNTIME_H
#define ATTN_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ATTN_MAX_RANK 8
#define ATTN_ABI_VERSION 5u

/* Every function returns one of these; attn_status_name gives its text. */
typedef int32_t attn_status;
enum {
  ATTN_OK = 0,
  ATTN_E_ARGUMENT = 1, /* null pointer, wrong count, overlapping buffers, struct of another version */
  ATTN_E_SHAPE = 2,    /* rank or extent other than the model allows */
  ATTN_E_DTYPE = 3,    /* element type other than the model declares */
  ATTN_E_INDEX = 4,    /* a token, position or length outside its range */
  ATTN_E_CAPACITY = 5, /* larger than the context was created for */
  ATTN_E_CPU = 6,      /* this processor lacks an instruction set the code needs */
  ATTN_E_FILE = 7,     /* weights file missing, truncated, malformed or of another model */
  ATTN_E_MEMORY = 8,   /* allocation failed, or a size that does not fit */
  ATTN_E_BUSY = 9      /* the context is already running in another thread */
};

typedef int32_t attn_dtype;
enum {
  ATTN_F32 = 1,
  ATTN_F64 = 2,
  ATTN_BF16 = 3,
  ATTN_F16 = 4,
  ATTN_I8 = 5,
  ATTN_U8 = 6,
  ATTN_I32 = 7,
  ATTN_I64 = 8,
  ATTN_BOOL = 9 /* one byte, 0 or 1 */
};

/* A dense row-major tensor in the caller's memory. `bytes` is the size of the buffer. */
typedef struct {
  uint32_t size; /* sizeof(attn_tensor) */
  attn_dtype dtype;
  int32_t rank;
  int32_t reserved;
  int64_t shape[ATTN_MAX_RANK];
  void *data;
  uint64_t bytes;
} attn_tensor;

/* One piece of parallel work. `worker` is in [0, threads) and unique among running pieces. */
typedef void (*attn_task)(void *frame, int64_t index, int64_t worker);

/* A host's own parallel-for: runs task(frame, i, worker) for all i in [0, count), then returns. */
typedef void (*attn_parallel_for)(void *user, attn_task task, void *frame, int64_t count);

enum {
  ATTN_LOAD_COPY = 1, /* read the weights into memory instead of mapping the file */
  /* For tests: scratch memory and copied weights, filled with 0xff, lie between pages that fault when touched, and
   * end (rounded up to 64 bytes) or start right at one of them. END wins over START. */
  ATTN_GUARD_END = 2,
  ATTN_GUARD_START = 4
};

/* Zero-initialise, set `size`; a null pointer stands for all defaults. */
typedef struct {
  uint32_t size;   /* sizeof(attn_options) */
  uint32_t flags;  /* ATTN_LOAD_COPY of an open, ATTN_GUARD_* of either */
  int32_t threads; /* of a context; 0: one for each CPU this process may use */
  int32_t reserved;
  attn_parallel_for parallel_for; /* replaces the context's own thread pool when set */
  void *parallel_user;
  /* The largest value of each dimension symbol (order: attn_metadata.symbols) a context must serve;
   * 0 or a missing entry: the bound the model was compiled with. */
  const int64_t *capacity;
  uint32_t capacity_count;
  uint32_t error_size; /* bytes at `error` */
  char *error;         /* where a failing open or create writes its text */
  const char *variant; /* of an open: the target of the variant to take; null: the best one that runs here */
  /* Of a context: each run adds the nanoseconds of kernel k (order: M_kernels) to entry k; null: no time is taken.
   * Must have an entry for each kernel and outlive the context. */
  int64_t *kernel_nanoseconds;
  uint32_t kernel_count; /* entries at `kernel_nanoseconds` */
  uint32_t reserved2;
} attn_options;

/* A dimension: a value >= 0 is the extent itself, -1 - k stands for symbol k. */
typedef int64_t attn_extent;

/* An input or output of the model. */
typedef struct {
  const char *name;
  attn_dtype dtype;
  int32_t rank;
  attn_extent dims[ATTN_MAX_RANK];
  int32_t more[ATTN_MAX_RANK]; /* what is added to the symbol of a dimension: 1 of N + 1 */
  /* For integer inputs that index something: every element lies in [lower, upper], or with `below` in [lower, upper);
   * `upper` may name a symbol. With `rising` none is below the one before it, the first is `lower`, the last `upper`.
   */
  int32_t checked;
  int32_t below;
  int32_t rising;
  int32_t reserved;
  int64_t lower;
  attn_extent upper;
} attn_port;

/* A dimension known at run time. */
typedef struct {
  const char *name;
  int64_t minimum;
  int64_t maximum;  /* 0: no bound at compile time */
  int64_t multiple; /* what every value is a multiple of; 0 stands for 1 */
} attn_symbol;

/* An input and an output that belong together: what a run writes to the output is what the next run reads from the
 * input. They have one type and shape. States stand last among the inputs and last among the outputs. */
typedef struct {
  uint32_t input, output; /* indices of the two ports */
  int32_t in_place;       /* the same memory may be passed for both; otherwise they may not overlap */
  int32_t reserved;
} attn_state;

/* Caches that grow together: state `length`, i32 [B], holds the number of rows that each sample has in them. */
typedef struct {
  uint32_t length; /* index of the input */
  uint32_t reserved;
  attn_extent capacity; /* rows that a sample can have */
  attn_extent appended; /* rows that a run adds */
} attn_cache;

/* A weight of integers, i32, that code follows without a look at them: an open checks them as a run does the elements
 * of such an input (attn_port). */
typedef struct {
  const char *name;
  uint64_t offset; /* in the packed weights */
  int64_t count;
  int64_t lower, upper;
  int32_t rising;
  int32_t reserved;
} attn_weight_check;

/* A model may hold code for several kinds of processors; an open picks one. */
typedef struct {
  const char *target;    /* as given to -march, resolved: "znver5" */
  uint64_t cpu_features; /* ATTN_CPU_*: what the code needs */
} attn_variant;

/* What a compiled model tells of itself; static and constant. */
typedef struct {
  uint32_t size;
  uint32_t abi_version;
  const char *name;             /* prefix of its functions */
  const char *compiler;         /* "attnc 0.1.0" */
  const attn_variant *variants; /* the most demanding first: the best one is the first that runs here */
  const attn_port *inputs;
  const attn_port *outputs;
  const attn_symbol *symbols;
  uint32_t input_count;
  uint32_t output_count;
  uint32_t symbol_count;
  uint32_t variant_count;
  uint64_t weights_bytes;    /* size of the packed weights; 0: the model has none */
  const uint8_t *weights_id; /* 32 bytes: names, layouts and contents of the packed weights */
  int32_t weights_embedded;
  int32_t reserved2;
  const attn_state *states; /* in the order of their inputs */
  const attn_cache *caches;
  uint32_t state_count;
  uint32_t cache_count;
  const attn_weight_check *weight_checks;
  uint32_t weight_check_count;
  uint32_t reserved3;
} attn_metadata;

/* How M_generate chooses tokens. Zero-initialise, set `size` and what is not to be 0. */
typedef struct {
  uint32_t size;      /* sizeof(attn_generate_options) */
  int32_t end;        /* the token after which a sample is complete; -1: none is */
  int64_t max_tokens; /* that are chosen for a sample */
  double temperature; /* 0: the most probable token */
  double top_p;       /* of the tokens left by top_k, the fewest whose probabilities reach it; 0 or 1: all */
  int64_t top_k;      /* the most probable tokens to draw from; 0: all */
  int32_t seed;       /* of sample 0; sample b draws with seed + b */
  int32_t reserved;
} attn_generate_options;

/* Told of each token as it is chosen; anything but 0 ends the generation. */
typedef int32_t (*attn_token_callback)(void *user, int64_t sample, int32_t token);

#define ATTN_CPU_SSE42 (UINT64_C(1) << 0) /* x86-64-v2: with ssse3, popcnt, cx16 */
#define ATTN_CPU_AVX (UINT64_C(1) << 1)
#define ATTN_CPU_AVX2 (UINT64_C(1) << 2) /* with bmi1, bmi2, lzcnt, movbe, f16c */
#define ATTN_CPU_FMA (UINT64_C(1) << 3)
#define ATTN_CPU_AVX512 (UINT64_C(1) << 4) /* F, BW, CD, DQ, VL */
#define ATTN_CPU_AVX512_VNNI (UINT64_C(1) << 5)
#define ATTN_CPU_AVX512_BF16 (UINT64_C(1) << 6)

/* Texts and sizes; inline, so that a model's header is all a program needs. */
static inline const char *attn_status_name(attn_status status) {
  static const char *const names[] = {"ok",       "argument", "shape", "dtype",  "index",
                                      "capacity", "cpu",      "file",  "memory", "busy"};
  return status >= ATTN_OK && status <= ATTN_E_BUSY ? names[status] : "unknown";
}

static inline const char *attn_dtype_name(attn_dtype dtype) {
  static const char *const names[] = {"f32", "f64", "bf16", "f16", "i8", "u8", "i32", "i64", "bool"};
  return dtype >= ATTN_F32 && dtype <= ATTN_BOOL ? names[dtype - ATTN_F32] : "unknown";
}

/* 0 for an unknown type. */
static inline uint64_t attn_dtype_bytes(attn_dtype dtype) {
  static const uint8_t bytes[] = {4, 8, 2, 2, 1, 1, 4, 8, 1};
  return dtype >= ATTN_F32 && dtype <= ATTN_BOOL ? bytes[dtype - ATTN_F32] : 0;
}

#ifdef __cplusplus
}
#endif
#endif
