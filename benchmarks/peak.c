/* What this machine can do at best, as the roof that the benchmarks are held against: f32 FMA from registers alone,
 * and a stream of reads from memory. The widest instruction set the processor has is chosen at run time.
 *
 *   peak fma THREADS SECONDS    one line of JSON: GFLOP/s of all threads together
 *   peak read THREADS SECONDS   one line of JSON: GB/s of all threads together
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

/* Twelve chains of FMAs: more than latency (4-5 cycles) times issue (2 a cycle), so that the units never wait. */
#define TWELVE(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
enum { CHAINS = 12 };

#define DEFINE_FMA(name, isa, vector, set1, fmadd)                                                                     \
  __attribute__((target(isa), noinline)) static float name(int64_t steps) {                                            \
    const vector scale = set1(0.999f), step = set1(0.001f);                                                            \
    TWELVE(CHAIN_DECLARE_##vector)                                                                                     \
    for (int64_t i = 0; i < steps; ++i) {                                                                              \
      TWELVE(CHAIN_##vector)                                                                                           \
    }                                                                                                                  \
    float sum = 0;                                                                                                     \
    TWELVE(CHAIN_SUM_##vector)                                                                                         \
    return sum;                                                                                                        \
  }

/* The empty assembly keeps each value in a register and the compiler from joining the chains. */
#define CHAIN_DECLARE___m512(i) __m512 c##i = _mm512_set1_ps((float)i);
#define CHAIN___m512(i)                                                                                                \
  c##i = _mm512_fmadd_ps(c##i, scale, step);                                                                           \
  __asm__ volatile("" : "+v"(c##i));
#define CHAIN_SUM___m512(i) sum += _mm512_cvtss_f32(c##i);
#define CHAIN_DECLARE___m256(i) __m256 c##i = _mm256_set1_ps((float)i);
#define CHAIN___m256(i)                                                                                                \
  c##i = _mm256_fmadd_ps(c##i, scale, step);                                                                           \
  __asm__ volatile("" : "+x"(c##i));
#define CHAIN_SUM___m256(i) sum += _mm256_cvtss_f32(c##i);
/* Without FMA: a multiplication and an addition. */
#define CHAIN_DECLARE___m128(i) __m128 c##i = _mm_set1_ps((float)i);
#define CHAIN___m128(i)                                                                                                \
  c##i = _mm_add_ps(_mm_mul_ps(c##i, scale), step);                                                                    \
  __asm__ volatile("" : "+x"(c##i));
#define CHAIN_SUM___m128(i) sum += _mm_cvtss_f32(c##i);

DEFINE_FMA(fma_avx512, "avx512f", __m512, _mm512_set1_ps, _mm512_fmadd_ps)
DEFINE_FMA(fma_avx2, "avx2,fma", __m256, _mm256_set1_ps, _mm256_fmadd_ps)
DEFINE_FMA(fma_sse, "sse2", __m128, _mm_set1_ps, none)

/* Sums 32-bit words with eight accumulators; needs -O3 to be vectorised, then memory is what bounds it. */
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

typedef struct {
  const char *isa;
  int lanes;
  float (*fma)(int64_t);
  uint32_t (*read)(const uint32_t *, size_t);
} machine;

static machine detect(void) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f"))
    return (machine){"avx512", 16, fma_avx512, read_avx2};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return (machine){"avx2", 8, fma_avx2, read_avx2};
  return (machine){"sse2", 4, fma_sse, read_sse};
}

typedef struct {
  machine cpu;
  int reading;
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
  const int64_t steps = 1 << 18;
  uint32_t *data = NULL;
  if (j->reading) {
    if (posix_memalign((void **)&data, 4096, READ_BYTES))
      abort();
    memset(data, 1, READ_BYTES);
  }
  /* The first piece warms up (clock, page tables) and is not counted. */
  for (int warm = 1; warm >= 0; --warm) {
    pthread_barrier_wait(j->start);
    double begin = now(), elapsed, work = 0;
    do {
      if (j->reading) {
        sink += j->cpu.read(data, READ_BYTES / sizeof *data);
        work += READ_BYTES;
      } else {
        sink += (uint32_t)j->cpu.fma(steps);
        work += 2.0 * CHAINS * j->cpu.lanes * (double)steps;
      }
      elapsed = now() - begin;
    } while (elapsed < (warm ? 0.2 : 1.0) * j->seconds);
    j->rate = work / elapsed * 1e-9;
  }
  free(data);
  return NULL;
}

int main(int argc, char **argv) {
  int threads = argc == 4 ? atoi(argv[2]) : 0;
  double seconds = argc == 4 ? atof(argv[3]) : 0;
  int reading = argc == 4 && !strcmp(argv[1], "read");
  if (threads < 1 || threads > MAX_THREADS || seconds <= 0 || (!reading && strcmp(argv[1], "fma"))) {
    fprintf(stderr, "usage: peak fma|read THREADS SECONDS\n");
    return 2;
  }
  machine cpu = detect();
  pthread_barrier_t start;
  pthread_t handles[MAX_THREADS];
  job jobs[MAX_THREADS];
  double rate = 0;
  pthread_barrier_init(&start, NULL, (unsigned)threads);
  for (int i = 0; i < threads; ++i) {
    jobs[i] = (job){cpu, reading, seconds, &start, 0};
    if (pthread_create(&handles[i], NULL, measure, &jobs[i]))
      abort();
  }
  for (int i = 0; i < threads; ++i) {
    pthread_join(handles[i], NULL);
    rate += jobs[i].rate;
  }
  printf("{\"kind\": \"%s\", \"isa\": \"%s\", \"threads\": %d, \"rate\": %.2f}\n", argv[1], cpu.isa, threads, rate);
  return 0;
}
