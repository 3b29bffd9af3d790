// BERT's uncased tokenizer: text -> [CLS] ids [SEP], the same ids as the model's own tokenizer.json gives.
// Text is cut at special tokens written out in it ("[MASK]"), folded (UnicodeFold.h), cut into words at white space,
// punctuation and ideographs; each word becomes the longest known pieces from its left, or [UNK] as a whole.
#pragma once

#include "Vocabulary.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace minilm {

struct Encoding {
  std::vector<int32_t> ids; // with [CLS] and [SEP]
  bool truncated = false;   // the text had more tokens than fit
};

class WordPiece {
public:
  /// Fails, with the reason in `error`, if the vocabulary lacks one of the five special tokens.
  static std::optional<WordPiece> create(Vocabulary vocabulary, std::string &error);

  /// Encodes UTF-8 text into at most `maximum` (>= 2) tokens. Ill-formed UTF-8 is read as U+FFFD, which is dropped.
  /// Reading stops where the tokens are full.
  Encoding encode(std::string_view text, size_t maximum) const;

private:
  enum Special { Pad, Unknown, Begin, End, Mask, SpecialCount };
  struct Sink;

  explicit WordPiece(Vocabulary vocabulary) : vocabulary(std::move(vocabulary)) {}
  int specialAt(std::string_view text, size_t position) const;
  void appendPlain(std::string_view text, Sink &sink) const;
  void appendWord(Sink &sink) const;

  static const std::array<std::string_view, SpecialCount> specialNames;
  Vocabulary vocabulary;
  std::array<int32_t, SpecialCount> specialIds{};
};

} // namespace minilm
