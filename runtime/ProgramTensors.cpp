// Inputs and outputs of a compiled program; see ProgramTensors.h.
#include "runtime/ProgramTensors.h"

#include "runtime/Checked.h"

#include "attn/npy.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace attn {

/// Reads "[2,128]" or "[]" up to the end of the text.
static bool parseShape(const char *at, attn_tensor &tensor) {
  tensor.rank = 0;
  if (*at++ != '[')
    return false;
  if (*at == ']')
    return !at[1];
  for (;; ++at) {
    char *end;
    errno = 0;
    if (tensor.rank == ATTN_MAX_RANK || *at < '0' || *at > '9')
      return false;
    tensor.shape[tensor.rank++] = strtoll(at, &end, 10);
    at = end;
    if (errno || (*at != ',' && *at != ']'))
      return false;
    if (*at == ']')
      return !at[1];
  }
}

static attn_status allocate(attn_tensor &tensor, const attn_port &port, const char *shape, Text &text) {
  tensor.size = sizeof(tensor);
  tensor.dtype = port.dtype;
  if (!parseShape(shape, tensor))
    return fail(text, ATTN_E_ARGUMENT, "input \"%s\": expected a shape such as [2,128], got '%s'", port.name, shape);
  void *data = nullptr;
  if (!tensorBytes(tensor.shape, tensor.rank, attn_dtype_bytes(port.dtype), tensor.bytes) ||
      posix_memalign(&data, 64, tensor.bytes + 1) != 0)
    return fail(text, ATTN_E_MEMORY, "input \"%s\": cannot allocate %s", port.name, shape);
  memset(data, 0, tensor.bytes);
  tensor.data = data;
  return ATTN_OK;
}

template <typename T>
static void store(char *to, T value) {
  memcpy(to, &value, sizeof(T));
}
template <typename T>
static T load(const char *from) {
  T value;
  memcpy(&value, from, sizeof(T));
  return value;
}

/// The nearest, ties to even; a NaN stays one.
static uint16_t roundToBf16(float value) {
  uint32_t bits = load<uint32_t>(reinterpret_cast<const char *>(&value));
  if (value != value)
    return static_cast<uint16_t>(bits >> 16 | 0x40);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static float widenBf16(uint16_t half) {
  uint32_t bits = static_cast<uint32_t>(half) << 16;
  return load<float>(reinterpret_cast<const char *>(&bits));
}

/// Makes f32 numbers bf16, where they lie.
static void narrowToBf16(attn_tensor &tensor) {
  char *data = static_cast<char *>(tensor.data);
  tensor.dtype = ATTN_BF16;
  tensor.bytes /= 2;
  for (uint64_t i = 0; i < tensor.bytes / 2; ++i)
    store(data + 2 * i, roundToBf16(load<float>(data + 4 * i)));
}

attn_status makeTensor(attn_tensor &tensor, TensorSource &source, const attn_port &port, Text &text) {
  const char *from = source.specification;
  if (strncmp(from, "zeros:", 6) == 0)
    return allocate(tensor, port, from + 6, text);
  if (strncmp(from, "random:", 7) != 0) {
    attn_status status = attn_npy_read(&tensor, from, text.data + text.used, text.size - text.used);
    text.used += strlen(text.data + text.used);
    if (status == ATTN_OK && port.dtype == ATTN_BF16 && tensor.dtype == ATTN_F32)
      narrowToBf16(tensor);
    return status;
  }
  char *end;
  source.random = true;
  source.seed = strtoull(from + 7, &end, 10);
  if (end == from + 7 || *end != ':')
    return fail(text, ATTN_E_ARGUMENT, "input \"%s\": expected random:SEED:[SHAPE], got '%s'", port.name, from);
  return allocate(tensor, port, end + 1, text);
}

/// SplitMix64 (Steele, Lea, Flood 2014).
static uint64_t nextRandom(uint64_t &state) {
  uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static void storeElement(char *to, attn_dtype dtype, uint64_t bits, int64_t integer) {
  const double real = static_cast<double>(static_cast<int64_t>(bits)) * 0x1p-63;
  switch (dtype) {
  case ATTN_F32:
    return store(to, static_cast<float>(real));
  case ATTN_F64:
    return store(to, real);
  case ATTN_BF16:
    return store(to, roundToBf16(static_cast<float>(real)));
  case ATTN_F16: // a sign, an exponent in [2^-4, 1) and ten bits
    return store(to, static_cast<uint16_t>((bits & 0x83ff) | (11 + (bits >> 20 & 3)) << 10));
  case ATTN_I32:
    return store(to, static_cast<int32_t>(integer));
  case ATTN_I64:
    return store(to, integer);
  default:
    return store(to, static_cast<uint8_t>(integer));
  }
}

/// Numbers of i32 that rise from `lower` to `upper` in steps that are drawn.
static void fillRising(attn_tensor &tensor, int64_t lower, int64_t upper, uint64_t seed) {
  const int64_t count = tensor.rank == 1 ? tensor.shape[0] : 0;
  uint64_t total = 0, steps = 0, state = seed;
  for (int64_t i = 1; i < count; ++i)
    total += nextRandom(state) >> 40;
  for (int64_t i = 0; i < count; ++i) {
    steps += i ? nextRandom(seed) >> 40 : 0;
    double part = total ? static_cast<double>(steps) / static_cast<double>(total) : 1;
    double place = i ? static_cast<double>(upper - lower) * part : 0;
    store(static_cast<char *>(tensor.data) + 4 * i, static_cast<int32_t>(lower + static_cast<int64_t>(place)));
  }
}

void fillRandom(attn_tensor &tensor, const attn_port &port, int64_t upper, uint64_t seed) {
  if (port.rising && tensor.dtype == ATTN_I32)
    return fillRising(tensor, port.lower, upper, seed);
  const uint64_t width = attn_dtype_bytes(tensor.dtype);
  const int64_t lower = port.checked ? port.lower : 0;
  if (!port.checked)
    upper = 1;
  // A span of all 2^64 values counts as 0, where the random word itself is the value.
  const uint64_t span = upper < lower ? 1 : static_cast<uint64_t>(upper) - static_cast<uint64_t>(lower) + 1;
  for (uint64_t i = 0; i < tensor.bytes / width; ++i) {
    uint64_t bits = nextRandom(seed);
    uint64_t offset = span ? bits % span : bits;
    storeElement(static_cast<char *>(tensor.data) + i * width, tensor.dtype, bits,
                 static_cast<int64_t>(static_cast<uint64_t>(lower) + offset));
  }
}

static double halfToDouble(uint16_t bits) {
  int exponent = bits >> 10 & 31;
  double fraction = (bits & 0x3ff) * 0x1p-10, sign = bits & 0x8000 ? -1 : 1;
  if (exponent == 31)
    return fraction ? __builtin_nan("") : sign * __builtin_inf();
  double value = exponent ? 1 + fraction : fraction * 2;
  for (int i = exponent; i < 15; ++i)
    value /= 2;
  for (int i = 15; i < exponent; ++i)
    value *= 2;
  return sign * value;
}

static void printElement(const char *at, attn_dtype dtype) {
  switch (dtype) {
  case ATTN_F32:
    printf("%.7g", static_cast<double>(load<float>(at)));
    return;
  case ATTN_F64:
    printf("%.10g", load<double>(at));
    return;
  case ATTN_BF16:
    printf("%.4g", static_cast<double>(widenBf16(load<uint16_t>(at))));
    return;
  case ATTN_F16:
    printf("%.5g", halfToDouble(load<uint16_t>(at)));
    return;
  case ATTN_I32:
    printf("%" PRId32, load<int32_t>(at));
    return;
  case ATTN_I64:
    printf("%" PRId64, load<int64_t>(at));
    return;
  case ATTN_I8:
    printf("%d", load<int8_t>(at));
    return;
  default:
    printf("%u", load<uint8_t>(at));
  }
}

/// Prints dimension `d` from `at`, whose elements along it lie `bytes / extent` apart. At most 8 levels deep.
static void printDimension(const attn_tensor &tensor, int32_t d, const char *at, uint64_t bytes) {
  if (d == tensor.rank)
    return printElement(at, tensor.dtype);
  const int64_t extent = tensor.shape[d];
  printf("[");
  for (int64_t i = 0; i < extent; ++i) {
    if (i && d + 1 == tensor.rank)
      printf(" ");
    else if (i)
      printf("\n%*s", d + 1, "");
    if (extent > 6 && i == 3) {
      printf("...");
      i = extent - 4;
      continue;
    }
    uint64_t step = bytes / static_cast<uint64_t>(extent);
    printDimension(tensor, d + 1, at + static_cast<uint64_t>(i) * step, step);
  }
  printf("]");
}

void printTensor(const attn_tensor &tensor, const char *name) {
  char shape[256];
  Text text(shape, sizeof(shape));
  appendShape(text, tensor.shape, tensor.rank);
  printf("%s %s%s\n", name, attn_dtype_name(tensor.dtype), shape);
  printDimension(tensor, 0, static_cast<const char *>(tensor.data), tensor.bytes);
  printf("\n");
}

attn_status writeTensor(const char *path, const attn_tensor &tensor, char *error, size_t errorSize) {
  if (tensor.dtype != ATTN_BF16)
    return attn_npy_write(path, &tensor, error, errorSize);
  attn_tensor wide = tensor;
  wide.dtype = ATTN_F32;
  wide.bytes = 2 * tensor.bytes;
  wide.data = malloc(wide.bytes + 1);
  if (!wide.data) {
    Text text(error, errorSize);
    return fail(text, ATTN_E_MEMORY, "%s: cannot allocate %" PRIu64 " bytes", path, wide.bytes);
  }
  for (uint64_t i = 0; i < tensor.bytes / 2; ++i)
    store(static_cast<char *>(wide.data) + 4 * i,
          widenBf16(load<uint16_t>(static_cast<const char *>(tensor.data) + 2 * i)));
  attn_status status = attn_npy_write(path, &wide, error, errorSize);
  free(wide.data);
  return status;
}

} // namespace attn
