// A file of schedules: a module without ops, whose attribute `attn.schedules` has a schedule for each key of a kernel.
//   module attributes {attn.schedules = {"linear-256-5c1de84a90b3f726" = #attn.schedule<...>, ...}} {}
#pragma once

#include "dialect/AttnAttrs.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

namespace mlir::attn {

/// The schedules of a file, by key. What is wrong with the text is told as a diagnostic, with a null result; an error
/// is returned for a file that can not be read.
llvm::Expected<DictionaryAttr> readSchedules(llvm::StringRef path, MLIRContext *context);

/// The text of such a file; `head` is a comment of some lines.
std::string schedulesText(llvm::StringRef head, DictionaryAttr schedules);

} // namespace mlir::attn
