// A hand-written compiled model for the runtime's tests, in place of what attnc emits:
//   ids i32[B, S] in [0, 30521], lengths i32[B] in [0, S]  ->  sums f32[B, 4], copy i32[B, S]
// where sums[b][*] is the sum of row b's first `lengths[b]` ids, plus the first weight when there are weights.
#pragma once

#include "attn/abi.h"

#include <cstring>
#include <string>
#include <vector>

struct FakeModel {
  attn_port inputs[2] = {{"ids", ATTN_I32, 2, {-1, -2}, {0}, 1, 0, 0, 0, 0, 30521},
                         {"lengths", ATTN_I32, 1, {-1}, {0}, 1, 0, 0, 0, 0, -2}};
  attn_port outputs[2] = {{"sums", ATTN_F32, 2, {-1, 4}, {0}, 0, 0, 0, 0, 0, 0},
                          {"copy", ATTN_I32, 2, {-1, -2}, {0}, 0, 0, 0, 0, 0, 0}};
  attn_symbol symbols[2] = {{"B", 1, 8, 1}, {"S", 0, 512, 1}};
  uint8_t id[32] = {1, 2, 3};
  attn_variant variant = {"x86-64", 0};
  attn_variant_code variantCode = {arenaBytes, run, nullptr};
  attn_metadata metadata = {};
  attn_code code = {};

  FakeModel() {
    metadata.size = sizeof(metadata);
    metadata.abi_version = ATTN_ABI_VERSION;
    metadata.name = "fake";
    metadata.compiler = "attnc 0.1.0";
    metadata.variants = &variant;
    metadata.variant_count = 1;
    metadata.inputs = inputs;
    metadata.outputs = outputs;
    metadata.symbols = symbols;
    metadata.input_count = metadata.output_count = metadata.symbol_count = 2;
    metadata.weights_id = id;
    code = {sizeof(code), ATTN_ABI_VERSION, &metadata, &variantCode, nullptr};
  }
  static uint64_t arenaBytes(const int64_t *symbols, int64_t threads) {
    return static_cast<uint64_t>(symbols[0] * symbols[1] * 4 + threads * 64);
  }
  struct Frame {
    const attn_invocation *invocation;
  };
  static void row(void *frame, int64_t b, int64_t worker) {
    const attn_invocation &call = *static_cast<Frame *>(frame)->invocation;
    const int64_t columns = call.symbols[1];
    const int32_t *ids = static_cast<const int32_t *>(call.inputs[0]) + b * columns;
    float sum = call.weights ? *reinterpret_cast<const float *>(call.weights) : 0;
    for (int32_t s = 0; s < static_cast<const int32_t *>(call.inputs[1])[b]; ++s)
      sum += static_cast<float>(ids[s]);
    call.arena[call.symbols[0] * columns * 4 + worker * 64] = 1;
    for (int i = 0; i < 4; ++i)
      static_cast<float *>(call.outputs[0])[b * 4 + i] = sum;
    if (columns)
      std::memcpy(static_cast<int32_t *>(call.outputs[1]) + b * columns, ids, static_cast<size_t>(columns) * 4);
  }
  static void run(attn_invocation *call) {
    Frame frame = {call};
    attn_parallel(call->pool, row, &frame, call->symbols[0]);
  }
};

/// A tensor over a vector's elements.
template <typename T>
attn_tensor tensorOf(std::vector<T> &data, attn_dtype dtype, std::vector<int64_t> shape) {
  attn_tensor tensor = {};
  tensor.size = sizeof(tensor);
  tensor.dtype = dtype;
  tensor.rank = static_cast<int32_t>(shape.size());
  for (size_t i = 0; i < shape.size(); ++i)
    tensor.shape[i] = shape[i];
  tensor.data = data.data();
  tensor.bytes = data.size() * sizeof(T);
  return tensor;
}

/// Options with a buffer for the error's text.
struct Options : attn_options {
  char text[512] = "";
  Options() : attn_options() {
    size = sizeof(attn_options);
    error = text;
    error_size = sizeof(text);
  }
};
