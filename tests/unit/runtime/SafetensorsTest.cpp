// The safetensors reader: what it lists, every refusal by its text, and mutated files that must never crash it.
#include "attn/safetensors.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <unistd.h>

namespace {

std::string pack(const std::string &header, size_t dataBytes, uint64_t headerBytes) {
  std::string file(8, '\0');
  for (int i = 0; i < 8; ++i)
    file[i] = static_cast<char>(headerBytes >> (8 * i));
  return file + header + std::string(dataBytes, 'd');
}
std::string pack(const std::string &header, size_t dataBytes = 0) { return pack(header, dataBytes, header.size()); }

using File = std::unique_ptr<attn_safetensors, void (*)(attn_safetensors *)>;

/// Opens a copy in a buffer of exactly the file's size, so that a sanitizer sees any read past it.
File open(const std::string &bytes, std::unique_ptr<char[]> &buffer, std::string &error) {
  char text[512] = "";
  buffer.reset(new char[bytes.size()]);
  std::memcpy(buffer.get(), bytes.data(), bytes.size());
  attn_safetensors *file = nullptr;
  attn_status status = attn_safetensors_open_memory(&file, buffer.get(), bytes.size(), "x", text, sizeof(text));
  EXPECT_EQ(status == ATTN_OK, file != nullptr);
  EXPECT_EQ(status == ATTN_OK, text[0] == '\0');
  error = text;
  return File(file, attn_safetensors_close);
}

void expectError(const std::string &bytes, const std::string &text) {
  std::unique_ptr<char[]> buffer;
  std::string error;
  EXPECT_FALSE(open(bytes, buffer, error)) << text;
  EXPECT_EQ(error, "'x': " + text);
}

std::string one(const std::string &members) { return "{\"a\":{" + members + "}}"; }

const char kGood[] = R"({"__metadata__":{"format":"pt","note":"\u00e9\ud83d\ude00"},)"
                     R"("w.b":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
                     R"("w.a":{"dtype":"I64","shape":[],"data_offsets":[24,32]},)"
                     R"("\u0041":{"dtype":"I16","shape":[0,5],"data_offsets":[32,32]} }  )";

TEST(SafetensorsTest, ListsTensors) {
  std::unique_ptr<char[]> buffer;
  std::string error;
  File file = open(pack(kGood, 32), buffer, error);
  ASSERT_TRUE(file) << error;
  ASSERT_EQ(attn_safetensors_count(file.get()), 3u);
  EXPECT_STREQ(attn_safetensors_at(file.get(), 0)->name, "A");
  EXPECT_STREQ(attn_safetensors_at(file.get(), 1)->name, "w.a");
  EXPECT_EQ(attn_safetensors_at(file.get(), 3), nullptr);
  const attn_safetensors_tensor *weight = attn_safetensors_find(file.get(), "w.b");
  ASSERT_NE(weight, nullptr);
  EXPECT_EQ(weight->dtype, ATTN_F32);
  EXPECT_EQ(weight->rank, 2);
  EXPECT_EQ(weight->shape[1], 3);
  EXPECT_EQ(weight->bytes, 24u);
  EXPECT_EQ(weight->data, buffer.get() + 8 + sizeof(kGood) - 1);
  EXPECT_EQ(attn_safetensors_find(file.get(), "A")->dtype, 0);
  EXPECT_STREQ(attn_safetensors_find(file.get(), "A")->type_name, "I16");
  EXPECT_EQ(attn_safetensors_find(file.get(), "w"), nullptr);
}

TEST(SafetensorsTest, ReadsAFile) {
  std::string path = ::testing::TempDir() + "attn_safetensors_test_" + std::to_string(getpid());
  char text[512];
  attn_safetensors *file;
  EXPECT_EQ(attn_safetensors_open(&file, path.c_str(), text, sizeof(text)), ATTN_E_FILE);
  EXPECT_EQ(text, "safetensors '" + path + "': cannot open: No such file or directory");
  std::string bytes = pack(kGood, 32);
  FILE *out = std::fopen(path.c_str(), "wb");
  std::fwrite(bytes.data(), 1, bytes.size(), out);
  std::fclose(out);
  ASSERT_EQ(attn_safetensors_open(&file, path.c_str(), text, sizeof(text)), ATTN_OK) << text;
  EXPECT_EQ(attn_safetensors_count(file), 3u);
  attn_safetensors_close(file);
  std::remove(path.c_str());
}

TEST(SafetensorsTest, AcceptsAnEmptyList) {
  std::unique_ptr<char[]> buffer;
  std::string error;
  EXPECT_TRUE(open(pack("{}"), buffer, error)) << error;
}

TEST(SafetensorsTest, RefusesSizes) {
  expectError("abc", "file holds 3 bytes, the header's length needs 8");
  expectError(pack("{}", 0, 100000001), "header of 100000001 bytes, the limit is 100000000");
  expectError(pack("{}", 0, 3), "header of 3 bytes, the file holds 2 after its length");
  expectError(pack(""), "the header does not begin with '{'");
  expectError(pack(" {}"), "the header does not begin with '{'");
  expectError(pack(one(R"("dtype":"U8","shape":[4],"data_offsets":[0,4])"), 3),
              "file holds 3 bytes of data, its header promises 4");
  expectError(pack(one(R"("dtype":"U8","shape":[4],"data_offsets":[0,4])"), 6),
              "2 trailing bytes after the last tensor");
  expectError(pack(one(R"("dtype":"F32","shape":[2],"data_offsets":[0,4])"), 4),
              "tensor \"a\": data_offsets hold 4 bytes, its shape needs 8");
  expectError(pack(one(R"("dtype":"F32","shape":[1],"data_offsets":[4,0])"), 4),
              "tensor \"a\": data_offsets end before they begin");
  expectError(pack(one(R"("dtype":"F32","shape":[4611686018427387905,4],"data_offsets":[0,16])"), 16),
              "tensor \"a\": its size does not fit");
  expectError(pack(one(R"("dtype":"F32","shape":[0,4611686018427387905,4],"data_offsets":[0,0])")),
              "tensor \"a\": its size does not fit");
  expectError(pack(one(R"("dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,0])")),
              "tensor \"a\": extent does not fit");
}

TEST(SafetensorsTest, RefusesLayouts) {
  auto two = [](const char *first, const char *second, const char *name = "b") {
    return std::string("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":") + first + "},\"" + name +
           "\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":" + second + "}}";
  };
  expectError(pack(two("[0,4]", "[2,6]"), 6), "tensor \"b\": begins at data byte 2, overlaps the one that ends at 4");
  expectError(pack(two("[0,4]", "[6,10]"), 10), "tensor \"b\": begins at data byte 6, leaves a hole after 4");
  expectError(pack(two("[0,4]", "[4,8]", "a"), 8), "tensor \"a\": named twice");
  expectError(pack(two("[0,4]", "[4,8]", "\\u0061"), 8), "tensor \"a\": named twice");
}

TEST(SafetensorsTest, RefusesTensors) {
  expectError(pack(one(R"("dtype":"F31","shape":[],"data_offsets":[0,4])"), 4), "tensor \"a\": unknown dtype \"F31\"");
  expectError(pack(one(R"("dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1])"), 1),
              "tensor \"a\": rank above 8");
  expectError(pack(one(R"("dtype":"U8","shape":[1],"extra":[0,1])"), 1), "tensor \"a\": unknown key");
  expectError(pack(one(R"("dtype":"U8","dtype":"U8")"), 1), "tensor \"a\": duplicate key");
  expectError(pack(one(R"("dtype":"U8","shape":[1])"), 1), "tensor \"a\": needs dtype, shape and data_offsets");
  expectError(pack(R"({"a":[]})"), "header byte 5: expected '{'");
  expectError(pack(R"({"__metadata__":{},"__metadata__":{}})"), "header byte 34: a second __metadata__");
  expectError(pack(R"({"__metadata__":{"a":{"b":1}}})"), "header byte 21: expected '\"'");
  expectError(pack(R"({"a":{"shape":[[[[1]]]]}})"), "header byte 15: expected a number without sign");
  expectError(pack(R"({"a":{"shape":[-1]}})"), "header byte 15: expected a number without sign");
  expectError(pack(R"({"a":{"shape":[1.5]}})"), "header byte 16: expected a whole number");
  expectError(pack(R"({"a":{"shape":[01]}})"), "header byte 17: number with a leading zero");
  expectError(pack(R"({"a":{"shape":[18446744073709551616]}})"), "header byte 34: number does not fit 64 bits");
}

TEST(SafetensorsTest, RefusesText) {
  expectError(pack("{"), "header byte 1: expected '\"'");
  expectError(pack("{\"a"), "header byte 3: the header ends within a string");
  expectError(pack("{}x"), "header byte 2: text after the header's end");
  expectError(pack("{\"a\n\":1}"), "header byte 3: control character in a string");
  expectError(pack("{\"\xff\":1}"), "header byte 2: not UTF-8");
  expectError(pack("{\"\xc0\x80\":1}"), "header byte 2: not UTF-8");
  expectError(pack("{\"\xed\xa0\x80\":1}"), "header byte 2: not UTF-8");
  expectError(pack("{\"\xf4\x90\x80\x80\":1}"), "header byte 2: not UTF-8");
  expectError(pack("{\"\xe2\x82"), "header byte 2: not UTF-8");
  expectError(pack(R"({"\x":1})"), "header byte 3: unknown escape");
  expectError(pack(R"({"\u12g4":1})"), "header byte 6: \\u needs four hexadecimal digits");
  expectError(pack(R"({"\u0000":1})"), "header byte 8: a string holds \\u0000");
  expectError(pack(R"({"\ud800":1})"), "header byte 8: unpaired surrogate");
  expectError(pack(R"({"\ud800\u0041":1})"), "header byte 14: unpaired surrogate");
  expectError(pack(R"({"\udc00":1})"), "header byte 8: unpaired surrogate");
  expectError(pack("{\"" + std::string(4097, 'n') + "\":1}"), "header byte 4099: string too long");
  expectError(pack("{" + std::string(200000, '[')), "header byte 1: expected '\"'");
}

TEST(SafetensorsTest, RefusesTooManyTensors) {
  std::string header = "{";
  for (int i = 0; i <= 1000000; ++i)
    header += (i ? ",\"" : "\"") + std::to_string(i) + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  std::unique_ptr<char[]> buffer;
  std::string error;
  EXPECT_FALSE(open(pack(header + "}"), buffer, error));
  EXPECT_NE(error.find("more than 1000000 tensors"), std::string::npos) << error;
}

/// Every tensor of an accepted file lies inside it.
void checkInside(const attn_safetensors *file, const char *begin, size_t size) {
  for (size_t i = 0; i < attn_safetensors_count(file); ++i) {
    const attn_safetensors_tensor *tensor = attn_safetensors_at(file, i);
    const char *data = static_cast<const char *>(tensor->data);
    ASSERT_TRUE(data >= begin && tensor->bytes <= size && data + tensor->bytes <= begin + size);
    ASSERT_EQ(attn_safetensors_find(file, tensor->name), tensor);
  }
}

TEST(SafetensorsTest, SurvivesMutations) {
  static const char alphabet[] = "{}[]\",:\\u0123456789dsFI \xc3\xff";
  std::mt19937 random(20260101);
  const std::string good = pack(kGood, 32);
  int accepted = 0;
  for (int round = 0; round < 40000; ++round) {
    std::string bytes = good;
    for (unsigned edits = 1 + random() % 4; edits; --edits) {
      size_t at = random() % 4 ? 8 + random() % (bytes.size() - 8) : random() % bytes.size();
      switch (random() % 4) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes[at] = alphabet[random() % (sizeof(alphabet) - 1)];
        break;
      case 2:
        bytes.erase(at, 1 + random() % 8);
        break;
      default:
        bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 12));
      }
      if (bytes.size() < 10)
        bytes += good;
    }
    if (random() % 2) { // keep the length right, so that the mutation reaches the checks behind it
      size_t length = bytes.size() - 8 - 32;
      for (int i = 0; i < 8 && bytes.size() > 48; ++i)
        bytes[i] = static_cast<char>(length >> (8 * i));
    }
    std::unique_ptr<char[]> buffer;
    std::string error;
    File file = open(bytes, buffer, error);
    accepted += file != nullptr;
    if (file)
      checkInside(file.get(), buffer.get(), bytes.size());
  }
  EXPECT_GT(accepted, 0);
  EXPECT_LT(accepted, 40000);
}

} // namespace
