// Printing of results; see Report.h. Errors of standard output are met by the caller, once, when it flushes.
#include "Report.h"

#include "UnicodeFold.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace minilm {
namespace {

constexpr size_t shownLength = 48; // code points of a sentence in the table

/// The start of a sentence in a form that cannot disturb the terminal: controls and direction marks become spaces.
std::string shortened(std::string_view sentence) {
  std::string text;
  size_t shown = 0;
  for (size_t position = 0; position < sentence.size(); ++shown) {
    if (shown == shownLength)
      return text + "...";
    char32_t c = decodeUtf8(sentence, position);
    bool unsafe = c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F && c != 0x200D) ||
                  (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F);
    appendUtf8(unsafe ? U' ' : c, text);
  }
  return text;
}

double dot(const float *a, const float *b, size_t size) {
  double sum = 0;
  for (size_t i = 0; i < size; ++i)
    sum += double(a[i]) * b[i];
  return sum;
}

/// Three decimals, and no minus sign before a zero.
double rounded(double value) { return std::round(value * 1000) / 1000 + 0.0; }

} // namespace

void printTokens(const std::vector<Encoding> &encodings) {
  for (const Encoding &encoding : encodings) {
    for (size_t i = 0; i < encoding.ids.size(); ++i)
      std::printf(i == 0 ? "%d" : " %d", encoding.ids[i]);
    std::putchar('\n');
  }
}

void printEmbeddings(const std::vector<float> &embeddings, size_t size) {
  for (size_t i = 0; i < embeddings.size(); ++i)
    std::printf("%.9g%c", embeddings[i], (i + 1) % size == 0 ? '\n' : ' ');
}

void printSimilarity(const std::vector<float> &embeddings, size_t size, const std::vector<std::string> &sentences) {
  size_t count = sentences.size();
  int numberWidth = static_cast<int>(std::to_string(count).size());
  int cellWidth = std::max(7, numberWidth + 2);
  std::printf("%*s", numberWidth, "");
  for (size_t column = 1; column <= count; ++column)
    std::printf("%*zu", cellWidth, column);
  std::putchar('\n');
  for (size_t row = 0; row < count; ++row) {
    std::printf("%*zu", numberWidth, row + 1);
    for (size_t column = 0; column < count; ++column)
      std::printf("%*.3f", cellWidth, rounded(dot(&embeddings[row * size], &embeddings[column * size], size)));
    std::printf("  %s\n", shortened(sentences[row]).c_str());
  }
}

} // namespace minilm
