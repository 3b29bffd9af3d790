// Steps through a loop. What is carried lies in two places by turns, so that a step reads the one and writes the other;
// what a step updates in place has one. Parts of sequences of one sample are read and written where they are.
#include "runtime/Linkage.h"

#include "attn/abi.h"

#include <string.h>

namespace {

/// Where sample b's part of time t begins in a sequence.
char *partAt(const void *sequence, const attn_loop_tensor &tensor, int64_t steps, int64_t b, int64_t t) {
  return const_cast<char *>(static_cast<const char *>(sequence)) + (b * steps + t) * tensor.bytes;
}

/// The part of time t, gathered from all samples.
const void *readPart(const attn_loop_tensor &tensor, int64_t steps, int64_t t) {
  if (tensor.samples == 1)
    return partAt(tensor.from, tensor, steps, 0, t);
  for (int64_t b = 0; b < tensor.samples; ++b)
    memcpy(static_cast<char *>(tensor.buffer) + b * tensor.bytes, partAt(tensor.from, tensor, steps, b, t),
           static_cast<size_t>(tensor.bytes));
  return tensor.buffer;
}

void *placeOfPart(const attn_loop_tensor &tensor, int64_t steps, int64_t t) {
  return tensor.samples == 1 ? partAt(tensor.to, tensor, steps, 0, t) : tensor.buffer;
}

void writePart(const attn_loop_tensor &tensor, int64_t steps, int64_t t) {
  if (tensor.samples != 1)
    for (int64_t b = 0; b < tensor.samples; ++b)
      memcpy(partAt(tensor.to, tensor, steps, b, t), static_cast<char *>(tensor.buffer) + b * tensor.bytes,
             static_cast<size_t>(tensor.bytes));
}

void clearPart(const attn_loop_tensor &tensor, int64_t steps, int64_t t) {
  for (int64_t b = 0; b < tensor.samples; ++b)
    memset(partAt(tensor.to, tensor, steps, b, t), 0, static_cast<size_t>(tensor.bytes));
}

bool anySet(const attn_loop_tensor &flags) {
  const int32_t *flag = static_cast<const int32_t *>(flags.buffer);
  for (int64_t i = 0; i < flags.bytes / 4; ++i)
    if (flag[i])
      return true;
  return false;
}

/// What the first step reads: where it lies, or, for what is updated in place, a copy where the results go.
void begin(const attn_loop &loop) {
  for (int64_t c = 0; c < loop.carried; ++c) {
    const attn_loop_tensor &tensor = loop.tensors[c];
    loop.inputs[c] = tensor.from;
    loop.outputs[c] = tensor.to;
    if (tensor.buffer)
      continue;
    if (tensor.from != tensor.to)
      memcpy(tensor.to, tensor.from, static_cast<size_t>(tensor.bytes));
    loop.inputs[c] = tensor.to;
  }
  for (int64_t w = 0, first = loop.carried + loop.each; w < loop.with; ++w)
    loop.inputs[first + w] = loop.tensors[first + w].from;
}

/// What the step wrote is what the next one reads.
void turn(const attn_loop &loop) {
  for (int64_t c = 0; c < loop.carried; ++c) {
    const attn_loop_tensor &tensor = loop.tensors[c];
    if (!tensor.buffer)
      continue;
    loop.inputs[c] = loop.outputs[c];
    loop.outputs[c] = loop.outputs[c] == tensor.to ? tensor.buffer : tensor.to;
  }
}

/// Brings what was carried last to where it belongs.
void end(const attn_loop &loop) {
  for (int64_t c = 0; c < loop.carried; ++c)
    if (loop.inputs[c] != loop.tensors[c].to)
      memcpy(loop.tensors[c].to, loop.inputs[c], static_cast<size_t>(loop.tensors[c].bytes));
}

} // namespace

extern "C" ATTN_RT void attn_run_loop(attn_invocation *invocation, attn_loop *loop) {
  const attn_loop_tensor *each = loop->tensors + loop->carried, *collected = each + loop->each + loop->with;
  bool goesOn = true;
  begin(*loop);
  for (int64_t count = 0; count < loop->steps; ++count) {
    const int64_t t = loop->reverse ? loop->steps - 1 - count : count;
    if (!goesOn) {
      for (int64_t o = 0; o < loop->collected; ++o)
        clearPart(collected[o], loop->steps, t);
      continue;
    }
    for (int64_t s = 0; s < loop->each; ++s)
      loop->inputs[loop->carried + s] = readPart(each[s], loop->steps, t);
    for (int64_t o = 0; o < loop->collected; ++o)
      loop->outputs[loop->carried + o] = placeOfPart(collected[o], loop->steps, t);
    if (loop->conditional)
      loop->outputs[loop->carried + loop->collected] = collected[loop->collected].buffer;
    loop->step(invocation, loop->inputs, loop->outputs, loop->symbols, loop->arena, loop->scratch);
    for (int64_t o = 0; o < loop->collected; ++o)
      writePart(collected[o], loop->steps, t);
    goesOn = !loop->conditional || anySet(collected[loop->collected]);
    turn(*loop);
  }
  end(*loop);
}
