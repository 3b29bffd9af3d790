// The program `minilm`: sentences in, their similarity out. Results go to standard output, all else to standard error;
// the exit status is 0 for done, 1 for failed, 2 for wrong usage.
#include "CommandLine.h"
#include "Embedder.h"
#include "Report.h"
#include "WordPiece.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <unistd.h>

extern "C" const char minilm_vocabulary_begin[], minilm_vocabulary_end[];

namespace minilm {
namespace {

enum ExitStatus { Done = 0, Failed = 1, WrongUsage = 2 };

constexpr size_t maximumTokens = 256; // max_seq_length of the model's sentence_bert_config.json

int fail(ExitStatus status, const std::string &reason) {
  std::fprintf(stderr, "minilm: %s%s\n", reason.c_str(), status == WrongUsage ? " (see minilm --help)" : "");
  return status;
}

class Stopwatch {
public:
  double milliseconds() const {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  }

private:
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
};

struct Timings {
  double tokenize = 0, open = 0, run = 0;
};

/// Appends the lines of standard input, without their ends ("\n" or "\r\n").
bool readLines(std::vector<std::string> &lines, std::string &error) {
  if (isatty(STDIN_FILENO))
    std::fputs("minilm: reading sentences from the terminal, one a line; Ctrl-D ends\n", stderr);
  char *line = nullptr;
  size_t size = 0;
  errno = 0;
  for (ssize_t length; (length = getline(&line, &size, stdin)) >= 0;) {
    std::string_view text(line, length);
    if (!text.empty() && text.back() == '\n')
      text.remove_suffix(1);
    if (!text.empty() && text.back() == '\r')
      text.remove_suffix(1);
    lines.emplace_back(text);
  }
  bool complete = feof(stdin) && !ferror(stdin);
  if (!complete)
    error = std::string("cannot read standard input: ") + std::strerror(errno);
  std::free(line);
  return complete;
}

std::vector<Encoding> tokenize(const WordPiece &tokenizer, const std::vector<std::string> &sentences) {
  std::vector<Encoding> encodings;
  for (const std::string &sentence : sentences)
    encodings.push_back(tokenizer.encode(sentence, maximumTokens));
  return encodings;
}

void noteTruncation(const std::vector<Encoding> &encodings) {
  auto cut = [](const Encoding &encoding) { return encoding.truncated; };
  size_t count = std::count_if(encodings.begin(), encodings.end(), cut);
  size_t first = std::find_if(encodings.begin(), encodings.end(), cut) - encodings.begin() + 1;
  if (count == 1)
    std::fprintf(stderr, "minilm: note: sentence %zu is cut to %zu tokens\n", first, maximumTokens);
  else if (count > 1)
    std::fprintf(stderr, "minilm: note: %zu sentences are cut to %zu tokens, the first is number %zu\n", count,
                 maximumTokens, first);
}

bool embed(const CommandLine &line, const std::vector<Encoding> &encodings, std::vector<float> &embeddings,
           Timings &timings, std::string &error) {
  std::vector<std::vector<int32_t>> sentences;
  size_t longest = 0;
  for (const Encoding &encoding : encodings) {
    sentences.push_back(encoding.ids);
    longest = std::max(longest, encoding.ids.size());
  }
  Stopwatch open;
  auto embedder = Embedder::create(std::min<size_t>(line.batch, sentences.size()), longest, line.threads, error);
  timings.open = open.milliseconds();
  if (!embedder)
    return false;
  Stopwatch run;
  bool done = embedder->embed(sentences, embeddings, error);
  timings.run = run.milliseconds();
  return done;
}

void printTimings(const Timings &timings, const std::vector<Encoding> &encodings) {
  size_t tokens = 0;
  for (const Encoding &encoding : encodings)
    tokens += encoding.ids.size();
  std::fprintf(stderr, "minilm: %zu sentence%s, %zu tokens: tokenize %.2f ms", encodings.size(),
               encodings.size() == 1 ? "" : "s", tokens, timings.tokenize);
  if (timings.run > 0)
    std::fprintf(stderr, ", open %.2f ms, run %.2f ms, %.0f tokens per second", timings.open, timings.run,
                 1000 * tokens / timings.run);
  std::fputc('\n', stderr);
}

std::optional<WordPiece> openTokenizer(std::string &error) {
  std::string_view image(minilm_vocabulary_begin, minilm_vocabulary_end - minilm_vocabulary_begin);
  std::optional<Vocabulary> vocabulary = Vocabulary::parse(image, error);
  return vocabulary ? WordPiece::create(std::move(*vocabulary), error) : std::nullopt;
}

/// Results are worth nothing if they were not written: a full disk must not pass for success.
int finishOutput() {
  if (std::fflush(stdout) == 0 && !std::ferror(stdout))
    return Done;
  return fail(Failed, std::string("cannot write standard output: ") + std::strerror(errno));
}

int embedAll(CommandLine line) {
  std::string error;
  if (line.sentences.empty() && !readLines(line.sentences, error))
    return fail(Failed, error);
  if (line.sentences.empty())
    return fail(WrongUsage, "no sentence given, neither as an argument nor on standard input");
  Stopwatch watch;
  std::optional<WordPiece> tokenizer = openTokenizer(error);
  if (!tokenizer)
    return fail(Failed, error);
  std::vector<Encoding> encodings = tokenize(*tokenizer, line.sentences);
  Timings timings;
  timings.tokenize = watch.milliseconds();
  noteTruncation(encodings);

  std::vector<float> embeddings;
  if (line.output == Output::Tokens)
    printTokens(encodings);
  else if (!embed(line, encodings, embeddings, timings, error))
    return fail(Failed, error);
  else if (line.output == Output::Embeddings)
    printEmbeddings(embeddings, embeddingSize);
  else
    printSimilarity(embeddings, embeddingSize, line.sentences);
  int status = finishOutput();
  if (line.timings)
    printTimings(timings, encodings);
  return status;
}

} // namespace
} // namespace minilm

int main(int argc, char **argv) {
  using namespace minilm;
  try {
    std::string error;
    std::optional<CommandLine> line = parseCommandLine({argv + 1, argv + argc}, error);
    if (!line)
      return fail(WrongUsage, error);
    if (line->help) {
      std::fputs(helpText, stdout);
      return finishOutput();
    }
    return embedAll(std::move(*line));
  } catch (const std::bad_alloc &) {
    return fail(Failed, "out of memory");
  }
}
