// Calls of the compiled model: open, make a context, run; see Embedder.h.
#include "Embedder.h"

#include <algorithm>
#include <numeric>

namespace minilm {
namespace {

/// A dense tensor of a type and shape over the caller's buffer.
template <typename T>
attn_tensor tensorOf(std::vector<T> &buffer, attn_dtype dtype, std::initializer_list<size_t> shape) {
  attn_tensor tensor = {};
  tensor.size = sizeof tensor;
  tensor.dtype = dtype;
  tensor.rank = static_cast<int32_t>(shape.size());
  std::copy(shape.begin(), shape.end(), tensor.shape);
  tensor.data = buffer.data();
  tensor.bytes = buffer.size() * sizeof(T);
  return tensor;
}

std::string failure(const char *what, attn_status status, const char *detail) {
  std::string text = std::string(what) + ": " + attn_status_name(status);
  return detail && *detail ? text + ": " + detail : text;
}

} // namespace

Embedder::Embedder(size_t batch, size_t longest)
    : batch(batch), ids(batch * longest), lengths(batch), rows(batch * embeddingSize) {}

std::unique_ptr<Embedder> Embedder::create(size_t batch, size_t longest, int threads, std::string &error) {
  char detail[512] = "";
  const int64_t capacity[] = {static_cast<int64_t>(batch), static_cast<int64_t>(longest)}; // symbols B, S
  attn_options options = {};
  options.size = sizeof options;
  options.threads = threads;
  options.capacity = capacity;
  options.capacity_count = 2;
  options.error = detail;
  options.error_size = sizeof detail;

  std::unique_ptr<Embedder> result(new Embedder(batch, longest));
  minilm_model *model = nullptr;
  if (attn_status status = minilm_open(&model, /*weights_path=*/nullptr, &options)) {
    error = failure("cannot open the model", status, detail);
    return nullptr;
  }
  result->model.reset(model);
  minilm_context *context = nullptr;
  if (attn_status status = minilm_context_create(&context, model, &options)) {
    error = failure("cannot prepare the model", status, detail);
    return nullptr;
  }
  result->context.reset(context);
  return result;
}

bool Embedder::run(size_t count, size_t length, std::string &error) {
  attn_tensor inputs[] = {tensorOf(ids, ATTN_I32, {count, length}), tensorOf(lengths, ATTN_I32, {count})};
  attn_tensor output = tensorOf(rows, ATTN_F32, {count, embeddingSize});
  attn_status status = minilm_run(context.get(), inputs, 2, &output, 1);
  if (status != ATTN_OK)
    error = failure("cannot run the model", status, minilm_last_error(context.get()));
  return status == ATTN_OK;
}

bool Embedder::embed(const std::vector<std::vector<int32_t>> &sentences, std::vector<float> &embeddings,
                     std::string &error) {
  std::vector<size_t> order(sentences.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return sentences[a].size() < sentences[b].size(); });
  embeddings.resize(sentences.size() * embeddingSize);
  for (size_t first = 0; first < order.size(); first += batch) {
    size_t count = std::min(batch, order.size() - first);
    size_t length = sentences[order[first + count - 1]].size();
    for (size_t row = 0; row < count; ++row) {
      const std::vector<int32_t> &tokens = sentences[order[first + row]];
      auto end = std::copy(tokens.begin(), tokens.end(), ids.begin() + row * length);
      std::fill(end, ids.begin() + (row + 1) * length, 0);
      lengths[row] = static_cast<int32_t>(tokens.size());
    }
    if (!run(count, length, error))
      return false;
    for (size_t row = 0; row < count; ++row)
      std::copy_n(rows.begin() + row * embeddingSize, embeddingSize,
                  embeddings.begin() + order[first + row] * embeddingSize);
  }
  return true;
}

} // namespace minilm
