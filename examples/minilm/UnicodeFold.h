// Unicode as BERT's uncased tokenizer sees it: UTF-8 in, code points without controls, accents and upper case out.
// The tables in UnicodeTables.inc hold the behaviour of the reference library, one code point at a time.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace minilm {

constexpr char32_t replacementCharacter = 0xFFFD;

/// Decodes the code point at `position` (< text.size()) and moves past it. Each ill-formed piece gives U+FFFD.
char32_t decodeUtf8(std::string_view text, size_t &position);

void appendUtf8(char32_t codePoint, std::string &text);

bool isValidUtf8(std::string_view text);

/// Appends what the normaliser makes of a code point: nothing, itself, or up to four others. Every kind of white space
/// becomes ' ', and an ideograph stands between two of them.
void appendFolded(char32_t codePoint, std::u32string &out);

/// Whether a folded code point is a word of its own.
bool isPunctuation(char32_t codePoint);

} // namespace minilm
