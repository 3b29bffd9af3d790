// Reading and searching a vocab.txt image; see Vocabulary.h.
#include "Vocabulary.h"

#include "UnicodeFold.h"

#include <algorithm>

namespace minilm {
namespace {

constexpr size_t maximumBytes = size_t(64) << 20;
constexpr std::string_view continuation = "##";

// FNV-1a: extends by one byte at a time, which is what longestPrefix needs.
constexpr uint32_t emptyHash = 2166136261u;
constexpr uint32_t extendHash(uint32_t hash, char byte) {
  return (hash ^ static_cast<unsigned char>(byte)) * 16777619u;
}

uint32_t hashOf(std::string_view text, uint32_t hash = emptyHash) {
  for (char byte : text)
    hash = extendHash(hash, byte);
  return hash;
}

/// Why a line cannot be a token; empty if it can.
std::string_view faultOf(std::string_view token) {
  if (token.empty())
    return "the line is empty";
  if (std::any_of(token.begin(), token.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; }))
    return "the token holds a control character";
  if (!isValidUtf8(token))
    return "the token is not UTF-8";
  return {};
}

} // namespace

std::optional<Vocabulary> Vocabulary::parse(std::string_view text, std::string &error) {
  if (text.empty() || text.size() > maximumBytes) {
    error = text.empty() ? "the vocabulary is empty" : "the vocabulary is larger than 64 MiB";
    return std::nullopt;
  }
  if (text.back() == '\n')
    text.remove_suffix(1);
  Vocabulary result;
  result.reserve(std::count(text.begin(), text.end(), '\n') + 1);
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size());
    if (!result.add(text.substr(begin, end - begin), error)) {
      error = "vocabulary line " + std::to_string(result.size() + 1) + ": " + error;
      return std::nullopt;
    }
    begin = end + 1;
  }
  return result;
}

void Vocabulary::reserve(size_t count) {
  size_t size = 16;
  while (size < 2 * count)
    size *= 2;
  slots.assign(size, -1);
  tokens.reserve(count);
}

bool Vocabulary::add(std::string_view token, std::string &error) {
  error = faultOf(token);
  if (!error.empty())
    return false;
  uint32_t hash = hashOf(token);
  if (int32_t earlier = lookUp(hash, {}, token); earlier >= 0) {
    error = "the token '" + std::string(token) + "' stands in line " + std::to_string(earlier + 1) + " already";
    return false;
  }
  size_t slot = hash & (slots.size() - 1);
  while (slots[slot] >= 0)
    slot = (slot + 1) & (slots.size() - 1);
  slots[slot] = static_cast<int32_t>(tokens.size());
  tokens.push_back(token);
  longest = std::max(longest, token.size());
  return true;
}

/// The id of the token `head` + `tail`, whose hash is `hash`.
int32_t Vocabulary::lookUp(uint32_t hash, std::string_view head, std::string_view tail) const {
  for (size_t slot = hash & (slots.size() - 1); slots[slot] >= 0; slot = (slot + 1) & (slots.size() - 1)) {
    std::string_view token = tokens[slots[slot]];
    if (token.size() == head.size() + tail.size() && token.substr(0, head.size()) == head &&
        token.substr(head.size()) == tail)
      return slots[slot];
  }
  return -1;
}

int32_t Vocabulary::find(std::string_view token) const { return lookUp(hashOf(token), {}, token); }

Vocabulary::Match Vocabulary::longestPrefix(std::string_view text, bool continuing) const {
  std::string_view head = continuing ? continuation : std::string_view();
  uint32_t hash = hashOf(head);
  Match best;
  for (size_t length = 1; length <= text.size() && length + head.size() <= longest; ++length) {
    hash = extendHash(hash, text[length - 1]);
    if (int32_t id = lookUp(hash, head, text.substr(0, length)); id >= 0)
      best = {id, length};
  }
  return best;
}

} // namespace minilm
