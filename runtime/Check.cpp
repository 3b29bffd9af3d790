// The checks before every run: a hostile caller gets a status and a text, never undefined behaviour.
//
// Shapes first, binding each dimension symbol where an input first mentions it; then sizes and overlaps; last, and only
// for ports that index something, the elements themselves. Texts are built on failure only.
#include "runtime/Model.h"

#include "runtime/Checked.h"
#include "runtime/Elements.h"
#include "runtime/Linkage.h"

#include <inttypes.h>
#include <string.h>

namespace attn {

static const uint32_t kUnbound = UINT32_MAX;

ATTN_RT int64_t extentOf(const attn_context *context, const attn_port &port, int32_t dimension) {
  const attn_extent extent = port.dims[dimension];
  if (extent >= 0)
    return extent;
  const int64_t value = context->symbols[-1 - extent];
  // Unsigned, as a caller may give any number.
  return value < 0 ? value
                   : static_cast<int64_t>(static_cast<uint64_t>(value) + static_cast<uint64_t>(port.more[dimension]));
}

static attn_status checkCount(const attn_tensor *tensors, size_t count, uint32_t expected, const char *kind,
                              Text &text) {
  if (count != expected)
    return fail(text, ATTN_E_ARGUMENT, "%zu %ss given, the model has %u", count, kind, expected);
  if (!tensors && count)
    return fail(text, ATTN_E_ARGUMENT, "the %ss pointer is null", kind);
  return ATTN_OK;
}

static attn_status checkHead(const attn_tensor &tensor, const attn_port &port, const char *kind, size_t i, Text &text) {
  if (tensor.size != sizeof(attn_tensor))
    return fail(text, ATTN_E_ARGUMENT, "%s %zu \"%s\": attn_tensor.size is %u, expected %zu", kind, i, port.name,
                tensor.size, sizeof(attn_tensor));
  if (tensor.dtype != port.dtype)
    return fail(text, ATTN_E_DTYPE, "%s %zu \"%s\": element type %s, expected %s", kind, i, port.name,
                attn_dtype_name(tensor.dtype), attn_dtype_name(port.dtype));
  if (tensor.rank != port.rank)
    return fail(text, ATTN_E_SHAPE, "%s %zu \"%s\": rank %d, expected %d", kind, i, port.name, tensor.rank, port.rank);
  return ATTN_OK;
}

/// The text of a shape that disagrees with the port in dimension `at`.
static attn_status shapeMismatch(const attn_context *context, const attn_tensor &tensor, const attn_port &port,
                                 const char *kind, size_t i, int32_t at, Text &text) {
  const attn_metadata &metadata = *context->model->code->metadata;
  text.append("%s %zu \"%s\": shape ", kind, i, port.name);
  appendShape(text, tensor.shape, tensor.rank);
  text.append(", expected [");
  for (int32_t d = 0; d < port.rank; ++d) {
    int64_t value = extentOf(context, port, d);
    text.append(d ? "," : "");
    if (value >= 0)
      text.append("%" PRId64, value);
    else
      appendDimension(text, metadata, port, d);
  }
  text.append("]");
  if (port.dims[at] < 0) {
    int64_t k = -1 - port.dims[at];
    uint32_t by = context->boundBy[k];
    text.append(" (dimension %s is %" PRId64 ", from input %u \"%s\")", metadata.symbols[k].name, context->symbols[k],
                by, metadata.inputs[by].name);
  }
  return ATTN_E_SHAPE;
}

/// Gives symbol k the value that makes `extent`, which input i has, with `more`; if the model and the context allow it.
static attn_status bindSymbol(attn_context *context, int64_t k, int64_t extent, int32_t more, uint32_t i, Text &text) {
  const attn_metadata &metadata = *context->model->code->metadata;
  const attn_symbol &symbol = metadata.symbols[k];
  const int64_t minimum = symbol.minimum > 0 ? symbol.minimum : 0;
  const int64_t value = extent < 0 ? extent : extent - more; // an absurd extent stays one
  if (value < minimum)
    return fail(text, ATTN_E_SHAPE, "input %u \"%s\": dimension %s is %" PRId64 ", the minimum is %" PRId64, i,
                metadata.inputs[i].name, symbol.name, value, minimum);
  if (symbol.maximum && value > symbol.maximum)
    return fail(text, ATTN_E_SHAPE, "input %u \"%s\": dimension %s is %" PRId64 ", the maximum is %" PRId64, i,
                metadata.inputs[i].name, symbol.name, value, symbol.maximum);
  if (symbol.multiple > 1 && value % symbol.multiple)
    return fail(text, ATTN_E_SHAPE, "input %u \"%s\": dimension %s is %" PRId64 ", expected a multiple of %" PRId64, i,
                metadata.inputs[i].name, symbol.name, value, symbol.multiple);
  if (value > context->capacity[k])
    return fail(text, ATTN_E_CAPACITY,
                "input %u \"%s\": dimension %s is %" PRId64 ", the context was created for %" PRId64, i,
                metadata.inputs[i].name, symbol.name, value, context->capacity[k]);
  context->symbols[k] = value;
  context->boundBy[k] = i;
  return ATTN_OK;
}

static attn_status bindInput(attn_context *context, const attn_tensor &tensor, uint32_t i, Text &text) {
  const attn_port &port = context->model->code->metadata->inputs[i];
  attn_status status = checkHead(tensor, port, "input", i, text);
  for (int32_t d = 0; status == ATTN_OK && d < port.rank; ++d) {
    attn_extent extent = port.dims[d];
    if (extent < 0 && context->boundBy[-1 - extent] == kUnbound)
      status = bindSymbol(context, -1 - extent, tensor.shape[d], port.more[d], i, text);
    else if (tensor.shape[d] != extentOf(context, port, d))
      status = shapeMismatch(context, tensor, port, "input", i, d, text);
  }
  return status;
}

ATTN_RT int64_t extentOf(const attn_context *context, attn_extent extent) {
  return extent >= 0 ? extent : context->symbols[-1 - extent];
}

ATTN_RT attn_status bindShapes(attn_context *context, const Tensors &tensors, Text &text) {
  const attn_metadata &metadata = *context->model->code->metadata;
  attn_status status = checkCount(tensors.in, tensors.inCount, metadata.input_count, "input", text);
  if (status != ATTN_OK)
    return status;
  for (uint32_t k = 0; k < metadata.symbol_count; ++k) {
    context->boundBy[k] = kUnbound;
    context->symbols[k] = -1;
  }
  for (uint32_t n = 0; status == ATTN_OK && n < metadata.input_count; ++n) {
    const uint32_t i = (tensors.firstBound + n) % metadata.input_count;
    status = bindInput(context, tensors.in[i], i, text);
  }
  for (uint32_t k = 0; status == ATTN_OK && k < metadata.symbol_count; ++k)
    if (context->boundBy[k] == kUnbound)
      return fail(text, ATTN_E_SHAPE, "dimension \"%s\" is given by no input", metadata.symbols[k].name);
  return status;
}

/// Checks that the buffer holds the tensor; `needed` is its size.
static attn_status checkBuffer(const attn_tensor &tensor, const attn_port &port, const char *kind, size_t i,
                               uint64_t &needed, Text &text) {
  if (!tensorBytes(tensor.shape, port.rank, attn_dtype_bytes(port.dtype), needed))
    return fail(text, ATTN_E_SHAPE, "%s %zu \"%s\": its size does not fit", kind, i, port.name);
  if (needed > tensor.bytes)
    return fail(text, ATTN_E_ARGUMENT, "%s %zu \"%s\": buffer of %" PRIu64 " bytes, %" PRIu64 " needed", kind, i,
                port.name, tensor.bytes, needed);
  if (needed && !tensor.data)
    return fail(text, ATTN_E_ARGUMENT, "%s %zu \"%s\": data is null", kind, i, port.name);
  uint64_t end;
  if (!checkedAdd(reinterpret_cast<uintptr_t>(tensor.data), needed, end))
    return fail(text, ATTN_E_ARGUMENT, "%s %zu \"%s\": buffer passes the end of memory", kind, i, port.name);
  return ATTN_OK;
}

static attn_status checkOutput(attn_context *context, const attn_tensor &tensor, uint32_t i, Text &text) {
  const attn_port &port = context->model->code->metadata->outputs[i];
  attn_status status = checkHead(tensor, port, "output", i, text);
  for (int32_t d = 0; status == ATTN_OK && d < port.rank; ++d)
    if (tensor.shape[d] != extentOf(context, port, d))
      status = shapeMismatch(context, tensor, port, "output", i, d, text);
  uint64_t needed;
  return status == ATTN_OK ? checkBuffer(tensor, port, "output", i, needed, text) : status;
}

/// Both tensors have passed checkBuffer, so their sizes are sound.
static bool overlap(const attn_tensor &a, const attn_tensor &b) {
  uint64_t aBytes = 0, bBytes = 0;
  tensorBytes(a.shape, a.rank, attn_dtype_bytes(a.dtype), aBytes);
  tensorBytes(b.shape, b.rank, attn_dtype_bytes(b.dtype), bBytes);
  uintptr_t aBegin = reinterpret_cast<uintptr_t>(a.data), bBegin = reinterpret_cast<uintptr_t>(b.data);
  return aBytes && bBytes && aBegin < bBegin + bBytes && bBegin < aBegin + aBytes;
}

/// Whether an input and an output are one state that is where it was.
static bool staysInPlace(const attn_metadata &metadata, const Tensors &tensors, uint32_t i, uint32_t o) {
  for (uint32_t s = 0; s < metadata.state_count; ++s)
    if (metadata.states[s].input == i && metadata.states[s].output == o)
      return metadata.states[s].in_place && tensors.in[i].data == tensors.out[o].data;
  return false;
}

static attn_status checkOverlaps(const attn_metadata &metadata, const Tensors &tensors, Text &text) {
  const attn_tensor *in = tensors.in, *out = tensors.out;
  for (uint32_t o = 0; o < metadata.output_count; ++o) {
    for (uint32_t i = 0; i < metadata.input_count; ++i)
      if (overlap(out[o], in[i]) && !staysInPlace(metadata, tensors, i, o))
        return fail(text, ATTN_E_ARGUMENT, "output %u \"%s\" overlaps input %u \"%s\"", o, metadata.outputs[o].name, i,
                    metadata.inputs[i].name);
    for (uint32_t p = 0; p < o; ++p)
      if (overlap(out[o], out[p]))
        return fail(text, ATTN_E_ARGUMENT, "output %u \"%s\" overlaps output %u \"%s\"", o, metadata.outputs[o].name, p,
                    metadata.outputs[p].name);
  }
  return ATTN_OK;
}

static attn_status checkElements(const attn_context *context, const attn_tensor &tensor, uint32_t i, Text &text) {
  const attn_port &port = context->model->code->metadata->inputs[i];
  const int64_t upper = extentOf(context, port.upper) - (port.below ? 1 : 0);
  if (port.rising) {
    const Fall fall = findFall(tensor.data, tensor.shape[0], port.lower, upper);
    if (fall.at >= 0)
      text.append("input %u \"%s\"", i, port.name);
    return failFall(text, ATTN_E_INDEX, fall);
  }
  int64_t count = 1, value = 0, at = -1;
  for (int32_t d = 0; d < port.rank; ++d)
    count *= tensor.shape[d]; // fits: checkBuffer has checked the bytes
  if (port.dtype == ATTN_I32)
    at = findOutside<int32_t>(tensor.data, count, port.lower, upper, value);
  else if (port.dtype == ATTN_I64)
    at = findOutside<int64_t>(tensor.data, count, port.lower, upper, value);
  else if (port.dtype == ATTN_I8)
    at = findOutside<int8_t>(tensor.data, count, port.lower, upper, value);
  else if (port.dtype == ATTN_U8 || port.dtype == ATTN_BOOL)
    at = findOutside<uint8_t>(tensor.data, count, port.lower, upper, value);
  if (at < 0)
    return ATTN_OK;
  int64_t position[ATTN_MAX_RANK];
  for (int32_t d = port.rank - 1; d >= 0; --d) {
    position[d] = at % tensor.shape[d];
    at /= tensor.shape[d];
  }
  text.append("input %u \"%s\"", i, port.name);
  appendShape(text, position, port.rank);
  return fail(text, ATTN_E_INDEX, ": %" PRId64 " is outside [%" PRId64 ", %" PRId64 "]", value, port.lower, upper);
}

/// Whether each sample's caches have room for what this run appends.
static attn_status checkCache(const attn_context *context, const attn_cache &cache, const attn_tensor &lengths,
                              Text &text) {
  const int64_t capacity = extentOf(context, cache.capacity), appended = extentOf(context, cache.appended);
  for (int64_t sample = 0; sample < lengths.shape[0]; ++sample) {
    int32_t length;
    memcpy(&length, static_cast<const char *>(lengths.data) + sample * static_cast<int64_t>(sizeof(length)),
           sizeof(length));
    if (length < 0 || length > capacity - appended)
      return fail(text, ATTN_E_CAPACITY,
                  "input %u \"%s\"[%" PRId64 "]: %" PRId64 " rows appended to %d pass the capacity of %" PRId64,
                  cache.length, context->model->code->metadata->inputs[cache.length].name, sample, appended, length,
                  capacity);
  }
  return ATTN_OK;
}

ATTN_RT attn_status checkTensors(attn_context *context, const Tensors &tensors, Text &text) {
  const attn_metadata &metadata = *context->model->code->metadata;
  attn_status status = checkCount(tensors.out, tensors.outCount, metadata.output_count, "output", text);
  if (status == ATTN_OK)
    status = bindShapes(context, tensors, text);
  for (uint32_t i = 0; status == ATTN_OK && i < metadata.input_count; ++i) {
    uint64_t needed;
    context->inputs[i] = tensors.in[i].data;
    status = checkBuffer(tensors.in[i], metadata.inputs[i], "input", i, needed, text);
  }
  for (uint32_t i = 0; status == ATTN_OK && i < metadata.output_count; ++i) {
    context->outputs[i] = tensors.out[i].data;
    status = checkOutput(context, tensors.out[i], i, text);
  }
  if (status == ATTN_OK)
    status = checkOverlaps(metadata, tensors, text);
  for (uint32_t i = 0; status == ATTN_OK && i < metadata.input_count; ++i)
    if (metadata.inputs[i].checked)
      status = checkElements(context, tensors.in[i], i, text);
  for (uint32_t c = 0; status == ATTN_OK && c < metadata.cache_count; ++c)
    status = checkCache(context, metadata.caches[c], tensors.in[metadata.caches[c].length], text);
  return status;
}

} // namespace attn
