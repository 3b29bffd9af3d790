// All or nothing: files are written beside their final names and renamed together at the end.
#pragma once

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace mlir::attn {

class Outputs {
public:
  Outputs() = default;
  Outputs(const Outputs &) = delete;
  ~Outputs();

  /// Makes an empty temporary file in the folder of `path` and returns its name.
  llvm::Expected<std::string> reserve(llvm::StringRef path, bool executable = false);
  /// The same, with this text.
  llvm::Error write(llvm::StringRef path, llvm::StringRef text);
  /// A temporary file that is never kept.
  llvm::Expected<std::string> intermediate(llvm::StringRef suffix);
  /// Renames all to their final names.
  llvm::Error commit();

private:
  struct File {
    std::string temporary, path;
    bool executable;
  };
  llvm::SmallVector<File> files;
  llvm::SmallVector<std::string> intermediates;
};

} // namespace mlir::attn
