// The weights of a model: checked against a safetensors file, then written in the order and layouts of the memory plan.
#pragma once

#include "dialect/AttnOps.h"
#include "dialect/WeightPanels.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/Error.h"

#include "attn/safetensors.h"

#include <array>
#include <memory>

namespace mlir::attn {

/// One tensor to pack: `rows` rows of `cols` elements from `source`, to byte `offset` of the data, in panels or
/// row-major.
struct PackedTensor {
  const char *source = nullptr;
  attn_dtype from = 0, to = 0;
  int64_t rows = 0, cols = 0;
  std::optional<WeightPanels> panels;
  uint64_t offset = 0;

  int64_t rowsTogether() const { return panels ? panels->width : 1; }
  /// Of `rowsTogether` rows.
  int64_t bytesTogether() const { return panels ? panels->bytes() : cols * static_cast<int64_t>(attn_dtype_bytes(to)); }
  std::string description; ///< name, slice and type: part of the identity
};

/// Where the weights come from and how they may be changed.
struct WeightSource {
  std::string path; ///< empty: none was given
  bool convert = false;
};

/// Finds each `attn.weight` of a model's variants in the file, and checks the numbers that code follows without a look
/// at them. All that is wrong is told at once, at the ops, before
/// failing; variants have the same weights, perhaps in other layouts, so that it is told for one of them.
FailureOr<llvm::SmallVector<PackedTensor>> matchWeights(llvm::ArrayRef<func::FuncOp> variants,
                                                        const attn_safetensors *file, const WeightSource &source);

/// Reads `count` elements, converting between float types, or i64 that fit into i32; `source` has no alignment.
void readElements(const char *source, attn_dtype from, attn_dtype to, int64_t count, char *result);
/// An element of i32 or i64.
int64_t readInteger(const char *source, attn_dtype from);
/// Whether readElements converts `from` to `to`.
bool canConvert(attn_dtype from, attn_dtype to);

/// Writes a row of a weight, `count` elements of the type (of f32 where they are stored as something else), as a
/// column; `column` is the column's first byte in its panel, which is zero before.
void packColumn(const char *row, int64_t count, const WeightPanels &panels, char *column);

using WeightsId = std::array<uint8_t, 32>;

/// Holds the opened file from the checks, which need the IR, to the packing, which does not and may run in another
/// thread.
class WeightPacker {
public:
  /// Emits errors and fails when the file can not be read or does not hold what the model wants.
  static FailureOr<WeightPacker> open(llvm::ArrayRef<func::FuncOp> variants, const WeightSource &source);

  /// Bytes of data without the header; 0: the model has no weights.
  uint64_t dataBytes() const { return bytes; }
  /// Writes the packed file over the existing file `path` and returns its identity.
  llvm::Expected<WeightsId> write(llvm::StringRef path) const;

private:
  struct Close {
    void operator()(attn_safetensors *file) const { attn_safetensors_close(file); }
  };
  std::unique_ptr<attn_safetensors, Close> file;
  llvm::SmallVector<PackedTensor> tensors;
  uint64_t bytes = 0;
};

} // namespace mlir::attn
