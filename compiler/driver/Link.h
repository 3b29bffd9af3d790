// From object code to the file the user asked for, with the runtime inside.
#pragma once

#include "compiler/driver/Options.h"
#include "compiler/driver/Outputs.h"

namespace mlir::attn {

struct LinkJob {
  OutputKind kind;
  std::string output;                                    ///< where to write: a temporary file
  std::string finalName;                                 ///< the name it will have, for the soname
  llvm::SmallVector<llvm::SmallVector<char, 0>> objects; ///< in memory
  bool printCommands = false, run = true;
};

llvm::Error link(LinkJob &job, Outputs &outputs);

} // namespace mlir::attn
