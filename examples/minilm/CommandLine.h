// What the user asked of the program `minilm`.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace minilm {

enum class Output { Similarity, Embeddings, Tokens };

constexpr int maximumBatch = 32; // the model is compiled with --bind B=1..32

struct CommandLine {
  Output output = Output::Similarity;
  int batch = maximumBatch; // sentences in one run of the model
  int threads = 0;          // 0: one for each CPU this process may use
  bool timings = false;
  bool help = false;
  std::vector<std::string> sentences; // empty: read standard input
};

extern const char helpText[];

/// Reads the arguments after the program's name. On a wrong one returns nothing and says why in `error`.
std::optional<CommandLine> parseCommandLine(const std::vector<std::string> &arguments, std::string &error);

} // namespace minilm
