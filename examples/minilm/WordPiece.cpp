// The tokenizer proper; see WordPiece.h. Words are built one code point at a time and never held beyond the length
// from which they are [UNK] anyway, so a line of any size needs little memory.
#include "WordPiece.h"

#include "UnicodeFold.h"

#include <algorithm>

namespace minilm {

static constexpr size_t maximumWordLength = 100; // code points; a longer word is [UNK]

const std::array<std::string_view, WordPiece::SpecialCount> WordPiece::specialNames = {"[PAD]", "[UNK]", "[CLS]",
                                                                                       "[SEP]", "[MASK]"};

/// The ids so far and the word being read.
struct WordPiece::Sink {
  std::vector<int32_t> ids;
  size_t capacity; // one more than fits, to know that something was cut
  std::string word;
  size_t wordLength = 0; // code points, also those beyond maximumWordLength

  bool full() const { return ids.size() >= capacity; }
  void extendWord(char32_t codePoint) {
    if (++wordLength <= maximumWordLength)
      appendUtf8(codePoint, word);
  }
};

std::optional<WordPiece> WordPiece::create(Vocabulary vocabulary, std::string &error) {
  WordPiece result(std::move(vocabulary));
  for (int i = 0; i < SpecialCount; ++i) {
    result.specialIds[i] = result.vocabulary.find(specialNames[i]);
    if (result.specialIds[i] < 0) {
      error = "the vocabulary has no token '" + std::string(specialNames[i]) + "'";
      return std::nullopt;
    }
  }
  return result;
}

Encoding WordPiece::encode(std::string_view text, size_t maximum) const {
  Sink sink;
  sink.capacity = maximum; // [CLS] and the content, cut below to leave room for [SEP]
  sink.ids.push_back(specialIds[Begin]);
  size_t plain = 0;
  for (size_t position = 0; !sink.full();) {
    position = text.find('[', position);
    if (position == std::string_view::npos)
      break;
    int special = specialAt(text, position);
    if (special < 0) {
      ++position;
      continue;
    }
    appendPlain(text.substr(plain, position - plain), sink);
    sink.ids.push_back(specialIds[special]);
    plain = position += specialNames[special].size();
  }
  appendPlain(text.substr(plain), sink);

  Encoding result;
  result.truncated = sink.ids.size() > maximum - 1;
  sink.ids.resize(std::min(sink.ids.size(), maximum - 1));
  sink.ids.push_back(specialIds[End]);
  result.ids = std::move(sink.ids);
  return result;
}

/// The special token written at `position`, -1 if there is none. Case counts: they are sought before folding.
int WordPiece::specialAt(std::string_view text, size_t position) const {
  for (int i = 0; i < SpecialCount; ++i)
    if (text.substr(position, specialNames[i].size()) == specialNames[i])
      return i;
  return -1;
}

void WordPiece::appendPlain(std::string_view text, Sink &sink) const {
  std::u32string folded;
  for (size_t position = 0; position < text.size() && !sink.full();) {
    folded.clear();
    appendFolded(decodeUtf8(text, position), folded);
    for (char32_t codePoint : folded) {
      bool alone = isPunctuation(codePoint);
      if (codePoint == U' ' || alone)
        appendWord(sink);
      if (codePoint != U' ')
        sink.extendWord(codePoint);
      if (alone)
        appendWord(sink);
    }
  }
  appendWord(sink);
}

void WordPiece::appendWord(Sink &sink) const {
  size_t before = sink.ids.size();
  bool known = sink.wordLength <= maximumWordLength;
  for (std::string_view rest = sink.word; known && !rest.empty();) {
    Vocabulary::Match piece = vocabulary.longestPrefix(rest, /*continuing=*/rest.size() < sink.word.size());
    known = piece.id >= 0;
    sink.ids.push_back(piece.id);
    rest.remove_prefix(piece.length);
  }
  if (!known) {
    sink.ids.resize(before);
    sink.ids.push_back(specialIds[Unknown]);
  }
  sink.word.clear();
  sink.wordLength = 0;
}

} // namespace minilm
