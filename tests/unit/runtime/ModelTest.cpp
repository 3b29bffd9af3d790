// Opening models: every refusal of code, processor and weights, by its text.
#include "FakeModel.h"

#include "runtime/Cpu.h"
#include "runtime/Model.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <unistd.h>

namespace {

struct ModelTest : ::testing::Test {
  FakeModel fake;
  Options options;
  std::string path = ::testing::TempDir() + "attn_model_test_" + std::to_string(getpid()) + ".weights";
  attn_weights_header header = {};

  ModelTest() {
    std::memcpy(header.magic, ATTN_WEIGHTS_MAGIC, 8);
    header.version = ATTN_WEIGHTS_VERSION;
    header.data_offset = ATTN_WEIGHTS_DATA_OFFSET;
    header.bytes = 100;
    std::memcpy(header.id, fake.id, 32);
    fake.metadata.weights_bytes = 100;
  }
  ~ModelTest() override { std::remove(path.c_str()); }

  void write(size_t fileBytes) {
    std::vector<char> bytes(std::max(fileBytes, sizeof(header)), 0);
    std::memcpy(bytes.data(), &header, sizeof(header));
    float first = 0.5f;
    if (fileBytes >= 4100)
      std::memcpy(bytes.data() + 4096, &first, 4);
    FILE *file = std::fopen(path.c_str(), "wb");
    ASSERT_NE(file, nullptr);
    std::fwrite(bytes.data(), 1, fileBytes, file);
    std::fclose(file);
  }
  /// Opens and expects this failure; "PATH" in the text stands for the file.
  void expectFailure(attn_status status, std::string text, const char *openPath) {
    for (size_t at; (at = text.find("PATH")) != std::string::npos;)
      text.replace(at, 4, path);
    for (uint32_t flags : {0u, uint32_t(ATTN_LOAD_COPY)}) {
      attn_model *model = nullptr;
      options.flags = flags;
      EXPECT_EQ(attn_model_open(&model, &fake.code, openPath, &options), status);
      EXPECT_EQ(options.text, text);
      EXPECT_EQ(model, nullptr);
    }
  }
};

TEST_F(ModelTest, MapsCopiesAndEmbedsTheSameWeights) {
  write(4196);
  std::vector<char> image(4196 + 4096);
  char *aligned = reinterpret_cast<char *>((reinterpret_cast<uintptr_t>(image.data()) + 63) & ~uintptr_t(63));
  std::memcpy(aligned, &header, sizeof(header));
  float first = 0.5f;
  std::memcpy(aligned + 4096, &first, 4);
  for (int way = 0; way < 3; ++way) {
    options.flags = way == 1 ? ATTN_LOAD_COPY : 0;
    fake.code.embedded_weights = way == 2 ? aligned : nullptr;
    attn_model *model;
    attn_context *context;
    ASSERT_EQ(attn_model_open(&model, &fake.code, way == 2 ? nullptr : path.c_str(), &options), ATTN_OK)
        << options.text;
    ASSERT_EQ(attn_context_create(&context, model, &options), ATTN_OK) << options.text;
    std::vector<int32_t> ids = {3, 4, 5}, lengths = {2}, copy(3);
    std::vector<float> sums(4);
    attn_tensor in[] = {tensorOf(ids, ATTN_I32, {1, 3}), tensorOf(lengths, ATTN_I32, {1})};
    attn_tensor out[] = {tensorOf(sums, ATTN_F32, {1, 4}), tensorOf(copy, ATTN_I32, {1, 3})};
    EXPECT_EQ(attn_context_run(context, in, 2, out, 2), ATTN_OK) << attn_context_last_error(context);
    EXPECT_EQ(sums[3], 7.5f);
    EXPECT_EQ(copy, ids);
    attn_context_destroy(context);
    attn_model_close(model);
  }
  fake.code.embedded_weights = aligned + 1;
  std::memmove(aligned + 1, aligned, 4100);
  expectFailure(ATTN_E_FILE, "weights 'embedded': not aligned to 64 bytes in the program", nullptr);
}

TEST_F(ModelTest, RefusesFiles) {
  expectFailure(ATTN_E_FILE, "weights 'PATH': cannot open: No such file or directory", path.c_str());
  expectFailure(ATTN_E_ARGUMENT, "model 'fake' needs a weights file, the path is null", nullptr);
  expectFailure(ATTN_E_FILE, "weights '/': not a regular file", "/");
  write(10);
  expectFailure(ATTN_E_FILE, "weights 'PATH': file holds 10 bytes, a header needs 56", path.c_str());
  write(100);
  expectFailure(ATTN_E_FILE, "weights 'PATH': file holds 100 bytes, its header promises 4196", path.c_str());
  write(4197);
  expectFailure(ATTN_E_FILE, "weights 'PATH': file holds 4197 bytes, its header promises 4196", path.c_str());
}

// The file holds 0x3f000000, the bits of 0.5, then zeros.
TEST_F(ModelTest, RefusesIntegers) {
  write(4196);
  attn_weight_check checks[] = {{"fine", 4, 24, 0, 0, 1, 0}, {"table[1]", 0, 2, -1, 0x3effffff, 0, 0}};
  fake.metadata.weight_checks = checks;
  fake.metadata.weight_check_count = 2;
  expectFailure(ATTN_E_FILE, "weights 'PATH': \"table[1]\"[0]: 1056964608 is outside [-1, 1056964607]", path.c_str());
  checks[1] = {"rows", 0, 2, 0x3f000000, 9, 1, 0};
  expectFailure(ATTN_E_FILE, "weights 'PATH': \"rows\"[1]: 0, expected no less than 1056964608", path.c_str());
  checks[1] = {"rows", 4, 2, 1, 9, 1, 0};
  expectFailure(ATTN_E_FILE, "weights 'PATH': \"rows\"[0]: 0, expected 1", path.c_str());
  checks[1] = {"rows", 4, 2, 0, 9, 1, 0};
  expectFailure(ATTN_E_FILE, "weights 'PATH': \"rows\"[1]: 0, expected 9", path.c_str());
}

TEST_F(ModelTest, RefusesHeaders) {
  const attn_weights_header good = header;
  auto refuse = [&](attn_weights_header changed, const char *text, size_t bytes = 4196) {
    header = changed;
    write(bytes);
    expectFailure(ATTN_E_FILE, text, path.c_str());
  };
  attn_weights_header changed = good;
  changed.magic[0] = 'X';
  refuse(changed, "weights 'PATH': not a packed weights file");
  changed = good;
  changed.version = 2;
  refuse(changed, "weights 'PATH': format version 2, expected 1");
  changed = good;
  changed.data_offset = 64;
  refuse(changed, "weights 'PATH': data begins at byte 64, expected 4096");
  changed = good;
  changed.id[31] = 9;
  refuse(changed, "weights 'PATH': packed for another model than 'fake', or for another build of it");
  changed = good;
  changed.bytes = UINT64_MAX - 100;
  refuse(changed, "weights 'PATH': the header promises more bytes than any file holds");
  changed = good;
  changed.bytes = 96;
  refuse(changed, "weights 'PATH': holds 96 bytes of data, the model needs 100", 4192);
}

TEST_F(ModelTest, RefusesCode) {
  attn_model *model;
  fake.code.abi_version = 1;
  expectFailure(ATTN_E_ARGUMENT, "the model was compiled for ABI version 1, this runtime has version 5", nullptr);
  fake.code.abi_version = ATTN_ABI_VERSION;
  fake.code.size = 8;
  expectFailure(ATTN_E_ARGUMENT, "the model's code description holds 8 and 136 bytes, expected 32 and 136", nullptr);
  fake.code.size = sizeof(fake.code);
  fake.code.variants = nullptr;
  expectFailure(ATTN_E_ARGUMENT, "the model has no code", nullptr);
  fake.code.metadata = nullptr;
  expectFailure(ATTN_E_ARGUMENT, "the model's code is null", nullptr);
  EXPECT_EQ(attn_model_open(nullptr, &fake.code, nullptr, &options), ATTN_E_ARGUMENT);
  EXPECT_STREQ(options.text, "the result pointer is null");
  options.size = 4;
  EXPECT_EQ(attn_model_open(&model, &fake.code, nullptr, &options), ATTN_E_ARGUMENT);
}

TEST_F(ModelTest, RefusesOptions) {
  attn_model *model;
  options.flags = 24;
  EXPECT_EQ(attn_model_open(&model, &fake.code, nullptr, &options), ATTN_E_ARGUMENT);
  EXPECT_STREQ(options.text, "attn_options.flags: 0x18 holds unknown bits");
  options.flags = 0;
  options.threads = -1;
  EXPECT_EQ(attn_model_open(&model, &fake.code, nullptr, &options), ATTN_E_ARGUMENT);
  EXPECT_STREQ(options.text, "attn_options.threads: -1 is outside [0, 1024]");
  options.threads = 0;
  options.capacity_count = 1;
  EXPECT_EQ(attn_model_open(&model, &fake.code, nullptr, &options), ATTN_E_ARGUMENT);
  EXPECT_STREQ(options.text, "attn_options.capacity is null, capacity_count is 1");
  options.capacity_count = 0;
  options.kernel_count = 2;
  EXPECT_EQ(attn_model_open(&model, &fake.code, nullptr, &options), ATTN_E_ARGUMENT);
  EXPECT_STREQ(options.text, "attn_options.kernel_nanoseconds is null, kernel_count is 2");
}

TEST_F(ModelTest, NamesMissingInstructionSets) {
  fake.variant.cpu_features = UINT64_C(1) << 40;
  expectFailure(ATTN_E_CPU, "model 'fake' was compiled for x86-64; this processor lacks unknown features 0x10000000000",
                nullptr);
  char buffer[200];
  attn::Text text(buffer, sizeof(buffer));
  attn::appendCpuNames(text, 0x7f);
  EXPECT_STREQ(buffer, "sse4.2, avx, avx2, fma, avx512, avx512_vnni, avx512_bf16");
}

/// Two variants, the most demanding first, on processors that are made up.
struct VariantTest : ::testing::Test {
  FakeModel fake;
  const uint64_t v3 = ATTN_CPU_SSE42 | ATTN_CPU_AVX | ATTN_CPU_AVX2 | ATTN_CPU_FMA, v4 = v3 | ATTN_CPU_AVX512;
  const attn_variant variants[2] = {{"x86-64-v4", v4}, {"x86-64-v3", v3}};
  char buffer[300] = "";

  VariantTest() {
    fake.metadata.variants = variants;
    fake.metadata.variant_count = 2;
  }
  /// The target taken, or the text of the failure.
  std::string choose(const char *wanted, uint64_t features, attn_status expected = ATTN_OK) {
    attn::Text text(buffer, sizeof(buffer));
    uint32_t chosen = 99;
    EXPECT_EQ(attn::chooseVariant(chosen, fake.metadata, wanted, features, text), expected);
    return expected == ATTN_OK ? variants[chosen].target : buffer;
  }
};

TEST_F(VariantTest, TakesTheFirstThatRuns) {
  EXPECT_EQ(choose(nullptr, v4 | ATTN_CPU_AVX512_BF16), "x86-64-v4");
  EXPECT_EQ(choose(nullptr, v4), "x86-64-v4");
  EXPECT_EQ(choose(nullptr, v4 & ~uint64_t(ATTN_CPU_FMA), ATTN_E_CPU),
            "model 'fake' was compiled for x86-64-v4; this processor lacks fma; for x86-64-v3 it lacks fma");
  EXPECT_EQ(choose(nullptr, v3), "x86-64-v3");
  EXPECT_EQ(choose(nullptr, ATTN_CPU_SSE42, ATTN_E_CPU),
            "model 'fake' was compiled for x86-64-v4; this processor lacks avx, avx2, fma, avx512; for x86-64-v3 it "
            "lacks avx, avx2, fma");
}

TEST_F(VariantTest, TakesTheOneThatIsNamed) {
  EXPECT_EQ(choose("x86-64-v3", v4), "x86-64-v3");
  EXPECT_EQ(choose("x86-64-v4", v4), "x86-64-v4");
  EXPECT_EQ(choose("x86-64-v4", v3, ATTN_E_CPU),
            "model 'fake' was compiled for x86-64-v4; this processor lacks avx512");
  EXPECT_EQ(choose("avx2", v4, ATTN_E_ARGUMENT),
            "attn_options.variant: model 'fake' has no variant 'avx2'; it has x86-64-v4, x86-64-v3");
}

/// What differs between variants, the size of the arena and the code, is the chosen one's.
TEST(VariantCodeTest, RunsTheChosenOne) {
  static int runs[2];
  static const attn_variant_code codes[] = {
      {[](const int64_t *, int64_t) { return uint64_t(640); }, [](attn_invocation *) { ++runs[0]; }, nullptr},
      {[](const int64_t *, int64_t) { return uint64_t(64); }, [](attn_invocation *) { ++runs[1]; }, nullptr}};
  const attn_variant variants[] = {{"wide", 0}, {"narrow", 0}};
  FakeModel fake;
  fake.metadata.variants = variants;
  fake.metadata.variant_count = 2;
  fake.code.variants = codes;
  EXPECT_EQ(attn_model_variant(&fake.code, nullptr), &variants[0]);
  for (int wanted : {0, 1}) {
    Options options;
    options.variant = wanted ? "narrow" : nullptr;
    attn_model *model;
    attn_context *context;
    ASSERT_EQ(attn_model_open(&model, &fake.code, nullptr, &options), ATTN_OK);
    EXPECT_EQ(attn_model_variant(&fake.code, model), &variants[wanted]);
    ASSERT_EQ(attn_context_create(&context, model, &options), ATTN_OK);
    EXPECT_EQ(attn_context_arena_bytes(context), wanted ? 64u : 640u);
    std::vector<int32_t> ids(6, 1), lengths(2, 3), copy(6);
    std::vector<float> sums(8);
    attn_tensor in[] = {tensorOf(ids, ATTN_I32, {2, 3}), tensorOf(lengths, ATTN_I32, {2})};
    attn_tensor out[] = {tensorOf(sums, ATTN_F32, {2, 4}), tensorOf(copy, ATTN_I32, {2, 3})};
    EXPECT_EQ(attn_context_run(context, in, 2, out, 2), ATTN_OK);
    attn_context_destroy(context);
    attn_model_close(model);
  }
  EXPECT_EQ(runs[0], 1);
  EXPECT_EQ(runs[1], 1);
  fake.metadata.variant_count = 1;
  const attn_variant beyond = {"beyond", UINT64_C(1) << 40};
  fake.metadata.variants = &beyond;
  EXPECT_EQ(attn_model_variant(&fake.code, nullptr), nullptr);
}

TEST(CpuTest, AgreesWithTheCompilersView) {
  uint64_t features = attn::cpuFeatures();
  __builtin_cpu_init();
  EXPECT_EQ(bool(features & ATTN_CPU_AVX), bool(__builtin_cpu_supports("avx")));
  EXPECT_EQ(bool(features & ATTN_CPU_AVX2), bool(__builtin_cpu_supports("avx2")));
  EXPECT_EQ(bool(features & ATTN_CPU_FMA), bool(__builtin_cpu_supports("fma")));
  EXPECT_EQ(bool(features & ATTN_CPU_AVX512), __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                                                  __builtin_cpu_supports("avx512cd") &&
                                                  __builtin_cpu_supports("avx512dq") &&
                                                  __builtin_cpu_supports("avx512vl"));
  EXPECT_EQ(bool(features & ATTN_CPU_AVX512_VNNI), bool(__builtin_cpu_supports("avx512vnni")));
}

TEST(TextTest, IsBoundedAndPrintable) {
  char buffer[6] = "xxxxx";
  attn::Text text(buffer, sizeof(buffer));
  text.append("a\x1b%s", "[31m");
  EXPECT_STREQ(buffer, "a?[31");
  attn::Text none(nullptr, 100);
  none.append("nothing %d", 1);
  EXPECT_EQ(none.used, 0u);
}

TEST(TypesTest, NamesAndSizes) {
  EXPECT_STREQ(attn_status_name(ATTN_E_BUSY), "busy");
  EXPECT_STREQ(attn_status_name(99), "unknown");
  const uint64_t bytes[] = {0, 4, 8, 2, 2, 1, 1, 4, 8, 1, 0};
  const char *names[] = {"unknown", "f32", "f64", "bf16", "f16", "i8", "u8", "i32", "i64", "bool", "unknown"};
  for (int32_t type = 0; type <= 10; ++type) {
    EXPECT_EQ(attn_dtype_bytes(type), bytes[type]);
    EXPECT_STREQ(attn_dtype_name(type), names[type]);
  }
}

} // namespace
