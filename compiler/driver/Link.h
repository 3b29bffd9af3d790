// From object code to the file the user asked for, with the runtime inside.
#pragma once

#include "compiler/driver/Options.h"
#include "compiler/driver/Outputs.h"

namespace mlir::attn {

struct LinkJob {
  OutputKind kind;
  std::string output;    ///< where to write: a temporary file
  std::string finalName; ///< the name it will have, for the soname
  struct Object {
    std::string name; ///< as a member of an archive
    llvm::SmallVector<char, 0> bytes;
  };
  llvm::SmallVector<Object> objects = {};
  bool printCommands = false, run = true;
};

llvm::Error link(LinkJob &job, Outputs &outputs);

} // namespace mlir::attn
