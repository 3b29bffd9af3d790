// The tokenizer against the reference library: 1,300 varied lines, every code point of Unicode, malformed input.
// Data (lines.txt, ids.txt, codepoints.txt) stands beside this file; the vocabulary is the model's own.
#include "examples/minilm/WordPiece.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>
#include <sstream>

namespace minilm {
namespace {

constexpr size_t maximumTokens = 256;

std::string readFile(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> linesOf(const std::string &text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

std::string data(const char *name) { return readFile(std::string(MINILM_TEST_DATA "/") + name); }

const WordPiece &tokenizer() {
  static const std::string image = readFile(MINILM_VOCAB);
  static const std::optional<WordPiece> result = [] {
    std::string error;
    std::optional<Vocabulary> vocabulary = Vocabulary::parse(image, error);
    EXPECT_TRUE(vocabulary) << error;
    return WordPiece::create(std::move(*vocabulary), error);
  }();
  return *result;
}

std::string idsOf(std::string_view text) {
  std::string ids;
  for (int32_t id : tokenizer().encode(text, maximumTokens).ids)
    ids += (ids.empty() ? "" : " ") + std::to_string(id);
  return ids;
}

std::string utf8(char32_t c) {
  std::string text;
  if (c < 0x80)
    text = {char(c)};
  else if (c < 0x800)
    text = {char(0xC0 | c >> 6), char(0x80 | (c & 63))};
  else if (c < 0x10000)
    text = {char(0xE0 | c >> 12), char(0x80 | (c >> 6 & 63)), char(0x80 | (c & 63))};
  else
    text = {char(0xF0 | c >> 18), char(0x80 | (c >> 12 & 63)), char(0x80 | (c >> 6 & 63)), char(0x80 | (c & 63))};
  return text;
}

TEST(WordPieceTest, GivesTheIdsOfTheReferenceOnVariedLines) {
  std::vector<std::string> lines = linesOf(data("lines.txt")), expected = linesOf(data("ids.txt"));
  ASSERT_GE(lines.size(), 1200u);
  ASSERT_EQ(lines.size(), expected.size());
  for (size_t i = 0; i < lines.size(); ++i)
    EXPECT_EQ(idsOf(lines[i]), expected[i]) << "line " << i + 1 << ": " << lines[i];
}

TEST(WordPieceTest, GivesTheIdsOfTheReferenceOnEveryCodePoint) {
  constexpr char32_t block = 4096;
  std::vector<std::string> expected = linesOf(data("codepoints.txt"));
  ASSERT_EQ(expected.size(), 0x110000 / block);
  for (char32_t first = 0; first < 0x110000; first += block) {
    uint64_t digest = 0xCBF29CE484222325;
    for (char32_t c = first; c < first + block; ++c) {
      if (c >= 0xD800 && c <= 0xDFFF)
        continue;
      for (const std::string &text : {utf8(c), "a" + utf8(c) + "b"}) {
        std::vector<int32_t> ids = tokenizer().encode(text, maximumTokens).ids;
        ids.push_back(-1);
        for (int32_t id : ids)
          digest = (digest ^ static_cast<uint32_t>(id)) * 0x100000001B3;
      }
    }
    char text[17];
    snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(digest));
    EXPECT_EQ(text, expected[first / block]) << "in the 4096 code points from " << std::hex << uint32_t(first);
  }
}

TEST(WordPieceTest, TellsTruncation) {
  std::string words;
  for (int i = 0; i < 254; ++i)
    words += "the ";
  EXPECT_FALSE(tokenizer().encode(words, maximumTokens).truncated);
  EXPECT_EQ(tokenizer().encode(words, maximumTokens).ids.size(), 256u);
  EXPECT_TRUE(tokenizer().encode(words + "the", maximumTokens).truncated);
  EXPECT_EQ(tokenizer().encode(words + "the", maximumTokens).ids.size(), 256u);
  EXPECT_EQ(tokenizer().encode("the end", 2).ids, (std::vector<int32_t>{101, 102}));
}

// An ill-formed piece reads as U+FFFD, which the normaliser drops, so the text around it closes up.
TEST(WordPieceTest, DropsIllFormedUtf8) {
  const std::string whole = idsOf("food");
  for (std::string_view bad : {"\xFF", "\x80", "\xC0\x80", "\xC3", "\xE2\x82", "\xED\xA0\x80", "\xED\xBF\xBF",
                               "\xF0\x9F\x98", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80"}) {
    EXPECT_EQ(idsOf("fo" + std::string(bad) + "od"), whole);
    EXPECT_EQ(idsOf("food" + std::string(bad)), whole);
  }
}

TEST(WordPieceTest, SurvivesRandomBytes) {
  std::mt19937 draw(7);
  for (int round = 0; round < 20000; ++round) {
    std::string text(draw() % 48, '\0');
    for (char &byte : text)
      byte = static_cast<char>(draw());
    std::vector<int32_t> ids = tokenizer().encode(text, maximumTokens).ids;
    ASSERT_GE(ids.size(), 2u);
    ASSERT_LE(ids.size(), maximumTokens);
    for (int32_t id : ids)
      ASSERT_TRUE(id >= 0 && id < 30522) << id;
  }
}

TEST(WordPieceTest, TakesOneHugeWordAndOneHugeLine) {
  EXPECT_EQ(idsOf(std::string(10'000'000, 'a')), "101 100 102");
  std::string line;
  for (int i = 0; i < 1'000'000; ++i)
    line += "food ";
  EXPECT_TRUE(tokenizer().encode(line, maximumTokens).truncated);
}

std::string parseError(const std::string &text) {
  std::string error;
  EXPECT_FALSE(Vocabulary::parse(text, error));
  return error;
}

TEST(VocabularyTest, SaysWhatIsMalformed) {
  EXPECT_EQ(parseError(""), "the vocabulary is empty");
  EXPECT_EQ(parseError("a\n\nb\n"), "vocabulary line 2: the line is empty");
  EXPECT_EQ(parseError("\n"), "vocabulary line 1: the line is empty");
  EXPECT_EQ(parseError("a\nb\na\n"), "vocabulary line 3: the token 'a' stands in line 1 already");
  EXPECT_EQ(parseError("a\r\nb\r\n"), "vocabulary line 1: the token holds a control character");
  EXPECT_EQ(parseError("a\n\xC3\n"), "vocabulary line 2: the token is not UTF-8");
  EXPECT_EQ(parseError(std::string((64u << 20) + 1, 'a')), "the vocabulary is larger than 64 MiB");
}

TEST(VocabularyTest, FindsWholeTokensAndLongestPrefixes) {
  std::string error;
  std::optional<Vocabulary> vocabulary = Vocabulary::parse("un\nunder\n##stand\n##s\nstand", error);
  ASSERT_TRUE(vocabulary) << error;
  EXPECT_EQ(vocabulary->size(), 5u);
  EXPECT_EQ(vocabulary->find("under"), 1);
  EXPECT_EQ(vocabulary->find("unde"), -1);
  EXPECT_EQ(vocabulary->longestPrefix("understand", false).length, 5u);
  EXPECT_EQ(vocabulary->longestPrefix("stand", true).id, 2);
  EXPECT_EQ(vocabulary->longestPrefix("stands", false).id, 4);
  EXPECT_EQ(vocabulary->longestPrefix("under", true).id, -1);
}

TEST(VocabularyTest, MustHoldTheSpecialTokens) {
  std::string error;
  std::optional<Vocabulary> vocabulary = Vocabulary::parse("[PAD]\n[UNK]\n[CLS]\n[MASK]\n", error);
  ASSERT_TRUE(vocabulary) << error;
  EXPECT_FALSE(WordPiece::create(std::move(*vocabulary), error));
  EXPECT_EQ(error, "the vocabulary has no token '[SEP]'");
}

} // namespace
} // namespace minilm
