/* What this machine can do at best, the roofs that the benchmarks are held against: multiply-adds from registers alone,
 * in each arithmetic, and a stream of reads from memory. Of a kind's instructions that the processor has the fastest is
 * chosen at run time: the widest is not always, nor is bf16's dot product where it takes twice as long as two FMAs.
 *
 *   peak KIND THREADS SECONDS   one line of JSON: GFLOP/s (read: GB/s) of all threads together and the instruction;
 *                               both are null where the processor has no such instruction
 */
#define _GNU_SOURCE
#include <immintrin.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_THREADS = 256, READ_BYTES = 256 << 20 };

/* Twelve chains: more than latency (4-6 cycles) times issue (2 a cycle), so that the units never wait. */
enum { CHAINS = 12 };
#define TWELVE(X, ...)                                                                                                 \
  X(0, __VA_ARGS__)                                                                                                    \
  X(1, __VA_ARGS__)                                                                                                    \
  X(2, __VA_ARGS__)                                                                                                    \
  X(3, __VA_ARGS__)                                                                                                    \
  X(4, __VA_ARGS__)                                                                                                    \
  X(5, __VA_ARGS__)                                                                                                    \
  X(6, __VA_ARGS__)                                                                                                    \
  X(7, __VA_ARGS__)                                                                                                    \
  X(8, __VA_ARGS__)                                                                                                    \
  X(9, __VA_ARGS__)                                                                                                    \
  X(10, __VA_ARGS__)                                                                                                   \
  X(11, __VA_ARGS__)

/* `step(c, x, y)` accumulates in c. Bytes of 0x3f keep every type normal: f32 and bf16 0.75, f64 0.0005. */
#define CHAIN_DECLARE(i, vector) vector c##i = first;
/* The empty assembly keeps the values in registers and the compiler from computing anything once for all. */
#define CHAIN_STEP(i, step, constraint)                                                                                \
  c##i = step(c##i, x, y);                                                                                             \
  __asm__ volatile("" : constraint(c##i));
#define DEFINE_LOOP(name, isa, vector, operand, constraint, step)                                                      \
  __attribute__((target(isa), noinline)) static void name(int64_t steps) {                                             \
    vector first;                                                                                                      \
    operand stored;                                                                                                    \
    memset(&first, 0x3f, sizeof first);                                                                                \
    memset(&stored, 0x3f, sizeof stored);                                                                              \
    const operand x = stored, y = stored;                                                                              \
    TWELVE(CHAIN_DECLARE, vector)                                                                                      \
    for (int64_t i = 0; i < steps; ++i) {                                                                              \
      TWELVE(CHAIN_STEP, step, constraint)                                                                             \
    }                                                                                                                  \
  }

#define MADD_256(c, x, y) _mm256_add_epi32(_mm256_madd_epi16(c, x), y)
#define MADD_128(c, x, y) _mm_add_epi32(_mm_madd_epi16(c, x), y)
/* Without FMA: a multiplication and an addition. */
#define MULADD_PS(c, x, y) _mm_add_ps(_mm_mul_ps(c, x), y)
#define MULADD_PD(c, x, y) _mm_add_pd(_mm_mul_pd(c, x), y)

DEFINE_LOOP(f32_512, "avx512f", __m512, __m512, "+v", _mm512_fmadd_ps)
DEFINE_LOOP(f32_256, "avx2,fma", __m256, __m256, "+x", _mm256_fmadd_ps)
DEFINE_LOOP(f32_128, "sse2", __m128, __m128, "+x", MULADD_PS)
DEFINE_LOOP(f64_512, "avx512f", __m512d, __m512d, "+v", _mm512_fmadd_pd)
DEFINE_LOOP(f64_256, "avx2,fma", __m256d, __m256d, "+x", _mm256_fmadd_pd)
DEFINE_LOOP(f64_128, "sse2", __m128d, __m128d, "+x", MULADD_PD)
DEFINE_LOOP(bf16_512, "avx512f,avx512bf16", __m512, __m512bh, "+v", _mm512_dpbf16_ps)
DEFINE_LOOP(int8_512, "avx512f,avx512vnni", __m512i, __m512i, "+v", _mm512_dpbusd_epi32)
DEFINE_LOOP(int8_256, "avxvnni", __m256i, __m256i, "+x", _mm256_dpbusd_avx_epi32)
DEFINE_LOOP(madd_256, "avx2", __m256i, __m256i, "+x", MADD_256)
DEFINE_LOOP(madd_128, "sse2", __m128i, __m128i, "+x", MADD_128)

static int has_512(void) { return __builtin_cpu_supports("avx512f"); }
static int has_fma(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
static int has_avx2(void) { return __builtin_cpu_supports("avx2"); }
static int has_bf16(void) { return __builtin_cpu_supports("avx512bf16"); }
static int has_vnni_512(void) { return __builtin_cpu_supports("avx512vnni"); }
static int has_vnni_256(void) { return __builtin_cpu_supports("avxvnni"); }
static int always(void) { return 1; }

/* Sums 32-bit words with many accumulators; needs -O3 to be vectorised, then memory is what bounds it. */
#define DEFINE_READ(name, isa)                                                                                         \
  __attribute__((target(isa), noinline)) static uint32_t name(const uint32_t *data, size_t count) {                    \
    uint32_t sums[64] = {0}, total = 0;                                                                                \
    for (size_t i = 0; i < count; i += 64)                                                                             \
      for (size_t j = 0; j < 64; ++j)                                                                                  \
        sums[j] += data[i + j];                                                                                        \
    for (size_t j = 0; j < 64; ++j)                                                                                    \
      total += sums[j];                                                                                                \
    return total;                                                                                                      \
  }
DEFINE_READ(read_avx2, "avx2")
DEFINE_READ(read_sse, "sse2")

/* Of the rows of a kind the fastest counts. A row has a loop over registers or a read of memory. */
typedef struct {
  const char *kind, *instruction;
  int (*present)(void);
  double operations; /* of one instruction, or pair */
  void (*loop)(int64_t);
  uint32_t (*read)(const uint32_t *, size_t);
} roof;

static const roof roofs[] = {
    {"f32", "vfmaddps zmm", has_512, 32, f32_512, NULL},
    {"f32", "vfmaddps ymm", has_fma, 16, f32_256, NULL},
    {"f32", "mulps + addps xmm", always, 8, f32_128, NULL},
    {"f32-256", "vfmaddps ymm", has_fma, 16, f32_256, NULL},
    {"f64", "vfmaddpd zmm", has_512, 16, f64_512, NULL},
    {"f64", "vfmaddpd ymm", has_fma, 8, f64_256, NULL},
    {"f64", "mulpd + addpd xmm", always, 4, f64_128, NULL},
    {"bf16", "vdpbf16ps zmm", has_bf16, 64, bf16_512, NULL},
    {"bf16", "vfmaddps zmm", has_512, 32, f32_512, NULL}, /* of numbers widened to f32 */
    {"bf16", "vfmaddps ymm", has_fma, 16, f32_256, NULL},
    {"bf16", "mulps + addps xmm", always, 8, f32_128, NULL},
    {"int8", "vpdpbusd zmm", has_vnni_512, 128, int8_512, NULL},
    {"int8", "vpdpbusd ymm", has_vnni_256, 64, int8_256, NULL},
    {"int8", "vpmaddwd + vpaddd ymm", has_avx2, 32, madd_256, NULL},
    {"int8", "pmaddwd + paddd xmm", always, 16, madd_128, NULL},
    {"read", "256 bit loads", has_avx2, 0, NULL, read_avx2},
    {"read", "128 bit loads", always, 0, NULL, read_sse},
};
enum { ROOFS = sizeof roofs / sizeof *roofs };

typedef struct {
  const roof *what;
  double seconds;
  pthread_barrier_t *start;
  double rate; /* out: GFLOP/s or GB/s of this thread */
} job;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static volatile uint32_t sink;

static void *measure(void *argument) {
  job *j = argument;
  const int64_t steps = 1 << 16;
  uint32_t *data = NULL;
  if (j->what->read) {
    if (posix_memalign((void **)&data, 4096, READ_BYTES))
      abort();
    memset(data, 1, READ_BYTES);
  }
  /* The first piece warms up (clock, page tables) and is not counted. */
  for (int warm = 1; warm >= 0; --warm) {
    pthread_barrier_wait(j->start);
    double begin = now(), elapsed, work = 0;
    do {
      if (j->what->read) {
        sink += j->what->read(data, READ_BYTES / sizeof *data);
        work += READ_BYTES;
      } else {
        j->what->loop(steps);
        work += j->what->operations * CHAINS * (double)steps;
      }
      elapsed = now() - begin;
    } while (elapsed < (warm ? 0.2 : 1.0) * j->seconds);
    j->rate = work / elapsed * 1e-9;
  }
  free(data);
  return NULL;
}

static double run(const roof *what, int threads, double seconds) {
  pthread_barrier_t start;
  pthread_t handles[MAX_THREADS];
  job jobs[MAX_THREADS];
  double rate = 0;
  pthread_barrier_init(&start, NULL, (unsigned)threads);
  for (int i = 0; i < threads; ++i) {
    jobs[i] = (job){what, seconds, &start, 0};
    if (pthread_create(&handles[i], NULL, measure, &jobs[i]))
      abort();
  }
  for (int i = 0; i < threads; ++i) {
    pthread_join(handles[i], NULL);
    rate += jobs[i].rate;
  }
  return rate;
}

int main(int argc, char **argv) {
  int threads = argc == 4 ? atoi(argv[2]) : 0, known = 0;
  double seconds = argc == 4 ? atof(argv[3]) : 0, rate = 0;
  const roof *what = NULL;
  __builtin_cpu_init();
  for (int i = 0; threads >= 1 && threads <= MAX_THREADS && seconds > 0 && i < ROOFS; ++i) {
    if (strcmp(argv[1], roofs[i].kind))
      continue;
    known = 1;
    double found = roofs[i].present() ? run(&roofs[i], threads, seconds) : 0;
    if (found > rate) {
      rate = found;
      what = &roofs[i];
    }
  }
  if (!known) {
    fprintf(stderr, "usage: peak f32|f32-256|f64|bf16|int8|read THREADS SECONDS\n");
    return 2;
  }
  if (what)
    printf("{\"kind\": \"%s\", \"instruction\": \"%s\", \"rate\": %.2f}\n", what->kind, what->instruction, rate);
  else
    printf("{\"kind\": \"%s\", \"instruction\": null, \"rate\": null}\n", argv[1]);
  return 0;
}
