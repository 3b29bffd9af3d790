// The npy reader and writer: round trips, every refusal by its text, and mutated files.
#include "attn/npy.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <unistd.h>

namespace {

std::string pack(const std::string &header, size_t dataBytes, int major = 1) {
  std::string file = "\x93NUMPY";
  file += static_cast<char>(major);
  file += '\0';
  for (int i = 0; i < (major == 1 ? 2 : 4); ++i)
    file += static_cast<char>(header.size() >> (8 * i));
  return file + header + std::string(dataBytes, '\1');
}

std::string dictionary(const std::string &descr, const std::string &shape, const std::string &order = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

attn_status parse(const std::string &bytes, attn_tensor &tensor, std::string &error) {
  char text[512] = "";
  std::unique_ptr<char[]> buffer(new char[bytes.size()]);
  std::memcpy(buffer.get(), bytes.data(), bytes.size());
  attn_status status = attn_npy_parse(&tensor, buffer.get(), bytes.size(), "x", text, sizeof(text));
  if (status == ATTN_OK) {
    EXPECT_EQ(static_cast<char *>(tensor.data) + tensor.bytes, buffer.get() + bytes.size());
  }
  error = text;
  return status;
}

void expectError(const std::string &bytes, const std::string &text) {
  attn_tensor tensor;
  std::string error;
  EXPECT_EQ(parse(bytes, tensor, error), ATTN_E_FILE) << text;
  EXPECT_EQ(error, "'x': " + text);
}

TEST(NpyTest, ReadsEveryTypeAndVersion) {
  const struct {
    const char *descr;
    attn_dtype dtype;
  } rows[] = {{"<f4", ATTN_F32}, {"<f8", ATTN_F64}, {"<f2", ATTN_F16}, {"|i1", ATTN_I8},
              {"|u1", ATTN_U8},  {"<i4", ATTN_I32}, {"<i8", ATTN_I64}, {"|b1", ATTN_BOOL}};
  for (auto &row : rows)
    for (int major : {1, 2, 3}) {
      attn_tensor tensor;
      std::string error;
      size_t bytes = 6 * attn_dtype_bytes(row.dtype);
      EXPECT_EQ(parse(pack(dictionary(row.descr, "(2, 3)"), bytes, major), tensor, error), ATTN_OK) << error;
      EXPECT_EQ(tensor.dtype, row.dtype);
      EXPECT_EQ(tensor.rank, 2);
      EXPECT_EQ(tensor.shape[1], 3);
      EXPECT_EQ(tensor.bytes, bytes);
    }
}

TEST(NpyTest, ReadsScalarsVectorsAndEmpty) {
  attn_tensor tensor;
  std::string error;
  EXPECT_EQ(parse(pack(dictionary("<f4", "()"), 4), tensor, error), ATTN_OK) << error;
  EXPECT_EQ(tensor.rank, 0);
  EXPECT_EQ(parse(pack(dictionary("<f4", "(3,)"), 12), tensor, error), ATTN_OK) << error;
  EXPECT_EQ(parse(pack(dictionary("<f4", "(3, 0)"), 0), tensor, error), ATTN_OK) << error;
}

TEST(NpyTest, RoundTrips) {
  std::string path = ::testing::TempDir() + "attn_npy_test_" + std::to_string(getpid()) + ".npy";
  char text[512];
  float values[6] = {1, 2, 3, 4, 5, 6};
  for (int32_t rank = 0; rank <= 2; ++rank) {
    attn_tensor tensor = {sizeof(attn_tensor), ATTN_F32, rank, 0, {rank ? 3 : 0, 2}, values, sizeof(values)}, back;
    ASSERT_EQ(attn_npy_write(path.c_str(), &tensor, text, sizeof(text)), ATTN_OK) << text;
    ASSERT_EQ(attn_npy_read(&back, path.c_str(), text, sizeof(text)), ATTN_OK) << text;
    EXPECT_EQ(back.rank, rank);
    EXPECT_EQ(back.bytes, (rank == 0 ? 1u : rank == 1 ? 3u : 6u) * 4);
    EXPECT_EQ(std::memcmp(back.data, values, back.bytes), 0);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(back.data) % 64, 0u);
    std::free(back.data);
  }
  attn_tensor tensor = {sizeof(attn_tensor), ATTN_BF16, 1, 0, {3}, values, 6};
  EXPECT_EQ(attn_npy_write(path.c_str(), &tensor, text, sizeof(text)), ATTN_E_DTYPE);
  EXPECT_EQ(text, "'" + path + "': numpy has no element type bf16");
  tensor.dtype = ATTN_F64;
  EXPECT_EQ(attn_npy_write(path.c_str(), &tensor, text, sizeof(text)), ATTN_E_ARGUMENT);
  EXPECT_EQ(text, "'" + path + "': the tensor's shape does not fit its buffer");
  tensor.dtype = ATTN_I8;
  EXPECT_EQ(attn_npy_write("/nowhere/x.npy", &tensor, text, sizeof(text)), ATTN_E_FILE);
  EXPECT_STREQ(text, "'/nowhere/x.npy': cannot write: No such file or directory");
  std::remove(path.c_str());
  EXPECT_EQ(attn_npy_read(&tensor, path.c_str(), text, sizeof(text)), ATTN_E_FILE);
  EXPECT_EQ(text, "npy '" + path + "': cannot open: No such file or directory");
}

TEST(NpyTest, RefusesFrames) {
  expectError("", "not an npy file");
  expectError("NUMPY files begin otherwise", "not an npy file");
  expectError(pack("", 0, 4), "npy version 4.0 is not supported");
  expectError(pack("", 0, 2).substr(0, 11), "file ends within the header's length");
  expectError(pack(dictionary("<f4", "(3,)"), 0).substr(0, 30), "file ends within the header");
  expectError(pack(std::string(65537, ' '), 0, 2), "header above 65536 bytes");
  expectError(pack(dictionary("<f4", "(3,)"), 11), "file holds 11 bytes of data, its header promises 12");
  expectError(pack(dictionary("<f4", "(3,)"), 13), "file holds 13 bytes of data, its header promises 12");
  expectError(pack(dictionary("<f8", "(4611686018427387905, 4)"), 32), "its size does not fit");
}

TEST(NpyTest, RefusesHeaders) {
  expectError(pack(dictionary(">f4", "(3,)"), 12), "element type '>f4' is big-endian");
  expectError(pack(dictionary("<c8", "(3,)"), 24), "element type '<c8' is not supported");
  expectError(pack(dictionary("<f4", "(3,)", "True"), 12), "Fortran order is not supported");
  expectError(pack(dictionary("<f4", "(3,)", "None"), 12), "header: expected True or False");
  expectError(pack(dictionary("<f4", "[3]"), 12), "header: expected '('");
  expectError(pack(dictionary("<f4", "(3)"), 12), "header: expected ','");
  expectError(pack(dictionary("<f4", "(-3,)"), 12), "header: expected an extent without sign");
  expectError(pack(dictionary("<f4", "(99999999999999999999,)"), 12), "header: extent does not fit");
  expectError(pack(dictionary("<f4", "(9223372036854775808,)"), 12), "header: extent does not fit");
  expectError(pack(dictionary("<f4", "(1,1,1,1,1,1,1,1,1)"), 4), "rank above 8");
  expectError(pack("[]", 0), "header: expected '{'");
  expectError(pack("{1}", 0), "header: expected a quoted string");
  expectError(pack("{'descr", 0), "header: string too long, escaped or without an end");
  expectError(pack("{'descr'}", 0), "header: expected ':'");
  expectError(pack("{'descr': '<f4' 1}", 0), "header: expected ',' or '}'");
  expectError(pack("{'other': 1}", 0), "header: unknown key");
  expectError(pack("{'descr': '<f4', 'descr': '<f4'}", 0), "header: duplicate key");
  expectError(pack("{'descr': '<f4'}", 0), "header: needs descr, fortran_order and shape");
  expectError(pack(dictionary("<f4", "(1,)") + "x", 4), "header: text after the dictionary");
}

TEST(NpyTest, SurvivesMutations) {
  static const char alphabet[] = "{}(),:'\"0123456789<|fiub \n";
  std::mt19937 random(20260102);
  const std::string good = pack(dictionary("<f4", "(2, 3)"), 24);
  int accepted = 0;
  for (int round = 0; round < 40000; ++round) {
    std::string bytes = good;
    for (unsigned edits = 1 + random() % 3; edits; --edits) {
      size_t at = random() % bytes.size();
      switch (random() % 4) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes[at] = alphabet[random() % (sizeof(alphabet) - 1)];
        break;
      case 2:
        bytes.erase(at, 1 + random() % 4);
        break;
      default:
        bytes.insert(at, 1, alphabet[random() % (sizeof(alphabet) - 1)]);
      }
      if (bytes.empty())
        bytes = good;
    }
    attn_tensor tensor;
    std::string error;
    attn_status status = parse(bytes, tensor, error);
    accepted += status == ATTN_OK;
    EXPECT_EQ(status == ATTN_OK, error.empty());
  }
  EXPECT_GT(accepted, 0);
}

} // namespace
