// The list of back ends.
#include "compiler/backends/Backend.h"
#include "compiler/backends/halide/HalideBackend.h"
#include "compiler/backends/llvm/LlvmBackend.h"

namespace mlir::attn {

const Backend &backendFor(BackendKind kind) { return kind == BackendKind::Halide ? halideBackend() : llvmBackend(); }

} // namespace mlir::attn
