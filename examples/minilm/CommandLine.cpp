// Parsing of the program's arguments; see CommandLine.h.
#include "CommandLine.h"

#include <charconv>
#include <string_view>

namespace minilm {

const char helpText[] = R"(minilm: how similar are sentences?

usage: minilm [options] [--] SENTENCE...
       minilm [options] < FILE            one sentence a line

Prints the matrix of cosine similarities of the sentences, by the embeddings of all-MiniLM-L6-v2.

  --embeddings   print one line of 384 numbers for each sentence instead
  --tokens       print the token ids of each sentence instead
  --batch=N      sentences in one run of the model, 1 to 32 (default 32)
  --threads=N    threads to use, 1 to 256 (default: one for each CPU)
  --timings      say on standard error how long it took
  --help         print this text

A sentence is cut to 256 tokens. Exit status: 0 done, 1 failed, 2 wrong usage.
)";

namespace {

/// Reads "NAME=N" with low <= N <= high into `value`. Returns false with `error` set for any other N.
bool parseNumber(std::string_view option, int low, int high, int &value, std::string &error) {
  std::string_view name = option.substr(0, option.find('='));
  std::string_view text = option.substr(name.size() + 1);
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code == std::errc() && end == text.data() + text.size() && low <= value && value <= high)
    return true;
  error = std::string(name) + " expects a number from " + std::to_string(low) + " to " + std::to_string(high) +
          ", got '" + std::string(text) + "'";
  return false;
}

bool startsWith(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

bool setOutput(CommandLine &line, Output output, std::string &error) {
  if (line.output != Output::Similarity && line.output != output) {
    error = "--embeddings and --tokens exclude each other";
    return false;
  }
  line.output = output;
  return true;
}

bool parseOption(std::string_view option, CommandLine &line, std::string &error) {
  if (option == "--embeddings")
    return setOutput(line, Output::Embeddings, error);
  if (option == "--tokens")
    return setOutput(line, Output::Tokens, error);
  if (option == "--timings")
    return line.timings = true;
  if (option == "--help" || option == "-h")
    return line.help = true;
  if (startsWith(option, "--batch="))
    return parseNumber(option, 1, maximumBatch, line.batch, error);
  if (startsWith(option, "--threads="))
    return parseNumber(option, 1, 256, line.threads, error);
  error = option == "--batch" || option == "--threads"
              ? "write " + std::string(option) + "=N"
              : "unknown option '" + std::string(option) + "'; a sentence that starts with '-' goes after --";
  return false;
}

} // namespace

std::optional<CommandLine> parseCommandLine(const std::vector<std::string> &arguments, std::string &error) {
  CommandLine line;
  bool options = true;
  for (const std::string &argument : arguments) {
    if (options && argument == "--")
      options = false;
    else if (!options || argument.size() < 2 || argument[0] != '-')
      line.sentences.push_back(argument);
    else if (!parseOption(argument, line, error))
      return std::nullopt;
  }
  return line;
}

} // namespace minilm
