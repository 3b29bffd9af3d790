// Contexts: capacities, and every check before a run by its status and text.
#include "FakeModel.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <ctime>

namespace {

struct ContextTest : ::testing::Test {
  FakeModel fake;
  Options options;
  attn_model *model = nullptr;
  attn_context *context = nullptr;
  std::vector<int32_t> ids = std::vector<int32_t>(16), lengths = {8, 3}, copy = std::vector<int32_t>(16);
  std::vector<float> sums = std::vector<float>(8);
  attn_tensor in[2], out[2];

  void SetUp() override {
    for (size_t i = 0; i < ids.size(); ++i)
      ids[i] = static_cast<int32_t>(i);
    resetTensors();
    ASSERT_EQ(attn_model_open(&model, &fake.code, nullptr, &options), ATTN_OK);
    options.threads = 1;
  }
  void TearDown() override {
    attn_context_destroy(context);
    attn_model_close(model);
  }
  void resetTensors() {
    in[0] = tensorOf(ids, ATTN_I32, {2, 8});
    in[1] = tensorOf(lengths, ATTN_I32, {2});
    out[0] = tensorOf(sums, ATTN_F32, {2, 4});
    out[1] = tensorOf(copy, ATTN_I32, {2, 8});
  }
  void create() { ASSERT_EQ(attn_context_create(&context, model, &options), ATTN_OK) << options.text; }
  void expectCreate(attn_status status, const char *text) {
    attn_context *none = nullptr;
    EXPECT_EQ(attn_context_create(&none, model, &options), status);
    EXPECT_STREQ(options.text, text);
    EXPECT_EQ(none, nullptr);
  }
  /// Runs the tensors as changed by the test, expects this failure and untouched outputs, and restores them.
  void expectRun(attn_status status, const char *text) {
    sums.assign(8, -7.0f);
    EXPECT_EQ(attn_context_run(context, in, 2, out, 2), status);
    EXPECT_STREQ(attn_context_last_error(context), text);
    EXPECT_EQ(sums, std::vector<float>(8, -7.0f));
    resetTensors();
  }
};

/// Reads the byte of scratch memory that the first input names.
static void readScratch(attn_invocation *call) {
  *static_cast<float *>(call->outputs[0]) = call->arena[*static_cast<const int32_t *>(call->inputs[0])];
}

static const char *const twoKernels[] = {"first", "second", nullptr};

/// Two kernels, of which the second takes its time.
static void runTwo(attn_invocation *call) {
  attn_kernel_end(call, 0);
  timespec pause = {0, 2000000};
  nanosleep(&pause, nullptr);
  attn_kernel_end(call, 1);
}

TEST_F(ContextTest, TimesKernels) {
  fake.variantCode.main = runTwo;
  fake.variantCode.kernels = twoKernels;
  EXPECT_EQ(attn_model_kernels(model), twoKernels);
  int64_t times[3] = {0, 0, -1};
  options.kernel_nanoseconds = times;
  options.kernel_count = 1;
  expectCreate(ATTN_E_ARGUMENT, "attn_options.kernel_count is 1, the model has 2 kernels");
  options.kernel_count = 2;
  create();
  ASSERT_EQ(attn_context_run(context, in, 2, out, 2), ATTN_OK);
  const int64_t once = times[1];
  EXPECT_GE(once, 2000000);
  EXPECT_LT(times[0], once);
  ASSERT_EQ(attn_context_run(context, in, 2, out, 2), ATTN_OK);
  EXPECT_GE(times[1], once + 2000000);
  EXPECT_EQ(times[2], -1);
}

TEST_F(ContextTest, TakesNoTimesUnasked) {
  fake.variantCode.main = runTwo;
  fake.variantCode.kernels = twoKernels;
  create();
  EXPECT_EQ(attn_context_run(context, in, 2, out, 2), ATTN_OK);
}

TEST_F(ContextTest, GuardsScratch) {
  fake.variantCode.main = readScratch;
  const int32_t bytes = 8 * 512 * 4 + 64; // a multiple of 64
  for (uint32_t flags : {ATTN_GUARD_END, ATTN_GUARD_START}) {
    options.flags = flags;
    create();
    for (int32_t at : {0, bytes - 1}) {
      ids[0] = at;
      EXPECT_EQ(attn_context_run(context, in, 2, out, 2), ATTN_OK) << attn_context_last_error(context);
      EXPECT_EQ(sums[0], -1.0f); // 0xff, not zero
    }
    fake.inputs[0].checked = 0;
    ids[0] = flags == ATTN_GUARD_END ? bytes : -1;
    EXPECT_DEATH(attn_context_run(context, in, 2, out, 2), "");
    attn_context_destroy(context);
    context = nullptr;
  }
}

TEST_F(ContextTest, Runs) {
  create();
  EXPECT_EQ(attn_context_arena_bytes(context), 8u * 512 * 4 + 64);
  errno = 42;
  EXPECT_EQ(attn_context_run(context, in, 2, out, 2), ATTN_OK) << attn_context_last_error(context);
  EXPECT_EQ(errno, 42);
  EXPECT_EQ(sums, (std::vector<float>{28, 28, 28, 28, 27, 27, 27, 27}));
  EXPECT_EQ(copy, ids);
  EXPECT_STREQ(attn_context_last_error(context), "");
}

TEST_F(ContextTest, ServesZeroExtentsWithNullData) {
  create();
  lengths = {0, 0};
  resetTensors();
  in[0].shape[1] = out[1].shape[1] = 0;
  in[0].data = out[1].data = nullptr;
  in[0].bytes = out[1].bytes = 0;
  EXPECT_EQ(attn_context_run(context, in, 2, out, 2), ATTN_OK) << attn_context_last_error(context);
  EXPECT_EQ(sums, std::vector<float>(8, 0.0f));
}

TEST_F(ContextTest, ResolvesCapacity) {
  const int64_t small[] = {2, 8};
  options.capacity = small;
  options.capacity_count = 2;
  create();
  EXPECT_EQ(attn_context_arena_bytes(context), 2u * 8 * 4 + 64);
  EXPECT_EQ(attn_context_run(context, in, 2, out, 2), ATTN_OK);
  in[0].shape[1] = 9;
  expectRun(ATTN_E_CAPACITY, "input 0 \"ids\": dimension S is 9, the context was created for 8");
}

TEST_F(ContextTest, RefusesCapacities) {
  int64_t capacity[] = {9, 0, 0};
  options.capacity = capacity;
  options.capacity_count = 2;
  expectCreate(ATTN_E_CAPACITY, "dimension \"B\": capacity 9 is outside [1, 8]");
  capacity[0] = -3;
  expectCreate(ATTN_E_CAPACITY, "dimension \"B\": capacity -3 is outside [1, 8]");
  fake.symbols[0].maximum = 0;
  expectCreate(ATTN_E_CAPACITY, "dimension \"B\": capacity -3 is below the minimum 1");
  capacity[0] = 0;
  expectCreate(ATTN_E_CAPACITY,
               "dimension \"B\" has no bound: set attn_options.capacity or compile with --bind B=1..N");
  options.capacity_count = 3;
  expectCreate(ATTN_E_ARGUMENT, "attn_options.capacity_count is 3, the model has 2 dimensions");
}

TEST_F(ContextTest, RefusesImpossibleArenas) {
  fake.variantCode.arena_bytes = [](const int64_t *, int64_t) { return UINT64_MAX; };
  expectCreate(ATTN_E_MEMORY, "the scratch memory for these capacities exceeds the address space");
  fake.variantCode.arena_bytes = [](const int64_t *, int64_t) { return UINT64_C(1) << 60; };
  expectCreate(ATTN_E_MEMORY, "cannot allocate 1152921504606846976 bytes of scratch memory");
  fake.variantCode.arena_bytes = [](const int64_t *, int64_t) { return UINT64_MAX - 1; };
  expectCreate(ATTN_E_MEMORY, "cannot allocate 18446744073709551614 bytes of scratch memory");
  EXPECT_EQ(attn_context_create(&context, nullptr, &options), ATTN_E_ARGUMENT);
  EXPECT_STREQ(options.text, "the model pointer is null");
}

TEST_F(ContextTest, AlignsLargeArenas) {
  fake.variantCode.arena_bytes = [](const int64_t *, int64_t) { return UINT64_C(5000000); };
  fake.variantCode.main = [](attn_invocation *call) {
    static_cast<float *>(call->outputs[0])[0] = reinterpret_cast<uintptr_t>(call->arena) % (2u << 20) ? 0.0f : 1.0f;
    std::memset(call->arena, 1, 5000000);
  };
  create();
  EXPECT_EQ(attn_context_run(context, in, 2, out, 2), ATTN_OK);
  EXPECT_EQ(sums[0], 1.0f);
}

TEST_F(ContextTest, ChecksTensors) {
  create();
  EXPECT_EQ(attn_context_run(nullptr, in, 2, out, 2), ATTN_E_ARGUMENT);
  EXPECT_EQ(attn_context_run(context, in, 1, out, 2), ATTN_E_ARGUMENT);
  EXPECT_STREQ(attn_context_last_error(context), "1 inputs given, the model has 2");
  EXPECT_EQ(attn_context_run(context, nullptr, 2, out, 2), ATTN_E_ARGUMENT);
  EXPECT_STREQ(attn_context_last_error(context), "the inputs pointer is null");
  EXPECT_EQ(attn_context_run(context, in, 2, out, 3), ATTN_E_ARGUMENT);
  EXPECT_STREQ(attn_context_last_error(context), "3 outputs given, the model has 2");
  in[1].size = 8;
  expectRun(ATTN_E_ARGUMENT, "input 1 \"lengths\": attn_tensor.size is 8, expected 96");
  in[0].dtype = ATTN_I64;
  expectRun(ATTN_E_DTYPE, "input 0 \"ids\": element type i64, expected i32");
  out[0].dtype = ATTN_BF16;
  expectRun(ATTN_E_DTYPE, "output 0 \"sums\": element type bf16, expected f32");
  in[0].rank = 9;
  expectRun(ATTN_E_SHAPE, "input 0 \"ids\": rank 9, expected 2");
  in[0].bytes = 60;
  expectRun(ATTN_E_ARGUMENT, "input 0 \"ids\": buffer of 60 bytes, 64 needed");
  out[0].data = nullptr;
  expectRun(ATTN_E_ARGUMENT, "output 0 \"sums\": data is null");
  in[0].data = reinterpret_cast<void *>(~uintptr_t(15));
  expectRun(ATTN_E_ARGUMENT, "input 0 \"ids\": buffer passes the end of memory");
}

TEST_F(ContextTest, ChecksShapes) {
  create();
  in[1].shape[0] = 3;
  expectRun(ATTN_E_SHAPE, "input 1 \"lengths\": shape [3], expected [2] (dimension B is 2, from input 0 \"ids\")");
  out[0].shape[1] = 5;
  expectRun(ATTN_E_SHAPE, "output 0 \"sums\": shape [2,5], expected [2,4]");
  out[1].shape[1] = 7;
  expectRun(ATTN_E_SHAPE, "output 1 \"copy\": shape [2,7], expected [2,8] (dimension S is 8, from input 0 \"ids\")");
  in[0].shape[0] = 0;
  expectRun(ATTN_E_SHAPE, "input 0 \"ids\": dimension B is 0, the minimum is 1");
  in[0].shape[1] = -1;
  expectRun(ATTN_E_SHAPE, "input 0 \"ids\": dimension S is -1, the minimum is 0");
  in[0].shape[0] = 9;
  expectRun(ATTN_E_SHAPE, "input 0 \"ids\": dimension B is 9, the maximum is 8");
  fake.symbols[1].multiple = 3;
  expectRun(ATTN_E_SHAPE, "input 0 \"ids\": dimension S is 8, expected a multiple of 3");
  fake.symbols[1].multiple = 0; // of a model whose sizes are any
  fake.inputs[0].dims[0] = 7;
  expectRun(ATTN_E_SHAPE, "input 0 \"ids\": shape [2,8], expected [7,S]");
  fake.inputs[1].dims[0] = 2;
  fake.inputs[0].dims[0] = 2;
  expectRun(ATTN_E_SHAPE, "dimension \"B\" is given by no input");
}

TEST_F(ContextTest, ChecksSizesThatWrap) {
  fake.symbols[0].maximum = fake.symbols[1].maximum = INT64_MAX;
  fake.variantCode.arena_bytes = [](const int64_t *, int64_t) { return UINT64_C(64); };
  create();
  in[0].shape[0] = in[1].shape[0] = (INT64_C(1) << 62) + 1;
  in[0].shape[1] = 4;
  expectRun(ATTN_E_SHAPE, "input 0 \"ids\": its size does not fit");
}

TEST_F(ContextTest, ChecksOverlaps) {
  create();
  out[1].data = ids.data();
  expectRun(ATTN_E_ARGUMENT, "output 1 \"copy\" overlaps input 0 \"ids\"");
  out[0].data = copy.data() + 15;
  expectRun(ATTN_E_ARGUMENT, "output 1 \"copy\" overlaps output 0 \"sums\"");
}

TEST_F(ContextTest, ChecksIndices) {
  create();
  ids[7] = 40000;
  expectRun(ATTN_E_INDEX, "input 0 \"ids\"[0,7]: 40000 is outside [0, 30521]");
  ids[7] = 30521;
  ids[15] = -1;
  expectRun(ATTN_E_INDEX, "input 0 \"ids\"[1,7]: -1 is outside [0, 30521]");
  ids[15] = 0;
  lengths[1] = 9;
  expectRun(ATTN_E_INDEX, "input 1 \"lengths\"[1]: 9 is outside [0, 8]");
  lengths[1] = 8;
  EXPECT_EQ(attn_context_run(context, in, 2, out, 2), ATTN_OK);
}

TEST_F(ContextTest, ChecksIndicesOfEveryType) {
  create();
  fake.inputs[1].checked = 0;
  auto check = [&](auto sample, attn_dtype dtype) {
    std::vector<decltype(sample)> values(16, 1);
    values[3] = sample;
    fake.inputs[0].dtype = dtype;
    fake.inputs[0].upper = 1;
    in[0] = tensorOf(values, dtype, {2, 8});
    std::string text = "input 0 \"ids\"[0,3]: " + std::to_string(static_cast<int64_t>(sample)) + " is outside [0, 1]";
    expectRun(ATTN_E_INDEX, text.c_str());
  };
  check(int64_t(INT64_MIN), ATTN_I64);
  check(int64_t(INT64_MAX), ATTN_I64);
  check(int8_t(-128), ATTN_I8);
  check(uint8_t(200), ATTN_U8);
  check(uint8_t(2), ATTN_BOOL);
  check(int32_t(INT32_MIN), ATTN_I32);
}

TEST_F(ContextTest, AcceptsUnalignedData) {
  create();
  std::vector<char> bytes(65);
  std::memcpy(bytes.data() + 1, ids.data(), 64);
  in[0].data = bytes.data() + 1;
  fake.variantCode.main = [](attn_invocation *) {};
  EXPECT_EQ(attn_context_run(context, in, 2, out, 2), ATTN_OK);
}

TEST_F(ContextTest, TellsOutputShapes) {
  create();
  attn_tensor shapes[2] = {};
  in[0].data = nullptr;
  EXPECT_EQ(attn_context_output_shapes(context, in, 2, shapes, 2), ATTN_OK);
  EXPECT_EQ(shapes[0].size, sizeof(attn_tensor));
  EXPECT_EQ(shapes[0].dtype, ATTN_F32);
  EXPECT_EQ(shapes[1].rank, 2);
  EXPECT_EQ(shapes[1].shape[1], 8);
  EXPECT_EQ(shapes[0].bytes, 32u);
  EXPECT_EQ(attn_context_output_shapes(context, in, 2, shapes, 1), ATTN_E_ARGUMENT);
  EXPECT_STREQ(attn_context_last_error(context), "1 outputs given, the model has 2");
  in[1].shape[0] = 5;
  EXPECT_EQ(attn_context_output_shapes(context, in, 2, shapes, 2), ATTN_E_SHAPE);
}

/// The model calls back into its own context, as a second thread would in the middle of a run.
attn_context *reentered;
attn_status reentry;

TEST_F(ContextTest, RefusesConcurrentUse) {
  create();
  reentered = context;
  fake.variantCode.main = [](attn_invocation *) { reentry = attn_context_run(reentered, nullptr, 0, nullptr, 0); };
  EXPECT_EQ(attn_context_run(context, in, 2, out, 2), ATTN_OK);
  EXPECT_EQ(reentry, ATTN_E_BUSY);
  EXPECT_EQ(attn_context_run(context, in, 2, out, 2), ATTN_OK);
}

} // namespace
