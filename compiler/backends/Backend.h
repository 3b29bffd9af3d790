// What a back end is: it says whether it can make a kernel's code, and makes it.
#pragma once

#include "dialect/AttnOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"

namespace mlir::attn {

/// What surrounds a kernel that is being lowered.
struct LowerContext {
  ModuleOp module;
  std::string symbol;             // name for the code function; further functions add to it
  const FunctionExtents *extents; // of the function the kernel stands in
  std::string isa;                // of the target: generic, avx2, avx512
  std::string extensions;         // of the target, with commas: avx512_vnni, avx512_bf16
};

class Backend {
public:
  virtual ~Backend() = default;

  /// The word users see: `llvm`, `halide`.
  virtual llvm::StringRef name() const = 0;

  /// Whether `kernel`, with the schedule it carries, can be lowered; if not, `why` says what stands in the way.
  virtual LogicalResult supports(KernelOp kernel, std::string &why) const = 0;

  /// Whether the code of a supported kernel reads an operand, given as its block argument, that is stored in rows of
  /// narrower numbers than it computes in: bf16, or f32 of f64; else it gets a copy.
  virtual bool readsNarrow(BlockArgument) const { return false; }
  /// The same for writing: it rounds each number once, to the nearest, ties to even.
  virtual bool writesNarrow(OpResult) const { return false; }

  /// Adds the code of a supported kernel to the module (signature: docs/architecture.md) and sets the kernel's `code`
  /// and `scratch`.
  virtual LogicalResult lower(KernelOp kernel, const LowerContext &context) const = 0;

  /// Adds the passes that its code needs once all kernels are lowered.
  virtual void addPasses(OpPassManager &passes, llvm::StringRef isa) const = 0;
};

const Backend &backendFor(BackendKind kind);

} // namespace mlir::attn
