// Drawing a token, for compiled code and for the loop that generates.
#pragma once

#include "attn/abi.h"

namespace attn {

struct Sampling {
  double temperature; ///< 0: the most probable token
  int64_t topK;       ///< 0: all
  double topP;        ///< 1: all
};

/// The token drawn from `count` logits of f32 or f64, by their bytes; `scratch` as for attn_sample.
int32_t chooseToken(const void *logits, int64_t numberBytes, int64_t count, const Sampling &how, int32_t seed,
                    int32_t step, void *scratch);

} // namespace attn
