// A Halide pipeline to LLVM bitcode. Needs Halide.h before it.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace mlir::attn {

/// The bitcode of `pipeline` as function `name`: int name(arguments..., outputs...). It calls nothing: buffers are its
/// only memory and there is no check in it, so what Halide asks of the buffers must hold.
llvm::Expected<std::string> compileToBitcode(Halide::Pipeline &pipeline, const std::vector<Halide::Argument> &arguments,
                                             const std::string &name, llvm::StringRef isa);

} // namespace mlir::attn
