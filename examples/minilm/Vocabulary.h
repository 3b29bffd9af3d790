// The vocabulary of a WordPiece model: a vocab.txt held in memory, one token a line, its id the line number from 0.
// Look-ups go through one flat hash table whose hash grows byte by byte, so the longest known prefix of a word costs
// one step a byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace minilm {

class Vocabulary {
public:
  /// Reads the file image `text`, which must outlive the vocabulary. On a malformed one returns nothing and says in
  /// `error` which line is wrong and why.
  static std::optional<Vocabulary> parse(std::string_view text, std::string &error);

  size_t size() const { return tokens.size(); }

  /// The id of a whole token, -1 if there is none.
  int32_t find(std::string_view token) const;

  struct Match {
    int32_t id = -1; // -1: no prefix is a token
    size_t length = 0;
  };

  /// The longest prefix of `text` that is a token; with `continuing`, a token written with "##" before it.
  Match longestPrefix(std::string_view text, bool continuing) const;

private:
  bool add(std::string_view token, std::string &error);
  void reserve(size_t count);
  int32_t lookUp(uint32_t hash, std::string_view head, std::string_view tail) const;

  std::vector<std::string_view> tokens;
  std::vector<int32_t> slots; // open addressing, -1: free; a power of two in size
  size_t longest = 0;         // bytes of the longest token
};

} // namespace minilm
