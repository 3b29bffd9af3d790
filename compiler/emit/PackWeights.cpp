// Writes the packed file: the header of attn/abi.h, then each tensor at its offset, row-major or in panels. Work is cut
// into chunks by shape; the identity is the digest of the chunks' digests, so that it does not depend on the number of
// threads.
#include "compiler/emit/PackWeights.h"
#include "compiler/emit/Buffers.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/ThreadPool.h"

#include "attn/abi.h"

#include <cstring>

namespace mlir::attn {

namespace {

constexpr int64_t kChunkBytes = 1 << 20;

/// Rows [begin, end) of a tensor; whole panels.
struct Chunk {
  const PackedTensor *tensor;
  int64_t begin, end;
};

SmallVector<Chunk> cut(ArrayRef<PackedTensor> tensors) {
  SmallVector<Chunk> chunks;
  for (const PackedTensor &tensor : tensors) {
    int64_t step = std::max<int64_t>(kChunkBytes / std::max<int64_t>(tensor.bytesTogether(), 1), 1);
    step *= tensor.rowsTogether();
    for (int64_t row = 0; row < tensor.rows; row += step)
      chunks.push_back({&tensor, row, std::min(row + step, tensor.rows)});
  }
  return chunks;
}

void packPanels(const Chunk &chunk, char *data) {
  const PackedTensor &tensor = *chunk.tensor;
  const WeightPanels &panels = *tensor.panels;
  attn_dtype numbers = panels.storage == Precision::Own ? tensor.to : attn_dtype(ATTN_F32);
  uint64_t from = attn_dtype_bytes(tensor.from);
  std::vector<uint64_t> row(llvm::divideCeil(tensor.cols * attn_dtype_bytes(numbers), sizeof(uint64_t)));
  char *buffer = reinterpret_cast<char *>(row.data());
  for (int64_t n = chunk.begin; n < chunk.end; ++n) {
    readElements(tensor.source + n * tensor.cols * from, tensor.from, numbers, tensor.cols, buffer);
    char *panel = data + tensor.offset + n / panels.width * panels.bytes();
    packColumn(buffer, tensor.cols, panels, panel + n % panels.width * panels.elementBytes);
  }
}

/// Packs one chunk into `data` (zero before) and returns the digest of what it wrote.
WeightsId pack(const Chunk &chunk, char *data) {
  const PackedTensor &tensor = *chunk.tensor;
  auto at = [&](int64_t row) { // chunks begin at whole panels
    return data + tensor.offset + llvm::divideCeil(row, tensor.rowsTogether()) * tensor.bytesTogether();
  };
  if (tensor.panels)
    packPanels(chunk, data);
  else
    readElements(tensor.source + chunk.begin * tensor.cols * attn_dtype_bytes(tensor.from), tensor.from, tensor.to,
                 (chunk.end - chunk.begin) * tensor.cols, at(chunk.begin));
  auto *first = reinterpret_cast<uint8_t *>(at(chunk.begin));
  return llvm::SHA256::hash(ArrayRef<uint8_t>(first, reinterpret_cast<uint8_t *>(at(chunk.end))));
}

WeightsId packAll(ArrayRef<PackedTensor> tensors, char *data) {
  SmallVector<Chunk> chunks = cut(tensors);
  std::vector<WeightsId> digests(chunks.size());
  llvm::DefaultThreadPool threads(llvm::hardware_concurrency());
  for (size_t i = 0; i < chunks.size(); ++i)
    threads.async([&, i] { digests[i] = pack(chunks[i], data); });
  threads.wait();
  llvm::SHA256 all;
  for (const PackedTensor &tensor : tensors)
    all.update(StringRef(tensor.description.c_str(), tensor.description.size() + 1)); // with the end of the text
  for (const WeightsId &digest : digests)
    all.update(digest);
  return all.final();
}

} // namespace

FailureOr<WeightPacker> WeightPacker::open(ArrayRef<func::FuncOp> variants, const WeightSource &source) {
  WeightPacker packer;
  packer.bytes = packedBytes(variants.front());
  if (!packer.bytes)
    return packer;
  WeightOp first;
  func::FuncOp(variants.front())->getParentOfType<ModuleOp>().walk([&](WeightOp weight) {
    first = weight;
    return WalkResult::interrupt();
  });
  if (source.path.empty())
    return first.emitError() << "the model has weights, such as \"" << first.getName()
                             << "\"; name their file with --weights=FILE.safetensors";
  char error[1024] = "";
  attn_safetensors *file = nullptr;
  if (attn_safetensors_open(&file, source.path.c_str(), error, sizeof(error)) != ATTN_OK)
    return first.emitError() << error;
  packer.file.reset(file);
  FailureOr<SmallVector<PackedTensor>> tensors = matchWeights(variants, file, source);
  if (failed(tensors))
    return failure();
  packer.tensors = std::move(*tensors);
  return packer;
}

llvm::Expected<WeightsId> WeightPacker::write(StringRef path) const {
  using namespace llvm::sys;
  auto failed = [&](std::error_code code) {
    return llvm::createStringError(code, "can not write '" + path + "': " + code.message());
  };
  int descriptor;
  if (std::error_code code = fs::openFileForReadWrite(path, descriptor, fs::CD_OpenExisting, fs::OF_None))
    return failed(code);
  fs::file_t handle = fs::convertFDToNativeFile(descriptor);
  uint64_t size = ATTN_WEIGHTS_DATA_OFFSET + bytes;
  std::error_code code = fs::resize_file(descriptor, size); // reserves the space: writing to the map can not fail later
  fs::mapped_file_region region;
  if (!code)
    region = fs::mapped_file_region(handle, fs::mapped_file_region::readwrite, size, 0, code);
  fs::closeFile(handle);
  if (code)
    return failed(code);
  WeightsId id = packAll(tensors, region.data() + ATTN_WEIGHTS_DATA_OFFSET);
  attn_weights_header header = {};
  std::memcpy(header.magic, ATTN_WEIGHTS_MAGIC, sizeof(header.magic));
  header.version = ATTN_WEIGHTS_VERSION;
  header.data_offset = ATTN_WEIGHTS_DATA_OFFSET;
  header.bytes = bytes;
  std::memcpy(header.id, id.data(), id.size());
  std::memcpy(region.data(), &header, sizeof(header));
  return id;
}

} // namespace mlir::attn
