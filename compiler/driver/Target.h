// Which processor -march names.
#pragma once

#include "compiler/backends/Target.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

namespace mlir::attn {

/// `name` is native, x86-64, x86-64-v2 to -v4, or a processor that LLVM knows; an error suggests the nearest.
llvm::Expected<TargetInfo> resolveTarget(llvm::StringRef name);

/// The processors of one binary, the most demanding first; an error if two need the same instructions, so that one of
/// them would never be picked.
llvm::Expected<llvm::SmallVector<TargetInfo>> resolveTargets(llvm::ArrayRef<std::string> names);

/// `avx512 avx512_vnni`: what the code needs beyond x86-64.
std::string featureText(const TargetInfo &target);

} // namespace mlir::attn
