// The worker team; see Threads.h.
//
// One 64-bit word, the gate, orders everything: its high half counts openings and closings (odd: a job is open), its
// low half counts the workers inside. A worker joins by compare-exchange on an open gate, so it can never join a job
// that has ended; the caller closes the gate when no piece is left and waits only for those inside. The job's fields
// are written while the gate is closed and empty, and the gate's own release/acquire publishes them.
// Waiting: spin for a short time, then a futex on one half of the gate.
#include "runtime/Threads.h"

#include "runtime/Linkage.h"

#include <atomic>
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <new>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace {

/// Worker 0 is the caller and has no thread of its own.
struct alignas(64) Worker {
  std::atomic<int64_t> next; // the first of this worker's pieces that nobody has claimed
  attn_pool *pool;
  int64_t index;
  pthread_t thread;
};

const uint64_t kTurn = UINT64_C(1) << 32; // one opening or closing of the gate
const int64_t kSpinNanoseconds = 30000;

uint32_t turns(uint64_t gate) { return static_cast<uint32_t>(gate >> 32); }
uint32_t inside(uint64_t gate) { return static_cast<uint32_t>(gate); }
bool isOpen(uint64_t gate) { return turns(gate) & 1; }

} // namespace

struct attn_pool {
  // Written by the caller while the gate is closed and nobody is inside.
  attn_task task;
  void *frame;
  int64_t count;
  uint32_t floatControl; // the caller's rounding and flush modes, adopted by all so that results do not differ

  alignas(64) std::atomic<uint64_t> gate;
  alignas(64) std::atomic<uint32_t> sleepers;
  std::atomic<uint32_t> callerSleeps;
  std::atomic<bool> stopping;

  alignas(64) attn_parallel_for host;
  void *hostUser;
  int32_t threads;
  int32_t started; // worker threads running, without the caller
  pid_t process;
  std::atomic<char> *sameProcess; // a page that fork clears; null where the kernel cannot
  Worker *workers;                // one for each of `threads`
};

namespace {

void relax() {
#if defined(__SSE2__)
  _mm_pause();
#endif
}

/// The futex words are the halves of the gate; the kernel compares and sleeps in one step.
const uint32_t *halfOf(const std::atomic<uint64_t> &gate, bool high) {
  const bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
  return reinterpret_cast<const uint32_t *>(&gate) + (high == little ? 1 : 0);
}

void futexWait(const uint32_t *word, uint32_t expected) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
}

void futexWake(const uint32_t *word, int64_t count) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, static_cast<int>(count < INT_MAX ? count : INT_MAX), nullptr, nullptr,
          0);
}

/// Spins until `done(gate)` or the time is up.
template <typename Condition>
bool spinUntil(const std::atomic<uint64_t> &gate, Condition done) {
  int64_t deadline = 0;
  for (unsigned round = 1;; ++round) {
    if (done(gate.load(std::memory_order_acquire)))
      return true;
    relax();
    if (round % 32)
      continue;
    int64_t time = attn::nanoseconds();
    if (!deadline)
      deadline = time + kSpinNanoseconds;
    else if (time > deadline)
      return false;
  }
}

void adoptFloatControl(uint32_t control) {
#if defined(__SSE2__)
  if (_mm_getcsr() != control)
    _mm_setcsr(control);
#endif
}

uint32_t floatControl() {
#if defined(__SSE2__)
  return _mm_getcsr() & ~0x3fu; // without the sticky exception flags
#else
  return 0;
#endif
}

/// The first piece of the share of worker `index`.
int64_t firstPiece(const attn_pool *pool, int64_t index) {
  const int64_t team = pool->started + 1, left = pool->count % team;
  return pool->count / team * index + (index < left ? index : left);
}

/// A worker begins with a share of its own: pieces that lie side by side, and from one job to the next the same part of
/// the rows, which its caches still hold. Then it takes what others have left, piece by piece.
void claimPieces(attn_pool *pool, int64_t worker) {
  const int64_t team = pool->started + 1;
  for (int64_t turn = 0; turn < team; ++turn) {
    const int64_t owner = worker + turn < team ? worker + turn : worker + turn - team;
    const int64_t end = firstPiece(pool, owner + 1);
    std::atomic<int64_t> &next = pool->workers[owner].next;
    while (next.load(std::memory_order_relaxed) < end) {
      int64_t index = next.fetch_add(1, std::memory_order_relaxed);
      if (index < end)
        pool->task(pool->frame, index, worker);
    }
  }
}

/// Waits for a job opened after turn `seen`, or for the end; the gate's value in either case.
uint64_t awaitTurn(attn_pool *pool, uint32_t seen) {
  auto changed = [=](uint64_t gate) { return turns(gate) != seen; };
  if (!spinUntil(pool->gate, changed)) {
    pool->sleepers.fetch_add(1, std::memory_order_seq_cst);
    while (!changed(pool->gate.load(std::memory_order_seq_cst)))
      futexWait(halfOf(pool->gate, true), seen);
    pool->sleepers.fetch_sub(1, std::memory_order_relaxed);
  }
  return pool->gate.load(std::memory_order_acquire);
}

/// Joins the open job if it is still open; false if it has closed in the meantime.
bool join(attn_pool *pool, uint64_t &gate) {
  while (isOpen(gate))
    if (pool->gate.compare_exchange_weak(gate, gate + 1, std::memory_order_acq_rel, std::memory_order_acquire))
      return true;
  return false;
}

void leave(attn_pool *pool) {
  pool->gate.fetch_sub(1, std::memory_order_seq_cst);
  if (pool->callerSleeps.load(std::memory_order_seq_cst))
    futexWake(halfOf(pool->gate, false), 1);
}

void *workerMain(void *argument) {
  Worker *worker = static_cast<Worker *>(argument);
  attn_pool *pool = worker->pool;
  uint32_t seen = 0;
  for (;;) {
    uint64_t gate = awaitTurn(pool, seen);
    bool joined = join(pool, gate);
    seen = turns(gate);
    // To join looks at the gate again: the turn now seen may be the last, after which none is to be waited for.
    if (pool->stopping.load(std::memory_order_acquire)) {
      if (joined)
        leave(pool);
      return nullptr;
    }
    if (!joined)
      continue;
    adoptFloatControl(pool->floatControl);
    claimPieces(pool, worker->index);
    leave(pool);
  }
}

/// Starts the missing workers with all signals blocked, so that the host's handlers run on the host's threads.
/// 0, or the errno of the first that failed.
int startWorkers(attn_pool *pool) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int code = 0;
  while (!code && pool->started + 1 < pool->threads) {
    Worker &worker = pool->workers[pool->started + 1];
    worker.pool = pool;
    worker.index = pool->started + 1;
    code = pthread_create(&worker.thread, nullptr, workerMain, &worker);
    if (!code)
      ++pool->started;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return code;
}

void stopWorkers(attn_pool *pool) {
  pool->stopping.store(true, std::memory_order_release);
  pool->gate.fetch_add(kTurn, std::memory_order_seq_cst);
  futexWake(halfOf(pool->gate, true), INT_MAX);
  for (int32_t i = 1; i <= pool->started; ++i)
    pthread_join(pool->workers[i].thread, nullptr);
  pool->started = 0;
}

bool isForkedChild(const attn_pool *pool) {
  if (pool->sameProcess)
    return !pool->sameProcess->load(std::memory_order_relaxed);
  return pool->process != getpid();
}

void markProcess(attn_pool *pool) {
  pool->process = getpid();
  if (pool->sameProcess)
    pool->sameProcess->store(1, std::memory_order_relaxed);
}

/// A byte that is 1 here and 0 in a forked child: the check before each run then costs a load, not a system call.
std::atomic<char> *createForkMark() {
  void *page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED)
    return nullptr;
  if (madvise(page, 4096, MADV_WIPEONFORK) == 0)
    return new (page) std::atomic<char>(0);
  munmap(page, 4096);
  return nullptr;
}

void resetGate(attn_pool *pool) {
  pool->gate.store(0);
  pool->sleepers.store(0);
  pool->callerSleeps.store(0);
  pool->stopping.store(false);
}

/// A task called attn_parallel: its pieces run here, under the worker number this thread already has.
void runNested(attn_pool *pool, attn_task task, void *frame, int64_t count) {
  int64_t self = 0;
  for (int32_t i = 1; i <= pool->started; ++i)
    if (pthread_equal(pool->workers[i].thread, pthread_self()))
      self = pool->workers[i].index;
  for (int64_t i = 0; i < count; ++i)
    task(frame, i, self);
}

/// Waits until the workers inside the closed gate have left.
void awaitEmpty(attn_pool *pool) {
  auto empty = [](uint64_t gate) { return inside(gate) == 0; };
  if (spinUntil(pool->gate, empty))
    return;
  pool->callerSleeps.store(1, std::memory_order_seq_cst);
  for (;;) {
    uint64_t gate = pool->gate.load(std::memory_order_seq_cst);
    if (empty(gate))
      break;
    futexWait(halfOf(pool->gate, false), inside(gate));
  }
  pool->callerSleeps.store(0, std::memory_order_relaxed);
}

} // namespace

namespace attn {

ATTN_RT int64_t nanoseconds() {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

ATTN_RT int32_t usableCpus() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
    return CPU_COUNT(&set) < kMaxThreads ? CPU_COUNT(&set) : kMaxThreads;
  long online = sysconf(_SC_NPROCESSORS_ONLN); // more CPUs than a cpu_set_t holds
  return online < 1 ? 1 : online < kMaxThreads ? static_cast<int32_t>(online) : kMaxThreads;
}

ATTN_RT attn_pool *createPool(int32_t threads, attn_parallel_for host, void *hostUser, Text &text) {
  void *memory = nullptr, *team = nullptr;
  if (posix_memalign(&memory, alignof(attn_pool), sizeof(attn_pool)) != 0 ||
      posix_memalign(&team, alignof(Worker), static_cast<size_t>(threads) * sizeof(Worker)) != 0) {
    free(memory);
    text.append("cannot allocate the thread pool");
    return nullptr;
  }
  attn_pool *pool = new (memory) attn_pool();
  pool->host = host;
  pool->hostUser = hostUser;
  pool->threads = threads;
  pool->workers = static_cast<Worker *>(team);
  for (int32_t i = 0; i < threads; ++i)
    new (pool->workers + i) Worker();
  if (host)
    return pool;
  pool->sameProcess = threads > 1 ? createForkMark() : nullptr;
  markProcess(pool);
  int code = startWorkers(pool);
  if (!code)
    return pool;
  char buffer[128];
  text.append("cannot start thread %d of %d: %s", pool->started + 2, threads, systemText(code, buffer, sizeof(buffer)));
  destroyPool(pool);
  return nullptr;
}

ATTN_RT void destroyPool(attn_pool *pool) {
  if (!pool)
    return;
  if (pool->started && !isForkedChild(pool))
    stopWorkers(pool);
  if (pool->sameProcess)
    munmap(pool->sameProcess, 4096);
  free(pool->workers);
  free(pool);
}

ATTN_RT void refreshPool(attn_pool *pool) {
  if (!pool->started || !isForkedChild(pool))
    return;
  resetGate(pool);
  pool->started = 0;
  markProcess(pool);
  startWorkers(pool); // With fewer threads than asked for, or none, the work is done all the same.
}

} // namespace attn

extern "C" ATTN_RT void attn_parallel(attn_pool *pool, attn_task task, void *frame, int64_t count) {
  if (count <= 0)
    return;
  if (count == 1 && (pool->host || !pool->started)) {
    task(frame, 0, 0);
    return;
  }
  if (pool->host) {
    pool->host(pool->hostUser, task, frame, count);
    return;
  }
  // A worker whose last piece calls may find the gate closed; it is inside itself.
  uint64_t gate = pool->gate.load(std::memory_order_relaxed);
  if (count == 1 || !pool->started || isOpen(gate) || inside(gate)) {
    runNested(pool, task, frame, count);
    return;
  }
  pool->task = task;
  pool->frame = frame;
  pool->count = count;
  pool->floatControl = floatControl();
  for (int32_t i = 0; i <= pool->started; ++i)
    pool->workers[i].next.store(firstPiece(pool, i), std::memory_order_relaxed);
  pool->gate.store(gate + kTurn, std::memory_order_seq_cst);
  uint32_t sleepers = pool->sleepers.load(std::memory_order_seq_cst);
  if (sleepers)
    futexWake(halfOf(pool->gate, true), count - 1 < sleepers ? count - 1 : sleepers);
  claimPieces(pool, 0);
  pool->gate.fetch_add(kTurn, std::memory_order_seq_cst);
  awaitEmpty(pool);
}

extern "C" ATTN_RT int64_t attn_workers(const attn_pool *pool) { return pool->threads; }
