// The list of back ends.
#include "compiler/backends/Backend.h"
#include "compiler/backends/llvm/LlvmBackend.h"

namespace mlir::attn {

const Backend &backendFor(BackendKind) { return llvmBackend(); }

} // namespace mlir::attn
