// Numbers between files, bytes and the reference's tensors.
#include "attn/npy.h"
#include "compiler/tools/run/Signature.h"
#include "dialect/ReducedNumbers.h"
#include <cstdlib>
#include <cstring>

namespace mlir::attn::run {

using reference::error;

bool isInteger(attn_dtype dtype) { return dtype >= ATTN_I8; }

namespace {

/// C has no type for it.
struct Bf16 {
  explicit Bf16(double value = 0) : bits(roundToBf16(static_cast<float>(value))) {}
  operator double() const { return widenBf16(bits); }

  uint16_t bits;
};

/// Calls `visit` with a zero of the C type of `dtype`. f16 has none: Library refuses it.
template <class Visit>
void withType(attn_dtype dtype, Visit visit) {
  switch (dtype) {
  case ATTN_F64:
    return visit(double());
  case ATTN_I8:
    return visit(int8_t());
  case ATTN_U8:
  case ATTN_BOOL:
    return visit(uint8_t());
  case ATTN_I32:
    return visit(int32_t());
  case ATTN_I64:
    return visit(int64_t());
  case ATTN_BF16:
    return visit(Bf16());
  default:
    return visit(float());
  }
}

} // namespace

std::vector<char> toBytes(const Array &array, attn_dtype dtype) {
  std::vector<char> bytes;
  withType(dtype, [&](auto zero) {
    using Number = decltype(zero);
    auto append = [&](auto value) {
      Number number = static_cast<Number>(value);
      bytes.insert(bytes.end(), reinterpret_cast<char *>(&number), reinterpret_cast<char *>(&number + 1));
    };
    for (double value : array.reals)
      append(value);
    for (int64_t value : array.integers)
      append(value);
  });
  return bytes;
}

Array fromBytes(const void *bytes, llvm::ArrayRef<int64_t> shape, attn_dtype dtype) {
  Array array;
  array.shape.assign(shape.begin(), shape.end());
  withType(dtype, [&](auto number) {
    for (int64_t i = 0, count = array.size(); i < count; ++i) {
      std::memcpy(&number, static_cast<const char *>(bytes) + i * sizeof number, sizeof number);
      if (isInteger(dtype))
        array.integers.push_back(number);
      else
        array.reals.push_back(number);
    }
  });
  return array;
}

Array roundedTo(attn_dtype dtype, const Array &array) {
  return fromBytes(toBytes(array, dtype).data(), array.shape, dtype);
}

llvm::Expected<Array> readArray(const std::string &path) {
  attn_tensor tensor = {};
  char text[512] = "";
  if (attn_npy_read(&tensor, path.c_str(), text, sizeof text) != ATTN_OK)
    return error(text);
  std::unique_ptr<void, decltype(&std::free)> owner(tensor.data, std::free);
  if (tensor.dtype == ATTN_F16)
    return error(path + ": f16 numbers are not supported here; convert them to f32");
  llvm::Expected<int64_t> count = reference::elementCount(llvm::ArrayRef(tensor.shape, tensor.rank));
  if (!count)
    return count.takeError();
  return fromBytes(tensor.data, llvm::ArrayRef(tensor.shape, tensor.rank), tensor.dtype);
}

llvm::Error writeArray(const std::string &path, const Array &array, attn_dtype dtype) {
  if (dtype == ATTN_BF16 || dtype == ATTN_F16) // numpy has no bf16, and f32 holds both
    dtype = ATTN_F32;
  std::vector<char> bytes = toBytes(array, dtype);
  attn_tensor tensor = {};
  tensor.size = sizeof tensor;
  tensor.dtype = dtype;
  tensor.rank = array.shape.size();
  llvm::copy(array.shape, tensor.shape);
  tensor.data = bytes.data();
  tensor.bytes = bytes.size();
  char text[512] = "";
  if (attn_npy_write(path.c_str(), &tensor, text, sizeof text) != ATTN_OK)
    return error(text);
  return llvm::Error::success();
}

} // namespace mlir::attn::run
