/* A language model decodes one token after the other: what a step allocates, and how often it shares out work. */
#define _GNU_SOURCE
#include "gpt2.h"
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PROMPT = 3, STEPS = 6, CAPACITY = 16, WORDS = 101 };
static long allocations, forks;

/* glibc's own, counted. */
void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t),
    *__libc_memalign(size_t, size_t);
void *malloc(size_t bytes) { return ++allocations, __libc_malloc(bytes); }
void *calloc(size_t count, size_t bytes) { return ++allocations, __libc_calloc(count, bytes); }
void *realloc(void *old, size_t bytes) { return ++allocations, __libc_realloc(old, bytes); }
void *aligned_alloc(size_t alignment, size_t bytes) { return ++allocations, __libc_memalign(alignment, bytes); }
int posix_memalign(void **memory, size_t alignment, size_t bytes) {
  return ++allocations, (*memory = __libc_memalign(alignment, bytes)) ? 0 : 12;
}
void *mmap(void *at, size_t bytes, int protection, int flags, int file, off_t offset) {
  return ++allocations, (void *)syscall(SYS_mmap, at, bytes, protection, flags, file, offset);
}

static void share(void *user, attn_task task, void *frame, int64_t count) {
  (void)user;
  ++forks;
  for (int64_t i = 0; i < count; ++i)
    task(frame, i, 0);
}

static attn_status step(gpt2_context *context, int count) {
  static float logits[WORDS];
  int32_t ids[PROMPT] = {3, 1, 4};
  attn_tensor in = {0}, out = {0};
  in.size = out.size = sizeof(in);
  in.dtype = ATTN_I32;
  in.rank = out.rank = 2;
  in.shape[0] = out.shape[0] = 1;
  in.shape[1] = count;
  in.data = ids;
  in.bytes = sizeof(*ids) * (uint64_t)count;
  out.dtype = ATTN_F32;
  out.shape[1] = WORDS;
  out.data = logits;
  out.bytes = sizeof(logits);
  return gpt2_step(context, &in, 1, &out, 1);
}

int main(void) {
  gpt2_model *model;
  gpt2_context *context;
  attn_options options = {0};
  int64_t capacity[GPT2_SYMBOL_COUNT];
  options.size = sizeof(options);
  capacity[GPT2_SYMBOL_B] = 1;
  capacity[GPT2_SYMBOL_N] = PROMPT;
  capacity[GPT2_SYMBOL_T] = CAPACITY;
  options.capacity = capacity;
  options.capacity_count = GPT2_SYMBOL_COUNT;
  options.parallel_for = share;
  if (gpt2_open(&model, "gpt2.o.weights", 0) || gpt2_context_create(&context, model, &options) || step(context, PROMPT))
    return 1;
  allocations = forks = 0;
  for (int i = 0; i < STEPS; ++i)
    if (step(context, 1))
      return 1;
  printf("%ld allocations in %d steps, %ld forks a step\n", allocations, STEPS, forks / STEPS);
  gpt2_context_destroy(context);
  gpt2_close(model);
  return 0;
}
