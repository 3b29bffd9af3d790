// A Halide pipeline to LLVM bitcode.
#include <Halide.h>

#include "compiler/backends/halide/Bitcode.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

namespace mlir::attn {

/// Strict: no rule of algebra that NaN, infinities or rounding break; multiply-adds are contracted later, by emit.
static Halide::Target targetFor(llvm::StringRef isa) {
  using T = Halide::Target;
  std::vector<T::Feature> features{T::NoRuntime,   T::NoAsserts,    T::NoBoundsQuery,
                                   T::StrictFloat, T::LargeBuffers, T::SSE41};
  if (isa == "avx2" || isa == "avx512")
    features.insert(features.end(), {T::AVX, T::AVX2, T::FMA, T::F16C});
  if (isa == "avx512")
    features.insert(features.end(), {T::AVX512, T::AVX512_Skylake});
  return T(T::Linux, T::X86, 64, features);
}

llvm::Expected<std::string> compileToBitcode(Halide::Pipeline &pipeline, const std::vector<Halide::Argument> &arguments,
                                             const std::string &name, llvm::StringRef isa) {
  llvm::SmallString<128> path;
  if (std::error_code problem = llvm::sys::fs::createTemporaryFile("attn", "bc", path))
    return llvm::createStringError(problem, "can not make a temporary file for Halide"); // untested: needs a full disk
  llvm::scope_exit remove([&] { llvm::sys::fs::remove(path); });
  pipeline.compile_to_bitcode(path.str().str(), arguments, name, targetFor(isa));
  auto file = llvm::MemoryBuffer::getFile(path);
  if (!file)
    return llvm::createStringError(file.getError(), "can not read what Halide wrote"); // untested: as above
  return (*file)->getBuffer().str();
}

} // namespace mlir::attn
