// The compiled model behind one C++ class: token ids in, sentence embeddings out. This is the file to read to see how
// a program calls what attnc has compiled.
#pragma once

#include "minilm.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace minilm {

constexpr size_t embeddingSize = 384;

class Embedder {
public:
  /// Opens the model and makes a context for up to `batch` sentences of up to `longest` tokens a run.
  /// Returns null with the reason in `error` if the model cannot be opened, for instance on a CPU too old for it.
  static std::unique_ptr<Embedder> create(size_t batch, size_t longest, int threads, std::string &error);

  /// Embeds all sentences: row i of `embeddings` (sentences.size() x 384) belongs to sentences[i]. Sentences of like
  /// length share a run, so that little is padded. Returns false with the reason in `error`.
  bool embed(const std::vector<std::vector<int32_t>> &sentences, std::vector<float> &embeddings, std::string &error);

private:
  Embedder(size_t batch, size_t longest);
  bool run(size_t rows, size_t length, std::string &error);

  struct Close {
    void operator()(minilm_model *model) const { minilm_close(model); }
    void operator()(minilm_context *context) const { minilm_context_destroy(context); }
  };
  size_t batch;
  std::unique_ptr<minilm_model, Close> model;
  std::unique_ptr<minilm_context, Close> context; // after the model it belongs to, so destroyed before it
  std::vector<int32_t> ids;                       // rows x length of one run, padded with 0
  std::vector<int32_t> lengths;                   // tokens of each row
  std::vector<float> rows;                        // the run's embeddings
};

} // namespace minilm
