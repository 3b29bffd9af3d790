// A context's team of worker threads. The caller of attn_parallel is worker 0; the others wait between jobs, first
// spinning, then asleep. A job never waits for a worker that has not yet joined it.
#pragma once

#include "runtime/Text.h"

#include "attn/abi.h"

namespace attn {

/// Most threads a context may ask for.
constexpr int32_t kMaxThreads = 1024;

/// A clock that never goes back.
int64_t nanoseconds();

/// CPUs this process may use (its affinity mask), at least 1.
int32_t usableCpus();

/// A pool of `threads` workers, the caller included. With `host` set no thread is started and the host's function runs
/// the pieces. Null on failure, with the reason in `text`.
attn_pool *createPool(int32_t threads, attn_parallel_for host, void *hostUser, Text &text);
void destroyPool(attn_pool *pool);

/// To be called before a run: in a child process made by fork the workers are gone and are started anew.
void refreshPool(attn_pool *pool);

} // namespace attn
