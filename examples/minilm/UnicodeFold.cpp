// Table look-ups behind UnicodeFold.h. ASCII takes no look-up; all else is a binary search in sorted tables.
#include "UnicodeFold.h"

#include <algorithm>
#include <iterator>

namespace minilm {
namespace {

struct CodePointRange {
  char32_t first, last;
};

struct Mapping {
  char32_t from, to;
};

struct MappedRun {
  char32_t first;
  unsigned short count;
  unsigned char step;
  char32_t target;
  unsigned char targetStep;
};

struct Expansion {
  char32_t from;
  char32_t to[4];
};

#include "UnicodeTables.inc"

template <size_t N>
bool contains(const CodePointRange (&ranges)[N], char32_t codePoint) {
  auto after = std::upper_bound(std::begin(ranges), std::end(ranges), codePoint,
                                [](char32_t c, const CodePointRange &range) { return c < range.first; });
  return after != std::begin(ranges) && codePoint <= std::prev(after)->last;
}

/// The one code point that `codePoint` becomes; itself without an entry.
char32_t mapped(char32_t codePoint) {
  auto entry = std::lower_bound(std::begin(mappings), std::end(mappings), codePoint,
                                [](const Mapping &m, char32_t c) { return m.from < c; });
  if (entry != std::end(mappings) && entry->from == codePoint)
    return entry->to;
  auto run = std::upper_bound(std::begin(mappedRuns), std::end(mappedRuns), codePoint,
                              [](char32_t c, const MappedRun &r) { return c < r.first; });
  if (run == std::begin(mappedRuns))
    return codePoint;
  --run;
  char32_t distance = codePoint - run->first;
  if (distance % run->step != 0 || distance / run->step >= run->count)
    return codePoint;
  return run->target + distance / run->step * run->targetStep;
}

/// Hangul syllables decompose by arithmetic (The Unicode Standard, section 3.12).
bool appendHangul(char32_t codePoint, std::u32string &out) {
  constexpr char32_t first = 0xAC00, last = 0xD7A3, vowels = 21, trails = 28;
  if (codePoint < first || codePoint > last)
    return false;
  char32_t index = codePoint - first;
  out += 0x1100 + index / (vowels * trails);
  out += 0x1161 + index / trails % vowels;
  if (index % trails != 0)
    out += 0x11A7 + index % trails;
  return true;
}

bool appendExpansion(char32_t codePoint, std::u32string &out) {
  auto entry = std::lower_bound(std::begin(expansions), std::end(expansions), codePoint,
                                [](const Expansion &e, char32_t c) { return e.from < c; });
  if (entry == std::end(expansions) || entry->from != codePoint)
    return false;
  for (char32_t part : entry->to)
    if (part != 0)
      out += part;
  return true;
}

void appendFoldedAscii(char32_t c, std::u32string &out) {
  if (c >= 'A' && c <= 'Z')
    out += c + ('a' - 'A');
  else if (c > ' ' && c < 0x7F)
    out += c;
  else if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
    out += U' ';
}

/// Length of the sequence a lead byte starts, and the bounds of its second byte (The Unicode Standard, table 3-7).
struct Lead {
  int length;
  unsigned char low, high;
};

Lead leadOf(unsigned char byte) {
  if (byte < 0x80)
    return {1, 0, 0};
  if (byte >= 0xC2 && byte <= 0xDF)
    return {2, 0x80, 0xBF};
  if (byte >= 0xE0 && byte <= 0xEF)
    return {3, static_cast<unsigned char>(byte == 0xE0 ? 0xA0 : 0x80),
            static_cast<unsigned char>(byte == 0xED ? 0x9F : 0xBF)};
  if (byte >= 0xF0 && byte <= 0xF4)
    return {4, static_cast<unsigned char>(byte == 0xF0 ? 0x90 : 0x80),
            static_cast<unsigned char>(byte == 0xF4 ? 0x8F : 0xBF)};
  return {0, 0, 0};
}

/// As decodeUtf8, but says whether the piece was well formed.
bool decode(std::string_view text, size_t &position, char32_t &codePoint) {
  unsigned char byte = text[position++];
  Lead lead = leadOf(byte);
  codePoint = replacementCharacter;
  if (lead.length == 0)
    return false;
  char32_t value = lead.length == 1 ? byte : byte & (0x7F >> lead.length);
  for (int i = 1; i < lead.length; ++i) {
    if (position == text.size())
      return false;
    unsigned char next = text[position];
    if (next < (i == 1 ? lead.low : 0x80) || next > (i == 1 ? lead.high : 0xBF))
      return false;
    value = value << 6 | (next & 0x3F);
    ++position;
  }
  codePoint = value;
  return true;
}

} // namespace

char32_t decodeUtf8(std::string_view text, size_t &position) {
  char32_t codePoint;
  decode(text, position, codePoint);
  return codePoint;
}

bool isValidUtf8(std::string_view text) {
  char32_t codePoint;
  for (size_t position = 0; position < text.size();)
    if (!decode(text, position, codePoint))
      return false;
  return true;
}

void appendUtf8(char32_t c, std::string &text) {
  if (c < 0x80) {
    text += static_cast<char>(c);
    return;
  }
  if (c < 0x800) {
    text += static_cast<char>(0xC0 | c >> 6);
  } else {
    if (c < 0x10000) {
      text += static_cast<char>(0xE0 | c >> 12);
    } else {
      text += static_cast<char>(0xF0 | c >> 18);
      text += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    }
    text += static_cast<char>(0x80 | (c >> 6 & 0x3F));
  }
  text += static_cast<char>(0x80 | (c & 0x3F));
}

void appendFolded(char32_t codePoint, std::u32string &out) {
  if (codePoint < 0x80)
    return appendFoldedAscii(codePoint, out);
  if (contains(droppedRanges, codePoint))
    return;
  if (contains(spaceRanges, codePoint)) {
    out += U' ';
    return;
  }
  if (contains(isolatedRanges, codePoint)) {
    out += U' ';
    out += mapped(codePoint);
    out += U' ';
    return;
  }
  if (!appendHangul(codePoint, out) && !appendExpansion(codePoint, out))
    out += mapped(codePoint);
}

bool isPunctuation(char32_t codePoint) { return contains(punctuationRanges, codePoint); }

} // namespace minilm
