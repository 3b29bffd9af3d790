// The C header of a compiled model.
#pragma once

#include "compiler/emit/Interface.h"
#include <string>
#include <vector>

namespace mlir::attn {

struct HeaderOptions {
  std::string prefix, source;
  std::vector<std::pair<std::string, std::string>> variants; ///< name of the processor, what it needs beyond x86-64
  uint64_t weightsBytes = 0;
  bool embedded = false;
  bool callsLibm = false;
};

/// The text of the header: what the model takes and gives, constants, and its functions. It needs no other file.
std::string emitHeader(const Interface &interface, const HeaderOptions &options);

} // namespace mlir::attn
