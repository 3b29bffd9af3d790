// From bytes of a safetensors file to numbers, with the checks that a name, a slice and a type must pass.
#include "compiler/reference/Weights.h"
#include "attn/safetensors.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringExtras.h"
#include <cstring>
#include <memory>

namespace mlir::attn::reference {
namespace {

/// Element i of a tensor whose bytes may lie anywhere.
template <class Bits>
Bits bitsAt(const void *data, int64_t i) {
  Bits bits;
  std::memcpy(&bits, static_cast<const char *>(data) + i * sizeof(Bits), sizeof(Bits));
  return bits;
}

double realAt(const void *data, int64_t i, attn_dtype dtype) {
  llvm::APInt half(16, dtype == ATTN_BF16 || dtype == ATTN_F16 ? bitsAt<uint16_t>(data, i) : 0);
  switch (dtype) {
  case ATTN_F64:
    return bitsAt<double>(data, i);
  case ATTN_BF16:
    return llvm::APFloat(llvm::APFloat::BFloat(), half).convertToDouble();
  case ATTN_F16:
    return llvm::APFloat(llvm::APFloat::IEEEhalf(), half).convertToDouble();
  default:
    return bitsAt<float>(data, i);
  }
}

int64_t integerAt(const void *data, int64_t i, attn_dtype dtype) {
  return dtype == ATTN_I64 ? bitsAt<int64_t>(data, i) : bitsAt<int32_t>(data, i);
}

attn_dtype dtypeOf(Type type) {
  return type.isF32() ? ATTN_F32 : type.isF64() ? ATTN_F64 : type.isBF16() ? ATTN_BF16 : type.isF16() ? ATTN_F16 : 0;
}

/// Whether a tensor of the file can be a weight of that type: the same, reals of any kind as a type that something is
/// computed in, or integers.
bool gives(attn_dtype stored, Type type) {
  if (type.isInteger(32))
    return stored == ATTN_I32 || stored == ATTN_I64;
  bool isReal = llvm::is_contained({ATTN_F32, ATTN_F64, ATTN_BF16, ATTN_F16}, stored);
  return stored == dtypeOf(type) || (isReal && (type.isF32() || type.isF64() || type.isBF16()));
}

/// The name in the file that is fewest edits away.
std::string nearestName(const attn_safetensors *file, llvm::StringRef name) {
  std::string nearest;
  unsigned best = name.size() / 2 + 1;
  for (size_t i = 0; i < attn_safetensors_count(file); ++i) {
    llvm::StringRef candidate = attn_safetensors_at(file, i)->name;
    if (unsigned distance = name.edit_distance(candidate, true, best); distance < best) {
      best = distance;
      nearest = candidate.str();
    }
  }
  return nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?";
}

ExpectedTensor<double> read(const attn_safetensors *file, llvm::StringRef path, llvm::StringRef name,
                            llvm::ArrayRef<int64_t> slice, RankedTensorType type) {
  const attn_safetensors_tensor *stored = attn_safetensors_find(file, name.str().c_str());
  if (!stored)
    return error("weight \"" + name + "\" is not in " + path + nearestName(file, name));
  llvm::ArrayRef<int64_t> shape(stored->shape, stored->rank);
  std::string holds =
      "weight \"" + name.str() + "\" is " + stored->type_name + " " + shapeText(shape) + " in " + path.str() + ", ";
  if (shape.size() < slice.size() || shape.drop_front(slice.size()) != type.getShape())
    return error(holds + "the model " + (slice.empty() ? "has" : "takes a slice of") + " " +
                 shapeText(type.getShape()));
  if (!gives(stored->dtype, type.getElementType()))
    return error(holds + "the model has another element type");
  int64_t row = 0;
  for (auto [index, extent] : llvm::zip(slice, shape)) {
    if (index >= extent)
      return error(holds + "the model takes a slice at " + shapeText(slice));
    row = row * extent + index;
  }
  ExpectedTensor<double> tensor = makeTensor<double>(type.getShape());
  if (!tensor)
    return tensor;
  int64_t count = tensor->size();
  tensor->weight = name.str() + (slice.empty() ? "" : shapeText(slice));
  if (type.getElementType().isInteger(32)) {
    tensor->reals.clear();
    for (int64_t i = 0; i < count; ++i)
      tensor->integers.push_back(integerAt(stored->data, row * count + i, stored->dtype));
    if (llvm::Error wide = checkRange(*tensor, INT32_MAX, INT32_MIN))
      return wide;
    return tensor;
  }
  for (int64_t i = 0; i < count; ++i)
    tensor->reals[i] = realAt(stored->data, row * count + i, stored->dtype);
  return tensor;
}

} // namespace

llvm::Expected<WeightProvider> openWeights(llvm::StringRef path) {
  if (path.empty())
    return WeightProvider(
        [](llvm::StringRef name, llvm::ArrayRef<int64_t>, RankedTensorType) -> ExpectedTensor<double> {
          return error("weight \"" + name + "\" is needed; give the file with --weights=FILE.safetensors");
        });
  attn_safetensors *file = nullptr;
  char text[512] = "";
  if (attn_safetensors_open(&file, path.str().c_str(), text, sizeof text) != ATTN_OK)
    return error(text);
  std::shared_ptr<attn_safetensors> shared(file, attn_safetensors_close);
  return WeightProvider(
      [shared, path = path.str()](llvm::StringRef name, llvm::ArrayRef<int64_t> slice, RankedTensorType type) {
        return read(shared.get(), path, name, slice, type);
      });
}

} // namespace mlir::attn::reference
