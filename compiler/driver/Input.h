// Reading the model's text within bounds.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

namespace mlir::attn {

constexpr uint64_t kMaxInputBytes = uint64_t(64) << 20;
constexpr unsigned kMaxNesting = 256;
constexpr unsigned kStackBytes = 64u << 20; ///< of the thread that parses and compiles

/// The bytes of a file, or of stdin for "-"; an error if there are more than kMaxInputBytes.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> readInput(llvm::StringRef path);

/// The line of the text where brackets, or `not` after `not`, nest deeper than kMaxNesting; 0 if nowhere. MLIR's parser
/// and passes recurse on these.
unsigned tooDeepAt(llvm::StringRef text);

} // namespace mlir::attn
