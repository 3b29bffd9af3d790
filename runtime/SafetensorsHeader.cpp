// Reads the header by its fixed grammar: an object of tensors, each an object of three known keys. Since no value may
// be anything else, there is no nesting to follow and nothing to recurse into.
#include "runtime/SafetensorsHeader.h"

#include "runtime/Checked.h"
#include "runtime/Linkage.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

namespace attn {

namespace {

struct TypeRow {
  char name[8];
  uint32_t bytes;
  attn_dtype dtype;
};

const TypeRow kTypes[] = {{"F32", 4, ATTN_F32},   {"F64", 8, ATTN_F64}, {"BF16", 2, ATTN_BF16}, {"F16", 2, ATTN_F16},
                          {"I8", 1, ATTN_I8},     {"U8", 1, ATTN_U8},   {"I32", 4, ATTN_I32},   {"I64", 8, ATTN_I64},
                          {"BOOL", 1, ATTN_BOOL}, {"I16", 2, 0},        {"U16", 2, 0},          {"U32", 4, 0},
                          {"U64", 8, 0},          {"F8_E4M3", 1, 0},    {"F8_E5M2", 1, 0},      {"F8_E8M0", 1, 0},
                          {"C64", 8, 0}};

/// A cursor over the header. Each function returns false after it has written the reason.
struct Reader {
  const char *json;
  size_t size, at;
  const char *file;
  Text &text;
  attn_status status;

  bool error(const char *what) {
    status = fail(text, ATTN_E_FILE, "'%s': header byte %zu: %s", file, at, what);
    return false;
  }
  bool tensorError(const char *tensor, const char *what) {
    status = fail(text, ATTN_E_FILE, "'%s': tensor \"%.100s\": %s", file, tensor, what);
    return false;
  }
  void skipSpace() {
    while (at < size && (json[at] == ' ' || json[at] == '\n' || json[at] == '\r' || json[at] == '\t'))
      ++at;
  }
  /// Skips space; true and past it if `c` is next.
  bool accept(char c) {
    skipSpace();
    if (at >= size || json[at] != c)
      return false;
    ++at;
    return true;
  }
  bool expect(char c) {
    if (accept(c))
      return true;
    char what[] = "expected 'x'";
    what[10] = c;
    return error(what);
  }
  bool string(char *to, size_t room, size_t &length);
  bool escape(char *to, size_t &length);
  bool hex4(uint32_t &code);
  bool number(uint64_t &value);
};

bool Reader::hex4(uint32_t &code) {
  code = 0;
  for (int i = 0; i < 4; ++i, ++at) {
    char c = at < size ? json[at] : '\0';
    uint32_t digit = c >= '0' && c <= '9'                 ? uint32_t(c - '0')
                     : (c | 32) >= 'a' && (c | 32) <= 'f' ? uint32_t((c | 32) - 'a' + 10)
                                                          : 16;
    if (digit == 16)
      return error("\\u needs four hexadecimal digits");
    code = code * 16 + digit;
  }
  return true;
}

size_t encodeUtf8(uint32_t code, char *to) {
  size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
  for (size_t i = length - 1; i > 0; --i, code >>= 6)
    to[i] = static_cast<char>(0x80 | (code & 0x3f));
  to[0] = static_cast<char>(lead[length] | code);
  return length;
}

/// The cursor stands after the backslash; `to` has room for four bytes.
bool Reader::escape(char *to, size_t &length) {
  static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
  char c = at < size ? json[at] : '\0';
  const char *simple = c ? strchr(from, c) : nullptr;
  if (simple) {
    ++at;
    to[0] = into[simple - from];
    length = 1;
    return true;
  }
  if (c != 'u')
    return error("unknown escape");
  ++at;
  uint32_t code, low;
  if (!hex4(code))
    return false;
  if (code >= 0xdc00 && code <= 0xdfff)
    return error("unpaired surrogate");
  if (code >= 0xd800 && code <= 0xdbff) {
    if (size - at < 6 || json[at] != '\\' || json[at + 1] != 'u')
      return error("unpaired surrogate");
    at += 2;
    if (!hex4(low))
      return false;
    if (low < 0xdc00 || low > 0xdfff)
      return error("unpaired surrogate");
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  }
  if (!code)
    return error("a string holds \\u0000");
  length = encodeUtf8(code, to);
  return true;
}

/// Reads a string into `to` (null: skip it) with a zero at the end; at most `room` bytes without the zero.
bool Reader::string(char *to, size_t room, size_t &length) {
  if (!expect('"'))
    return false;
  length = 0;
  for (;;) {
    if (at >= size)
      return error("the header ends within a string");
    unsigned char c = static_cast<unsigned char>(json[at]);
    if (c == '"')
      break;
    if (c < 0x20)
      return error("control character in a string");
    char piece[4] = {static_cast<char>(c)};
    size_t pieceLength = 1;
    ++at;
    if (c == '\\' && !escape(piece, pieceLength))
      return false;
    if (to && pieceLength > room - length)
      return error("string too long");
    if (to)
      memcpy(to + length, piece, pieceLength);
    length += pieceLength;
  }
  ++at;
  if (to)
    to[length] = '\0';
  return true;
}

bool Reader::number(uint64_t &value) {
  skipSpace();
  size_t begin = at;
  value = 0;
  for (; at < size && json[at] >= '0' && json[at] <= '9'; ++at)
    if (!checkedMul(value, 10, value) || !checkedAdd(value, static_cast<uint64_t>(json[at] - '0'), value))
      return error("number does not fit 64 bits");
  if (at == begin)
    return error("expected a number without sign");
  if (json[begin] == '0' && at - begin > 1)
    return error("number with a leading zero");
  if (at < size && (json[at] == '.' || json[at] == 'e' || json[at] == 'E'))
    return error("expected a whole number");
  return true;
}

bool readType(Reader &in, HeaderEntry &entry) {
  char name[32];
  size_t length;
  if (!in.string(name, sizeof(name) - 1, length))
    return false;
  for (const TypeRow &row : kTypes)
    if (strcmp(row.name, name) == 0) {
      entry.tensor.type_name = row.name;
      entry.tensor.dtype = row.dtype;
      return true;
    }
  in.status =
      fail(in.text, ATTN_E_FILE, "'%s': tensor \"%.100s\": unknown dtype \"%s\"", in.file, entry.tensor.name, name);
  return false;
}

bool readShape(Reader &in, HeaderEntry &entry) {
  if (!in.expect('['))
    return false;
  entry.tensor.rank = 0;
  if (in.accept(']'))
    return true;
  do {
    uint64_t extent;
    if (entry.tensor.rank == ATTN_MAX_RANK)
      return in.tensorError(entry.tensor.name, "rank above 8");
    if (!in.number(extent))
      return false;
    if (extent > static_cast<uint64_t>(INT64_MAX))
      return in.tensorError(entry.tensor.name, "extent does not fit");
    entry.tensor.shape[entry.tensor.rank++] = static_cast<int64_t>(extent);
  } while (in.accept(','));
  return in.expect(']');
}

bool readOffsets(Reader &in, HeaderEntry &entry) {
  return in.expect('[') && in.number(entry.begin) && in.expect(',') && in.number(entry.end) && in.expect(']');
}

/// Shape, type and offsets must agree to the byte.
bool checkBytes(Reader &in, HeaderEntry &entry) {
  uint32_t elementBytes = 0;
  for (const TypeRow &row : kTypes)
    if (row.name == entry.tensor.type_name)
      elementBytes = row.bytes;
  uint64_t bytes;
  if (!tensorBytes(entry.tensor.shape, entry.tensor.rank, elementBytes, bytes))
    return in.tensorError(entry.tensor.name, "its size does not fit");
  if (entry.begin > entry.end)
    return in.tensorError(entry.tensor.name, "data_offsets end before they begin");
  if (bytes != entry.end - entry.begin) {
    in.status = fail(in.text, ATTN_E_FILE,
                     "'%s': tensor \"%.100s\": data_offsets hold %" PRIu64 " bytes, its shape needs %" PRIu64, in.file,
                     entry.tensor.name, entry.end - entry.begin, bytes);
    return false;
  }
  entry.tensor.bytes = bytes;
  return true;
}

bool readTensor(Reader &in, HeaderEntry &entry) {
  static const char *const keys[] = {"dtype", "shape", "data_offsets"};
  static bool (*const readers[])(Reader &, HeaderEntry &) = {readType, readShape, readOffsets};
  unsigned seen = 0;
  if (!in.expect('{'))
    return false;
  do {
    char key[32];
    size_t length;
    if (!in.string(key, sizeof(key) - 1, length) || !in.expect(':'))
      return false;
    unsigned k = 0;
    while (k < 3 && strcmp(keys[k], key) != 0)
      ++k;
    if (k == 3)
      return in.tensorError(entry.tensor.name, "unknown key");
    if (seen >> k & 1)
      return in.tensorError(entry.tensor.name, "duplicate key");
    seen |= 1u << k;
    if (!readers[k](in, entry))
      return false;
  } while (in.accept(','));
  if (!in.expect('}'))
    return false;
  if (seen != 7)
    return in.tensorError(entry.tensor.name, "needs dtype, shape and data_offsets");
  return checkBytes(in, entry);
}

/// Free-form strings about the file: checked for syntax, then forgotten.
bool skipMetadata(Reader &in) {
  if (!in.expect('{'))
    return false;
  if (in.accept('}'))
    return true;
  size_t length;
  do
    if (!in.string(nullptr, 0, length) || !in.expect(':') || !in.string(nullptr, 0, length))
      return false;
  while (in.accept(','));
  return in.expect('}');
}

bool grow(Reader &in, HeaderEntries &entries) {
  if (entries.count < entries.capacity)
    return true;
  if (entries.count == kMaxTensors)
    return in.error("more than 1000000 tensors");
  size_t capacity = entries.capacity ? entries.capacity + entries.capacity / 2 : 64;
  if (capacity > kMaxTensors)
    capacity = kMaxTensors;
  void *list = realloc(entries.list, capacity * sizeof(HeaderEntry));
  if (!list) {
    in.status = fail(in.text, ATTN_E_MEMORY, "'%s': cannot allocate the list of tensors", in.file);
    return false;
  }
  entries.list = static_cast<HeaderEntry *>(list);
  entries.capacity = capacity;
  return true;
}

bool readMembers(Reader &in, HeaderEntries &entries) {
  char *name = entries.names;
  bool metadataSeen = false;
  do {
    size_t length;
    if (!in.string(name, kMaxNameBytes, length) || !in.expect(':'))
      return false;
    if (strcmp(name, "__metadata__") == 0) {
      if (metadataSeen)
        return in.error("a second __metadata__");
      metadataSeen = true;
      if (!skipMetadata(in))
        return false;
      continue;
    }
    if (!grow(in, entries))
      return false;
    HeaderEntry &entry = entries.list[entries.count++];
    memset(&entry, 0, sizeof(entry));
    entry.tensor.name = name;
    name += length + 1;
    if (!readTensor(in, entry))
      return false;
  } while (in.accept(','));
  return in.expect('}');
}

/// The length of the well-formed UTF-8 sequence at `at`, or 0 (overlong, surrogate, too large, cut off).
size_t utf8Length(const unsigned char *bytes, size_t left) {
  unsigned char c = bytes[0];
  if (c < 0x80)
    return 1;
  size_t length = c >= 0xc2 && c <= 0xdf ? 2 : (c & 0xf0) == 0xe0 ? 3 : c >= 0xf0 && c <= 0xf4 ? 4 : 0;
  if (!length || left < length)
    return 0;
  for (size_t i = 1; i < length; ++i)
    if ((bytes[i] & 0xc0) != 0x80)
      return 0;
  unsigned char second = bytes[1];
  bool bad = (c == 0xe0 && second < 0xa0) || (c == 0xed && second > 0x9f) || (c == 0xf0 && second < 0x90) ||
             (c == 0xf4 && second > 0x8f);
  return bad ? 0 : length;
}

bool checkUtf8(Reader &in) {
  const unsigned char *bytes = reinterpret_cast<const unsigned char *>(in.json);
  for (size_t length; in.at < in.size; in.at += length) {
    length = utf8Length(bytes + in.at, in.size - in.at);
    if (!length)
      return in.error("not UTF-8");
  }
  in.at = 0;
  return true;
}

} // namespace

ATTN_RT attn_status parseHeader(HeaderEntries &entries, const char *json, size_t size, const char *file, Text &text) {
  Reader in = {json, size, 0, file, text, ATTN_OK};
  // Names are never longer than their escaped form, and their quotes make room for the zero.
  entries.names = static_cast<char *>(malloc(size + 1));
  if (!entries.names)
    return fail(text, ATTN_E_MEMORY, "'%s': cannot allocate the names", file);
  if (!checkUtf8(in))
    return in.status;
  if (size == 0 || json[0] != '{') // the format forbids space before it
    return fail(text, ATTN_E_FILE, "'%s': the header does not begin with '{'", file);
  in.at = 1;
  if (!in.accept('}') && !readMembers(in, entries))
    return in.status;
  in.skipSpace();
  if (in.at != size)
    in.error("text after the header's end");
  return in.status;
}

} // namespace attn
