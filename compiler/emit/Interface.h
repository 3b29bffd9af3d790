// What the outside world may know of a model: its inputs, outputs and dimensions, with the ranges that are checked
// before anything is computed. Read by the metadata and by the header.
#pragma once

#include "dialect/Extents.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "attn/runtime.h"

namespace mlir::attn {

/// An input or output; extents as in attn_port: a size, or -1 - k for symbol k.
struct Port {
  std::string name;
  attn_dtype dtype = 0;
  llvm::SmallVector<attn_extent> dims;
  llvm::SmallVector<int32_t> more;     ///< what is added to the symbol of a dimension
  bool checked = false, below = false; ///< elements are from `lower` to, or with `below` to before `upper`
  bool rising = false;                 ///< from `lower`, the first, to `upper`, the last
  int64_t lower = 0;
  attn_extent upper = 0;
};

/// An argument and a result of one `attn.state`, as in attn_state.
struct State {
  unsigned input, output;
  bool inPlace;
};

/// As attn_cache.
struct Cache {
  unsigned length;
  attn_extent capacity, appended;
  bool operator==(const Cache &other) const {
    return length == other.length && capacity == other.capacity && appended == other.appended;
  }
};

struct Interface {
  llvm::SmallVector<Port> inputs, outputs;
  llvm::SmallVector<State> states;
  llvm::SmallVector<Cache> caches;
  llvm::SmallVector<Symbol> symbols; ///< with the bounds of `--bind` (`attn.bounds` on the function)

  /// Emits errors and fails where the C interface can not state what the model needs.
  static FailureOr<Interface> compute(func::FuncOp model, const FunctionExtents &extents);
};

} // namespace mlir::attn
