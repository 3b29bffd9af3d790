// Steps as compiled code asks for them: what each is given, and where what it leaves goes.
#include "attn/abi.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace {

/// Sums a sequence of i32[samples, T]: carried total[samples], each x, collected totals; alive while one is below 100.
struct Sums {
  std::vector<int32_t> start, sequence, total, totals, second, part, out, alive = {1};
  std::vector<const void *> inputs = std::vector<const void *>(3);
  std::vector<void *> outputs = std::vector<void *>(3);
  attn_loop_tensor tensors[5] = {};
  attn_loop loop = {};
  int64_t samples;

  Sums(std::vector<int32_t> start, std::vector<int32_t> sequence, int64_t steps)
      : start(std::move(start)), sequence(std::move(sequence)), samples(static_cast<int64_t>(this->start.size())) {
    total.resize(this->start.size(), -1);
    second = part = out = total;
    totals.resize(this->sequence.size(), -1);
    const int64_t all = samples * 4;
    tensors[0] = {this->start.data(), total.data(), second.data(), 1, all};
    tensors[1] = {this->sequence.data(), nullptr, part.data(), samples, 4};
    tensors[2] = {&samples, nullptr, nullptr, 1, 8};
    tensors[3] = {nullptr, totals.data(), out.data(), samples, 4};
    tensors[4] = {nullptr, nullptr, alive.data(), 1, 4};
    loop = {add, nullptr, nullptr, nullptr, steps, 0, 0, 1, 1, 1, 1, tensors, inputs.data(), outputs.data()};
  }

  static void add(attn_invocation *calls, const void *const *inputs, void *const *outputs, const int64_t *, char *,
                  char *) {
    ++calls->threads; // counts the steps
    const auto *before = static_cast<const int32_t *>(inputs[0]), *x = static_cast<const int32_t *>(inputs[1]);
    auto *after = static_cast<int32_t *>(outputs[0]), *collected = static_cast<int32_t *>(outputs[1]);
    int32_t below = 0;
    for (int64_t b = 0, samples = *static_cast<const int64_t *>(inputs[2]); b < samples; ++b) {
      after[b] = collected[b] = before[b] + x[b];
      below += after[b] < 100;
    }
    if (outputs[2])
      *static_cast<int32_t *>(outputs[2]) = below;
  }

  int64_t run() {
    attn_invocation calls = {};
    attn_run_loop(&calls, &loop);
    return calls.threads;
  }
};

using Numbers = std::vector<int32_t>;

TEST(LoopTest, StepsThroughTwoSamples) {
  for (int64_t steps : {1, 2, 3}) { // what is carried ends in either place
    Numbers sequence = {1, 2, 3, 40, 50, 60};
    Numbers given;
    for (int64_t b = 0; b < 2; ++b)
      given.insert(given.end(), sequence.begin() + b * 3, sequence.begin() + b * 3 + steps);
    Sums sums({10, 20}, given, steps);
    EXPECT_EQ(sums.run(), steps);
    EXPECT_EQ(sums.total, (Numbers{sums.totals[steps - 1], sums.totals[2 * steps - 1]}));
    EXPECT_EQ(sums.start, (Numbers{10, 20}));
    if (steps == 3) {
      EXPECT_EQ(sums.totals, (Numbers{11, 13, 16, 60, 110, 170}));
    }
  }
}

TEST(LoopTest, StepsBackwards) {
  Sums sums({0, 0}, {1, 2, 3, 4, 5, 6}, 3);
  sums.loop.reverse = 1;
  sums.run();
  EXPECT_EQ(sums.totals, (Numbers{6, 5, 3, 15, 11, 6}));
  EXPECT_EQ(sums.total, (Numbers{6, 15}));
}

TEST(LoopTest, EndsWhenNothingIsSet) {
  Sums sums({0, 90}, {60, 60, 60, 60, 5, 7, 8, 9}, 4);
  sums.loop.conditional = 1;
  EXPECT_EQ(sums.run(), 2);
  EXPECT_EQ(sums.totals, (Numbers{60, 120, 0, 0, 95, 102, 0, 0}));
  EXPECT_EQ(sums.total, (Numbers{120, 102}));
}

TEST(LoopTest, BackwardsEndsAtTheFirstTimes) {
  Sums sums({0}, {1, 2, 60, 60}, 4);
  sums.loop.conditional = sums.loop.reverse = 1;
  EXPECT_EQ(sums.run(), 2);
  EXPECT_EQ(sums.totals, (Numbers{0, 0, 120, 60}));
}

TEST(LoopTest, WithoutStepsKeepsWhatIsCarried) {
  Sums sums({7, 8}, {}, 0);
  EXPECT_EQ(sums.run(), 0);
  EXPECT_EQ(sums.total, (Numbers{7, 8}));
}

TEST(LoopTest, UpdatesInPlace) {
  for (bool same : {false, true}) {
    Sums sums({7, 8}, {1, 2, 3, 4}, 2);
    sums.tensors[0].buffer = nullptr;
    if (same)
      sums.tensors[0].to = sums.start.data();
    sums.run();
    EXPECT_EQ(same ? sums.start : sums.total, (Numbers{10, 15}));
    EXPECT_EQ(sums.inputs[0], sums.outputs[0]);
  }
}

TEST(LoopTest, ReadsAndWritesOneSampleWhereItIs) {
  Sums sums({1}, {1, 2, 3}, 3);
  sums.tensors[1].buffer = sums.tensors[3].buffer = nullptr;
  sums.run();
  EXPECT_EQ(sums.totals, (Numbers{2, 4, 7}));
  EXPECT_EQ(sums.inputs[1], &sums.sequence[2]);
  EXPECT_EQ(sums.outputs[1], &sums.totals[2]);
}

TEST(LoopTest, TakesNoSamples) {
  Sums sums({}, {}, 3);
  EXPECT_EQ(sums.run(), 3);
}

} // namespace
