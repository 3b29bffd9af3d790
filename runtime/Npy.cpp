// npy files: a magic number, the length of a header, and the header, a Python dictionary of three known keys, which is
// read by that fixed grammar and nothing more general.
#include "attn/npy.h"

#include "runtime/Checked.h"
#include "runtime/Linkage.h"
#include "runtime/Memory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

using namespace attn;

namespace {

struct TypeRow {
  char name[4];
  attn_dtype dtype;
};

const TypeRow kTypes[] = {{"f4", ATTN_F32}, {"f8", ATTN_F64}, {"f2", ATTN_F16}, {"i1", ATTN_I8},
                          {"u1", ATTN_U8},  {"i4", ATTN_I32}, {"i8", ATTN_I64}, {"b1", ATTN_BOOL}};
const uint64_t kMaxHeader = 65536; // numpy's own headers stay below 1000 bytes

/// A cursor over the dictionary; functions return false after writing the reason.
struct Reader {
  const char *at, *end;
  const char *file;
  Text &text;

  bool error(const char *what) {
    fail(text, ATTN_E_FILE, "'%s': %s", file, what);
    return false;
  }
  void skipSpace() {
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\t'))
      ++at;
  }
  bool accept(char c) {
    skipSpace();
    if (at >= end || *at != c)
      return false;
    ++at;
    return true;
  }
  bool acceptWord(const char *word) {
    skipSpace();
    size_t length = strlen(word);
    if (static_cast<size_t>(end - at) < length || memcmp(at, word, length) != 0)
      return false;
    at += length;
    return true;
  }
  /// A quoted string without escapes of at most `room` characters.
  bool string(char *to, size_t room) {
    skipSpace();
    char quote = at < end ? *at : '\0';
    if (quote != '\'' && quote != '"')
      return error("header: expected a quoted string");
    const char *close = static_cast<const char *>(memchr(at + 1, quote, static_cast<size_t>(end - at - 1)));
    if (!close || static_cast<size_t>(close - at - 1) > room ||
        memchr(at + 1, '\\', static_cast<size_t>(close - at - 1)))
      return error("header: string too long, escaped or without an end");
    size_t length = static_cast<size_t>(close - at - 1);
    memcpy(to, at + 1, length);
    to[length] = '\0';
    at = close + 1;
    return true;
  }
};

bool readDescr(Reader &in, attn_tensor &tensor) {
  char descr[32];
  if (!in.string(descr, sizeof(descr) - 1))
    return false;
  if (descr[0] == '>') {
    fail(in.text, ATTN_E_FILE, "'%s': element type '%s' is big-endian", in.file, descr);
    return false;
  }
  for (const TypeRow &row : kTypes)
    if ((descr[0] == '<' || descr[0] == '|' || descr[0] == '=') && strcmp(descr + 1, row.name) == 0) {
      tensor.dtype = row.dtype;
      return true;
    }
  fail(in.text, ATTN_E_FILE, "'%s': element type '%s' is not supported", in.file, descr);
  return false;
}

bool readOrder(Reader &in, attn_tensor &) {
  if (in.acceptWord("False"))
    return true;
  return in.error(in.acceptWord("True") ? "Fortran order is not supported" : "header: expected True or False");
}

bool readExtent(Reader &in, int64_t &extent) {
  in.skipSpace();
  uint64_t value = 0;
  const char *begin = in.at;
  for (; in.at < in.end && *in.at >= '0' && *in.at <= '9'; ++in.at)
    if (!checkedMul(value, 10, value) || !checkedAdd(value, static_cast<uint64_t>(*in.at - '0'), value))
      return in.error("header: extent does not fit");
  if (in.at == begin)
    return in.error("header: expected an extent without sign");
  if (value > static_cast<uint64_t>(INT64_MAX))
    return in.error("header: extent does not fit");
  extent = static_cast<int64_t>(value);
  return true;
}

bool readShape(Reader &in, attn_tensor &tensor) {
  if (!in.accept('('))
    return in.error("header: expected '('");
  while (!in.accept(')')) {
    if (tensor.rank == ATTN_MAX_RANK)
      return in.error("rank above 8");
    if (!readExtent(in, tensor.shape[tensor.rank++]))
      return false;
    if (in.accept(','))
      continue;
    if (tensor.rank == 1 || !in.accept(')')) // a tuple of one needs its comma
      return in.error("header: expected ','");
    break;
  }
  return true;
}

bool readDictionary(Reader &in, attn_tensor &tensor) {
  static const char *const keys[] = {"descr", "fortran_order", "shape"};
  static bool (*const readers[])(Reader &, attn_tensor &) = {readDescr, readOrder, readShape};
  unsigned seen = 0;
  if (!in.accept('{'))
    return in.error("header: expected '{'");
  while (!in.accept('}')) {
    char key[16];
    if (!in.string(key, sizeof(key) - 1))
      return false;
    unsigned k = 0;
    while (k < 3 && strcmp(keys[k], key) != 0)
      ++k;
    if (k == 3 || seen >> k & 1)
      return in.error(k == 3 ? "header: unknown key" : "header: duplicate key");
    seen |= 1u << k;
    if (!in.accept(':'))
      return in.error("header: expected ':'");
    if (!readers[k](in, tensor))
      return false;
    if (in.accept(','))
      continue;
    if (!in.accept('}'))
      return in.error("header: expected ',' or '}'");
    break;
  }
  in.skipSpace();
  if (in.at != in.end)
    return in.error("header: text after the dictionary");
  return seen == 7 || in.error("header: needs descr, fortran_order and shape");
}

/// Where the dictionary stands: after 6 bytes of magic, 2 of version, and its length in 2 or 4.
bool findHeader(Reader &in, const unsigned char *bytes, uint64_t size, uint64_t &dataOffset) {
  if (size < 10 || memcmp(bytes, "\x93NUMPY", 6) != 0)
    return in.error("not an npy file");
  const unsigned major = bytes[6];
  if (major < 1 || major > 3 || bytes[7] != 0) {
    fail(in.text, ATTN_E_FILE, "'%s': npy version %u.%u is not supported", in.file, major, bytes[7]);
    return false;
  }
  const uint64_t prefix = major == 1 ? 10 : 12;
  if (size < prefix)
    return in.error("file ends within the header's length");
  uint64_t length = bytes[8] | uint64_t(bytes[9]) << 8;
  if (major > 1)
    length |= uint64_t(bytes[10]) << 16 | uint64_t(bytes[11]) << 24;
  if (length > kMaxHeader)
    return in.error("header above 65536 bytes");
  if (length > size - prefix)
    return in.error("file ends within the header");
  in.at = reinterpret_cast<const char *>(bytes + prefix);
  in.end = in.at + length;
  dataOffset = prefix + length;
  return true;
}

const char *typeName(attn_dtype dtype) {
  for (const TypeRow &row : kTypes)
    if (row.dtype == dtype)
      return row.name;
  return nullptr;
}

} // namespace

extern "C" ATTN_RT attn_status attn_npy_parse(attn_tensor *result, const void *bytes, uint64_t size, const char *name,
                                              char *error, size_t errorSize) {
  Text text(error, errorSize);
  attn_tensor tensor;
  memset(&tensor, 0, sizeof(tensor));
  tensor.size = sizeof(tensor);
  Reader in = {nullptr, nullptr, name, text};
  uint64_t offset;
  if (!findHeader(in, static_cast<const unsigned char *>(bytes), size, offset) || !readDictionary(in, tensor))
    return ATTN_E_FILE;
  if (!tensorBytes(tensor.shape, tensor.rank, attn_dtype_bytes(tensor.dtype), tensor.bytes))
    return fail(text, ATTN_E_FILE, "'%s': its size does not fit", name);
  if (tensor.bytes != size - offset)
    return fail(text, ATTN_E_FILE, "'%s': file holds %" PRIu64 " bytes of data, its header promises %" PRIu64, name,
                size - offset, tensor.bytes);
  tensor.data = static_cast<char *>(const_cast<void *>(bytes)) + offset;
  *result = tensor;
  return ATTN_OK;
}

extern "C" ATTN_RT attn_status attn_npy_read(attn_tensor *result, const char *path, char *error, size_t errorSize) {
  Text text(error, errorSize);
  FileView view;
  attn_status status = mapFile(view, "npy", path, text);
  if (status != ATTN_OK)
    return status;
  attn_tensor tensor;
  status = attn_npy_parse(&tensor, view.data, view.size, path, error, errorSize);
  void *copy = nullptr;
  if (status == ATTN_OK && posix_memalign(&copy, 64, tensor.bytes ? tensor.bytes : 1) != 0)
    status = fail(text, ATTN_E_MEMORY, "'%s': cannot allocate %" PRIu64 " bytes", path, tensor.bytes);
  if (status == ATTN_OK) {
    memcpy(copy, tensor.data, tensor.bytes);
    tensor.data = copy;
    *result = tensor;
  }
  unmapFile(view);
  return status;
}

extern "C" ATTN_RT attn_status attn_npy_write(const char *path, const attn_tensor *tensor, char *error,
                                              size_t errorSize) {
  Text text(error, errorSize);
  const char *type = typeName(tensor->dtype);
  if (!type)
    return fail(text, ATTN_E_DTYPE, "'%s': numpy has no element type %s", path, attn_dtype_name(tensor->dtype));
  uint64_t bytes;
  if (tensor->rank < 0 || tensor->rank > ATTN_MAX_RANK ||
      !tensorBytes(tensor->shape, tensor->rank, attn_dtype_bytes(tensor->dtype), bytes) || bytes > tensor->bytes)
    return fail(text, ATTN_E_ARGUMENT, "'%s': the tensor's shape does not fit its buffer", path);
  char header[320];
  Text out(header, sizeof(header));
  out.append("{'descr': '%c%s', 'fortran_order': False, 'shape': (", attn_dtype_bytes(tensor->dtype) == 1 ? '|' : '<',
             type);
  for (int32_t i = 0; i < tensor->rank; ++i)
    out.append(tensor->rank == 1 ? "%" PRId64 "," : i ? ", %" PRId64 : "%" PRId64, tensor->shape[i]);
  out.append("), }");
  // The data begin at a multiple of 64; the header is padded with spaces and ends in a newline.
  while ((10 + out.used + 1) % 64)
    out.append(" ");
  header[out.used++] = '\n';
  char prefix[10] = {
      '\x93', 'N', 'U', 'M', 'P', 'Y', 1, 0, static_cast<char>(out.used & 255), static_cast<char>(out.used >> 8)};
  FILE *file = fopen(path, "wbe");
  bool written = file && fwrite(prefix, 1, 10, file) == 10 && fwrite(header, 1, out.used, file) == out.used &&
                 (!bytes || fwrite(tensor->data, 1, bytes, file) == bytes);
  int code = errno;
  if (file && fclose(file) != 0)
    written = false;
  char buffer[128];
  if (!written)
    return fail(text, ATTN_E_FILE, "'%s': cannot write: %s", path, systemText(code, buffer, sizeof(buffer)));
  return ATTN_OK;
}
