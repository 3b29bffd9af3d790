// The worker team: every piece runs exactly once, whatever the number of threads, after a fork, nested, or hosted.
#include "FakeModel.h"

#include "runtime/Threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cfenv>
#include <csignal>
#include <sched.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace {

/// The rounding mode of vector instructions, as an FE_ constant.
int vectorRounding() {
#if defined(__SSE2__)
  return static_cast<int>((_mm_getcsr() & 0x6000) >> 3);
#else
  return std::fegetround();
#endif
}

struct Job {
  attn_pool *pool = nullptr;
  int64_t threads = 0;
  std::vector<int> runs; // plain, so that a sanitizer sees any piece that is not ordered before the return
  std::vector<std::atomic<int>> active;
  std::atomic<int> faults{0};
  int rounding = -1;

  Job(int64_t pieces, int64_t threads) : threads(threads), runs(pieces), active(threads) {}

  static void piece(void *frame, int64_t index, int64_t worker) {
    Job &job = *static_cast<Job *>(frame);
    if (worker < 0 || worker >= job.threads || job.active[worker].fetch_add(1) != 0)
      ++job.faults;
    ++job.runs[index];
    if (job.rounding >= 0 && vectorRounding() != job.rounding)
      ++job.faults;
    job.active[worker].fetch_sub(1);
  }
};

attn_pool *create(int32_t threads) {
  char buffer[200];
  attn::Text text(buffer, sizeof(buffer));
  attn_pool *pool = attn::createPool(threads, nullptr, nullptr, text);
  EXPECT_NE(pool, nullptr) << buffer;
  return pool;
}

/// Runs jobs of many sizes; the number of faults.
int exercise(attn_pool *pool, int32_t threads, int rounds) {
  int faults = 0;
  for (int round = 0; round < rounds; ++round)
    for (int64_t pieces : {0, 1, 2, 3, 7, 64}) {
      Job job(pieces, threads);
      attn_parallel(pool, Job::piece, &job, pieces);
      for (int runs : job.runs)
        faults += runs != 1;
      faults += job.faults;
    }
  return faults;
}

// A worker that is late for a job meets the turn that ends the pool instead.
TEST(ThreadsTest, StopsRightAfterAJob) {
  for (int round = 0; round < 500; ++round) {
    attn_pool *pool = create(3);
    EXPECT_EQ(exercise(pool, 3, 1), 0);
    attn::destroyPool(pool);
  }
}

TEST(ThreadsTest, RunsEachPieceOnce) {
  for (int32_t threads : {1, 2, 3, 4, 9}) {
    attn_pool *pool = create(threads);
    EXPECT_EQ(exercise(pool, threads, 500), 0) << threads << " threads";
    EXPECT_EQ(attn_workers(pool), threads);
    attn::destroyPool(pool);
  }
}

TEST(ThreadsTest, WakesSleepingWorkers) {
  attn_pool *pool = create(4);
  for (int round = 0; round < 20; ++round) {
    usleep(500); // longer than the workers spin
    EXPECT_EQ(exercise(pool, 4, 1), 0);
  }
  attn::destroyPool(pool);
}

TEST(ThreadsTest, WaitsForSlowPieces) {
  attn_pool *pool = create(3);
  std::atomic<int> ended{0};
  auto slow = [](void *frame, int64_t index, int64_t) {
    usleep(index ? 3000 : 0);
    ++*static_cast<std::atomic<int> *>(frame);
  };
  for (int round = 1; round <= 10; ++round) {
    attn_parallel(pool, slow, &ended, 3);
    EXPECT_EQ(ended, 3 * round);
  }
  attn::destroyPool(pool);
}

// The first piece lasts until all others have ended: those of its worker's share too.
TEST(ThreadsTest, OthersTakeTheShareOfASlowWorker) {
  attn_pool *pool = create(3);
  std::atomic<int> ended{0};
  auto piece = [](void *frame, int64_t index, int64_t) {
    auto &ended = *static_cast<std::atomic<int> *>(frame);
    for (int waited = 0; index == 0 && ended < 29 && waited < 10000; ++waited)
      usleep(1000);
    EXPECT_TRUE(index != 0 || ended == 29);
    ++ended;
  };
  attn_parallel(pool, piece, &ended, 30);
  EXPECT_EQ(ended, 30);
  attn::destroyPool(pool);
}

TEST(ThreadsTest, NegativeCountDoesNothing) {
  attn_pool *pool = create(2);
  attn_parallel(pool, [](void *, int64_t, int64_t) { FAIL(); }, nullptr, -5);
  attn::destroyPool(pool);
}

TEST(ThreadsTest, NestedPiecesKeepTheirWorker) {
  attn_pool *pool = create(3);
  Job outer(8, 3);
  outer.pool = pool;
  std::atomic<int> inner{0};
  struct Frame {
    attn_pool *pool;
    std::atomic<int> &inner, &faults;
    int64_t worker;
  };
  struct Outer {
    attn_pool *pool;
    std::atomic<int> &inner, &faults;
  } frame = {pool, inner, outer.faults};
  attn_parallel(
      pool,
      [](void *argument, int64_t, int64_t worker) {
        Outer &outer = *static_cast<Outer *>(argument);
        Frame frame = {outer.pool, outer.inner, outer.faults, worker};
        attn_parallel(
            frame.pool,
            [](void *argument, int64_t, int64_t worker) {
              Frame &frame = *static_cast<Frame *>(argument);
              ++frame.inner;
              frame.faults += worker != frame.worker;
            },
            &frame, 5);
      },
      &frame, 8);
  EXPECT_EQ(inner, 40);
  EXPECT_EQ(outer.faults, 0);
  attn::destroyPool(pool);
}

// The caller has no pieces left and waits for a worker's, which calls only then.
TEST(ThreadsTest, NestedPieceAfterTheLastClaim) {
  attn_pool *pool = create(2);
  struct Frame {
    attn_pool *pool;
    std::atomic<int> inner{0}, byWorker{0};
  } frame;
  frame.pool = pool;
  for (int job = 0; job < 20; ++job)
    attn_parallel(
        pool,
        [](void *argument, int64_t, int64_t worker) {
          Frame &frame = *static_cast<Frame *>(argument);
          usleep(worker ? 2000 : 100);
          frame.byWorker += worker != 0;
          attn_parallel(
              frame.pool, [](void *argument, int64_t, int64_t) { ++static_cast<Frame *>(argument)->inner; }, &frame, 5);
        },
        &frame, 4);
  EXPECT_EQ(frame.inner, 20 * 4 * 5);
  EXPECT_GT(frame.byWorker, 0);
  attn::destroyPool(pool);
}

TEST(ThreadsTest, WorkersTakeTheCallersRounding) {
  attn_pool *pool = create(4);
  for (int rounding : {FE_UPWARD, FE_TONEAREST, FE_TOWARDZERO, FE_TONEAREST}) {
    std::fesetround(rounding);
    Job job(64, 4);
    job.rounding = rounding;
    attn_parallel(pool, Job::piece, &job, 64);
    EXPECT_EQ(job.faults, 0);
  }
  attn::destroyPool(pool);
}

TEST(ThreadsTest, WorkersBlockSignals) {
  attn_pool *pool = create(2);
  std::atomic<int> open{0};
  for (int round = 0; round < 50; ++round)
    attn_parallel(
        pool,
        [](void *frame, int64_t, int64_t worker) {
          sigset_t mask;
          pthread_sigmask(SIG_SETMASK, nullptr, &mask);
          if (worker && !sigismember(&mask, SIGUSR1))
            ++*static_cast<std::atomic<int> *>(frame);
        },
        &open, 4);
  EXPECT_EQ(open, 0);
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  EXPECT_FALSE(sigismember(&mask, SIGUSR1));
  attn::destroyPool(pool);
}

TEST(ThreadsTest, DefaultIsTheAffinityMask) {
  cpu_set_t before, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
  EXPECT_EQ(attn::usableCpus(), CPU_COUNT(&before));
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE && !CPU_COUNT(&one); ++cpu)
    if (CPU_ISSET(cpu, &before))
      CPU_SET(cpu, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  EXPECT_EQ(attn::usableCpus(), 1);
  sched_setaffinity(0, sizeof(before), &before);
}

TEST(ThreadsTest, HostRunsThePieces) {
  int calls = 0;
  auto host = [](void *user, attn_task task, void *frame, int64_t count) {
    ++*static_cast<int *>(user);
    for (int64_t i = count - 1; i >= 0; --i)
      task(frame, i, 0);
  };
  attn::Text text(nullptr, 0);
  attn_pool *pool = attn::createPool(4, host, &calls, text);
  EXPECT_EQ(exercise(pool, 4, 1), 0);
  EXPECT_EQ(calls, 4); // counts 2, 3, 7 and 64
  EXPECT_EQ(attn_workers(pool), 4);
  attn::destroyPool(pool);
}

#if defined(__SANITIZE_THREAD__)
TEST(ThreadsTest, DISABLED_ForkedChildRestartsItsWorkers) { // the sanitizer does not follow threads after a fork
#else
TEST(ThreadsTest, ForkedChildRestartsItsWorkers) {
#endif
  attn_pool *pool = create(3);
  EXPECT_EQ(exercise(pool, 3, 10), 0);
  pid_t child = fork();
  if (child == 0) {
    attn::refreshPool(pool);
    int faults = exercise(pool, 3, 50);
    attn::destroyPool(pool);
    _exit(faults ? 1 : 0);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  child = fork();
  if (child == 0) {
    attn::destroyPool(pool); // without a run in between: must not wait for threads that do not exist
    _exit(0);
  }
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(exercise(pool, 3, 10), 0);
  attn::destroyPool(pool);
}

TEST(ThreadsTest, ContextsShareAModel) {
  FakeModel fake;
  attn_model *model;
  ASSERT_EQ(attn_model_open(&model, &fake.code, nullptr, nullptr), ATTN_OK);
  std::atomic<int> faults{0};
  auto body = [&](int threads) {
    Options options;
    options.threads = threads;
    attn_context *context;
    faults += attn_context_create(&context, model, &options) != ATTN_OK;
    std::vector<int32_t> ids(64, threads), lengths(8, 8), copy(64);
    std::vector<float> sums(32);
    attn_tensor in[] = {tensorOf(ids, ATTN_I32, {8, 8}), tensorOf(lengths, ATTN_I32, {8})};
    attn_tensor out[] = {tensorOf(sums, ATTN_F32, {8, 4}), tensorOf(copy, ATTN_I32, {8, 8})};
    for (int run = 0; run < 300; ++run) {
      sums.assign(32, 0);
      faults += attn_context_run(context, in, 2, out, 2) != ATTN_OK;
      faults += sums != std::vector<float>(32, 8.0f * static_cast<float>(threads));
    }
    attn_context_destroy(context);
  };
  std::vector<std::thread> users;
  for (int threads : {1, 2, 3, 4})
    users.emplace_back(body, threads);
  for (std::thread &user : users)
    user.join();
  EXPECT_EQ(faults, 0);
  attn_model_close(model);
}

} // namespace
