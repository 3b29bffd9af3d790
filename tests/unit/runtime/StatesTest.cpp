// States that a context holds, caches that grow, and the loop that generates.
#include "FakeModel.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

/// tokens i32[B, N], n i32[B], past f32[B, S]  ->  logits f32[B, 5], n, past: appends the tokens to each sample's past,
/// n of which are there, and prefers the token that is the sum of them all, modulo 5.
struct Counter : FakeModel {
  attn_port ports[6] = {{"tokens", ATTN_I32, 2, {-1, -2}, {0}, 1, 0, 0, 0, 0, 4},
                        {"n", ATTN_I32, 1, {-1}, {0}, 0, 0, 0, 0, 0, 0},
                        {"past", ATTN_F32, 2, {-1, -3}, {0}, 0, 0, 0, 0, 0, 0},
                        {"logits", ATTN_F32, 2, {-1, 5}, {0}, 0, 0, 0, 0, 0, 0},
                        {"m", ATTN_I32, 1, {-1}, {0}, 0, 0, 0, 0, 0, 0},
                        {"future", ATTN_F32, 2, {-1, -3}, {0}, 0, 0, 0, 0, 0, 0}};
  attn_symbol sizes[3] = {{"B", 1, 8, 1}, {"N", 1, 16, 1}, {"S", 1, 64, 1}};
  attn_state states[2] = {{1, 1, 0, 0}, {2, 2, 1, 0}};
  attn_cache cache = {1, 0, -3, -2};

  Counter() {
    metadata.inputs = ports;
    metadata.outputs = ports + 3;
    metadata.symbols = sizes;
    metadata.input_count = metadata.output_count = metadata.symbol_count = 3;
    metadata.states = states;
    metadata.caches = &cache;
    metadata.state_count = 2;
    metadata.cache_count = 1;
    variantCode = {[](const int64_t *, int64_t) { return uint64_t(64); }, append, nullptr};
  }

  static void append(attn_invocation *call) {
    const int64_t samples = call->symbols[0], tokens = call->symbols[1], rows = call->symbols[2];
    const auto *ids = static_cast<const int32_t *>(call->inputs[0]);
    const auto *n = static_cast<const int32_t *>(call->inputs[1]);
    auto *future = static_cast<float *>(call->outputs[2]), *logits = static_cast<float *>(call->outputs[0]);
    std::memmove(future, call->inputs[2], static_cast<size_t>(samples * rows) * sizeof(float));
    for (int64_t b = 0; b < samples; ++b) {
      for (int64_t i = 0; i < tokens; ++i)
        future[b * rows + n[b] + i] = static_cast<float>(ids[b * tokens + i]);
      static_cast<int32_t *>(call->outputs[1])[b] = n[b] + static_cast<int32_t>(tokens);
      float sum = 0;
      for (int64_t i = 0; i < n[b] + tokens; ++i)
        sum += future[b * rows + i];
      for (int64_t v = 0; v < 5; ++v)
        logits[b * 5 + v] = static_cast<int64_t>(sum) % 5 == v ? 4.0f : 0.0f;
    }
  }
};

struct StatesTest : ::testing::Test {
  Counter fake;
  Options options;
  attn_model *model = nullptr;
  attn_context *context = nullptr;
  std::vector<int64_t> capacity = {2, 4, 6};
  std::vector<int32_t> ids = {1, 2, 3, 4};
  std::vector<float> logits = std::vector<float>(10);

  void TearDown() override {
    attn_context_destroy(context);
    attn_model_close(model);
  }
  void create() {
    ASSERT_EQ(attn_model_open(&model, &fake.code, nullptr, &options), ATTN_OK) << options.text;
    options.threads = 1;
    options.capacity = capacity.data();
    options.capacity_count = 3;
    ASSERT_EQ(attn_context_create(&context, model, &options), ATTN_OK) << options.text;
  }
  attn_status step(int64_t samples, int64_t tokens) {
    attn_tensor in = tensorOf(ids, ATTN_I32, {samples, tokens}), out = tensorOf(logits, ATTN_F32, {samples, 5});
    return attn_context_step(context, &in, 1, &out, 1);
  }
  std::vector<float> past() {
    attn_tensor view;
    EXPECT_EQ(attn_context_state(context, 1, &view), ATTN_OK);
    const float *data = static_cast<const float *>(view.data);
    return {data, data + view.shape[0] * view.shape[1]};
  }
  /// The token that the model prefers next for a sample.
  int64_t preferred(int64_t sample) {
    auto row = logits.begin() + sample * 5;
    return std::max_element(row, row + 5) - row;
  }
  void expectFailure(attn_status got, attn_status status, const char *text) {
    EXPECT_EQ(got, status);
    EXPECT_STREQ(attn_context_last_error(context), text);
  }
};

TEST_F(StatesTest, RememberFromStepToStep) {
  create();
  EXPECT_EQ(attn_context_cache_length(context, 0), 0);
  ASSERT_EQ(step(2, 2), ATTN_OK) << attn_context_last_error(context);
  EXPECT_EQ(preferred(0), 3);
  ids = {1, 2};
  ASSERT_EQ(step(2, 1), ATTN_OK);
  EXPECT_EQ(preferred(0), 4);
  EXPECT_EQ(preferred(1), 4);
  EXPECT_EQ(past(), (std::vector<float>{1, 2, 1, 0, 0, 0, 3, 4, 2, 0, 0, 0}));
  EXPECT_EQ(attn_context_cache_length(context, 1), 3);
  EXPECT_EQ(attn_context_cache_length(context, 2), -1);
  EXPECT_EQ(attn_context_cache_length(context, -1), -1);
}

TEST_F(StatesTest, AreResetTruncatedAndWritten) {
  create();
  ASSERT_EQ(step(2, 2), ATTN_OK);
  EXPECT_EQ(attn_context_truncate(context, 1, 1), ATTN_OK);
  ASSERT_EQ(attn_context_reset(context, 0), ATTN_OK);
  EXPECT_EQ(attn_context_cache_length(context, 0), 0);
  EXPECT_EQ(attn_context_cache_length(context, 1), 1);
  EXPECT_EQ(past(), (std::vector<float>{0, 0, 0, 0, 0, 0, 3, 4, 0, 0, 0, 0}));
  ids = {1, 1};
  ASSERT_EQ(step(2, 1), ATTN_OK);
  EXPECT_EQ(past(), (std::vector<float>{1, 0, 0, 0, 0, 0, 3, 1, 0, 0, 0, 0}));
  attn_tensor view;
  ASSERT_EQ(attn_context_state(context, 1, &view), ATTN_OK);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(view.data) % 64, 0u);
  EXPECT_EQ(view.bytes, 48u);
  static_cast<float *>(view.data)[0] = 2;
  ASSERT_EQ(step(2, 1), ATTN_OK);
  EXPECT_EQ(preferred(0), 3);
  ASSERT_EQ(attn_context_reset(context, -1), ATTN_OK);
  EXPECT_EQ(past(), std::vector<float>(12, 0));
  expectFailure(attn_context_state(context, 2, &view), ATTN_E_ARGUMENT, "state 2 asked for, the model has 2");
  expectFailure(attn_context_state(context, 0, nullptr), ATTN_E_ARGUMENT, "the view pointer is null");
  expectFailure(attn_context_reset(context, 2), ATTN_E_ARGUMENT, "state \"n\" has no sample 2, only 2 of them");
  expectFailure(attn_context_reset(context, -2), ATTN_E_ARGUMENT, "state \"n\" has no sample -2, only 2 of them");
  expectFailure(attn_context_truncate(context, 0, 1), ATTN_E_ARGUMENT,
                "1 rows can not be kept of sample 0, which has 0");
  expectFailure(attn_context_truncate(context, 5, 0), ATTN_E_ARGUMENT, "the caches have no sample 5");
}

TEST_F(StatesTest, ThatAreFullStayAsTheyAre) {
  create();
  ids = {1, 1, 1, 1, 1, 1, 1, 1};
  ASSERT_EQ(step(2, 4), ATTN_OK);
  ASSERT_EQ(attn_context_truncate(context, 0, 2), ATTN_OK);
  const std::vector<float> before = past();
  expectFailure(step(2, 3), ATTN_E_CAPACITY, "input 1 \"n\"[1]: 3 rows appended to 4 pass the capacity of 6");
  EXPECT_EQ(past(), before);
  EXPECT_EQ(attn_context_cache_length(context, 1), 4);
  EXPECT_EQ(step(2, 2), ATTN_OK);
  expectFailure(step(2, 1), ATTN_E_CAPACITY, "input 1 \"n\"[1]: 1 rows appended to 6 pass the capacity of 6");
  attn_tensor view;
  ASSERT_EQ(attn_context_state(context, 0, &view), ATTN_OK);
  static_cast<int32_t *>(view.data)[0] = -1;
  expectFailure(step(2, 1), ATTN_E_CAPACITY, "input 1 \"n\"[0]: 1 rows appended to -1 pass the capacity of 6");
}

TEST_F(StatesTest, StepsTakeThePortsThatAreNoStates) {
  create();
  ids = {1, 1, 1, 1};
  expectFailure(step(1, 2), ATTN_E_SHAPE,
                "input 0 \"tokens\": shape [1,2], expected [2,N] (dimension B is 2, from input 1 \"n\")");
  attn_tensor in[3] = {tensorOf(ids, ATTN_I32, {2, 2})}, out[3] = {tensorOf(logits, ATTN_F32, {2, 5})};
  expectFailure(attn_context_step(context, in, 3, out, 3), ATTN_E_ARGUMENT,
                "3 inputs and 3 outputs given, a step has 1 and 1");
  expectFailure(attn_context_step(context, nullptr, 1, out, 1), ATTN_E_ARGUMENT, "the inputs pointer is null");
  attn_tensor shape[3] = {};
  ASSERT_EQ(attn_context_output_shapes(context, in, 1, shape, 1), ATTN_OK) << attn_context_last_error(context);
  EXPECT_EQ(shape[0].shape[0], 2);
  EXPECT_EQ(shape[0].bytes, 40u);
  EXPECT_EQ(attn_context_output_shapes(context, in, 1, shape, 3), ATTN_E_ARGUMENT);
}

/// With the caller's own states a run is a step; only a state that may stay where it is may be given one buffer.
TEST_F(StatesTest, MayBeTheCallers) {
  create();
  std::vector<int32_t> n = {0, 1}, m(2);
  std::vector<float> rows = {0, 0, 0, 2, 0, 0}, other(6);
  ids = {1, 1};
  auto run = [&](std::vector<int32_t> &lengths, float *future) {
    attn_tensor in[] = {tensorOf(ids, ATTN_I32, {2, 1}), tensorOf(n, ATTN_I32, {2}), tensorOf(rows, ATTN_F32, {2, 3})};
    attn_tensor out[] = {tensorOf(logits, ATTN_F32, {2, 5}), tensorOf(lengths, ATTN_I32, {2}),
                         tensorOf(other, ATTN_F32, {2, 3})};
    out[2].data = future;
    return attn_context_run(context, in, 3, out, 3);
  };
  EXPECT_EQ(run(m, other.data()), ATTN_OK) << attn_context_last_error(context);
  EXPECT_EQ(m, (std::vector<int32_t>{1, 2}));
  EXPECT_EQ(run(m, rows.data()), ATTN_OK) << attn_context_last_error(context);
  EXPECT_EQ(rows, other);
  EXPECT_EQ(rows, (std::vector<float>{1, 0, 0, 2, 1, 0}));
  expectFailure(run(n, other.data()), ATTN_E_ARGUMENT, "output 1 \"m\" overlaps input 1 \"n\"");
  expectFailure(run(m, rows.data() + 1), ATTN_E_ARGUMENT, "output 2 \"future\" overlaps input 2 \"past\"");
  n = {0, 3};
  expectFailure(run(m, other.data()), ATTN_E_CAPACITY, "input 1 \"n\"[1]: 1 rows appended to 3 pass the capacity of 3");
}

struct GenerateTest : StatesTest {
  attn_generate_options choice = {};
  struct Told {
    std::vector<std::vector<int32_t>> tokens = std::vector<std::vector<int32_t>>(2);
    int left = 1000;
  } told;

  GenerateTest() {
    capacity = {2, 4, 64};
    choice.size = sizeof(choice);
    choice.end = -1;
    choice.max_tokens = 4;
  }
  static int32_t tell(void *user, int64_t sample, int32_t token) {
    Told &told = *static_cast<Told *>(user);
    told.tokens[static_cast<size_t>(sample)].push_back(token);
    return --told.left == 0;
  }
  attn_status generate(std::vector<int32_t> prompt, int64_t length) {
    told.tokens.assign(2, {});
    attn_tensor tensor = tensorOf(prompt, ATTN_I32, {2, length});
    return attn_context_generate(context, &tensor, &choice, tell, &told);
  }
};

TEST_F(GenerateTest, FeedsThePromptThenEachToken) {
  create();
  // A prompt of more tokens than a step takes.
  ASSERT_EQ(generate({1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1}, 6), ATTN_OK) << attn_context_last_error(context);
  EXPECT_EQ(told.tokens[0], (std::vector<int32_t>{1, 2, 4, 3}));
  EXPECT_EQ(told.tokens[1], (std::vector<int32_t>{3, 1, 2, 4}));
  EXPECT_EQ(attn_context_cache_length(context, 0), 9);
  // What was chosen last begins the next prompt.
  ASSERT_EQ(generate({3, 4}, 1), ATTN_OK);
  EXPECT_EQ(told.tokens[0], (std::vector<int32_t>{1, 2, 4, 3}));
}

TEST_F(GenerateTest, EndsASampleAtItsEnd) {
  create();
  choice.end = 4;
  choice.max_tokens = 100;
  ASSERT_EQ(generate({1, 3}, 1), ATTN_OK);
  EXPECT_EQ(told.tokens[0], (std::vector<int32_t>{1, 2, 4}));
  EXPECT_EQ(told.tokens[1], (std::vector<int32_t>{3, 1, 2, 4}));
  told.left = 3;
  ASSERT_EQ(attn_context_reset(context, -1), ATTN_OK);
  ASSERT_EQ(generate({1, 3}, 1), ATTN_OK);
  EXPECT_EQ(told.tokens[0], (std::vector<int32_t>{1, 2}));
  EXPECT_EQ(told.tokens[1], (std::vector<int32_t>{3}));
  told.left = 1000;
  choice.max_tokens = 0;
  ASSERT_EQ(generate({1, 3}, 1), ATTN_OK);
  EXPECT_EQ(told.tokens[0], std::vector<int32_t>());
}

TEST_F(GenerateTest, DrawsByTheSeed) {
  create();
  choice.temperature = 2;
  choice.max_tokens = 40;
  choice.seed = 7;
  ASSERT_EQ(generate({1, 1}, 1), ATTN_OK);
  const auto first = told.tokens;
  EXPECT_NE(first[0], first[1]);
  ASSERT_EQ(attn_context_reset(context, -1), ATTN_OK);
  ASSERT_EQ(generate({1, 1}, 1), ATTN_OK);
  EXPECT_EQ(told.tokens, first);
  // Sample 1 draws with the seed after that of sample 0.
  choice.seed = 8;
  ASSERT_EQ(attn_context_reset(context, -1), ATTN_OK);
  ASSERT_EQ(generate({1, 1}, 1), ATTN_OK);
  EXPECT_EQ(told.tokens[0], first[1]);
  // One token, or so small a probability, leaves the most probable alone.
  for (int64_t k : {1, 0}) {
    choice.top_k = k;
    choice.top_p = k ? 0 : 0.1;
    choice.max_tokens = 4;
    ASSERT_EQ(attn_context_reset(context, -1), ATTN_OK);
    ASSERT_EQ(generate({1, 1}, 1), ATTN_OK);
    EXPECT_EQ(told.tokens[0], (std::vector<int32_t>{1, 2, 4, 3}));
  }
}

TEST_F(GenerateTest, TakesTheLastRowOfLogitsForEachToken) {
  fake.ports[3] = {"logits", ATTN_F32, 3, {-1, -2, 5}, {0}, 0, 0, 0, 0, 0, 0};
  fake.variantCode.main = [](attn_invocation *call) {
    std::vector<float> last(10);
    float *logits = static_cast<float *>(call->outputs[0]);
    void *outputs[] = {last.data(), call->outputs[1], call->outputs[2]};
    attn_invocation inner = *call;
    inner.outputs = outputs;
    Counter::append(&inner);
    const int64_t tokens = call->symbols[1];
    std::fill(logits, logits + 2 * tokens * 5, -1.0f);
    for (int64_t b = 0; b < 2; ++b)
      std::copy_n(last.begin() + b * 5, 5, logits + (b * tokens + tokens - 1) * 5);
  };
  create();
  ASSERT_EQ(generate({1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1}, 6), ATTN_OK) << attn_context_last_error(context);
  EXPECT_EQ(told.tokens[1], (std::vector<int32_t>{3, 1, 2, 4}));
}

TEST_F(GenerateTest, StopsWhereACacheIsFull) {
  capacity = {2, 4, 5};
  create();
  choice.max_tokens = 10;
  expectFailure(generate({1, 1, 1, 1}, 2), ATTN_E_CAPACITY,
                "input 1 \"n\"[0]: 1 rows appended to 5 pass the capacity of 5");
  EXPECT_EQ(told.tokens[0].size(), 4u);
}

TEST_F(GenerateTest, RefusesWhatItCanNotDo) {
  create();
  expectFailure(generate({1, 2, 3}, 0), ATTN_E_SHAPE,
                "prompt: shape [2,0], expected one token or more of each of 2 samples");
  expectFailure(generate({1}, 1), ATTN_E_ARGUMENT, "prompt: buffer of 4 bytes, 8 needed");
  expectFailure(generate({1, 9}, 1), ATTN_E_INDEX, "input 0 \"tokens\"[1,0]: 9 is outside [0, 4]");
  choice.top_p = 1.5;
  expectFailure(generate({1, 1}, 1), ATTN_E_ARGUMENT,
                "temperature 0, top_k 0, top_p 1.5, max_tokens 4: expected none below 0 and a top_p of at most 1");
  std::vector<float> wrong(2);
  attn_tensor tensor = tensorOf(wrong, ATTN_F32, {2, 1});
  expectFailure(attn_context_generate(context, &tensor, &choice, tell, &told), ATTN_E_DTYPE,
                "prompt: element type f32, expected i32");
  expectFailure(attn_context_generate(context, nullptr, &choice, tell, &told), ATTN_E_ARGUMENT,
                "the prompt is null or a tensor of another version");
  tensor = tensorOf(ids, ATTN_I32, {2, 1});
  expectFailure(attn_context_generate(context, &tensor, nullptr, tell, &told), ATTN_E_ARGUMENT,
                "the options are null or of another version");
  choice.top_p = 0;
  expectFailure(attn_context_generate(context, &tensor, &choice, nullptr, &told), ATTN_E_ARGUMENT,
                "the callback is null");
}

TEST_F(GenerateTest, IsForModelsThatTakeTokensAlone) {
  fake.ports[0].dtype = ATTN_F32;
  create();
  expectFailure(generate({1, 1}, 1), ATTN_E_ARGUMENT,
                "the model does not generate: expected states, one input of tokens i32 [B, N] and logits as the first "
                "output");
  attn_context_destroy(context);
  attn_model_close(model);
  fake.metadata.state_count = fake.metadata.cache_count = 0;
  create();
  expectFailure(attn_context_truncate(context, 0, 0), ATTN_E_ARGUMENT, "the model has no caches");
  EXPECT_EQ(attn_context_cache_length(context, 0), -1);
}

} // namespace
